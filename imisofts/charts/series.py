"""Charts over periods: lines and columns of any metric, with earlier ranges dashed and lighter beside them."""

from collections.abc import Mapping, Sequence

from .look import Look, Spec, document, legend_columns, sentence_instead
from .words import PALE, Point, in_words, tooltip, values_of, x_axis, y_axis


def lines(
    points: Sequence[Point],
    look: Look,
    *,
    unit: str = "",
    percent: bool = False,
    goal: tuple[str, float] | None = None,
    zero: bool = True,
    height: int = 240,
) -> Spec:
    """A line per series; compared ranges are dashed and lighter, the running period's mark is hollow.

    ``goal`` is a named value drawn across. The value axis begins at zero, so that a small change looks small; without
    ``zero`` it begins near the smallest value.
    """
    if not any(point.value is not None for point in points):
        return sentence_instead(look, look.translate("There is nothing to draw yet."), width="container", height=height)
    names = list(dict.fromkeys(point.series for point in points))
    shared: Spec = {"x": x_axis(points, look), "y": y_axis(look, unit, percent=percent, zero=zero)}
    colour = _colours(look, names)
    faint = {"condition": {"test": "datum.compared", "value": 0.55}, "value": 1}
    layers: list[Spec] = [
        {
            "mark": {"type": "line", "strokeWidth": 2, "interpolate": "linear", "tooltip": None},
            "encoding": {
                **colour,
                "opacity": faint,
                "strokeDash": {"condition": {"test": "datum.compared", "value": [5, 4]}, "value": [1, 0]},
                "detail": {"field": "series"},
            },
        },
        {
            "mark": {"type": "point", "size": 46, "strokeWidth": 1.6, "opacity": 1},
            "encoding": {
                **colour,
                "opacity": faint,
                "fill": {
                    "condition": {"test": "datum.incomplete || datum.compared", "value": look.surface},
                    "field": "series",
                    "type": "nominal",
                    "scale": colour["color"]["scale"],
                    "legend": None,
                },
                "tooltip": tooltip(look),
            },
        },
    ]
    if goal:
        layers += _goal(look, *goal)
    body: Spec = {"data": {"values": values_of(points, look)}, "encoding": shared, "layer": layers}
    return document(look, in_words(look.translate("Line chart"), points, look), body, width="container", height=height)


def columns(
    points: Sequence[Point],
    look: Look,
    *,
    unit: str = "",
    percent: bool = False,
    stacked: bool = False,
    colours: Mapping[str, str] | None = None,
    height: int = 260,
) -> Spec:
    """Bars by period, side by side or stacked; below zero where a value is. The running period is pale and dashed."""
    if not any(point.value for point in points):
        return sentence_instead(
            look, look.translate("Nothing happened in this range."), width="container", height=height
        )
    names = list(dict.fromkeys(point.series for point in points))
    value = y_axis(look, unit, percent=percent)
    encoding: Spec = {
        "x": x_axis(points, look),
        "y": {**value, "stack": "zero"} if stacked else {**value, "stack": None},
        **_colours(look, names, colours),
        "stroke": {**_colours(look, names, colours)["color"], "legend": None},
        "fillOpacity": {"condition": {"test": "datum.incomplete || datum.compared", "value": PALE}, "value": 1},
        "strokeWidth": {"condition": {"test": "datum.incomplete || datum.compared", "value": 1.2}, "value": 0},
        "strokeDash": {"condition": {"test": "datum.incomplete || datum.compared", "value": [3, 2]}, "value": [1, 0]},
        "tooltip": tooltip(look),
    }
    if not stacked and len(names) > 1:
        encoding["xOffset"] = {"field": "series", "type": "nominal", "sort": names}
    body: Spec = {
        "data": {"values": values_of(points, look)},
        "mark": {"type": "bar", "cornerRadiusEnd": 2, "tooltip": True},
        "encoding": encoding,
    }
    return document(look, in_words(look.translate("Bar chart"), points, look), body, width="container", height=height)


def _colours(look: Look, names: list[str], given: Mapping[str, str] | None = None) -> Spec:
    """Series in their order: the given colour, else the accent and the colour-blind-safe ones after it."""
    palette = [look.accent, look.second, *look.more]
    chosen = [(given or {}).get(name) or palette[place % len(palette)] for place, name in enumerate(names)]
    legend = {
        "orient": "top",
        "title": None,
        "offset": 14,
        "symbolOpacity": 1,
        "symbolStrokeWidth": 0,
        "labelLimit": {"expr": "width - 24"},
        "columns": {"expr": legend_columns(names)},
    }
    return {
        "color": {
            "field": "series",
            "type": "nominal",
            "scale": {"domain": names, "range": chosen},
            "legend": legend if len(names) > 1 else None,
        }
    }


def _goal(look: Look, name: str, value: float) -> list[Spec]:
    """A line across the chart at ``value``, and its name on it."""
    at: Spec = {"field": "goal", "type": "quantitative"}
    rule = {"type": "rule", "strokeDash": [2, 3], "color": look.muted, "tooltip": None, "aria": False}
    text: Spec = {"type": "text", "align": "left", "dy": -6, "color": look.muted, "tooltip": None}
    # A line may run through the words: they stand on a stroke of the paper's colour.
    paper: Spec = {**text, "color": look.surface, "stroke": look.surface, "strokeWidth": 5, "aria": False}
    words: Spec = {"y": at, "x": {"value": 4}, "text": {"field": "name"}}
    data = {"values": [{"goal": value, "name": name}]}
    return [
        {"data": data, "mark": rule, "encoding": {"y": at, "x": {"value": 0}, "x2": {"value": "width"}}},
        {"data": data, "mark": paper, "encoding": words},
        {"data": data, "mark": text, "encoding": words},
    ]
