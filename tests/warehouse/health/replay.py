"""A client's health worked out a day at a time from the facts alone, sharing nothing with the marts but the rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from zoneinfo import ZoneInfo

from api.support.business_time import Calendar, due
from api.support.defaults import OPENING_HOURS, SLA_MINUTES
from tests.warehouse.health.facts import Facts, Row

ZONE = ZoneInfo("Europe/Berlin")
HOURS = Calendar(ZONE, {weekday: ((opens, closes),) for weekday, opens, closes in OPENING_HOURS}, frozenset())
WEIGHTS = {"payment": 20, "delivery": 20, "support": 15, "engagement": 15, "sentiment": 15, "commercial": 15}
Measured = dict[str, Fraction | int | None]


@dataclass(frozen=True)
class Health:
    """What the replay says of a day."""

    measured: Measured
    scores: dict[str, int | None]
    coverage: Fraction
    score: Fraction | None
    band: str


def health(facts: Facts, client: str, on: date) -> Health:
    """The client's health at the end of ``on``."""
    measured: Measured = {
        "payment": _payment(facts, client, on),
        "delivery": _delivery(facts, client, on),
        "support": _support(facts, client, on),
        "engagement": _engagement(facts, client, on),
        "sentiment": _sentiment(facts, client, on),
        "commercial": _commercial(facts, client, on),
    }
    scores = {name: None if value is None else _score(name, value) for name, value in measured.items()}
    known = {name: score for name, score in scores.items() if score is not None}
    weight = sum(WEIGHTS[name] for name in known)
    coverage = Fraction(weight, 100)
    score = Fraction(sum(WEIGHTS[name] * value for name, value in known.items()), weight) if weight >= 60 else None
    band = "not_enough_data" if score is None else "at_risk" if score < 50 else "watch" if score <= 75 else "healthy"
    return Health(measured, scores, coverage, score, band)


def _score(name: str, value: Fraction | int) -> int:
    """By the table."""
    table: dict[str, tuple[int | str, ...]] = {
        "payment": (0, 15, 30, 60),
        "engagement": (7, 14, 30, 60),
        "delivery": ("0.95", "0.85", "0.7", "0.5"),
        "support": ("0.98", "0.9", "0.8", "0.6"),
        "sentiment": ("0.9", "0.8", "0.65", "0.5"),
        "commercial": ("0.05", "0", "-0.1", "-0.3"),
    }
    for bound, points in zip(table[name], (100, 80, 50, 20), strict=True):
        limit = Fraction(bound)
        if value <= limit if name in ("payment", "engagement") else value >= limit:
            return points
    return 0


def _payment(facts: Facts, client: str, on: date) -> int | None:
    issued = [row for row in facts.of("invoice", client) if _date(row, "issued_on") <= on]
    if not issued:
        return None
    dues = []
    for row in issued:
        voided = row["voided_on"]
        paid = sum(
            _int(payment["amount_minor"])
            for payment in facts.of("payment", client)
            if payment["invoice_id"] == row["id"] and _date(payment, "paid_on") <= on
        )
        if paid < _int(row["total_minor"]) and (voided is None or _date(row, "voided_on") > on):
            dues.append(_date(row, "due_on") if row["due_on"] else _date(row, "issued_on"))
    return max(0, (on - min(dues)).days) if dues else 0


def _delivery(facts: Facts, client: str, on: date) -> Fraction | None:
    for table in ("milestone", "task"):
        kept = []
        for row in facts.of(table, client):
            if row["due_on"] is None or not on - timedelta(days=90) < _date(row, "due_on") <= on:
                continue
            in_time = row["completed_on"] is not None and _date(row, "completed_on") <= _date(row, "due_on")
            if in_time or _date(row, "due_on") < on:
                kept.append(in_time)
        if kept:
            return Fraction(sum(kept), len(kept))
    return None


def _support(facts: Facts, client: str, on: date) -> Fraction | None:
    kept, reopened = [], 0
    for row in facts.of("ticket", client):
        opened, answered = _instant(row, "opened_at"), row["first_response_at"]
        limit = _promised(opened)
        answered_on = _instant(row, "first_response_at").astimezone(ZONE).date() if answered else date.max
        in_time = answered is not None and _instant(row, "first_response_at") <= limit
        judged = answered_on if in_time else limit.astimezone(ZONE).date()
        known = judged if in_time or answered_on <= judged else judged + timedelta(days=1)
        if known <= on < judged + timedelta(days=90):
            kept.append(in_time)
        reopened += any(on - timedelta(days=90) < day <= on for day in _reopenings(facts, client, row))
    return max(Fraction(0), Fraction(sum(kept), len(kept)) - Fraction(reopened, 20)) if kept else None


@cache
def _promised(opened: datetime) -> datetime:
    limit = due(HOURS, opened, SLA_MINUTES["high"][0])
    assert limit is not None
    return limit


def _reopenings(facts: Facts, client: str, ticket: Row) -> list[date]:
    steps = [row for row in facts.of("ticket_event", client) if row["ticket_id"] == ticket["id"]]
    if not steps and _int(ticket["reopened_count"]):
        return [_instant(ticket, "resolved_at").astimezone(ZONE).date()]
    return [_instant(row, "occurred_at").astimezone(ZONE).date() for row in steps]


def _engagement(facts: Facts, client: str, on: date) -> int | None:
    tickets = list(facts.of("ticket", client))
    heard = [_instant(row, "opened_at") for row in tickets]
    heard += [_instant(row, "rated_at") for row in tickets if row["rated_at"]]
    heard += [_instant(row, "occurred_at") for row in facts.of("event", client)]
    heard += [
        _instant(row, "occurred_at") for row in facts.of("ticket_event", client) if row["author_kind"] == "client"
    ]
    days = [moment.astimezone(ZONE).date() for moment in heard]
    days += [min(_date(row, "decided_on"), _date(row, "started_on")) for row in facts.of("subscription_item", client)]
    return _silent(days, on)


def _silent(days: Iterable[date], on: date) -> int | None:
    ages = [(on - day).days for day in days if day <= on]
    return min(ages) if ages else None


def _sentiment(facts: Facts, client: str, on: date) -> Fraction | None:
    whole = good = 0.0
    for row in facts.of("ticket", client):
        if row["is_satisfied"] is None:
            continue
        rated = _instant(row, "rated_at" if row["rated_at"] else "resolved_at").astimezone(ZONE).date()
        age = (on - rated).days
        if 0 <= age <= 360:
            whole += 0.5 ** (age / 90)
            good += 0.5 ** (age / 90) * bool(row["is_satisfied"])
    return Fraction(round(good / whole, 8)).limit_denominator(10**8) if whole else None


def _commercial(facts: Facts, client: str, on: date) -> Fraction | None:
    changes = []
    for currency in ("EUR", "USD"):
        now, then = (_mrr(facts, client, currency, day) for day in (on, on - timedelta(days=90)))
        if then:
            changes.append(Fraction(now - then, then))
    return min(changes) if changes else None


def _mrr(facts: Facts, client: str, currency: str, on: date) -> int:
    return sum(
        _int(row["unit_price"])
        for row in facts.of("subscription_item", client)
        if row["currency"] == currency
        and _date(row, "started_on") <= on
        and (row["ended_on"] is None or _date(row, "ended_on") > on)
    )


def _date(row: Row, column: str) -> date:
    value = row[column]
    assert isinstance(value, date)
    return value


def _instant(row: Row, column: str) -> datetime:
    value = row[column]
    assert isinstance(value, datetime)
    return value


def _int(value: object) -> int:
    return int(str(value))
