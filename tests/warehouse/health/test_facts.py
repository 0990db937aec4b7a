"""What stands behind each input: what was measured follows from the facts that are listed for it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from imisofts.access import Role
from tests.warehouse.gateway.business import actor
from tests.warehouse.health.facts import HOUSE, LAST
from warehouse.gateway import BadQuery, ClientHealth, FactRows, FactValue, Gateway, UnknownMetric
from warehouse.gateway.health import MEASURED

DAYS = (date(2026, 2, 28), date(2026, 5, 15), LAST)


def column(found: FactRows, name: str) -> list[FactValue]:
    place = [one.name for one in found.columns].index(name)
    return [row[place] for row in found.rows]


def measured(name: str, found: FactRows, on: date) -> Decimal | None:
    """The input's value, worked out anew from its facts; None where they tell none."""
    reckon: dict[str, Callable[[], Decimal | None]] = {
        "payment": lambda: Decimal(max((int(str(days)) for days in column(found, "days")), default=0)),
        "delivery": lambda: _share(column(found, "in_time")),
        "support": lambda: _answered(found),
        "engagement": lambda: Decimal((on - max(date.fromisoformat(str(day)) for day in column(found, "on_day"))).days),
        "sentiment": lambda: _weighed(found),
        "commercial": lambda: _growth(found),
    }
    return reckon[name]()


def _share(kept: list[FactValue]) -> Decimal | None:
    known = [one for one in kept if one is not None]
    return Decimal(sum(1 for one in known if one)) / len(known) if known else None


def _answered(found: FactRows) -> Decimal | None:
    share = _share(column(found, "in_time"))
    again = sum(int(str(count or 0)) for count in column(found, "reopened"))
    return None if share is None else max(share - Decimal("0.05") * again, Decimal(0))


def _weighed(found: FactRows) -> Decimal:
    weights = [Decimal(str(weight)) for weight in column(found, "weight")]
    good = (weight for weight, well in zip(weights, column(found, "satisfied"), strict=True) if well)
    return sum(good, Decimal(0)) / sum(weights, Decimal(0))


def _growth(found: FactRows) -> Decimal | None:
    sums: dict[str, list[Decimal]] = {}
    for code, then, now in zip(column(found, "currency"), column(found, "before"), column(found, "now"), strict=True):
        total = sums.setdefault(str(code), [Decimal(0), Decimal(0)])
        total[0] += Decimal(str(then or 0))
        total[1] += Decimal(str(now or 0))
    return min(((now - then) / then for then, now in sums.values() if then), default=None)


@pytest.mark.slow
@pytest.mark.parametrize("on", DAYS)
def test_what_was_measured_follows_from_the_facts(figures: Gateway, on: date) -> None:
    owner, seen = actor(HOUSE), 0
    for client in figures.health(owner, on=on).clients:
        for item in client.inputs:
            found = figures.health_facts(owner, client.client_id, on=on, about=item.name)
            reopened = item.name == "support" and any(column(found, "reopened"))
            if item.value is None or reopened:  # the day of a reopening is in no mart
                continue
            seen += 1
            again = measured(item.name, found, on)
            assert again is not None, (client.client, item.name)
            assert abs(again - item.value) < Decimal("0.001"), (client.client, item.name, again, item.value)
    assert seen > 5, "nothing was measured on this day"


@pytest.mark.slow
def test_nobody_else_reads_them(figures: Gateway) -> None:
    client = _known(figures)
    own = actor(HOUSE, Role.client, frozenset({client.client_id}))
    with pytest.raises(UnknownMetric):
        figures.health_facts(own, client.client_id, on=DAYS[-1], about="payment")
    for name in MEASURED:
        assert figures.health_facts(actor("another"), client.client_id, on=DAYS[-1], about=name).rows == []
    with pytest.raises(BadQuery, match="has no input"):
        figures.health_facts(actor(HOUSE), client.client_id, on=DAYS[-1], about="weather")


def _known(figures: Gateway) -> ClientHealth:
    return next(client for client in figures.health(actor(HOUSE), on=DAYS[-1]).clients if client.inputs)
