"""Overview: how the agency stands, in eight numbers and one chart."""

from datetime import date
from decimal import Decimal
from typing import Final

import streamlit as st

from console import controls, drill, exports, figures, kpis, money, panels
from console.access import Viewer
from console.kpis import Kpi
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
BAR: Final = controls.Bar(("invoiced", "collected"), (("client", "All clients"),))


def page(viewer: Viewer, state: State) -> None:
    """Draw the page."""
    assert state.publication is not None
    st.title("Overview")
    reading = Reading(viewer, state.publication, controls.filter_bar(viewer, state.publication, BAR))
    kpis.show_kpis(reading, KPIS)
    picked = panels.panel(
        "overview", f"{viewer.slug}-overview", lambda: months(reading, "Does what we invoice come in?")
    )
    drill.months(reading, "overview", {"Invoiced": "invoiced", "Collected": "collected"}, periods(reading), picked)


def periods(reading: Reading) -> list[date]:
    """The months of the range."""
    return [row.period for row in reading.rows(reading.series("invoiced"))]


def months(reading: Reading, question: str) -> Panel:
    """Invoiced and collected by month, with the ranges compared with in the table."""
    currency = reading.filters.currency
    answers = [reading.series(name) for name in ("invoiced", "collected", "active_clients")]
    invoiced, collected, clients = (reading.rows(answer) for answer in answers)
    active = {row.period: row.value for row in clients}
    came_in = {row.period: row.value or Decimal(0) for row in collected}
    rows: list[dict[str, object]] = [
        {
            "period": row.period,
            "invoiced": row.value or Decimal(0),
            "collected": came_in.get(row.period, Decimal(0)),
            "incomplete": row.incomplete,
        }
        for row in invoiced
    ]
    compared = {
        f"invoiced, {one}": [row.value for row in reading.rows(reading.series("invoiced", compared=one))]
        for one in reading.filters.comparisons
    }
    table = [
        {
            "month": f"{row['period']:%Y-%m}" + (" (incomplete)" if row["incomplete"] else ""),
            "invoiced": money.exact(Decimal(str(row["invoiced"])), "money", currency),
            "collected": money.exact(Decimal(str(row["collected"])), "money", currency),
            "active clients": int(active.get(invoiced[place].period) or 0),
            **{
                name: money.exact(values[place] if place < len(values) else None, "money", currency)
                for name, values in compared.items()
            },
        }
        for place, row in enumerate(rows)
    ]
    return Panel(
        question=question,
        answer=in_words(rows, currency),
        chart=charts.invoiced_and_collected(rows, figures.look(reading.viewer), currency, height=260),
        table=table,
        export=exports.answer_rows(*answers),
        metrics=tuple(answer.definition for answer in answers),
        pickable=True,
    )


def in_words(rows: list[dict[str, object]], currency: str) -> str:
    """The answer to the chart's question."""
    invoiced = sum((Decimal(str(row["invoiced"])) for row in rows), Decimal(0))
    collected = sum((Decimal(str(row["collected"])) for row in rows), Decimal(0))
    if not invoiced:
        return "Nothing was invoiced in this range."
    return (
        f"{money.exact(collected, 'money', currency)} came in while {money.exact(invoiced, 'money', currency)} "
        f"was invoiced: {collected / invoiced * 100:.1f} %. Pick a bar to see what stands behind it."
    )
