"""Tables that are looked at as a whole: a heat table of shares, and named bars against a goal."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from .look import CELL_TEXT, Look, Spec, document, room_beside, sentence_instead


@dataclass(frozen=True, slots=True)
class Cell:
    """A share in a row and column of a heat table; ``share`` is ``None`` where there is none to give."""

    row: str
    column: str
    head: str
    share: float | None
    text: str
    told: str


def heat(cells: Sequence[Cell], look: Look, *, full: float = 1.0, row_height: int = 28) -> Spec:
    """Rows by columns; the more, the stronger. Above ``full`` the figure is underlaid in the colour of trouble."""
    known = [cell for cell in cells if cell.share is not None]
    if not known:
        return sentence_instead(look, look.translate("There is nothing to draw yet."), width="container", height=120)
    rows = list(dict.fromkeys(cell.row for cell in cells))
    heads = {cell.column: cell.head for cell in cells}
    values = [
        {"row": cell.row, "column": cell.column, "share": cell.share, "text": cell.text, "told": cell.told,
         "over": (cell.share or 0) > full}
        for cell in cells
    ]  # fmt: skip
    label = f"({json.dumps(heads)})[datum.value]"
    ramp = {"domain": [0, full], "range": [look.surface, look.accent], "interpolate": "lab", "clamp": True}
    body: Spec = {
        "padding": {"left": 5, "top": 5, "right": 20, "bottom": 5},  # half of the last column's head
        "data": {"values": values},
        "encoding": {
            "x": {"field": "column", "type": "ordinal", "sort": list(heads), "title": None,
                  "axis": {"orient": "top", "labelAngle": 0, "domain": False, "labelExpr": label,
                           "labelOverlap": "greedy"}},
            "y": {"field": "row", "type": "nominal", "sort": rows, "title": None,
                  "axis": {"domain": False, "labelColor": look.ink, "labelFontSize": 12, "labelLimit": 150}},
        },
        "layer": [
            {
                "mark": {"type": "rect", "cornerRadius": 2, "stroke": look.surface, "strokeWidth": 2},
                "encoding": {
                    "color": {"condition": {"test": "datum.over", "value": look.bad}, "field": "share",
                              "type": "quantitative", "scale": ramp, "legend": None},
                    "tooltip": [{"field": "told", "type": "nominal", "title": look.translate("Figure")}],
                },
            },
            {
                "transform": [{"filter": "isValid(datum.share)"}],
                "mark": {"type": "text", "tooltip": None, **CELL_TEXT},
                "encoding": {
                    "text": {"field": "text", "type": "nominal"},
                    "color": {"condition": {"test": f"datum.share > {0.55 * full}", "value": look.on_accent},
                              "value": look.ink},
                },
            },
        ],
    }  # fmt: skip
    best = max(known, key=lambda cell: cell.share or 0)
    words = look.translate("Heat table of {rows} rows and {columns} columns. The most: {told}.").format(
        rows=len(rows), columns=len(heads), told=best.told
    )
    return document(look, words, body, width="container", height=row_height * len(rows) + 40)


@dataclass(frozen=True, slots=True)
class Bar:
    """A named bar; ``tone`` is a colour of meaning (good, warning, bad) or empty for the accent."""

    label: str
    value: float
    text: str
    tone: str = ""


def bars(
    found: Sequence[Bar], look: Look, *, goal: tuple[str, float] | None = None, row_height: int = 28, empty: str = ""
) -> Spec:
    """Horizontal bars in the given order, each with its figure; ``goal`` is a named line across them."""
    if not found:
        sentence = empty or look.translate("There is nothing to draw yet.")
        return sentence_instead(look, sentence, width="container", height=120)
    tones = {"": look.accent, "good": look.good, "warning": look.warning, "bad": look.bad}
    # Two bars may have one name: each has a place of its own.
    labels = {f"{place:04}": bar.label for place, bar in enumerate(found)}
    values = [
        {"place": place, "label": bar.label, "value": bar.value, "text": bar.text, "colour": tones[bar.tone]}
        for place, bar in zip(labels, found, strict=True)
    ]
    widest = max([abs(bar.value) for bar in found] + [goal[1] if goal else 0]) or 1
    length: Spec = {"field": "value", "type": "quantitative", "title": None, "axis": None,
                    "scale": {"zero": True, "domainMax": room_beside(widest, (bar.text for bar in found))}}  # fmt: skip
    layers: list[Spec] = [
        {
            "mark": {"type": "bar", "cornerRadiusEnd": 2, "height": {"band": 0.62}},
            "encoding": {
                "x": length,
                "color": {"field": "colour", "type": "nominal", "scale": None},
                "tooltip": [
                    {"field": "label", "type": "nominal", "title": look.translate("What")},
                    {"field": "text", "type": "nominal", "title": look.translate("Figure")},
                ],
            },
        },
        {
            "mark": {"type": "text", "align": "left", "dx": 6, "fontSize": 12, "color": look.ink, "tooltip": None},
            "encoding": {"x": length, "text": {"field": "text", "type": "nominal"}},
        },
    ]
    if goal:
        layers.append(
            {
                "mark": {"type": "rule", "strokeDash": [3, 3], "color": look.muted, "aria": False},
                "encoding": {"x": {"datum": goal[1]}, "y": {}},
            }
        )
    body: Spec = {
        "data": {"values": values},
        "encoding": {
            "y": {"field": "place", "type": "ordinal", "title": None,
                  "axis": {"domain": False, "labelColor": look.ink, "labelFontSize": 12,
                           "labelLimit": {"expr": "width < 260 ? 120 : 190"},
                           "labelExpr": f"({json.dumps(labels)})[datum.value]"}}
        },
        "layer": layers,
    }  # fmt: skip
    listed = "; ".join(f"{bar.label}: {bar.text}" for bar in found[:12])
    words = look.translate("Bar chart of {count} rows. {listed}.").format(count=len(found), listed=listed)
    return document(look, words, body, width="container", height=row_height * len(found) + 16)
