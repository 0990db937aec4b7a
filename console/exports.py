"""What a page shows, as CSV and Excel: exact values with their publication."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from imisofts import exports
from warehouse.gateway import FactRows, MetricAnswer

Row = Mapping[str, object]


def answer_rows(*answers: MetricAnswer) -> list[Row]:
    """Metric answers as ``metric, period, dimensions…, currency, value, unit`` like the command's CSV."""
    return [
        {
            "metric": answer.definition.name,
            "period": row.period.isoformat(),
            **row.dimensions,
            "currency": row.currency,
            "value": row.value,
            "unit": row.unit,
            "n": row.n,
            "incomplete": "yes" if row.incomplete else "no",
            "publication": answer.publication.id,
        }
        for answer in answers
        for row in answer.rows
    ]


def fact_rows(found: FactRows) -> list[Row]:
    """The rows behind a figure by the names of their columns."""
    names = [column.name for column in found.columns]
    return [dict(zip(names, row, strict=True)) for row in found.rows]


def downloads(rows: Sequence[Row], name: str, key: str) -> None:
    """Two quiet buttons that save ``rows`` as ``name.csv`` and ``name.xlsx``; the files are made when they are asked
    for, so that no page waits for them."""
    with st.container(horizontal=True, gap="small", width="content"):
        for label, ending, made, kind in (
            ("CSV", "csv", exports.csv, exports.CSV_TYPE),
            ("Excel", "xlsx", exports.excel, exports.EXCEL_TYPE),
        ):
            st.download_button(
                label,
                partial(made, rows),
                f"{name}.{ending}",
                kind,
                key=f"{key}-{ending}",
                type="tertiary",
                icon=":material/download:",
                disabled=not rows,
                on_click="ignore",
            )
