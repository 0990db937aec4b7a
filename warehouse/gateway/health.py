"""Clients' health as it is stored, of one day or day by day, each row with its explanation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_DOWN, Decimal
from typing import Literal
from uuid import UUID

from imisofts.access import Action, Actor
from warehouse.gateway.answers import Publication, UnknownMetric
from warehouse.gateway.health_words import HealthInput, explain
from warehouse.gateway.questions import Desk
from warehouse.gateway.reader import Row
from warehouse.gateway.series import plain

Band = Literal["healthy", "watch", "at_risk", "not_enough_data"]
Trend = Literal["up", "steady", "down"]

MEASURED: dict[str, tuple[str, Literal["days", "ratio"]]] = {
    "payment": ("days_overdue", "days"),
    "delivery": ("on_time_share", "ratio"),
    "support": ("answered_share", "ratio"),
    "engagement": ("days_silent", "days"),
    "sentiment": ("satisfied_share", "ratio"),
    "commercial": ("mrr_growth", "ratio"),
}
"""The inputs in their order, each with its column in the mart and its unit."""

_EXACT = Decimal("1e-8")

_INPUTS = ", ".join(
    f"health.{column}, health.{name}_weight, health.{name}_score, health.{name}_contribution"
    for name, (column, _) in MEASURED.items()
)
_TABLE = f"""
    select clients.client_id, clients.client_key, clients.name, health.score, health.band, health.coverage,
        health.score_change, health.trend, {_INPUTS}
    from {{dim_clients}} as clients
    left join {{fct_client_health}} as health
        on clients.workspace_id = health.workspace_id and clients.client_id = health.client_id
        and health.on_day = $on
    where ($client_id is null or clients.client_id = cast($client_id as uuid))
      and (
        health.client_id is not null or $client_id is not null
        or (not clients.is_archived and coalesce(clients.created_on, $on) <= $on)
      )
    order by health.score nulls last, clients.name, clients.client_id"""
_HISTORY = f"""
    select health.on_day, health.score, health.band, health.coverage,
        {", ".join(f"health.{name}_contribution" for name in MEASURED)}
    from {{fct_client_health}} as health
    where health.client_id = cast($client_id as uuid) and health.on_day between $first and $last
    order by health.on_day"""


@dataclass(frozen=True, slots=True)
class ClientHealth:
    """How one client is on a day.

    ``score`` is 0 to 100 and ``None`` where ``band`` is ``not_enough_data``; ``coverage`` the known share of the
    weights, 0 to 1. ``change`` is in points against 30 days before, ``trend`` the same with a dead band of 3; both
    ``None`` without a score on both days. ``inputs`` are all six in a fixed order, or none (and ``coverage`` 0) where
    nothing is known of the client but how its invoices stand. ``explanation`` says the same in English sentences.
    """

    client_id: UUID
    client: str
    client_name: str
    score: Decimal | None
    band: Band
    coverage: Decimal
    change: Decimal | None
    trend: Trend | None
    inputs: tuple[HealthInput, ...]
    explanation: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HealthTable:
    """Clients on the day ``on``: lowest score first, those without one last. Later days than the data give its last."""

    on: date
    publication: Publication
    clients: tuple[ClientHealth, ...]


@dataclass(frozen=True, slots=True)
class HealthDay:
    """One day of a client's history; ``contributions`` by input, ``None`` where unknown and on days without a score."""

    on: date
    score: Decimal | None
    band: Band
    coverage: Decimal
    contributions: dict[str, Decimal | None]


def health_table(desk: Desk, actor: Actor, on: date | None, client_id: UUID | None = None) -> HealthTable:
    """Every client that the actor sees and that there was on the day, or the one asked for (empty if not seen).

    Raises :class:`UnknownMetric` for whoever may not see health.
    """
    check(actor)
    publication = desk.publication
    day = min(on or publication.data_on, publication.data_on)
    asked: dict[str, object] = {"on": day, "client_id": str(client_id) if client_id else None}
    rows = desk.pin.rows(desk.scope, _TABLE, asked)
    return HealthTable(day, publication, tuple(_client(row) for row in rows))


def health_history(desk: Desk, actor: Actor, client_id: UUID, first: date, last: date) -> list[HealthDay]:
    """The days of a client of which anything is known, in order. Raises :class:`UnknownMetric` as above."""
    check(actor)
    rows = desk.pin.rows(desk.scope, _HISTORY, {"client_id": str(client_id), "first": first, "last": last})
    return [
        HealthDay(
            on, _plain(score), band, plain(coverage), dict(zip(MEASURED, map(_plain, contributions), strict=True))
        )
        for on, score, band, coverage, *contributions in rows
    ]


def check(actor: Actor) -> None:
    """Raises :class:`UnknownMetric` for whoever may not see health."""
    if not actor.may(Action.health_read):
        raise UnknownMetric("There is no metric called “health_score”.")


def _client(row: Row) -> ClientHealth:
    client_id, key, name, score, band, coverage, change, trend, *measured = row
    inputs = _inputs(measured, score) if band is not None else ()
    known = _plain(coverage) or Decimal(0)
    shown: Band = band or "not_enough_data"
    words = explain(inputs, score, shown, known, change)
    return ClientHealth(client_id, key, name, _plain(score), shown, known, _plain(change), trend, inputs, words)


def _inputs(measured: Sequence[object], score: Decimal | None) -> tuple[HealthInput, ...]:
    """Four columns for each input; losses are steps of one rounded running sum, as the stored contributions are."""
    rows = [measured[place : place + 4] for place in range(0, len(measured), 4)]
    known = sum(_int(weight) for _, weight, points, _ in rows if points is not None)
    made, weighed, told = [], 0, Decimal(0)
    for (name, (_, unit)), (value, weight, points, contribution) in zip(MEASURED.items(), rows, strict=True):
        lost = None
        if score is not None and points is not None:
            weighed += (100 - _int(points)) * _int(weight)
            # Contributions are rounded half up: what they leave of 100 is rounded half down.
            so_far = (Decimal(weighed) / known).quantize(_EXACT, ROUND_HALF_DOWN)
            lost, told = so_far - told, so_far
        made.append(
            HealthInput(
                name=name,
                weight=_int(weight),
                unit=unit,
                value=_plain(value),
                score=None if points is None else _int(points),
                contribution=_plain(contribution),
                lost=_plain(lost),
            )
        )
    return tuple(made)


def _plain(value: object) -> Decimal | None:
    """Exact, without an exponent or trailing zeros."""
    return None if value is None else plain(Decimal(str(value)))


def _int(value: object) -> int:
    return int(str(value))
