"""Nobody's figures hold another's rows: every metric × dimension × role, and the same probes with the guard off."""

from collections.abc import Iterator
from datetime import date
from itertools import chain

import duckdb
import pytest

from imisofts.access import Action, Actor, Role
from tests.warehouse.gateway import business
from tests.warehouse.gateway.business import actor
from tests.warehouse.gateway.lake_fixture import FixtureLake, key
from warehouse.gateway import Gateway, MetricQuery, UnknownMetric, copied
from warehouse.gateway.scope import Scope
from warehouse.metrics import metrics

ACME, BIRCH = key("northlight/acme"), key("northlight/birch")
OF_CLIENTS = [metric for metric in metrics() if metric.dimension("client")]
EVERY = [(metric.name, dimension.name) for metric in OF_CLIENTS for dimension in metric.dimensions]
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
STAFF = [Role.owner, Role.admin, Role.member]


def narrowed(*clients: object) -> Actor:
    return actor("northlight", Role.client, frozenset(clients))  # type: ignore[arg-type]


def clients_seen(figures: Gateway, viewer: Actor) -> set[str]:
    """The clients in all that the viewer can ask, by every metric that can be split by client."""
    named = [metric.name for metric in figures.catalogue(viewer) if metric.dimension("client")]
    answers = (figures.metric(viewer, MetricQuery(name, *YEAR, by=("client",))).rows for name in named)
    return {str(row.dimensions["client"]) for row in chain.from_iterable(answers)}


def leaks(figures: Gateway) -> list[str]:
    """Every probe that shows somebody what is not theirs."""
    found = []
    if clients_seen(figures, actor("northlight")) - {"ACME", "BIRCH"}:
        found.append("a workspace sees another's clients")
    if clients_seen(figures, narrowed(ACME)) - {"ACME"}:
        found.append("a client sees another client")
    if clients_seen(figures, narrowed()):
        found.append("a client user without a client sees somebody")
    if clients_seen(figures, actor("nowhere")):
        found.append("an unknown workspace sees somebody")
    year = MetricQuery("invoiced", date(2026, 1, 1), date(2026, 12, 31))
    south = figures.rows_behind(actor("southbay"), year)
    if {row[1] for row in south.rows} != {"S1"}:
        found.append("invoices of another workspace")
    if figures.client_report(actor("southbay"), ACME, date(2026, 1, 1), date(2026, 1, 31)):
        found.append("a report on another workspace's client")
    staff_of_birch = actor("northlight", Role.owner, frozenset({BIRCH}))
    if figures.client_report(staff_of_birch, ACME, date(2026, 1, 1), date(2026, 1, 31)):
        found.append("a report on another client")
    return found


def test_nothing_leaks(figures: Gateway) -> None:
    assert leaks(figures) == []


@pytest.fixture
def unguarded(published: FixtureLake, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """The gateway with its guards switched off: the scope's, and that of the copies which reports are asked of."""
    monkeypatch.setattr(Scope, "condition", lambda _self, _mart: "true")
    monkeypatch.setattr(copied, "OWN_ROWS", f"({copied.OWN_ROWS} or true)")
    gateway = business.gateway(published)
    yield gateway
    gateway.close()


def test_with_the_guard_off_every_probe_goes_red(unguarded: Gateway) -> None:
    assert len(leaks(unguarded)) == 7


def test_what_is_remembered_for_one_is_told_to_no_other(published: FixtureLake) -> None:
    """The same question of three scopes, then with the lake gone: each hears its own answer, a fourth nothing."""
    gateway = business.gateway(published)
    pin, question = gateway._reader.pin(), "select count(*) from {fct_invoices} where issued_on > $first"
    asked: dict[str, object] = {"first": date(2020, 1, 1)}
    viewers = (actor("northlight"), actor("southbay"), narrowed(ACME))
    told = [pin.rows(Scope(viewer), question, asked) for viewer in viewers]
    assert len({rows[0][0] for rows in told}) == len(viewers)
    gateway.close()
    assert [pin.rows(Scope(viewer), question, asked) for viewer in viewers] == told
    later: dict[str, object] = {"first": date(2026, 2, 1)}
    for viewer, values in ((narrowed(BIRCH), asked), (viewers[0], later)):
        with pytest.raises(duckdb.Error):
            pin.rows(Scope(viewer), question, values)


@pytest.mark.parametrize(("metric", "dimension"), EVERY)
@pytest.mark.parametrize("role", STAFF)
def test_a_neighbours_filter_finds_nothing(figures: Gateway, metric: str, dimension: str, role: Role) -> None:
    """Southbay's client is asked for by its id, in every metric, split by every dimension, by every role."""
    query = MetricQuery(metric, by=(dimension,), where=(("client", str(key("southbay/acme"))),))
    viewer = actor("northlight", role)
    if metric not in {each.name for each in figures.catalogue(viewer)}:
        with pytest.raises(UnknownMetric):
            figures.metric(viewer, query)
        return
    assert not any(row.value for row in figures.metric(viewer, query).rows)


@pytest.mark.parametrize("metric", [metric.name for metric in OF_CLIENTS if metric.action is Action.metric_read])
def test_a_client_sees_its_own_part_of_every_metric(figures: Gateway, metric: str) -> None:
    """What a client user gets unasked is what staff get with a filter on that client."""
    own = figures.metric(narrowed(ACME), MetricQuery(metric)).rows
    filtered = figures.metric(actor("northlight"), MetricQuery(metric, where=(("client", str(ACME)),))).rows
    assert own == filtered


def test_a_metric_without_the_right_is_unknown(figures: Gateway) -> None:
    without = Actor(key("northlight"), None, Role.owner, "token", frozenset({Action.invoice_read}))
    for name in [*(metric.name for metric in metrics()), "no_such_metric"]:
        with pytest.raises(UnknownMetric) as refusal:
            figures.metric(without, MetricQuery(name))
        assert str(refusal.value) == f"There is no metric called “{name}”."
    assert figures.catalogue(without) == ()


def test_only_the_scope_names_marts(pytestconfig: pytest.Config) -> None:
    """A query that spelt a mart out would pass the guard by."""
    rooms = [pytestconfig.rootpath / "warehouse" / room for room in ("gateway", "metrics")]
    files = [file for room in rooms for file in room.rglob("*.*") if file.suffix in {".py", ".yml"}]
    assert [file.name for file in files if "lake.marts" in file.read_text()] == ["scope.py"]


def test_staff_of_one_project_see_its_rows_and_no_others_of_its_client() -> None:
    """In the marts that name a project; where rows name only a client, that client was not chosen."""
    mine, client, workspace = key("a project"), key("a client"), key("northlight")
    viewer = Actor(workspace, None, Role.member, "user", frozenset(Action), frozenset(), frozenset({mine}))
    rows = [(workspace, client, mine), (workspace, client, key("another")), (key("southbay"), client, mine)]
    told = {}
    with duckdb.connect() as lake:
        for mart in ("fct_time_entries", "fct_invoices"):
            lake.execute(f"create table {mart} (workspace_id uuid, client_id uuid, project_id uuid)")
            lake.executemany(f"insert into {mart} values (?, ?, ?)", rows)
            bound, values = Scope(viewer).bind(f"select count(*) from {{{mart}}}", {}, within="main")
            told[mart] = lake.execute(bound, values).fetchone()
    assert told == {"fct_time_entries": (1,), "fct_invoices": (0,)}
