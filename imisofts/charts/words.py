"""What charts of periods share: how a figure reads, where an axis breaks, and a chart in words."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from .look import Look, Spec

PALE: Final = 0.28
"""How strong a bar is drawn whose period still runs, or which is only compared with."""


@dataclass(frozen=True, slots=True)
class Point:
    """One figure of one series. ``text`` is the exact figure as people read it; ``value`` is for drawing only.

    ``period`` is the period's first day, ``compared`` marks an earlier range laid over this one (``told`` then says
    which days the figure is really of).
    """

    period: date
    series: str
    value: float | None
    text: str
    incomplete: bool = False
    compared: bool = False
    told: str = ""


def values_of(points: Sequence[Point], look: Look) -> list[dict[str, object]]:
    """The points as Vega's data."""
    return [
        {
            "period": point.period.isoformat(),
            "when": _when(point, look),
            "series": point.series,
            "value": point.value,
            "text": point.text,
            "incomplete": point.incomplete,
            "compared": point.compared,
        }
        for point in points
    ]


def _when(point: Point, look: Look) -> str:
    when = point.told or look.month(point.period)
    return look.translate("{month} (so far)").format(month=when) if point.incomplete else when


def x_axis(points: Sequence[Point], look: Look) -> Spec:
    """Periods in order, each month told once and thinned where there are many; the year under the first and each
    January."""
    days = sorted({point.period for point in points})
    firsts = [day for place, day in enumerate(days) if place == 0 or day.month != days[place - 1].month]
    step = max(1, -(-len(firsts) // 18))
    shown = firsts[::step]
    labels = look.short_months(shown)
    return {
        "field": "period",
        "type": "ordinal",
        "title": None,
        "scale": {"paddingInner": 0.28, "paddingOuter": 0.14},
        "axis": {
            "labelAngle": 0,
            "values": [day.isoformat() for day in shown],
            "labelExpr": f"({json.dumps(labels)})[datum.value]",
            "labelLineHeight": 13,
            "labelOverlap": "greedy",
        },
    }


def y_axis(look: Look, title: str, *, percent: bool, zero: bool = True) -> Spec:
    """A quantity from zero; shares in per cent, thousands short."""
    return {
        "field": "value",
        "type": "quantitative",
        "title": title or None,
        "scale": {"zero": zero, "nice": True},
        "axis": {
            "format": ".0%" if percent else "~s",
            **({} if percent else {"labelExpr": look.short_label()}),
            "tickCount": 5,
            "titleAngle": 0,
            "titleAlign": "left",
            "titleAnchor": "end",
            "titleX": -30,
            "titleY": -14,
        },
    }


def tooltip(look: Look) -> list[Spec]:
    """When, what and how much, exactly."""
    heads = {"when": look.translate("Month"), "series": look.translate("What"), "text": look.translate("Figure")}
    return [{"field": field, "type": "nominal", "title": head} for field, head in heads.items()]


def in_words(kind: str, points: Sequence[Point], look: Look) -> str:
    """The chart for those who do not see it: its range, and each series' first and last figure."""
    if not points:
        return kind
    days = sorted({point.period for point in points})
    parts = [
        look.translate("{kind} of {count} periods from {first} to {last}.").format(
            kind=kind, count=len(days), first=look.month(days[0]), last=look.month(days[-1])
        )
    ]
    for name in dict.fromkeys(point.series for point in points):
        known = [point for point in points if point.series == name and point.value is not None]
        if known:
            parts.append(
                look.translate("{series}: {first} at first, {last} at last.").format(
                    series=name, first=known[0].text, last=known[-1].text
                )
            )
    if any(point.incomplete for point in points):
        parts.append(look.translate("The last period is not complete and drawn paler."))
    return " ".join(parts)
