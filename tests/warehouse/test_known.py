"""What had been recorded by then: one agency's story, corrected after its first publication, and asked both ways.

The first load brings an empty house. Then come facts, a deletion, a truncated table and one that was copied anew, all
before the first publication; and after it corrections of a closed month, deletions and truncates. One build of what the
first publication knew is read by every test.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import anyio
import duckdb
import psycopg
import pytest
from uuid_utils.compat import uuid7

from api.client import Problem
from api.metrics import jobs
from imisofts.access import Actor, Role, actor_of_role
from imisofts.cli import metrics as command
from imisofts.settings import Settings
from tests.api.agency import Agency, found, running
from tests.warehouse import toy
from warehouse import build, known, lake, replication
from warehouse.gateway import BadKnownAt, Gateway, MetricQuery, known_at
from warehouse.gateway.scope import Scope
from warehouse.publish import publish

FIRST = 1
"""The first publication's id."""
MARCH = (date(2026, 3, 1), date(2026, 3, 31))
FIGURES = ("invoiced", "mrr", "collected", "receivables", "health_score")
INVOICED = f"/metrics/invoiced?from=2026-03-01&to=2026-03-31&known_at={FIRST}"
Marts = dict[str, list[tuple[Any, ...]]]


@dataclass
class House:
    """One agency with its clients, and the ids of what is told of it."""

    workspace: UUID
    client: UUID
    second: UUID
    gone: UUID
    invoice: UUID
    item: UUID
    ticket: UUID
    withdrawn_ticket: UUID

    def actor(self, role: Role = Role.owner, clients: frozenset[UUID] | None = None) -> Actor:
        return actor_of_role(self.workspace, role, client_ids=clients)


def insert(settings: Settings, workspace: UUID, table: str, **row: object) -> UUID:
    ident = uuid7()
    columns = {"id": ident, **({} if table == "workspace" else {"workspace_id": workspace}), **row}
    marks = ", ".join(["%s"] * len(columns))
    with psycopg.connect(settings.owner_database_url) as owner:
        owner.execute("set local synchronous_commit = on")
        owner.execute("select set_config('app.workspace_id', %s, true)", [str(workspace)])
        owner.execute(f"insert into {table} ({', '.join(columns)}) values ({marks})", list(columns.values()))
    return ident


def furnished(settings: Settings, workspace: UUID, minor: int) -> House:
    """An invoice overdue and partly paid, a subscription, a late milestone, a rated ticket: enough for a score."""

    def add(table: str, **row: object) -> UUID:
        return insert(settings, workspace, table, **row)

    named = {"currency": "EUR", "source": "api", "created_on": "2026-01-01"}
    client, second, gone = (add("client", name=name, **named) for name in ("First", "Second", "Gone"))
    of_client: dict[str, object] = {"client_id": client, "currency": "EUR", "source": "api"}
    billed = {"issued_on": "2026-03-05", "due_on": "2026-03-20", "tax_minor": 0, "paid_minor": 0, "credited_minor": 0}
    invoice = add(
        "invoice", **of_client, **billed, number="I-1", status="issued", subtotal_minor=minor, total_minor=minor
    )
    for paid in (4_000, 300):
        add("payment", **of_client, invoice_id=invoice, paid_on="2026-03-25", amount_minor=paid)
    subscription = add("subscription", **of_client, started_on="2026-01-01")
    agreed = {"client_id": client, "currency": "EUR", "started_on": "2026-01-01", "decided_on": "2026-01-01"}
    priced = {"quantity": 1, "unit_price": 100, "discount_rate": 0, "interval": "month", "interval_count": 1}
    item = add(
        "subscription_item", **agreed, **priced, subscription_id=subscription, line_id=uuid7(), description="Care"
    )
    project = add("project", **of_client, name="Website")
    launch = {"due_on": "2026-03-10", "completed_on": "2026-03-09"}
    add("milestone", project_id=project, title="Launch", source="api", **launch)
    asked = {"client_id": client, "source": "api", "subject": "Help", "priority": "normal", "reopened_count": 0}
    steps = {"opened_at": "2026-03-02 09:00Z", "first_response_at": "2026-03-02 09:30Z", "status": "resolved"}
    rating = {"rated_at": "2026-03-04Z", "is_satisfied": True}
    tickets = [
        add("ticket", **asked, **steps, **rating, number=number, resolved_at="2026-03-03Z") for number in ("T-1", "T-2")
    ]
    add("exchange_rate", from_currency="USD", to_currency="EUR", rate_on="2026-01-01", rate="0.9", source="api")
    add("holiday", on_date="2026-03-11", name="Feast", source="api")
    return House(workspace, client, second, gone, invoice, item, *tickets)


def marts(connection: duckdb.DuckDBPyConnection) -> Marts:
    """Every mart of the catalogue called ``lake``, in order."""
    names = connection.execute(
        "select table_name from duckdb_tables() where database_name = 'lake' and schema_name = 'marts' order by 1"
    ).fetchall()
    return {name: connection.execute(f"select * from lake.marts.{name} order by all").fetchall() for (name,) in names}


@dataclass
class Story:
    """What was published and told before the corrections, and who may be asked after them."""

    settings: Settings
    agency: Agency
    house: House
    neighbour: House
    loaded_at: datetime
    marts: Marts
    told: dict[str, Decimal | None]

    @property
    def gateway(self) -> Gateway:
        gateway: Gateway = self.agency.api.app.state.gateway
        return gateway

    def figures(self, known: int | None = None) -> dict[str, Decimal | None]:
        """Some figures of the closed month of March."""
        questions = {name: MetricQuery(name, *MARCH, known_at=known) for name in FIGURES}
        return {name: self.gateway.metric(self.house.actor(), asked).rows[0].value for name, asked in questions.items()}

    def seen(self, viewer: Actor, names: Collection[str] = ()) -> set[str]:
        """The clients in all that a viewer is told of what the first publication knew; in all metrics unless named."""
        clients = set()
        for metric in self.gateway.catalogue(viewer):
            if not names or metric.name in names:
                by = ("client",) if metric.dimension("client") else ()
                rows = self.gateway.metric(viewer, MetricQuery(metric.name, by=by, known_at=FIRST)).rows
                clients |= {str(row.dimensions["client"]) for row in rows if by}
        return clients


def publish_what_came(settings: Settings, changed: set[str] | None = None) -> int:
    """What was committed, built and published as the pipeline does it, without its audit of frames; dbt's is made."""
    batch = replication.catch_up(settings)
    assert batch.committed_at is not None
    assert batch.snapshot is not None
    built = build.build(settings, batch.snapshot, data_at=batch.committed_at, changed=changed)
    try:
        return publish(
            settings,
            built.scratch,
            source_lsn=batch.lsn,
            lake_snapshot=batch.snapshot,
            data_at=batch.committed_at,
            metric_version=build.fingerprint(),
            checks=built.results,
        )
    finally:
        build.discard(built)


@pytest.fixture(scope="module")
def corrected(module_settings: Settings) -> Iterator[Story]:
    """The story up to its second publication; nothing of what was known is built yet."""
    settings = module_settings
    with running(settings) as api:
        agency, next_door = found(api), uuid7()
        address = {"slug": "next-door", "name": "Next door", "currency": "EUR", "timezone": "Europe/Berlin"}
        insert(settings, next_door, "workspace", id=next_door, **address)
        loaded_at = replication.catch_up(settings).committed_at
        assert loaded_at is not None
        house, neighbour = furnished(settings, agency.workspace_id, 10_000), furnished(settings, next_door, 77_000)
        replication.catch_up(settings)
        toy.execute(settings, "delete from payment where amount_minor = 300; truncate holiday")
        replication.catch_up(settings)
        # What happens to a table that is out of the lake is in no stream: its copy alone brings it.
        toy.execute(settings, "alter publication imisofts_lake drop table milestone")
        toy.execute(settings, "update milestone set completed_on = '2026-03-12'")
        toy.execute(settings, "alter publication imisofts_lake add table milestone")
        assert publish_what_came(settings) == FIRST
        with lake.connect(settings) as connection:
            story = Story(settings, agency, house, neighbour, loaded_at, marts(connection), {})
        story.told = story.figures()
        toy.execute(settings, _corrections(house, neighbour))
        publish_what_came(settings, {"invoice", "subscription_item", "ticket", "payment"})
        yield story


def _corrections(house: House, neighbour: House) -> str:
    return f"""
        update invoice set total_minor = 12000, subtotal_minor = 12000 where id = '{house.invoice}';
        update subscription_item set quantity = 2 where id = '{house.item}';
        update ticket set is_satisfied = false where id = '{house.ticket}';
        delete from ticket where id = '{house.withdrawn_ticket}';
        delete from client where id = '{house.gone}';
        update client set name = 'Renamed' where id = '{house.second}';
        update invoice set total_minor = 1, subtotal_minor = 1 where id = '{neighbour.invoice}';
        delete from payment;
        truncate exchange_rate"""


@dataclass
class Order:
    """How the API answered before anything was built, and what it ordered."""

    refusals: list[Problem]
    jobs: list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def order(corrected: Story) -> Order:
    """Asked twice over the API; then the job it ordered is carried out."""
    agency = corrected.agency
    refusals = [agency.api.refusal("GET", INVOICED, agency.as_role[Role.owner]) for _ in range(2)]
    with psycopg.connect(corrected.settings.owner_database_url) as owner:
        waiting = owner.execute(
            "select task_name, args, status::text from queue.procrastinate_jobs where task_name = 'metrics.prepare'"
        ).fetchall()
    anyio.run(jobs.carry_out, corrected.settings, waiting[0][1]["moment"])
    return Order(refusals, waiting)


@pytest.fixture
def story(corrected: Story, order: Order) -> Story:
    """The story, with what the first publication knew built."""
    return corrected


def test_the_api_orders_what_is_not_there_once_and_answers_when_it_is(story: Story, order: Order) -> None:
    assert [(refusal.status, refusal.code) for refusal in order.refusals] == [(409, "being_prepared")] * 2
    assert order.jobs == [("metrics.prepare", {"moment": str(FIRST)}, "todo")]
    body = story.agency.api.ask("GET", INVOICED, story.agency.as_role[Role.owner]).body
    assert [row["value"] for row in body["rows"]] == ["100.00"]
    assert (body["known"]["publication_id"], body["publication"]["id"]) == (FIRST, FIRST + 1)
    assert body["known"]["source_lsn"]
    assert body["known"]["recorded_at"] < body["publication"]["published_at"]


def test_what_a_publication_knew_is_what_it_held(story: Story) -> None:
    """Mart by mart and row by row, but for names, which no history keeps."""
    with lake.connect(story.settings) as connection:
        file = known.find(story.settings, known.of_publication(connection, FIRST))
    assert file is not None
    with lake.bare() as connection:
        connection.execute(f"attach '{file}' as lake (read_only)")
        then = marts(connection)
    clients = {row[1]: row for row in then.pop("dim_clients")}
    held = {row[1]: row for row in story.marts["dim_clients"]}
    assert then == {name: rows for name, rows in story.marts.items() if name != "dim_clients"}
    assert clients.keys() == held.keys()
    named = {story.house.second: "Renamed", story.house.gone: ""}
    for client, row in held.items():
        assert clients[client] == tuple(named.get(client, value) if value == row[4] else value for value in row)


def test_a_correction_changes_today_and_not_what_was_known(story: Story) -> None:
    then, now = story.figures(FIRST), story.figures()
    assert then == story.told
    amounts = ("invoiced", "mrr", "collected", "receivables")
    assert [then[name] for name in amounts] == list(map(Decimal, ("100.00", "100.00", "40.00", "60.00")))
    assert [now[name] for name in amounts] == list(map(Decimal, ("120.00", "200.00", "0.00", "120.00")))
    scores = then["health_score"], now["health_score"]
    assert None not in scores
    assert scores[0] != scores[1]


def test_both_axes_combine(story: Story) -> None:
    question = MetricQuery("receivables", as_of=date(2026, 3, 24), known_at=FIRST)
    (then,) = story.gateway.metric(story.house.actor(), question).rows
    assert then.value == Decimal("100.00"), "the payment was recorded, and is of the next day"


def test_nobody_elses_rows_answer(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every metric for an owner and for a client's user; some for who may see nothing; and all with the guard off."""
    house, neighbour = story.house, story.neighbour
    owner, user = house.actor(), house.actor(Role.client, frozenset({house.client}))
    strangers = house.actor(Role.client, frozenset({neighbour.client})), actor_of_role(uuid7(), Role.owner)
    assert story.seen(owner) == {str(house.client), story.agency.client_id}
    assert story.seen(user) == {str(house.client)}
    assert [story.seen(viewer, FIGURES) for viewer in strangers] == [set(), set()]
    monkeypatch.setattr(Scope, "condition", lambda _self, _mart: "true")
    for viewer in (owner, user, *strangers):
        assert str(neighbour.client) in story.seen(viewer, FIGURES), "with the guard off the probe goes red"


def test_an_instant_is_the_last_commit_by_it(story: Story) -> None:
    with lake.connect(story.settings) as connection:
        published = known.of_publication(connection, FIRST)
        (published_at,) = connection.execute("select min(published_at) from lake.meta.publication").fetchone() or ()
        by_then = known.at(connection, published_at)
        assert (by_then.epoch, by_then.lsn) == (published.epoch, published.lsn)
        assert known.at(connection, story.loaded_at).lsn < published.lsn


def test_what_is_not_on_record_is_said(story: Story) -> None:
    def refusal(asked: str) -> str:
        with pytest.raises(BadKnownAt) as refused:
            story.gateway.metric(story.house.actor(), MetricQuery("mrr", known_at=known_at(asked)))
        return str(refused.value)

    assert refusal("2026-01-31").startswith("The record begins at 20")
    assert "has not come yet" in refusal((story.loaded_at + timedelta(days=400)).isoformat())
    assert "has not come yet" in refusal("9998-12-31")
    assert refusal("9999-12-31").endswith("lies beyond every record.")
    assert refusal("99") == "There is no publication 99."
    for text in ("yesterday", "2026-03-01T10:00:00", "2026-13-01", "-1", "", "9" * 30):
        assert refusal(text).startswith(f"“{text}” says no instant")
    agency = story.agency
    for text in ("yesterday", "99"):
        problem = agency.api.refusal("GET", f"/metrics/mrr?known_at={text}", agency.as_role[Role.owner])
        assert (problem.status, problem.code, list(problem.fields)) == (422, "bad_question", ["known_at"])


def test_the_command_says_what_the_answer_knows(story: Story, capsys: pytest.CaptureFixture[str]) -> None:
    question = MetricQuery("mrr", *MARCH, known_at=FIRST)
    answer = command._ask(story.settings, story.agency.slug, question)
    assert answer.known is not None
    command._print(answer, command.Format.csv)
    printed = capsys.readouterr()
    assert printed.out.splitlines() == ["period,currency,value,unit", "2026-03-01,EUR,100.00,EUR"]
    assert answer.known.source_lsn in printed.err
    command._print(answer, command.Format.json)
    assert f'"source_lsn": "{answer.known.source_lsn}"' in capsys.readouterr().out
