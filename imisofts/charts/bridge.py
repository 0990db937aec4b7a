"""The bridge: how one stock became another, step by step."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from babel.numbers import format_compact_decimal

from .look import Look, Spec, document, sentence_instead


@dataclass(frozen=True, slots=True)
class Step:
    """One column. A ``total`` stands on the ground with its whole ``amount``; ``up`` and ``down`` hang between, their
    amounts positive."""

    label: str
    amount: Decimal
    kind: Literal["total", "up", "down"]
    text: str


def waterfall(steps: Sequence[Step], look: Look, unit: str, *, height: int = 280) -> Spec:
    """Opening, movements and closing as columns that hand over their height; each with its exact amount above it."""
    if not any(step.amount for step in steps):
        return sentence_instead(look, look.translate("Nothing moved in this range."), width="container", height=height)
    values = _placed(steps, look)
    labels = {str(place): step.label.split(" ") for place, step in enumerate(steps)}
    x: Spec = {
        "field": "place",
        "type": "ordinal",
        "title": None,
        "scale": {"paddingInner": 0.24, "paddingOuter": 0.12},
        "axis": {
            "labelAngle": {"expr": "width < 480 ? -40 : 0"},
            "labelLimit": 90,
            "labelAlign": {"expr": "width < 480 ? 'right' : 'center'"},
            "labelExpr": f"({json.dumps(labels)})[datum.value]",
            "labelLineHeight": 13,
        },
    }
    y: Spec = {
        "field": "low",
        "type": "quantitative",
        "title": unit,
        "scale": {"zero": True, "nice": True},
        "axis": {"format": "~s", "labelExpr": look.short_label(), "tickCount": 5, "titleAngle": 0,
                 "titleAlign": "left", "titleAnchor": "end",
                 "titleX": -30, "titleY": -14},
    }  # fmt: skip
    tones = {"total": look.accent, "up": look.good, "down": look.bad}
    colour = {"field": "kind", "type": "nominal", "legend": None,
              "scale": {"domain": list(tones), "range": list(tones.values())}}  # fmt: skip
    tooltip = [
        {"field": "label", "type": "nominal", "title": look.translate("What")},
        {"field": "text", "type": "nominal", "title": look.translate("Amount")},
    ]
    body: Spec = {
        "data": {"values": values},
        "encoding": {"x": x},
        "layer": [
            {
                "mark": {"type": "bar", "cornerRadius": 2, "minBandSize": 3},
                "encoding": {"y": y, "y2": {"field": "high"}, "color": colour, "tooltip": tooltip},
            },
            {
                "mark": {
                    "type": "text",
                    "text": {"expr": "bandwidth('x') < 72 ? datum.brief : datum.short"},
                    "dy": -8,
                    "fontSize": {"expr": "bandwidth('x') < 44 ? 9 : 11"},
                    "color": look.ink,
                    "tooltip": None,
                },
                "encoding": {"y": {"field": "high", "type": "quantitative"}},
            },
        ],
    }
    words = look.translate("Waterfall chart. {steps}.").format(
        steps="; ".join(f"{step.label}: {'−' if step.kind == 'down' else ''}{step.text}" for step in steps)
    )
    return document(look, words, body, width="container", height=height)


def _placed(steps: Sequence[Step], look: Look) -> list[dict[str, object]]:
    """Each step with the heights between which it hangs."""
    level = Decimal(0)
    placed: list[dict[str, object]] = []
    signs = {"total": "", "up": "+", "down": "−"}
    for place, step in enumerate(steps):
        before = Decimal(0) if step.kind == "total" else level
        level = step.amount if step.kind == "total" else level + (step.amount if step.kind == "up" else -step.amount)
        low, high = sorted((before, level))
        sign = signs[step.kind] if step.amount else ""
        brief = format_compact_decimal(step.amount, fraction_digits=1, locale=look.babel)
        placed.append(
            {"place": str(place), "label": step.label, "text": step.text, "kind": step.kind,
             "short": sign + step.text, "brief": sign + str(brief), "low": float(low), "high": float(high)}
        )  # fmt: skip
    return placed
