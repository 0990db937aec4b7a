"""The back-test: who left against who stayed, on the same days, and no word of prediction before it separates."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from imisofts.access import Role
from tests.warehouse.gateway.business import actor
from tests.warehouse.gateway.lake_fixture import key
from tests.warehouse.health.facts import HOUSE, LAST, Facts, client_id
from warehouse.gateway import Backtest, Gateway, UnknownMetric
from warehouse.gateway.health_backtest import FEWEST, compare

BEGAN, LEFT = date(2025, 1, 1), date(2026, 3, 1)
BEFORE = LEFT - timedelta(days=60)


def _compared(left: list[int], stayed: list[int]) -> Backtest:
    paying: dict[UUID, list[tuple[date, bool]]] = {}
    scores = {}
    for place, score in enumerate([*left, *stayed]):
        client = key(str(place))
        paying[client] = [(BEGAN, True), *([(LEFT, False)] if place < len(left) else [])]
        scores[client, BEFORE] = Decimal(score)
    return compare(paying, scores, 60)


def test_the_backtest_counts_pairs_in_which_the_one_who_left_scored_lower() -> None:
    found = _compared([40, 80], [60, 80, 90, 95])
    assert (found.compared, found.mean_left, found.mean_stayed) == (2, Decimal(60), Decimal("81.25"))
    # 40 is below all four; 80 is above one, equal to one, below two.
    assert found.separation == Decimal("6.5") / 8
    assert not found.is_told_apart, "two are too few to say so"


def test_many_departures_that_score_lower_are_told_apart() -> None:
    assert _compared([40] * FEWEST, [60, 50]).is_told_apart
    assert not _compared([40] * (FEWEST - 1), [60, 50]).is_told_apart
    assert not _compared([55] * FEWEST, [60, 50]).is_told_apart


def test_who_came_later_or_left_too_is_not_compared_with() -> None:
    ours, late, gone, back = (key(name) for name in ("ours", "late", "gone", "back"))
    paying = {
        ours: [(BEGAN, True), (LEFT, False)],
        late: [(BEFORE + timedelta(days=1), True)],
        gone: [(BEGAN, True), (BEFORE + timedelta(days=9), False)],
        back: [(BEGAN, True), (BEGAN + timedelta(days=9), False), (BEFORE, True)],
    }
    scores = {(client, BEFORE): Decimal(50) for client in paying}
    found = compare(paying, scores, 60)
    assert found.mean_stayed == Decimal(50)
    assert [(one.client_id, one.score) for one in found.departures if one.left_on == LEFT] == [(ours, Decimal(50))]
    assert found.separation == Decimal("0.5"), "one pair, a tie: with the one who was back by then"


@pytest.mark.slow
def test_departures_are_those_of_the_facts(figures: Gateway, facts: Facts) -> None:
    found = figures.health_backtest(actor(HOUSE))
    assert found.departures
    for one in found.departures:
        ends = [row["ended_on"] for row in facts.tables["subscription_item"] if row["client_id"] == one.client_id]
        assert one.left_on in ends
        assert one.left_on <= LAST
        (row,) = figures.health(actor(HOUSE), on=one.left_on - timedelta(days=60), client_id=one.client_id).clients
        assert row.score == one.score
    with pytest.raises(UnknownMetric):
        figures.health_backtest(actor(HOUSE, Role.client, frozenset({client_id("anna")})))
