"""Charts of money: invoiced and collected by month, receivables by age, and the small line beside a number."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from .look import Look, Spec, document, room_beside, sentence_instead

AGE_BUCKETS: Final = ("not_due", "1-30", "31-60", "61-90", "over_90")
"""The dimension's values in the order of age, as the metric names them."""


def invoiced_and_collected(
    rows: Sequence[Mapping[str, object]],
    look: Look,
    currency: str,
    *,
    width: int | str = "container",
    height: int = 240,
) -> Spec:
    """Grouped bars by month; the month that is still running is pale with a dashed edge.

    ``rows``: ``{"period": date, "invoiced": Decimal, "collected": Decimal, "incomplete": bool}``, one per month.
    """
    names = {
        "invoiced": look.translate("Invoiced"),
        "collected": look.translate("Collected"),
    }
    values = [_bar(row, key, name, look, currency) for row in rows for key, name in names.items()]
    if not any(value["value"] for value in values):
        return sentence_instead(
            look,
            look.translate("Nothing was invoiced or collected in these months."),
            width=width,
            height=height,
        )
    months = look.short_months([_day(row["period"]) for row in rows])
    body: Spec = {
        "data": {"values": values},
        "mark": {"type": "bar", "cornerRadiusEnd": 2, "tooltip": True},
        "encoding": {
            "x": {
                "field": "period",
                "type": "ordinal",
                "title": None,
                "scale": {"paddingInner": 0.28, "paddingOuter": 0.14},
                "axis": {
                    "labelAngle": 0,
                    "labelExpr": f"({json.dumps(months)})[datum.value]",
                    "labelLineHeight": 13,
                },
            },
            "xOffset": {
                "field": "series",
                "type": "nominal",
                "sort": list(names.values()),
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "title": currency,
                "stack": None,
                "scale": {"zero": True, "nice": True},
                "axis": {
                    "format": "~s",
                    "labelExpr": look.short_label(),
                    "tickCount": 5,
                    "titleAngle": 0,
                    "titleAlign": "right",
                    "titleY": -12,
                },
            },
            **_series_colours(look, list(names.values())),
            "tooltip": [
                {"field": "month", "type": "nominal", "title": look.translate("Month")},
                {"field": "series", "type": "nominal", "title": look.translate("What")},
                {
                    "field": "amount",
                    "type": "nominal",
                    "title": look.translate("Amount"),
                },
            ],
        },
    }
    return document(look, _months_in_words(rows, look, currency), body, width=width, height=height)


def receivables_by_age(
    rows: Sequence[Mapping[str, object]],
    look: Look,
    currency: str,
    *,
    width: int | str = "container",
    height: int = 190,
) -> Spec:
    """One bar per age, oldest last, each with its amount; over 90 days late is drawn in the colour of trouble.

    ``rows``: ``{"age_bucket": "not_due" | "1-30" | …, "value": Decimal}``; a missing age counts as nothing open.
    """
    found = {str(row["age_bucket"]): _money(row.get("value")) for row in rows}
    labels = age_labels(look)
    values = [
        {
            "age": labels[bucket],
            "value": float(found.get(bucket, Decimal(0))),
            "amount": look.money(found.get(bucket, Decimal(0)), currency),
            "late": bucket == "over_90",
        }
        for bucket in AGE_BUCKETS
    ]
    if not any(value["value"] for value in values):
        return sentence_instead(look, look.translate("Nothing is open."), width=width, height=height)
    place = {"field": "age", "type": "nominal", "sort": None, "title": None}
    longest = max(float(str(value["value"])) for value in values)
    room = room_beside(longest, (str(value["amount"]) for value in values))
    length = {"field": "value", "type": "quantitative", "title": None, "axis": None}
    colour = {
        "condition": {"test": "datum.late", "value": look.bad},
        "value": look.accent,
    }
    tooltip = [
        {"field": "age", "type": "nominal", "title": look.translate("Age")},
        {"field": "amount", "type": "nominal", "title": look.translate("Open")},
    ]
    body: Spec = {
        "data": {"values": values},
        "encoding": {
            "y": {
                **place,
                "axis": {"domain": False, "labelColor": look.ink, "labelFontSize": 12},
            }
        },
        "layer": [
            {
                "mark": {"type": "bar", "cornerRadiusEnd": 2, "height": {"band": 0.62}},
                "encoding": {
                    "x": {**length, "scale": {"zero": True, "domainMax": room}},
                    "color": colour,
                    "tooltip": tooltip,
                },
            },
            {
                "mark": {
                    "type": "text",
                    "align": "left",
                    "dx": 6,
                    "fontSize": 12,
                    "color": look.ink,
                },
                "encoding": {
                    "x": length,
                    "text": {"field": "amount", "type": "nominal"},
                },
            },
        ],
    }
    return document(look, _ages_in_words(values, look, currency), body, width=width, height=height)


def sparkline(
    values: Sequence[Decimal | float | int | None],
    look: Look,
    description: str,
    *,
    width: int | str = 120,
    height: int = 32,
) -> Spec:
    """A line without axes for beside a number, its last point marked; gaps stay gaps."""
    points = [{"n": n, "value": None if value is None else float(value)} for n, value in enumerate(values)]
    if not points:
        return sentence_instead(look, description, width=width, height=height)
    encoding: Spec = {
        "x": {
            "field": "n",
            "type": "quantitative",
            "axis": None,
            "scale": {"nice": False, "zero": False},
        },
        "y": {
            "field": "value",
            "type": "quantitative",
            "axis": None,
            "scale": {"zero": False},
        },
    }
    last = [point for point in points if point["value"] is not None][-1:]
    body: Spec = {
        "data": {"values": points},
        "encoding": encoding,
        "layer": [
            {
                "mark": {
                    "type": "line",
                    "strokeWidth": 1.5,
                    "color": look.accent,
                    "interpolate": "monotone",
                }
            },
            {
                "data": {"values": last},
                "mark": {
                    "type": "point",
                    "filled": True,
                    "size": 24,
                    "opacity": 1,
                    "color": look.accent,
                },
            },
        ],
    }
    return document(look, description, body, width=width, height=height)


def age_labels(look: Look) -> dict[str, str]:
    """The ages of receivables in words."""
    return {
        "not_due": look.translate("Not due yet"),
        "1-30": look.translate("1–30 days late"),
        "31-60": look.translate("31–60 days late"),
        "61-90": look.translate("61–90 days late"),
        "over_90": look.translate("Over 90 days late"),
    }


def _bar(row: Mapping[str, object], key: str, name: str, look: Look, currency: str) -> dict[str, object]:
    amount = _money(row.get(key))
    day = _day(row["period"])
    incomplete = bool(row.get("incomplete"))
    month = look.month(day)
    return {
        "period": day.isoformat(),
        "month": look.translate("{month} (so far)").format(month=month) if incomplete else month,
        "series": name,
        "value": float(amount),
        "amount": look.money(amount, currency),
        "incomplete": incomplete,
    }


def _series_colours(look: Look, names: list[str]) -> Spec:
    scale = {"domain": names, "range": [look.accent, look.second]}
    legend = {
        "orient": "top",
        "title": None,
        "offset": 14,
        "symbolOpacity": 1,
        "symbolStrokeWidth": 0,
    }
    return {
        "color": {
            "field": "series",
            "type": "nominal",
            "scale": scale,
            "legend": legend,
        },
        "stroke": {
            "field": "series",
            "type": "nominal",
            "scale": scale,
            "legend": None,
        },
        "fillOpacity": {
            "condition": {"test": "datum.incomplete", "value": 0.28},
            "value": 1,
        },
        "strokeWidth": {
            "condition": {"test": "datum.incomplete", "value": 0.6},
            "value": 0,
        },
        "strokeDash": {
            "condition": {"test": "datum.incomplete", "value": [3, 2]},
            "value": [1, 0],
        },
    }


def _months_in_words(rows: Sequence[Mapping[str, object]], look: Look, currency: str) -> str:
    whole = [row for row in rows if not row.get("incomplete")] or list(rows)
    best = max(whole, key=lambda row: _money(row.get("invoiced")))
    text = look.translate(
        "Bar chart of {count} months from {first} to {last}. Invoiced {invoiced} and collected {collected} in all. "
        "Most was invoiced in {best}: {amount}."
    ).format(
        count=len(rows),
        first=look.month(_day(rows[0]["period"])),
        last=look.month(_day(rows[-1]["period"])),
        invoiced=look.money(sum((_money(row.get("invoiced")) for row in rows), Decimal(0)), currency),
        collected=look.money(sum((_money(row.get("collected")) for row in rows), Decimal(0)), currency),
        best=look.month(_day(best["period"])),
        amount=look.money(_money(best.get("invoiced")), currency),
    )
    if any(row.get("incomplete") for row in rows):
        text += " " + look.translate("The last month is not complete and drawn paler.")
    return text


def _ages_in_words(values: Sequence[Mapping[str, object]], look: Look, currency: str) -> str:
    total = sum((Decimal(str(value["value"])) for value in values), Decimal(0))
    parts = "; ".join(f"{value['age']}: {value['amount']}" for value in values)
    return look.translate("Bar chart of what is open by age, {total} in all. {parts}.").format(
        total=look.money(total, currency), parts=parts
    )


def _money(value: object) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value or 0))


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
