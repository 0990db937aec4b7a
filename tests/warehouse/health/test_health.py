"""Health as the marts store it: what the facts say, day by day, and nothing that was not known by then."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import cast, get_args

import pytest

from api.health.models import HealthWeight
from api.health.schemas import HealthWeights
from tests.warehouse.gateway.lake_fixture import FixtureLake, key
from tests.warehouse.health.conftest import stored
from tests.warehouse.health.facts import (
    ARCHIVED_ON,
    BUYER,
    CLIENTS,
    FIRST,
    GONE,
    HOUSE,
    LAST,
    NOW,
    SEED,
    Facts,
    Row,
    client_id,
    drawn,
)
from tests.warehouse.health.replay import WEIGHTS, Health, health
from warehouse.gateway.health import MEASURED, Band
from warehouse.gateway.health_words import NEEDED
from warehouse.metrics import policy

THEN = date(2025, 12, 31)
PLANTED = date(2026, 2, 10)


def _days(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _of(rows: list[Row], client: str) -> dict[date, Row]:
    return {cast(date, row["on_day"]): row for row in rows if row["client_id"] == client_id(client)}


def _is_told(found: Health) -> bool:
    """A day of which nothing is known but how the invoices stand is left out."""
    return any(score is not None for name, score in found.scores.items() if name != "payment")


@pytest.mark.slow
@pytest.mark.parametrize("client", [*CLIENTS, GONE])
def test_every_day_is_what_the_facts_say(rows: list[Row], facts: Facts, client: str) -> None:
    found = _of(rows, client)
    last = ARCHIVED_ON - timedelta(days=1) if client == GONE else LAST
    expected = {day: health(facts, client, day) for day in _days(FIRST - timedelta(days=30), last)}
    told = {day: one for day, one in expected.items() if _is_told(one)}
    assert list(found) == list(told)
    for day, one in told.items():
        _same(found[day], one)


def _same(row: Row, one: Health) -> None:
    for name, (column, _) in MEASURED.items():
        measured = one.measured[name]
        assert row[f"{name}_score"] == one.scores[name], (row["on_day"], name, row[column], measured)
        assert row[f"{name}_weight"] == WEIGHTS[name]
        if measured is None:
            assert row[column] is None
        else:
            assert abs(Fraction(str(row[column])) - measured) < Fraction(2, 10**8)
    assert (Fraction(str(row["coverage"])), row["band"]) == (one.coverage, one.band)
    parts = [row[f"{name}_contribution"] for name in MEASURED]
    if one.score is None:
        assert row["score"] is None
        assert parts == [None] * 6
        return
    assert abs(Fraction(str(row["score"])) - one.score) <= Fraction(1, 2 * 10**8)
    assert sum((cast(Decimal, part) for part in parts if part is not None), Decimal(0)) == row["score"]


@pytest.mark.slow
def test_the_facts_reach_what_is_best_and_worst_and_every_band(rows: list[Row]) -> None:
    """Else the replay would prove less than it seems to."""
    for name in MEASURED:
        assert {row[f"{name}_score"] for row in rows} >= {0, 100, None}, name
    assert {row["band"] for row in rows} == set(get_args(Band))
    assert {row["trend"] for row in rows} == {"up", "down", "steady", None}


@pytest.mark.slow
def test_a_trend_looks_30_days_back(rows: list[Row]) -> None:
    by_day = {(row["client_id"], row["on_day"]): row for row in rows}
    for row in rows:
        before = by_day.get((row["client_id"], cast(date, row["on_day"]) - timedelta(days=30)), {}).get("score")
        if row["score"] is None or before is None:
            assert (row["score_change"], row["trend"]) == (None, None)
            continue
        change = cast(Decimal, row["score"]) - cast(Decimal, before)
        assert row["score_change"] == change
        assert row["trend"] == ("up" if change > 3 else "down" if change < -3 else "steady")


@pytest.mark.slow
def test_a_buyer_has_no_health(rows: list[Row]) -> None:
    assert _of(rows, BUYER) == {}


@pytest.mark.slow
def test_any_past_day_reads_as_it_did_then(lake: FixtureLake, rows: list[Row]) -> None:
    """Built as of an earlier day, with what happened later in the lake already."""
    lake.publications += 1
    then = datetime(THEN.year, THEN.month, THEN.day, 12, tzinfo=UTC)
    earlier = stored(lake.computed({"health_weight"}, data_at=then))
    later = [row for row in rows if cast(date, row["on_day"]) <= THEN]
    assert len(earlier) > 1_000
    assert {row["until_day"] for row in earlier if row["on_day"] == THEN} == {date(9999, 12, 31)}
    assert [row | {"until_day": None} for row in earlier] == [row | {"until_day": None} for row in later]


@pytest.mark.slow
def test_a_fact_of_the_future_changes_nothing_before_its_date(rows: list[Row], tmp_path: Path) -> None:
    facts = drawn(Random(SEED))
    for client in CLIENTS:
        _plant(facts, client)
    lake = FixtureLake(tmp_path, now=NOW)
    facts.write(lake)
    planted = stored(lake.computed({"health_weight"}))
    moved: dict[str, list[date]] = {name: [] for name in MEASURED}
    for client in CLIENTS:
        before, after = _of(rows, client), _of(planted, client)
        earlier = [day for day in before if day < PLANTED]
        assert [after[day] for day in earlier] == [before[day] for day in earlier]
        assert len(earlier) == len([day for day in after if day < PLANTED])
        for name, (column, _) in MEASURED.items():
            moved[name] += [day for day in after if day not in before or after[day][column] != before[day][column]]
    first = {name: min(days, default=None) for name, days in moved.items()}
    assert all(day and PLANTED <= day < PLANTED + timedelta(days=95) for day in first.values()), first


def _plant(facts: Facts, client: str) -> None:
    """Facts for each input, all dated on the same day or due on it: what was owed is paid, and something new is."""
    noon = datetime(PLANTED.year, PLANTED.month, PLANTED.day, 12, tzinfo=UTC)
    owner: Row = {"client_id": client_id(client), "currency": "EUR", "source": "api"}
    amounts: Row = {"total_minor": 5, "subtotal_minor": 5, "tax_minor": 0, "paid_minor": 0, "credited_minor": 0}
    paid: Row = {"paid_on": PLANTED, "amount_minor": 10_000, "method": "transfer"}
    for row in list(facts.of("invoice", client)):
        facts.add("payment", f"{row['id']}/all", invoice_id=row["id"], **owner, **paid)
    days: Row = {"issued_on": PLANTED, "due_on": PLANTED}
    facts.add("invoice", f"{client}/late", number=f"{client}-late", status="issued", **owner, **amounts, **days)
    project = key(f"{HOUSE}/project/{client}")
    whose: Row = {"project_id": project, "client_id": client_id(client), "source": "api"}
    facts.add("milestone", f"{client}/late", title="x", due_on=PLANTED, completed_on=None, **whose)
    ticket: Row = {"client_id": client_id(client), "opened_at": noon, "resolved_at": noon + timedelta(days=9)}
    ticket |= {"first_response_at": noon + timedelta(days=8), "rated_at": noon + timedelta(days=9)}
    ticket |= {"is_satisfied": False, "number": "late", "subject": "x", "priority": "high", "source": "api"}
    facts.add("ticket", f"{client}/late", status="resolved", reopened_count=1, **ticket)
    agreed: Row = {"client_id": client_id(client), "currency": "USD"}
    for place, (begins, ends) in enumerate(((PLANTED, PLANTED + timedelta(days=20)),)):
        parent = facts.add("subscription", f"{client}/late{place}", started_on=begins, source="api", **agreed)
        price: Row = {"unit_price": Decimal(1000), "quantity": Decimal(1), "discount_rate": Decimal(0)}
        price |= {"interval": "month", "interval_count": 1, "description": "x", "subscription_id": parent}
        dates: Row = {"started_on": begins, "ended_on": ends, "decided_on": begins, "end_decided_on": ends}
        line = key(f"{client}/late{place}")
        facts.add("subscription_item", f"{client}/late{place}", line_id=line, **agreed, **price, **dates)


def test_the_policys_weights_are_the_products() -> None:
    weights = policy()["health_weights"]["weights"]
    assert weights == HealthWeights().model_dump()
    assert list(weights) == list(MEASURED)
    rules = [str(getattr(rule, "sqltext", "")) for rule in HealthWeight.__table_args__]
    assert all(any(f"'{name}'" in rule for rule in rules) for name in weights)
    assert policy()["health_missing"]["needed"] == NEEDED * 100
