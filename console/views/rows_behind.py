"""Invoices with their part in a figure, as a table and as files."""

from decimal import Decimal

import streamlit as st

from console import exports
from console.templating import show
from warehouse.gateway import InvoiceRow


def table(rows: list[InvoiceRow], file_name: str, key: str) -> None:
    """Invoices with their exact amounts, and their files."""
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
    exports.downloads(cells, file_name, key=f"{key}-rows")


def as_cells(row: InvoiceRow) -> dict[str, object]:
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
