"""Random histories: the marts equal a replay that knows nothing but the rows, day by day and month by month.

``PROVE=1`` replays 20,000 histories, else a few hundred; ``SEED`` chooses others.
"""

import os
import random
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pytest

from tests.warehouse.gateway import business
from tests.warehouse.gateway.lake_fixture import FixtureLake, key
from tests.warehouse.recurring.rows import Row

HISTORIES = 20_000 if os.environ.get("PROVE") else 300
SEED = int(os.environ.get("SEED", "3"))
NOW = datetime(2026, 8, 15, 12, tzinfo=UTC)
FIRST = date(2023, 1, 1)
YEAR = {"year": Fraction(12), "quarter": Fraction(3), "month": Fraction(1)}
MONTHS = YEAR | {"week": Fraction(12, 52), "day": Fraction(12, 365)}
NONE = Decimal(0)


@dataclass
class Item:
    """An item's row, and what a month of it is worth."""

    number: int
    subscription: int
    quantity: Decimal
    price: Decimal
    discount: Decimal
    interval: str | None
    count: int
    started: date
    ended: date | None

    def mrr(self) -> Decimal:
        if self.interval is None:
            return NONE
        paid = Fraction(self.quantity) * Fraction(self.price) * (1 - Fraction(self.discount))
        exact = paid / (self.count * MONTHS[self.interval])
        scaled = exact * 10**8
        return (Decimal(scaled.numerator) / Decimal(scaled.denominator)).quantize(Decimal(1), ROUND_HALF_UP).scaleb(-8)


@dataclass
class History:
    """One client's subscriptions."""

    client: int
    trials: dict[int, date | None] = field(default_factory=dict)
    starts: dict[int, date] = field(default_factory=dict)
    ends: dict[int, date | None] = field(default_factory=dict)
    pauses: dict[int, list[tuple[date, date | None]]] = field(default_factory=lambda: defaultdict(list))
    items: list[Item] = field(default_factory=list)

    def mrr(self, day: date) -> Decimal:
        """The definition, word for word."""
        return sum((item.mrr() for item in self.items if self._counts(item, day)), NONE)

    def _counts(self, item: Item, day: date) -> bool:
        trial, end = self.trials[item.subscription], self.ends[item.subscription]
        if not item.started <= day or (item.ended and day >= item.ended) or (end and day >= end):
            return False
        if day < self.starts[item.subscription] or (trial and day < trial):
            return False
        pauses = self.pauses[item.subscription]
        return not any(began <= day and (ended is None or day < ended) for began, ended in pauses)


def histories(chance: random.Random) -> Iterator[History]:
    numbers = iter(range(10**9))
    for client in range(HISTORIES):
        history = History(client)
        for _ in range(chance.choice((1, 1, 1, 2, 3))):
            subscription = next(numbers)
            start = FIRST + timedelta(days=chance.randrange(1200))
            history.starts[subscription] = start
            history.trials[subscription] = start + timedelta(days=14) if chance.random() < 0.2 else None
            history.ends[subscription] = (
                start + timedelta(days=chance.randrange(900)) if chance.random() < 0.3 else None
            )
            for _ in range(chance.choice((0, 0, 1, 2))):
                began = start + timedelta(days=chance.randrange(700))
                lasting = None if chance.random() < 0.1 else began + timedelta(days=chance.randrange(120))
                history.pauses[subscription].append((began, lasting))
            history.items += _line(chance, numbers, subscription, start)
        yield history


def _line(chance: random.Random, numbers: Iterator[int], subscription: int, start: date) -> Iterator[Item]:
    """One line and its changes: each ends a row and begins the next, sometimes after a gap."""
    interval = chance.choice(("month", "month", "year", "quarter", "week", "day", None))
    count = chance.choice((1, 1, 1, 2, 6))
    begins: date | None = start
    while begins is not None:
        lasts = chance.choice((None, chance.randrange(400)))
        ends = None if lasts is None else begins + timedelta(days=lasts)
        if ends and chance.random() < 0.3:
            ends = max(begins, ends.replace(day=1))
        quantity = Decimal(chance.choice(("1", "2", "1.5", "0")))
        price = Decimal(chance.choice(("10", "49.99", "0.01", "1234.5678", "120")))
        discount = Decimal(chance.choice(("0", "0", "0.1", "0.333333")))
        yield Item(next(numbers), subscription, quantity, price, discount, interval, count, begins, ends)
        again = ends is not None and chance.random() < 0.6
        begins = ends + timedelta(days=chance.choice((0, 0, 40))) if again and ends else None


def months() -> Iterator[date]:
    day = FIRST
    while day <= NOW.date():
        yield day
        day = date(day.year + day.month // 12, day.month % 12 + 1, 1)


def replayed(history: History) -> dict[date, tuple[str, Decimal, Decimal]]:
    """Every month's movement, change and closing, from the definition alone."""
    found = {}
    before, ever = NONE, False
    for month in months():
        now = history.mrr(date(month.year, month.month, monthrange(month.year, month.month)[1]))
        change = now - before
        if change == 0:
            movement = "none"
        elif before == 0:
            movement = "reactivation" if ever else "new"
        elif now == 0:
            movement = "churned"
        else:
            movement = "expansion" if change > 0 else "contraction"
        found[month] = (movement, abs(change), now)
        before, ever = now, ever or now > 0
    return found


def write(lake: FixtureLake, found: list[History]) -> None:
    house = key("random")
    lake.add("workspace", [business.workspace("random", "EUR", id=house)])
    owned: Row = {"workspace_id": str(house), "currency": "EUR"}
    clients = [
        owned | {"id": _id(1, h.client), "name": "x", "external_id": str(h.client), "source": "api"} for h in found
    ]
    subscriptions: list[Row] = []
    items: list[Row] = []
    pauses: list[Row] = []
    for history in found:
        mine = owned | {"client_id": _id(1, history.client)}
        for number, start in history.starts.items():
            dates: Row = {
                "started_on": start,
                "trial_ends_on": history.trials[number],
                "ended_on": history.ends[number],
            }
            subscriptions.append(mine | {"id": _id(2, number), "source": "api"} | dates)
            pauses += [
                {"workspace_id": str(house), "client_id": mine["client_id"], "id": _id(4, number * 10 + place)}
                | {"subscription_id": _id(2, number), "started_on": began, "ended_on": ended}
                for place, (began, ended) in enumerate(history.pauses[number])
            ]
        for item in history.items:
            row: Row = {"id": _id(3, item.number), "line_id": _id(2, item.subscription), "description": "x"}
            row |= {"subscription_id": _id(2, item.subscription), "quantity": item.quantity, "unit_price": item.price}
            row |= {"discount_rate": item.discount, "interval": item.interval, "interval_count": item.count}
            items.append(mine | row | {"started_on": item.started, "ended_on": item.ended, "decided_on": item.started})
    for table, rows in (
        ("client", clients),
        ("subscription", subscriptions),
        ("subscription_item", items),
        ("subscription_pause", pauses),
    ):
        _load(lake, table, rows)


def _id(kind: int, number: int) -> str:
    return f"{kind:08d}-0000-4000-8000-{number:012d}"


def _load(lake: FixtureLake, table: str, rows: list[Row]) -> None:
    connection = lake.connect(read_only=False)
    connection.register("given", pa.Table.from_pylist(rows))
    connection.execute(f"insert into lake.raw.{table} by name select * from given")
    connection.close()


@pytest.mark.slow
def test_histories_equal_an_independent_replay(tmp_path: Path) -> None:
    """Every client's every month: movement, its size, the closing; and all movements add up to the last closing."""
    found = list(histories(random.Random(SEED)))
    lake = FixtureLake(tmp_path, now=NOW)
    write(lake, found)
    lake.publish({"subscription_item"})
    connection = lake.connect()
    rows = connection.execute(
        """select cast(right(client_id::varchar, 12) as integer), month_on, new_mrr, expansion_mrr, reactivation_mrr,
            contraction_mrr, churned_mrr, closing_mrr from lake.marts.fct_client_mrr_months"""
    ).fetchall()
    connection.close()
    names = ("new", "expansion", "reactivation", "contraction", "churned")
    published: dict[tuple[int, date], tuple[str, Decimal, Decimal]] = {}
    for client, month, *sizes, closing in rows:
        moved = [(name, size) for name, size in zip(names, sizes, strict=True) if size]
        assert len(moved) <= 1, f"client {client} moved in two ways in {month}"
        name, size = moved[0] if moved else ("none", NONE)
        published[client, month] = (name, size, closing)
    compared = 0
    for history in found:
        for month, expected in replayed(history).items():
            actual = published.get((history.client, month), ("none", NONE, NONE))
            assert actual == expected, f"seed {SEED}, client {history.client}, {month}: {history}"
            compared += 1
    print(f"{len(found)} histories, {compared} months equal, seed {SEED}")
