"""Overview: how the agency stands, in eight numbers and one chart."""

from decimal import Decimal
from typing import Final

import streamlit as st

from console import controls, drill, exports, figures, kpis, language, money, panels, tables
from console.access import Viewer
from console.kpis import Kpi
from console.language import tell as _
from console.panels import Panel
from console.reading import Reading
from imisofts import charts
from warehouse.gateway import State

KPIS: Final = (
    Kpi("invoiced", "up"),
    Kpi("collected", "up"),
    Kpi("receivables", "down"),
    Kpi("mrr", "up"),
    Kpi("active_clients", "up"),
    Kpi("days_to_pay", "down"),
    Kpi("billable_of_available", "up"),
    Kpi("csat", "up", with_n=True),
)
BAR: Final = controls.Bar(("invoiced", "collected"), (("client", lambda: _("All clients")),))


def page(viewer: Viewer, state: State) -> None:
    """Draw the page."""
    assert state.publication is not None
    st.title(_("Overview"))
    reading = Reading(viewer, state.publication, controls.filter_bar(viewer, state.publication, BAR))
    kpis.show_kpis(reading, KPIS)
    panels.panel("overview", f"{viewer.slug}-overview", lambda: months(reading, _("Does what we invoice come in?")))


def months(reading: Reading, question: str) -> Panel:
    """Invoiced and collected by month, with the ranges compared with."""
    currency = reading.filters.currency
    answers = [reading.series(name) for name in ("invoiced", "collected", "active_clients")]
    points = figures.all_points(reading, answers[:2])
    return Panel(
        question=question,
        answer=in_words(reading, currency),
        chart=charts.columns(points, figures.look(reading.viewer), unit=currency),
        table=tables.by_month(reading, answers),
        export=exports.answer_rows(*answers),
        metrics=tuple(answer.definition for answer in answers),
        behind=drill.of(reading, answers),
    )


def in_words(reading: Reading, currency: str) -> str:
    """The answer to the chart's question."""
    totals = [reading.total(name) for name in ("invoiced", "collected")]
    invoiced, collected = (row.value or Decimal(0) if row else Decimal(0) for row in totals)
    if not invoiced:
        return _("Nothing was invoiced in this range.")
    return _(
        "{collected} came in while {invoiced} was invoiced: {percent} %. Pick a bar to see what stands behind it.",
        collected=money.exact(collected, "money", currency),
        invoiced=money.exact(invoiced, "money", currency),
        percent=language.tenth(collected / invoiced * 100),
    )
