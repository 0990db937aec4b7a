"""The rows behind a figure: pick a bar, or a month in the list, and its invoices stand below."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final, cast

import streamlit as st

from console import controls, exports, queries
from console.access import Viewer
from console.templating import show
from warehouse.gateway import InvoiceRow, Measure

MEASURES: Final[dict[str, Measure]] = {"Invoiced": "invoiced", "Collected": "collected"}


def month_rows(viewer: Viewer, publication: int, periods: Sequence[object], picked: date | None, key: str) -> None:
    """Invoices of the picked month; the list does by keyboard what the bar does by mouse."""
    months = cast("list[date]", list(periods))
    if not months:
        return
    with st.container(border=True):
        which, measure = st.columns([2, 2], vertical_alignment="bottom")
        place = months.index(picked) if picked in months else None
        month = which.selectbox(
            "Invoices behind the month",
            months,
            index=place,
            format_func=lambda day: f"{day:%B %Y}",
            placeholder="Pick a bar or a month",
            key=f"{key}-month-{picked}",
        )
        chosen = measure.segmented_control(
            "Measure", list(MEASURES), default="Invoiced", wrap=True, key=f"{key}-measure"
        )
        if month is None:
            return
        rows = queries.invoices(
            viewer, publication, MEASURES[chosen or "Invoiced"], first=month, last=controls.month_end(month)
        )
        table(viewer, rows, f"{viewer.slug}-{month:%Y-%m}-{MEASURES[chosen or 'Invoiced']}.csv", key)


def table(viewer: Viewer, rows: list[InvoiceRow], file_name: str, key: str) -> None:
    """Invoices with their exact amounts, and their CSV."""
    if not rows:
        show("notice.html", title="No invoices here.", text="Nothing stands behind this figure.", link="", link_text="")
        return
    cells = [as_cells(row) for row in rows]
    totals = {row.currency: Decimal(0) for row in rows}
    for row in rows:
        totals[row.currency] += row.amount
    st.caption(f"{len(rows):,} invoices, " + ", ".join(f"{amount:,} {code}" for code, amount in totals.items()))
    shown = [
        {**cell, "amount": float(row.amount), "open": float(row.open)} for cell, row in zip(cells, rows, strict=True)
    ]
    st.dataframe(
        shown,
        hide_index=True,
        key=f"{key}-table",
        column_config={name: st.column_config.NumberColumn(name, format="accounting") for name in ("amount", "open")},
    )
    exports.download("CSV", cells, file_name, key=f"{key}-rows-csv")


def as_cells(row: InvoiceRow) -> dict[str, exports.Cell]:
    """One invoice as exported: exact decimals, ISO dates."""
    return {
        "invoice": row.number or row.external_id or str(row.invoice_id),
        "client": row.client_name,
        "status": row.status,
        "issued_on": row.issued_on.isoformat(),
        "due_on": row.due_on.isoformat(),
        "settled_on": row.settled_on.isoformat() if row.settled_on else None,
        "currency": row.currency,
        "amount": row.amount,
        "open": row.open,
    }
