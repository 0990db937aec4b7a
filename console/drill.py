"""The rows behind a figure: pick a bar, or a month in the list, and the facts that it is made of stand below."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import streamlit as st

from console import controls, exports
from console.reading import Reading
from console.templating import show
from warehouse.gateway import FactRows, FactValue, GatewayError, MetricQuery

FORMATS: Mapping[str, str] = {"money": "accounting", "hours": "%.2f", "days": "%.1f"}


def months(
    reading: Reading, key: str, measures: Mapping[str, str], periods: Sequence[date], picked: date | None
) -> None:
    """Facts of the picked month; the list does by keyboard what the bar does by mouse. ``measures``: word → metric."""
    known = {label: name for label, name in measures.items() if reading.knows(name)}
    if not periods or not known:
        return
    with st.container(border=True, key=f"drill-{key}"):
        which, measure = st.columns([2, 3], vertical_alignment="bottom")
        month = which.selectbox(
            "Rows behind the month",
            list(periods),
            index=list(periods).index(picked) if picked is not None and picked in periods else None,
            format_func=lambda day: f"{day:%B %Y}",
            placeholder="Pick a bar or a month",
            key=f"{key}-month-{picked}",
        )
        chosen = next(iter(known))
        if len(known) > 1:
            asked = measure.segmented_control("Figure", list(known), default=chosen, wrap=True, key=f"{key}-measure")
            chosen = asked or chosen
        if month is not None:
            query = reading.behind(known[chosen], month, controls.month_end(month))
            facts(reading, query, key, f"{reading.viewer.slug}-{known[chosen]}-{month:%Y-%m}")


def facts(reading: Reading, query: MetricQuery, key: str, file_name: str) -> None:
    """A table of facts with its files; a figure without facts says so."""
    try:
        found = reading.facts(query)
    except GatewayError as error:
        show("notice.html", title="The rows cannot be shown.", text=str(error), link="", link_text="")
        return
    if not found.rows:
        show("notice.html", title="No rows here.", text="Nothing stands behind this figure.", link="", link_text="")
        return
    st.caption(f"{'The newest ' if found.more else ''}{len(found.rows):,} rows")
    table(found, key)
    exports.downloads(exports.fact_rows(found), file_name, key=f"{key}-rows")


def table(found: FactRows, key: str) -> None:
    """Facts under the words of their columns, numbers right-aligned with their unit's decimals."""
    shown = [
        {column.label: _shown(value) for column, value in zip(found.columns, row, strict=True)} for row in found.rows
    ]
    config: dict[str, Any] = {
        column.label: st.column_config.NumberColumn(
            f"{column.label} (h)" if column.unit == "hours" else column.label, format=FORMATS.get(column.unit)
        )
        for column in found.columns
        if column.unit
    }
    st.dataframe(shown, hide_index=True, key=f"{key}-facts", column_config=config)


def _shown(value: FactValue) -> FactValue | float:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return float(value) if isinstance(value, Decimal) else value
