"""Overview: how the agency stands, in five numbers and one chart."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import streamlit as st

from console import controls, exports, figures, kpis, money, queries
from console.access import Viewer
from console.controls import Filters
from console.templating import show
from console.views import rows_behind
from warehouse.gateway import MetricAnswer, MetricQuery, State


@dataclass(frozen=True, slots=True)
class Kpi:
    """A metric on a card; a flow shows its sum over the range, a stock or mean its last period with a value."""

    name: str
    good: kpis.Direction
    sums: bool


KPIS: Final = (
    Kpi("invoiced", "up", True),
    Kpi("collected", "up", True),
    Kpi("receivables", "down", False),
    Kpi("active_clients", "up", False),
    Kpi("days_to_pay", "down", False),
)


def page(viewer: Viewer, state: State) -> None:
    """Draw the page."""
    assert state.publication is not None
    publication = state.publication
    st.title("Overview")
    filters = controls.filter_bar(publication.data_on, currencies(viewer, publication.id), viewer.currency)
    answers = {kpi.name: queries.monthly(viewer, publication.id, kpi.name, filters) for kpi in KPIS}
    kpis.show_cards(
        [card(viewer, publication.id, kpi, answers[kpi.name], filters) for kpi in KPIS], figures.look(viewer).accent
    )
    currency = filters.currency or viewer.currency
    with st.container(border=True):
        rows = by_month(answers["invoiced"], answers["collected"], currency)
        show("question.html", question="Does what we invoice come in?", answer=in_words(rows, currency))
        picked = figures.draw_pickable(figures.months(viewer, rows, currency), key="overview-months")
        exports.download(
            "CSV", exports.answer_rows(*answers.values()), f"{viewer.slug}-overview.csv", key="overview-csv"
        )
    rows_behind.month_rows(viewer, publication.id, [row["period"] for row in rows], picked, key="overview")


def currencies(viewer: Viewer, publication: int) -> list[str]:
    """Currencies that the workspace has invoiced in."""
    answer = queries.metric(viewer, publication, MetricQuery(name="invoiced", grain="year"))
    return sorted({row.currency for row in answer.rows if row.currency})


def figure_of(kpi: Kpi, answer: MetricAnswer, currency: str | None) -> Decimal | None:
    """The card's number: a flow's sum, else the last value there is."""
    rows = kpis.rows_in(answer, currency)
    if kpi.sums:
        return kpis.total(rows)
    return next((row.value for row in reversed(rows) if row.value is not None), None)


def card(viewer: Viewer, publication: int, kpi: Kpi, answer: MetricAnswer, filters: Filters) -> kpis.Card:
    """One card with its comparisons."""
    currency = filters.currency
    now = figure_of(kpi, answer, currency)
    deltas = tuple(
        kpis.delta(
            now,
            figure_of(kpi, queries.monthly(viewer, publication, kpi.name, filters, compared), currency),
            compared,
            kpi.good,
        )
        for compared in filters.comparisons
        if filters.first is not None
    )
    values = tuple(row.value for row in kpis.rows_in(answer, currency))
    unit = answer.definition.unit
    shown = currency if any(row.currency for row in answer.rows) else None
    return kpis.Card(
        label=answer.definition.label,
        definition=answer.definition.definition,
        short=money.short(now, unit, shown),
        exact=money.exact(now, unit, shown),
        note="over the range" if kpi.sums else "in the last month of the range",
        deltas=deltas,
        points=kpis.polyline(values),
        trend=f"{answer.definition.label} by month over {len(values)} months",
    )


def by_month(invoiced: MetricAnswer, collected: MetricAnswer, currency: str) -> list[dict[str, object]]:
    """Rows of the chart: both flows of each month, in one currency."""
    came_in = {row.period: row.value for row in kpis.rows_in(collected, currency)}
    return [
        {
            "period": row.period,
            "invoiced": row.value or Decimal(0),
            "collected": came_in.get(row.period) or Decimal(0),
            "incomplete": row.incomplete,
        }
        for row in kpis.rows_in(invoiced, currency)
    ]


def in_words(rows: list[dict[str, object]], currency: str) -> str:
    """The answer to the chart's question."""
    invoiced = sum((Decimal(str(row["invoiced"])) for row in rows), Decimal(0))
    collected = sum((Decimal(str(row["collected"])) for row in rows), Decimal(0))
    if not invoiced:
        return "Nothing was invoiced in this range."
    return (
        f"{money.exact(collected, 'currency', currency)} came in while {money.exact(invoiced, 'currency', currency)} "
        f"was invoiced: {collected / invoiced * 100:.1f} %. Pick a bar to see its invoices."
    )
