"""Charts of work: hours used of each project's budget."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from .look import Look, Spec, document, room_for, sentence_instead

ROW_HEIGHT = 46


def hours_against_budget(
    rows: Sequence[Mapping[str, object]],
    look: Look,
    *,
    period: str,
    width: int | str = "container",
) -> Spec:
    """One bar per project: hours before the period pale, those of the period full, the budget as a line.

    ``rows``: ``{"project": str, "earlier": Decimal, "hours": Decimal, "budget": Decimal}``, hours. The name stands
    above its bar, so that a long one is only cut at the chart's width.
    """
    if not rows:
        return sentence_instead(look, look.translate("No project has a budget."), width=width, height=80)
    values = [_value(n, row, look) for n, row in enumerate(rows)]
    room = max(max(_hours(value["used"]), _hours(value["budget"])) for value in values)
    room *= room_for(str(value["label"]) for value in values)
    place: Spec = {"field": "n", "type": "ordinal", "axis": None, "scale": {"paddingInner": 0.1}}
    length: Spec = {"type": "quantitative", "title": None, "axis": None, "scale": {"zero": True, "domainMax": room}}
    bar: Spec = {"type": "bar", "height": 10, "yOffset": 8, "tooltip": True}
    tooltip = [
        {"field": "project", "type": "nominal", "title": look.translate("Project")},
        {"field": "label", "type": "nominal", "title": look.translate("Hours")},
    ]
    body: Spec = {
        "data": {"values": values},
        "encoding": {"y": place},
        "layer": [
            {
                "mark": {**bar, "color": look.accent, "opacity": 0.35},
                "encoding": {"x": {**length, "field": "earlier"}, "tooltip": tooltip},
            },
            {
                "mark": {**bar, "color": look.accent},
                "encoding": {"x": {**length, "field": "earlier"}, "x2": {"field": "used"}, "tooltip": tooltip},
            },
            {
                "mark": {"type": "tick", "size": 20, "thickness": 2, "yOffset": 8, "color": look.ink},
                "encoding": {"x": {**length, "field": "budget"}},
            },
            _text(look, "project", {"value": 0}, {"dy": -9, "color": look.ink}),
            _text(look, "label", {**length, "field": "end"}, {"dx": 8, "dy": 8, "color": look.muted}),
        ],
    }
    return document(look, _in_words(values, look, period), body, width=width, height=ROW_HEIGHT * len(values))


def _text(look: Look, field: str, x: Spec, mark: Spec) -> Spec:
    text: Spec = {"type": "text", "align": "left", "baseline": "middle", "fontSize": 12, "limit": 560, "tooltip": None}
    return {"mark": {**text, **mark}, "encoding": {"x": x, "text": {"field": field, "type": "nominal"}}}


def _value(n: int, row: Mapping[str, object], look: Look) -> dict[str, object]:
    earlier, hours, budget = (Decimal(str(row[name])) for name in ("earlier", "hours", "budget"))
    used = earlier + hours
    label = look.translate("{used} of {budget} h").format(used=look.number(used), budget=look.number(budget))
    return {
        "n": n,
        "project": str(row["project"]),
        "earlier": float(earlier),
        "used": float(used),
        "budget": float(budget),
        "end": float(max(used, budget)),
        "label": label,
    }


def _hours(value: object) -> float:
    return float(str(value))


def _in_words(values: Sequence[Mapping[str, object]], look: Look, period: str) -> str:
    text = look.translate("Bar chart of hours used and hours budgeted by project; the hours of {period} are darker.")
    return " ".join([text.format(period=period), *(f"{value['project']}: {value['label']}." for value in values)])
