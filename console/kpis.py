"""Cards: a figure with its definition, its change against each comparison, and its line over time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from console import money
from console.templating import show
from warehouse.gateway import MetricAnswer, MetricRow

Direction = Literal["up", "down", "neither"]
"""Which way is good: more revenue is, more receivables are not."""


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


def rows_in(answer: MetricAnswer, currency: str | None) -> list[MetricRow]:
    """Rows of one currency (all rows where the metric is not money), by period."""
    return [row for row in answer.rows if row.currency in (None, currency)]


def total(rows: Sequence[MetricRow]) -> Decimal | None:
    """The sum of a flow over the range; blank where there is no row."""
    values = [row.value for row in rows if row.value is not None]
    return sum(values, Decimal(0)) if values else None


def delta(now: Decimal | None, before: Decimal | None, against: str, good: Direction) -> Delta:
    """``+12.0 %`` with its meaning; says so where there is nothing to compare with."""
    share = money.change(now, before)
    if share is None:
        return Delta("no figure", "", f"in the {against}")
    arrow = "▲" if share > 0 else "▼" if share < 0 else "="
    risen_well = (share > 0) == (good == "up")
    tone = "" if share == 0 or good == "neither" else "good" if risen_well else "bad"
    return Delta(f"{arrow} {abs(share) * 100:.1f} %", tone, f"against the {against}")


def polyline(values: Sequence[Decimal | None]) -> str:
    """Points of a sparkline in a box of 100 × 34; empty below two values. Blank months are left out."""
    known = [(index, value) for index, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(value for _, value in known), max(value for _, value in known)
    span = (high - low) or Decimal(1)
    width = Decimal(100) / (len(values) - 1)
    return " ".join(f"{index * width:.2f},{31 - (value - low) / span * 28:.2f}" for index, value in known)


def show_cards(cards: Sequence[Card], accent: str) -> None:
    """Draw the cards in one row that wraps; ``accent`` colours the lines."""
    show("cards.html", cards=cards, accent=accent)
