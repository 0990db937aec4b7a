"""Cards: a figure with its definition, its change against each comparison, and its line over time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from console import controls, drill, figures, language, money, panels
from console.language import tell as _
from console.reading import Reading
from console.templating import show
from warehouse.gateway import MetricRow
from warehouse.gateway.comparison import Comparison

Direction = Literal["up", "down", "neither"]
"""Which way is good: more revenue is, more receivables are not."""


@dataclass(frozen=True, slots=True)
class Kpi:
    """A metric on a card; a flow is that of the range, a stock that of its last day.

    ``with_n`` always shows the n; ``times`` prints a ratio as a multiple (1.24) and not as a share.
    """

    name: str
    good: Direction
    with_n: bool = False
    times: bool = False


@dataclass(frozen=True, slots=True)
class Delta:
    """One comparison in words; ``tone`` is a meaning colour's class or empty."""

    text: str
    tone: str
    against: str


@dataclass(frozen=True, slots=True)
class Card:
    """What a card shows."""

    label: str
    definition: str
    short: str
    exact: str
    note: str = ""
    deltas: tuple[Delta, ...] = ()
    points: str = ""
    trend: str = ""
    values: tuple[Decimal | None, ...] = field(default=(), repr=False)


def delta(now: Decimal | None, before: Decimal | None, against: str, good: Direction, unit: str = "") -> Delta:
    """``▲ 12.0 %`` with its meaning, a ratio's in points; says so where there is nothing to compare with."""
    moved = money.change(now, before) if unit != "ratio" else None if now is None or before is None else now - before
    if moved is None:
        return Delta(_("no figure"), "", _("in the range compared with: {range}", range=against))
    arrow = "▲" if moved > 0 else "▼" if moved < 0 else "="
    risen_well = (moved > 0) == (good == "up")
    tone = "" if moved == 0 or good == "neither" else "good" if risen_well else "bad"
    unit_said = _("points") if unit == "ratio" else "%"
    return Delta(f"{arrow} {language.tenth(abs(moved) * 100)} {unit_said}", tone, _("against {range}", range=against))


def polyline(values: Sequence[Decimal | None]) -> str:
    """Points of a sparkline in a box of 100 × 34; empty below two values. Blank months are left out."""
    known = [(index, value) for index, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(value for _, value in known), max(value for _, value in known)
    span = (high - low) or Decimal(1)
    width = Decimal(100) / (len(values) - 1)
    return " ".join(f"{index * width:.2f},{31 - (value - low) / span * 28:.2f}" for index, value in known)


def show_kpis(reading: Reading, wanted: Sequence[Kpi]) -> None:
    """A card for each metric that the viewer may see, in one row that wraps."""
    cards = panels.safely(lambda: [card(reading, kpi) for kpi in wanted if reading.knows(kpi.name)])
    if isinstance(cards, str):
        panels.say(cards)
    else:
        show("cards.html", cards=cards, accent=figures.look(reading.viewer).accent)
        drill.behind(
            drill.Behind(
                reading, {reading.definition(kpi.name).label: kpi.name for kpi in wanted if reading.knows(kpi.name)}
            ),
            "cards",
            {},
        )


def card(reading: Reading, kpi: Kpi) -> Card:
    """One card with its comparisons."""
    known = reading.definition(kpi.name)
    row = reading.total(kpi.name)
    now = row.value if row else None
    currency = row.currency if row else None
    unit = "times" if kpi.times else known.unit
    values = tuple(found.value for found in reading.rows(reading.series(kpi.name)))
    return Card(
        label=known.label,
        definition=" ".join([known.definition, *known.policy]),
        short=money.short(now, unit, currency),
        exact=money.exact(now, unit, currency),
        note=_note(reading, kpi, row),
        deltas=tuple(_delta(reading, kpi, now, compared) for compared in reading.filters.comparisons),
        points=polyline(values),
        trend=_("{metric} by month over {number} months", metric=known.label, number=len(values)),
    )


def _delta(reading: Reading, kpi: Kpi, now: Decimal | None, compared: Comparison) -> Delta:
    before = reading.total(kpi.name, compared)
    unit = "times" if kpi.times else reading.definition(kpi.name).unit
    return delta(now, before.value if before else None, controls.against(compared), kpi.good, unit)


def _note(reading: Reading, kpi: Kpi, row: MetricRow | None) -> str:
    """Of which days the figure is, of how many things, and whether the bar's filters hold for it."""
    last = min(reading.filters.last, reading.publication.data_on)
    stock = reading.definition(kpi.name).kind == "stock"
    parts = [_("on {day}", day=language.day(last)) if stock else _("over the range")]
    if row is not None and row.n is not None and kpi.with_n:
        parts.append(f"n = {row.n}")
    elif money.counted(row):
        parts.append(money.counted(row))
    known = reading.definition(kpi.name)
    if reading.filters.converted and known.by_currency and not known.converts:
        parts.append(_("{currency} alone", currency=reading.filters.currency))
    if not reading.narrowed(kpi.name):
        parts.append(_("whole agency"))
    return " · ".join(parts)
