"""Charts of the console: the specifications of ``imisofts.charts`` with this workspace's look, and nothing else."""

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from api.paper.language import Language
from console import controls, language, money
from console.access import Viewer
from console.reading import Reading
from imisofts import charts
from imisofts.brand import Mode
from imisofts.charts import Point
from warehouse.gateway import MetricAnswer, MetricRow


def mode() -> Mode:
    """The theme that the browser shows."""
    return "dark" if st.context.theme.type == "dark" else "light"


def look(viewer: Viewer) -> charts.Look:
    """The chart look of the viewer's workspace."""
    code = language.code()
    font, translate = viewer.brand.font_stack, Language(code).known
    return charts.Look.of(viewer.brand.tokens(mode()), font=font, locale=code, translate=translate)


def draw(spec: charts.Spec, key: str) -> None:
    """Show a chart with its alternative text in words."""
    st.vega_lite_chart(spec=_undescribed(spec), theme=None, width="stretch", key=key, alt=str(spec["description"]))


def _undescribed(spec: charts.Spec) -> charts.Spec:
    """The chart without its words, which Streamlit wants apart."""
    return {name: part for name, part in spec.items() if name != "description"}


def draw_pickable(spec: charts.Spec, key: str) -> dict[str, str]:
    """Show a chart whose marks may be picked; returns the fields of the one that is picked, empty without."""
    pickable = _pickable(_undescribed(spec))
    if pickable is None:
        draw(spec, key)
        return {}
    event: Any = st.vega_lite_chart(
        spec=pickable,
        theme=None,
        width="stretch",
        key=key,
        on_select="rerun",
        selection_mode="picked",
        alt=str(spec["description"]),
    )
    chosen = event.selection.get("picked") or []
    return {name: str(value) for name, value in chosen[0].items()} if chosen else {}


PICKED: Final = ("period", "series", "row", "column", "label", "age", "age_bucket", "cohort", "month_number")
"""Fields by which marks of our charts are told apart."""


def _pickable(spec: charts.Spec) -> charts.Spec | None:
    """The chart with its marks to pick, of several layers those that have a tooltip; None where a sentence stands."""
    values = spec.get("data", {}).get("values") or [{}]
    fields = [name for name in PICKED if name in values[0]]
    layers = spec.get("layer")
    place = next((n for n, one in enumerate(layers or ()) if "tooltip" in one.get("encoding", {})), None)
    if not fields or (layers and place is None):
        return None
    select: charts.Spec = {"name": "picked", "select": {"type": "point", "fields": fields}}
    if not layers:
        return {**spec, "params": [select]}
    named = [{**one, "name": "marks"} if n == place else one for n, one in enumerate(layers)]
    return {**spec, "layer": named, "params": [{**select, "views": ["marks"]}]}


def points(rows: Sequence[MetricRow], series: str, *, sign: int = 1) -> list[Point]:
    """One series of a chart over periods; ``sign`` −1 hangs it below zero."""
    return [
        Point(
            row.period,
            series,
            None if row.value is None else float(row.value) * sign,
            " ".join(part for part in (money.figure(row), money.counted(row)) if part),
            row.incomplete,
        )
        for row in rows
    ]


def all_points(
    reading: Reading, answers: Sequence[MetricAnswer], labels: Sequence[str] = (), *, compared: int = 2
) -> list[Point]:
    """One series per answer, under the given words or the metric's own; the first ``compared`` of them also in each
    range that the bar compares with."""
    words = labels or [answer.definition.label for answer in answers]
    pairs = list(zip(answers, words, strict=True))
    earlier = [(answer.definition.name, label) for answer, label in pairs[:compared]]
    return [
        *(point for answer, label in pairs for point in points(reading.rows(answer), label)),
        *(point for name, label in earlier for point in compared_points(reading, name, label)),
    ]


def compared_points(reading: Reading, name: str, series: str) -> list[Point]:
    """The metric in each range that the bar compares with, laid over this range's periods one by one."""
    periods = [row.period for row in reading.rows(reading.series(name))]
    found: list[Point] = []
    for compared in reading.filters.comparisons:
        earlier = reading.rows(reading.series(name, compared=compared))
        for period, row in zip(periods, earlier, strict=False):
            value = None if row.value is None else float(row.value)
            told = language.month(row.period)
            found.append(
                Point(period, f"{series}, {controls.comparison(compared)}", value, money.figure(row), False, True, told)
            )
    return found
