"""Revenue: what was invoiced and collected, what is open at any date, and which clients came back."""

from datetime import date
from decimal import Decimal
from typing import cast

import streamlit as st

from console import controls, exports, figures, kpis, money, queries
from console.access import Viewer
from console.templating import show
from console.views import overview, rows_behind
from warehouse.gateway import MetricAnswer, MetricQuery, State


def page(viewer: Viewer, state: State) -> None:
    """Draw the page."""
    assert state.publication is not None
    publication = state.publication
    st.title("Revenue")
    filters = controls.filter_bar(publication.data_on, overview.currencies(viewer, publication.id), viewer.currency)
    currency = filters.currency or viewer.currency
    invoiced = queries.monthly(viewer, publication.id, "invoiced", filters)
    collected = queries.monthly(viewer, publication.id, "collected", filters)
    with st.container(border=True):
        rows = overview.by_month(invoiced, collected, currency)
        show("question.html", question="How much did we invoice and collect?", answer=overview.in_words(rows, currency))
        picked = figures.draw_pickable(figures.months(viewer, rows, currency), key="revenue-months")
        month_table(viewer, publication.id, filters, rows, currency)
        exports.download(
            "CSV", exports.answer_rows(invoiced, collected), f"{viewer.slug}-revenue.csv", key="revenue-csv"
        )
    rows_behind.month_rows(viewer, publication.id, [row["period"] for row in rows], picked, key="revenue")
    with st.container(border=True):
        receivables(viewer, publication.id, publication.data_on, currency)
    with st.container(border=True):
        cohorts(viewer, publication.id)


def month_table(
    viewer: Viewer, publication: int, filters: controls.Filters, rows: list[dict[str, object]], currency: str
) -> None:
    """The months as a table, a column for each comparison."""
    active = {row.period: row.value for row in queries.monthly(viewer, publication, "active_clients", filters).rows}
    columns: dict[str, list[Decimal | None]] = {}
    for compared in filters.comparisons if filters.first else ():
        answer = queries.monthly(viewer, publication, "invoiced", filters, compared)
        columns[f"invoiced, {compared}"] = [row.value for row in kpis.rows_in(answer, currency)]
    with st.expander("As a table"):
        st.dataframe(
            [
                {
                    "month": f"{row['period']:%Y-%m}" + (" (incomplete)" if row["incomplete"] else ""),
                    "invoiced": money.exact(Decimal(str(row["invoiced"])), "currency", currency),
                    "collected": money.exact(Decimal(str(row["collected"])), "currency", currency),
                    "active clients": int(active.get(cast("date", row["period"])) or 0),
                    **{name: exact_at(values, index, currency) for name, values in columns.items()},
                }
                for index, row in enumerate(rows)
            ],
            hide_index=True,
        )


def exact_at(values: list[Decimal | None], index: int, currency: str) -> str:
    """The value at ``index`` or a blank: comparison ranges may be shorter."""
    return money.exact(values[index] if index < len(values) else None, "currency", currency)


def receivables(viewer: Viewer, publication: int, data_on: date, currency: str) -> None:
    """Open money by age, rebuilt for any date."""
    words, when = st.columns([4, 1], vertical_alignment="top")
    as_of = when.date_input("As of", value=data_on, max_value=data_on, key="as-of")
    answer = queries.metric(viewer, publication, MetricQuery(name="receivables", by=("age_bucket",), as_of=as_of))
    rows = [{"age_bucket": row.dimensions["age_bucket"], "value": row.value} for row in kpis.rows_in(answer, currency)]
    total = kpis.total(kpis.rows_in(answer, currency)) or Decimal(0)
    with words:
        late = sum((Decimal(str(row["value"] or 0)) for row in rows if row["age_bucket"] != "not_due"), Decimal(0))
        show(
            "question.html",
            question="What is open, and how old is it?",
            answer=f"{money.exact(total, 'currency', currency)} was open at the end of {as_of:%-d %B %Y}, "
            f"{money.exact(late, 'currency', currency)} of it past due.",
        )
    figures.draw(figures.ages(viewer, rows, currency), key="ages")
    with st.expander("Open invoices"):
        open_rows = queries.invoices(viewer, publication, "receivables", first=as_of, last=as_of, as_of=as_of)
        rows_behind.table(viewer, open_rows, f"{viewer.slug}-receivables-{as_of}.csv", key="receivables")
    exports.download("CSV", exports.answer_rows(answer), f"{viewer.slug}-receivables-{as_of}-by-age.csv", key="age-csv")


def cohorts(viewer: Viewer, publication: int) -> None:
    """Which clients came back, by month of their first invoice."""
    answer = queries.metric(
        viewer, publication, MetricQuery(name="cohort_active_clients", by=("cohort", "month_number"))
    )
    rows = cohort_rows(answer)
    clients = sum(int(str(row["clients"])) for row in rows if row["month_number"] == 0)
    show(
        "question.html",
        question="Do clients come back?",
        answer=f"{clients:,} clients, grouped by the month of their first invoice; a cell is the share active later.",
    )
    figures.draw(figures.cohorts(viewer, rows), key="cohorts")
    with st.expander("As a table"):
        st.dataframe(cohort_table(rows), hide_index=True, key="cohort-table")
    exports.download("CSV", exports.answer_rows(answer), f"{viewer.slug}-cohorts.csv", key="cohort-csv")


def cohort_rows(answer: MetricAnswer) -> list[dict[str, object]]:
    """Rows of the heatmap."""
    return [
        {
            "cohort": date.fromisoformat(f"{str(row.dimensions['cohort'])[:7]}-01"),
            "month_number": int(str(row.dimensions["month_number"])),
            "clients": int(row.value or 0),
            "incomplete": row.incomplete,
        }
        for row in answer.rows
    ]


def cohort_table(rows: list[dict[str, object]]) -> list[dict[str, object]]:
    """A line per cohort, a column per month since: active clients, blank where that month has not begun."""
    lines: dict[str, dict[str, object]] = {}
    for row in sorted(rows, key=lambda row: (str(row["cohort"]), int(str(row["month_number"])))):
        cohort = f"{row['cohort']:%Y-%m}"
        lines.setdefault(cohort, {"cohort": cohort})[f"{row['month_number']}"] = row["clients"]
    return list(lines.values())
