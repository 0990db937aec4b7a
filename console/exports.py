"""CSV of what a page shows: exact values, and no cell that a spreadsheet would run."""

from collections.abc import Sequence
from decimal import Decimal

import polars as pl
import streamlit as st

from warehouse.gateway import MetricAnswer

Cell = str | int | Decimal | None


def neutral(cell: Cell) -> str:
    """Text that no spreadsheet takes for a formula; numbers, negative ones too, stay numbers."""
    if cell is None:
        return ""
    if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        return "'" + cell
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def csv(rows: Sequence[dict[str, Cell]]) -> bytes:
    """Rows of equal keys as CSV, the keys as its head."""
    if not rows:
        return b""
    frame = pl.DataFrame([{name: neutral(cell) for name, cell in row.items()} for row in rows])
    return frame.write_csv().encode()


def answer_rows(*answers: MetricAnswer) -> list[dict[str, Cell]]:
    """Metric answers as ``metric, period, dimensions…, currency, value, unit`` like the command's CSV."""
    return [
        {
            "metric": answer.definition.name,
            "period": row.period.isoformat(),
            **row.dimensions,
            "currency": row.currency,
            "value": row.value,
            "unit": row.unit,
            "incomplete": "yes" if row.incomplete else "no",
            "publication": answer.publication.id,
        }
        for answer in answers
        for row in answer.rows
    ]


def download(label: str, rows: Sequence[dict[str, Cell]], file_name: str, key: str) -> None:
    """A quiet button that saves ``rows`` as CSV."""
    st.download_button(
        label, csv(rows), file_name, "text/csv", key=key, type="tertiary", icon=":material/download:", disabled=not rows
    )
