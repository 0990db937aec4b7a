"""The cohort heatmap: how many clients of each first month came back."""

import json
from collections.abc import Mapping, Sequence
from datetime import date

from .look import CELL_TEXT, Look, Spec, document, sentence_instead


def cohort_retention(
    rows: Sequence[Mapping[str, object]],
    look: Look,
    *,
    width: int | str = "container",
    height: int | None = None,
) -> Spec:
    """Cohort by months since its first invoice; a cell is the share of the cohort active then, masked while incomplete.

    ``rows``: ``{"cohort": date, "month_number": int, "clients": int, "incomplete": bool}``.
    """
    values = _cells(rows, look)
    if not values:
        return sentence_instead(
            look,
            look.translate("No client has been invoiced yet."),
            width=width,
            height=120,
        )
    cohorts = sorted({str(value["cohort"]) for value in values})
    names = {cohort: look.month(date.fromisoformat(cohort)) for cohort in cohorts}
    shared: Spec = {
        "x": {
            "field": "month_number",
            "type": "ordinal",
            "title": look.translate("Months since the first invoice"),
            "axis": {"orient": "top", "labelAngle": 0, "domain": False, "labelOverlap": "greedy"},
        },
        "y": {
            "field": "cohort",
            "type": "ordinal",
            "title": None,
            "axis": {
                "domain": False,
                "labelExpr": f"({json.dumps(names)})[datum.value]",
            },
        },
    }
    ramp = {
        "domain": [0, 1],
        "range": [look.surface, look.accent],
        "interpolate": "lab",
    }
    tooltip = [
        {
            "field": "month",
            "type": "nominal",
            "title": look.translate("First invoiced"),
        },
        {
            "field": "month_number",
            "type": "ordinal",
            "title": look.translate("Months later"),
        },
        {
            "field": "clients",
            "type": "quantitative",
            "title": look.translate("Active clients"),
        },
        {
            "field": "size",
            "type": "quantitative",
            "title": look.translate("Clients in the cohort"),
        },
        {
            "field": "share",
            "type": "quantitative",
            "format": ".0%",
            "title": look.translate("Share"),
        },
    ]
    body: Spec = {
        "data": {"values": values},
        "encoding": shared,
        "layer": [
            {
                "mark": {
                    "type": "rect",
                    "cornerRadius": 2,
                    "stroke": look.surface,
                    "strokeWidth": 2,
                },
                "encoding": {
                    "color": {
                        "field": "share",
                        "type": "quantitative",
                        "scale": ramp,
                        "legend": None,
                    },
                    "tooltip": tooltip,
                },
            },
            {
                "mark": {"type": "text", "tooltip": None, **CELL_TEXT},
                "encoding": {
                    "text": {"field": "share", "type": "quantitative", "format": ".0%"},
                    "color": {
                        "condition": {
                            "test": "datum.share > 0.55",
                            "value": look.on_accent,
                        },
                        "value": look.ink,
                    },
                },
            },
        ],
    }
    tall = height if height is not None else max(120, 24 * len(cohorts) + 48)
    return document(look, _in_words(values, names, look), body, width=width, height=tall)


def _cells(rows: Sequence[Mapping[str, object]], look: Look) -> list[dict[str, object]]:
    """Whole months only: the running one would show every cohort falling off a cliff."""
    sizes = {_iso(row["cohort"]): _count(row["clients"]) for row in rows if _count(row["month_number"]) == 0}
    return [
        {
            "cohort": _iso(row["cohort"]),
            "month": look.month(date.fromisoformat(_iso(row["cohort"]))),
            "month_number": _count(row["month_number"]),
            "clients": _count(row["clients"]),
            "size": sizes[_iso(row["cohort"])],
            "share": _count(row["clients"]) / sizes[_iso(row["cohort"])],
        }
        for row in rows
        if sizes.get(_iso(row["cohort"])) and (not row.get("incomplete") or _count(row["month_number"]) == 0)
    ]


def _in_words(values: Sequence[Mapping[str, object]], names: Mapping[str, str], look: Look) -> str:
    later = [value for value in values if value["month_number"] == 1]
    cohorts = list(names.values())
    text = look.translate("Heatmap of {count} cohorts of clients, from {first} to {last}.").format(
        count=len(cohorts), first=cohorts[0], last=cohorts[-1]
    )
    if not later:
        return text
    back = sum(_count(value["clients"]) for value in later)
    size = sum(_count(value["size"]) for value in later)
    return (
        text
        + " "
        + look.translate("One month after their first invoice {share} of the clients were active.").format(
            share=f"{back / size:.0%}"
        )
    )


def _count(value: object) -> int:
    return int(str(value or 0).partition(".")[0])


def _iso(value: object) -> str:
    return value.isoformat()[:10] if isinstance(value, date) else str(value)[:10]
