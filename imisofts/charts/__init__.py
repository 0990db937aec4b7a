"""One Vega-Lite 6 specification per chart, drawn alike on console, portal and PDF.

Functions take plain rows and a :class:`Look` and return a dict that stands alone (inline data, ``description`` as its
alternative text). The console hands it to Altair; portal and PDF draw it once with :func:`svg`.
"""

from .bridge import Step, waterfall
from .cohort import cohort_retention
from .drawing import svg
from .grid import Bar, Cell, bars, heat
from .look import Look, Spec
from .money import (
    AGE_BUCKETS,
    age_labels,
    invoiced_and_collected,
    receivables_by_age,
    sparkline,
)
from .series import columns, lines
from .words import Point
from .work import hours_against_budget

__all__ = [
    "AGE_BUCKETS",
    "Bar",
    "Cell",
    "Look",
    "Point",
    "Spec",
    "Step",
    "age_labels",
    "bars",
    "cohort_retention",
    "columns",
    "heat",
    "hours_against_budget",
    "invoiced_and_collected",
    "lines",
    "receivables_by_age",
    "sparkline",
    "svg",
    "waterfall",
]
