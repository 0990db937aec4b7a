"""One Vega-Lite 6 specification per chart, drawn alike on console, portal and PDF.

Functions take plain rows and a :class:`Look` and return a dict that stands alone (inline data, ``description`` as its
alternative text). The console hands it to Altair; portal and PDF draw it once with :func:`svg`.
"""

import vl_convert

from .bridge import Step, waterfall
from .cohort import cohort_retention
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

_TEXT_WIDTH = 640


def svg(spec: Spec) -> str:
    """``spec`` as an SVG document; a width that follows its container becomes 640 px."""
    fixed = {**spec, "width": _TEXT_WIDTH} if spec.get("width") == "container" else spec
    return str(vl_convert.vegalite_to_svg(fixed, vl_version="6.4"))
