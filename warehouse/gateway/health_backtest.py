"""Whether scores told who would leave: those of clients some days before they left, against clients who stayed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby, product
from uuid import UUID

from imisofts.access import Actor
from warehouse.gateway.health import check
from warehouse.gateway.questions import Desk

FEWEST = 20
"""Below so many departures nothing is said of the score."""
APART = Decimal("0.7")
"""The least share of pairs in which the one who left scored lower, from which the score is said to tell them apart."""

_CHANGES = """
    select client_id, currency, changed_on, mrr_change from {fct_client_mrr_changes}
    where changed_on <= $data_on order by client_id, changed_on"""
_SCORES = """
    select client_id, on_day, score from {fct_client_health}
    where score is not null and on_day in (select unnest(cast($days as date[])))"""

Scores = Mapping[tuple[UUID, date], Decimal]
Paying = Mapping[UUID, Sequence[tuple[date, bool]]]
"""The days on which a client began or ceased to have recurring revenue, in order."""


@dataclass(frozen=True, slots=True)
class Departure:
    """A client whose last recurring revenue ended on ``left_on``, and its score ``Backtest.days`` before."""

    client_id: UUID
    left_on: date
    score: Decimal | None


@dataclass(frozen=True, slots=True)
class Backtest:
    """Scores ``days`` before each departure, against those on the same day of clients who still paid on that of the
    departure.

    ``separation`` is the share of such pairs in which the one who left scored lower, a tie counting half: 0.5 is
    chance, 1 is certainty; ``None`` without a pair. ``is_told_apart`` says whether it is at least 0.7 over at least 20
    departures with a score; until then nobody may call the score a prediction.
    """

    days: int
    departures: tuple[Departure, ...]
    compared: int
    mean_left: Decimal | None
    mean_stayed: Decimal | None
    separation: Decimal | None
    is_told_apart: bool


def health_backtest(desk: Desk, actor: Actor, days: int) -> Backtest:
    """The comparison over all departures up to the data date. Raises UnknownMetric for whoever may not see health."""
    check(actor)
    rows = desk.pin.rows(desk.scope, _CHANGES, {"data_on": desk.publication.data_on})
    paying = {
        client: _turns([(currency, day, change) for _, currency, day, change in found])
        for client, found in groupby(rows, key=lambda row: row[0])
    }
    left = [(client, day) for client, turns in paying.items() for day, pays in turns if not pays]
    looked_at = sorted({day - timedelta(days=days) for _, day in left})
    scores = desk.pin.rows(desk.scope, _SCORES, {"days": looked_at})
    return compare(paying, {(client, day): score for client, day, score in scores}, days)


def _turns(changes: Sequence[tuple[str, date, Decimal]]) -> list[tuple[date, bool]]:
    """When paying began and ceased; currencies are looked at one by one."""
    standing: dict[str, Decimal] = defaultdict(Decimal)
    turns: list[tuple[date, bool]] = []
    for day, of_day in groupby(changes, key=lambda change: change[1]):
        for currency, _, change in of_day:
            standing[currency] += change
        pays = any(amount > 0 for amount in standing.values())
        if pays != (turns[-1][1] if turns else False):
            turns.append((day, pays))
    return turns


def compare(paying: Paying, scores: Scores, days: int) -> Backtest:
    """Departures against those who stayed. Pure."""
    departures, stayed, lower, pairs = [], [], Decimal(0), 0
    left = [(client, day) for client, turns in paying.items() for day, pays in turns if not pays]
    for client, left_on in sorted(left, key=lambda each: (each[1], str(each[0]))):
        before = left_on - timedelta(days=days)
        score = scores.get((client, before))
        departures.append(Departure(client, left_on, score))
        if score is None:
            continue
        others = [
            scores[other, before]
            for other, turns in paying.items()
            if (other, before) in scores and _pays(turns, before) and _pays(turns, left_on)
        ]
        stayed += others
        pairs += len(others)
        lower += sum((_lower(mine, other) for mine, other in product([score], others)), Decimal(0))
    known = [departure.score for departure in departures if departure.score is not None]
    separation = lower / pairs if pairs else None
    told = separation is not None and separation >= APART and len(known) >= FEWEST
    return Backtest(days, tuple(departures), len(known), _mean(known), _mean(stayed), separation, told)


def _lower(mine: Decimal, other: Decimal) -> Decimal:
    return Decimal(1) if mine < other else Decimal("0.5") if mine == other else Decimal(0)


def _pays(turns: Sequence[tuple[date, bool]], on: date) -> bool:
    return next((pays for day, pays in reversed(turns) if day <= on), False)


def _mean(values: Sequence[Decimal]) -> Decimal | None:
    return sum(values, Decimal(0)) / len(values) if values else None
