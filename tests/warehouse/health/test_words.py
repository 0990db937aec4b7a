"""An explanation is the row's arithmetic: what it prints adds up, the largest loss comes first."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from imisofts.access import Action, Role, actor_of_role
from tests.warehouse.gateway.business import actor
from tests.warehouse.gateway.lake_fixture import key
from tests.warehouse.health.facts import ARCHIVED_ON, BUYER, CLIENTS, GONE, HOUSE, LAST, client_id
from warehouse.gateway import ClientHealth, Gateway, MetricQuery, UnknownMetric
from warehouse.gateway.health import MEASURED
from warehouse.gateway.health_words import LABELS, HealthInput, explain

NUMBER = re.compile(r"-?\d+\.\d")
HEALTH = ("health_score", "health_coverage", "clients_by_band", *(f"health_{name}" for name in MEASURED))

SAID = """\
Health is 56.0 of 100: to be watched, 4.2 points less than 30 days before.
Sentiment: 33.3 % of the ratings are satisfied, recent ones weighing more
  which scores 0 and gives 0.0 of 15.0 points, 15.0 lost.
Recurring revenue: it is 12.5 % less than 90 days before
  which scores 20 and gives 3.0 of 15.0 points, 12.0 lost.
Delivery: 70 % of what was due in 90 days was on time
  which scores 50 and gives 10.0 of 20.0 points, 10.0 lost.
Payment: the oldest open invoice is 1 day past due
  which scores 80 and gives 16.0 of 20.0 points, 4.0 lost.
Support: first answers in time in 90 days, less 5 points for each reopened ticket, come to 95 %
  which scores 80 and gives 12.0 of 15.0 points, 3.0 lost.
Engagement: the client was heard of on the day
  which scores 100 and gives 15.0 of 15.0 points, 0.0 lost.
Payment 16.0 + Delivery 10.0 + Support 12.0 + Engagement 15.0 + Sentiment 0.0 + Recurring revenue 3.0 = 56.0."""


def _input(name: str, value: str, score: int | None, given: str | None, lost: str | None) -> HealthInput:
    unit = MEASURED[name][1]
    exact = [None if text is None else Decimal(text) for text in (given, lost)]
    return HealthInput(name, 20, unit, Decimal(value), score, *exact)


def test_every_kind_of_sentence() -> None:
    inputs = [
        _input("payment", "1", 80, "16", "4"),
        _input("delivery", "0.7", 50, "10", "10"),
        _input("support", "0.95", 80, "12", "3"),
        _input("engagement", "0", 100, "15", "0"),
        _input("sentiment", "0.33333333", 0, "0", "15"),
        _input("commercial", "-0.125", 20, "3", "12"),
    ]
    said = explain(inputs, Decimal(56), "watch", Decimal(1), Decimal("-4.25"))
    assert "\n".join(said).replace(", which scores", "\n  which scores") == SAID


def test_without_enough_data_it_says_what_is_known_and_what_is_not() -> None:
    unknown = HealthInput("delivery", 20, "ratio", None, None, None, None)
    said = explain([_input("payment", "3", 80, None, None), unknown], None, "not_enough_data", Decimal("0.2"), None)
    assert said == (
        "Not enough data for a score: 20 % of the weights are known, 60 % are needed.",
        "Payment: the oldest open invoice is 3 days past due, which scores 80.",
        "Not known: Delivery.",
    )


def test_every_sentence_may_be_translated() -> None:
    inputs = [_input("payment", "0", 100, "50", "0"), _input("engagement", "9", 80, "40", "10")]
    said = explain(
        inputs, Decimal(90), "healthy", Decimal("0.8"), None, say=lambda text: text.upper().format_map(_Kept())
    )
    assert all(re.sub(r"\{\w+\}", "", sentence).isupper() for sentence in said)


class _Kept(dict[str, str]):
    """Leaves places where they are, as a translation does."""

    def __missing__(self, name: str) -> str:
        return f"{{{name.lower()}}}"


@pytest.mark.slow
def test_what_is_printed_adds_up_to_the_score_on_every_day(figures: Gateway) -> None:
    seen = 0
    for number in range(0, 400, 9):
        for client in figures.health(actor(HOUSE), on=LAST - timedelta(days=number)).clients:
            if client.score is not None:
                _adds_up(client)
                seen += 1
    assert seen > 100


def _adds_up(client: ClientHealth) -> None:
    total = client.explanation[-1] if " = " in client.explanation[-1] else client.explanation[-2]
    *parts, whole = map(Decimal, NUMBER.findall(total))
    assert client.score is not None
    assert sum(parts) == whole == client.score.quantize(Decimal("0.1"))
    costs = [tuple(map(Decimal, NUMBER.findall(text)[-3:])) for text in client.explanation if text.endswith(" lost.")]
    assert all(given + lost == most for given, most, lost in costs)
    assert sum(most for _, most, _ in costs) == 100
    lost = [item.lost for item in client.inputs if item.lost is not None]
    given = [item.contribution for item in client.inputs if item.contribution is not None]
    assert sum(given) == client.score
    assert sum(lost) + sum(given) == 100
    assert min(lost) >= 0
    by_loss = sorted((item for item in client.inputs if item.lost is not None), key=lambda item: -(item.lost or 0))
    said = [text.split(":")[0] for text in client.explanation if text.endswith(" lost.")]
    assert said == [LABELS[item.name] for item in by_loss]


@pytest.mark.slow
def test_the_table_lists_whoever_was_a_client_on_the_day(figures: Gateway) -> None:
    today = figures.health(actor(HOUSE))
    assert (today.on, {row.client_id for row in today.clients}) == (
        LAST,
        {client_id(name) for name in (*CLIENTS, BUYER)},
    )
    assert figures.health(actor(HOUSE), on=LAST + timedelta(days=90)) == today, "the data reach no further"
    scores = [row.score for row in today.clients if row.score is not None]
    assert scores == sorted(scores)
    (buyer,) = [row for row in today.clients if row.client_id == client_id(BUYER)]
    assert buyer.band == "not_enough_data"
    assert (buyer.coverage, buyer.inputs) == (Decimal(0), ())
    assert buyer.explanation == ("Not enough data for a score: nothing is known but how the invoices stand.",)
    before = figures.health(actor(HOUSE), on=ARCHIVED_ON - timedelta(days=1))
    assert client_id(GONE) in {row.client_id for row in before.clients}


@pytest.mark.slow
def test_a_history_is_the_stored_days(figures: Gateway) -> None:
    first = date(2026, 1, 1)
    history = figures.health_history(actor(HOUSE), client_id("anna"), first=first, last=LAST)
    assert [day.on for day in history] == [first + timedelta(days=number) for number in range(len(history))]
    (today,) = figures.health(actor(HOUSE), client_id=client_id("anna")).clients
    assert (history[-1].on, history[-1].score, history[-1].band) == (LAST, today.score, today.band)
    assert history[-1].contributions == {item.name: item.contribution for item in today.inputs}


@pytest.mark.slow
def test_a_figure_is_the_mean_of_the_clients_that_have_a_score(figures: Gateway) -> None:
    table = figures.health(actor(HOUSE), on=date(2026, 3, 31))
    scores = [row.score for row in table.clients if row.score is not None]
    month = (date(2026, 3, 1), date(2026, 3, 31))
    found = {name: figures.metric(actor(HOUSE), MetricQuery(name, *month)).rows[0].value for name in HEALTH}
    exact = Decimal("1e-8")
    mean = sum(scores, Decimal(0)) / len(scores)
    assert found["health_score"] is not None
    assert abs(found["health_score"] - mean) <= exact
    parts = [found[f"health_{name}"] or Decimal(0) for name in MEASURED]
    assert abs(sum(parts, Decimal(0)) - mean) <= 6 * exact
    rows = figures.metric(actor(HOUSE), MetricQuery("clients_by_band", *month, by=("band",))).rows
    bands = [row.band for row in table.clients if row.inputs]
    assert {row.dimensions["band"]: row.value for row in rows} == {
        band: bands.count(band)  # type: ignore[arg-type]
        for band in ("healthy", "watch", "at_risk", "not_enough_data")
    }
    behind = figures.rows_behind(actor(HOUSE), MetricQuery("health_score", *month)).rows
    assert len(behind) == len(bands), "a client's day stands for it, not all its days"
    ahead = MetricQuery("health_score", date(2026, 6, 1), date(2026, 6, 30))
    (june,) = figures.metric(actor(HOUSE), ahead).rows
    assert june.incomplete
    assert june.value is not None


@pytest.mark.slow
def test_health_is_no_business_of_a_client(figures: Gateway) -> None:
    me = frozenset({client_id("anna")})
    client = actor(HOUSE, Role.client, me)
    for name in HEALTH:
        with pytest.raises(UnknownMetric):
            figures.metric(client, MetricQuery(name))
    with pytest.raises(UnknownMetric):
        figures.health(client)
    with pytest.raises(UnknownMetric):
        figures.health_history(client, client_id("anna"), first=LAST, last=LAST)
    narrowed = actor_of_role(key(HOUSE), Role.member, client_ids=me)
    assert narrowed.may(Action.health_read)
    assert [row.client_id for row in figures.health(narrowed).clients] == [client_id("anna")]
    assert figures.health_history(narrowed, client_id("bruno"), first=LAST, last=LAST) == []
    assert figures.health(actor("somebody-else")).clients == ()
