"""Invoices and payments: what was invoiced and collected, and what is open at any date."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

import streamlit as st

from console import controls, drill, exports, figures, kpis, language, money, panels, queries
from console.access import Viewer
from console.kpis import Kpi
from console.language import tell as _
from console.panels import Panel
from console.reading import Reading
from console.views import overview
from imisofts import charts
from warehouse.gateway import MetricAnswer, MetricQuery, State

KPIS: Final = (
    Kpi("invoiced", "up"),
    Kpi("collected", "up"),
    Kpi("credited", "down"),
    Kpi("recognised_revenue", "up"),
    Kpi("receivables", "down"),
    Kpi("days_to_pay", "down"),
)
BAR: Final = controls.Bar(("invoiced", "collected"), (("client", lambda: _("All clients")),))


def page(viewer: Viewer, state: State) -> None:
    """Draw the page."""
    assert state.publication is not None
    st.title(_("Invoices and payments"))
    reading = Reading(viewer, state.publication, controls.filter_bar(viewer, state.publication, BAR))
    kpis.show_kpis(reading, KPIS)
    panels.panel(
        "billing", f"{viewer.slug}-billing", lambda: overview.months(reading, _("How much did we invoice and collect?"))
    )
    open_money(reading)


def open_money(reading: Reading) -> None:
    """Open money by age, rebuilt for any date, and its invoices."""
    data_on = reading.publication.data_on
    as_of: date = st.date_input(_("As of"), value=data_on, max_value=data_on, key="as-of", width=170)
    name = f"{reading.viewer.slug}-receivables-{as_of}"
    panels.panel("ages", f"{name}-by-age", lambda: ages(reading, as_of))


def _by_age(reading: Reading, as_of: date) -> MetricAnswer:
    query = MetricQuery("receivables", by=("age_bucket",), as_of=as_of, where=reading.query("receivables").where)
    return queries.metric(reading.viewer, reading.publication.id, query)


def _compared(reading: Reading, as_of: date) -> dict[date, dict[object, Decimal | None]]:
    """Each day of the bar's comparisons, with what was open then by age."""
    days = [reading.earlier(as_of, compared) for compared in reading.filters.comparisons]
    return {
        day: {row.dimensions["age_bucket"]: row.value for row in reading.rows(_by_age(reading, day))} for day in days
    }


def _before(reading: Reading, compared: Mapping[date, Mapping[object, Decimal | None]]) -> str:
    """What was open on the days compared with, in words."""
    sums = {day: sum((value or Decimal(0) for value in ages.values()), Decimal(0)) for day, ages in compared.items()}
    said = {day: money.exact(total, "money", reading.filters.currency) for day, total in sums.items()}
    return "".join(
        " " + _("On {day} it was {total}.", day=language.long_day(day), total=total) for day, total in said.items()
    )


def ages(reading: Reading, as_of: date) -> Panel:
    """What is open, by days past due."""
    currency = reading.filters.currency
    answer, compared = _by_age(reading, as_of), _compared(reading, as_of)
    rows = [{"age_bucket": row.dimensions["age_bucket"], "value": row.value} for row in reading.rows(answer)]
    total = sum((row.value or Decimal(0) for row in reading.rows(answer)), Decimal(0))
    late = sum((Decimal(str(row["value"] or 0)) for row in rows if row["age_bucket"] != "not_due"), Decimal(0))
    labels = charts.age_labels(figures.look(reading.viewer))
    return Panel(
        question=_("What is open, and how old is it?"),
        answer=_(
            "{total} was open at the end of {day}, {late} of it past due.",
            total=money.exact(total, "money", currency),
            day=language.long_day(as_of),
            late=money.exact(late, "money", currency),
        )
        + _before(reading, compared),
        chart=charts.receivables_by_age(rows, figures.look(reading.viewer), currency, height=220),
        table=[
            {
                _("age"): labels[str(row["age_bucket"])],
                _("open"): money.exact(Decimal(str(row["value"] or 0)), "money", currency),
                **{
                    _("open on {day}", day=language.day(day)): money.exact(
                        open_by_age.get(row["age_bucket"]), "money", currency
                    )
                    for day, open_by_age in compared.items()
                },
            }
            for row in rows
        ],
        export=exports.answer_rows(answer),
        metrics=(answer.definition,),
        behind=drill.of(reading, [answer], splits=(drill.Split("age_bucket", labels, "age"),), span=(as_of, as_of)),
    )
