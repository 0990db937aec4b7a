"""Charts of the console: the specifications of ``imisofts.charts`` with this workspace's look, and nothing else."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from console.access import Viewer
from imisofts import charts
from imisofts.brand import Mode

Row = Mapping[str, object]


def mode() -> Mode:
    """The theme that the browser shows."""
    return "dark" if st.context.theme.type == "dark" else "light"


def look(viewer: Viewer) -> charts.Look:
    """The chart look of the viewer's workspace."""
    return charts.Look.of(viewer.brand.tokens(mode()), font=f"{viewer.brand.font_family}, sans-serif")


def draw(spec: charts.Spec, key: str) -> None:
    """Show a chart with its alternative text in words."""
    st.vega_lite_chart(spec=spec, theme=None, width="stretch", key=key, alt=str(spec.get("description", "")))


def draw_pickable(spec: charts.Spec, key: str, field: str = "period") -> date | None:
    """Show a chart whose bars may be picked; returns the picked bar's day."""
    pickable: charts.Spec = {
        **spec,
        "params": [{"name": "picked", "select": {"type": "point", "fields": [field]}}],
    }
    event: Any = st.vega_lite_chart(
        spec=pickable,
        theme=None,
        width="stretch",
        key=key,
        on_select="rerun",
        selection_mode="picked",
        alt=str(spec.get("description", "")),
    )
    chosen = event.selection.get("picked") or []
    return date.fromisoformat(str(chosen[0][field])[:10]) if chosen else None


def months(viewer: Viewer, rows: Sequence[Row], currency: str) -> charts.Spec:
    """Invoiced and collected by month."""
    return charts.invoiced_and_collected(rows, look(viewer), currency, height=260)


def ages(viewer: Viewer, rows: Sequence[Row], currency: str) -> charts.Spec:
    """Receivables by age."""
    return charts.receivables_by_age(rows, look(viewer), currency, height=220)


def cohorts(viewer: Viewer, rows: Sequence[Row]) -> charts.Spec:
    """Clients by month of the first invoice and months since."""
    return charts.cohort_retention(rows, look(viewer))
