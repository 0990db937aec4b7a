"""Every kind by its own rules: made, again without a trace, changed, kept, referring to what is there or not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from api.imports.kinds import SUBJECTS
from api.imports.schemas import Kind
from imisofts.settings import Settings
from tests.api.agency import Agency

Call = Callable[..., Any]
Table = Callable[..., list[Mapping[str, Any]]]


@pytest.fixture
def table(settings: Settings, agency: Agency) -> Table:
    """Rows of a table as the application sees them, by external id or as asked."""

    def read(name: str, order: str = "external_id") -> list[Mapping[str, Any]]:
        with psycopg.connect(settings.app_database_url, row_factory=psycopg.rows.dict_row) as connection:
            connection.execute("select set_config('app.workspace_id', %s, true)", (str(agency.workspace_id),))
            return list(connection.execute(f"select * from {name} order by {order}"))

    return read


@pytest.fixture
def touch(settings: Settings, agency: Agency) -> Callable[[str], None]:
    """As if somebody had changed every row of a table here since the import."""

    def write(name: str) -> None:
        with psycopg.connect(settings.app_database_url) as connection:
            connection.execute("select set_config('app.workspace_id', %s, true)", (str(agency.workspace_id),))
            connection.execute(f"update {name} set touched_at = now()")

    return write


@dataclass(frozen=True)
class Case:
    """A file of one row, the same with a difference, and what the table then says."""

    table: str
    text: str
    before: str
    after: str
    made: Mapping[str, Any]
    then: Mapping[str, Any]
    missing: str = ""
    referred: Mapping[str, int] | None = None


CASES: dict[Kind, Case] = {
    Kind.clients: Case(
        "client",
        "external_id,name,email,currency,created_on\nX,Ada,a@a.example,USD,2020-01-31",
        "Ada",
        "Eve",
        {"name": "Ada", "currency": "USD"},
        {"name": "Eve"},
    ),
    Kind.services: Case(
        "service",
        "external_id,name,unit_price,currency,interval\nX,Care,49.90,USD,month",
        "49.90",
        "59.90",
        {"unit_price": Decimal("49.90"), "interval": "month", "interval_count": 1},
        {"unit_price": Decimal("59.90")},
    ),
    Kind.people: Case(
        "person",
        "email,name,title,billable_role\na@a.example,Ada,Designer,no",
        "Designer",
        "Director",
        {"external_id": "a@a.example", "is_billable_role": False},
        {"title": "Director"},
    ),
    Kind.working_hours: Case(
        "working_hours",
        "external_id,person,starts_on,monday,tuesday,wednesday,thursday,friday,saturday,sunday\n"
        "X,ada@a.example,2026-01-01,8,7.5,7:30,8,0,0,0",
        ",8,0,0,0",
        ",8,4,0,0",
        {"tuesday_minutes": 450, "wednesday_minutes": 450, "friday_minutes": 0, "ended_on": None},
        {"friday_minutes": 240},
        "person",
        {"person": 1},
    ),
    Kind.holidays: Case(
        "holiday",
        "external_id,date,name,region\nX,2026-10-03,Unity,DE",
        "Unity",
        "Unification",
        {"name": "Unity", "region": "DE"},
        {"name": "Unification"},
    ),
    Kind.time_off: Case(
        "time_off",
        "external_id,person,starts_on,ends_on,hours_per_day,kind\nX,ada@a.example,2026-03-24,2026-03-24,4,sick",
        "2026-03-24,4",
        "2026-03-25,4",
        {"minutes_per_day": 240, "kind": "sick"},
        {"kind": "sick"},
        "person",
        {"person": 1},
    ),
    Kind.projects: Case(
        "project",
        "external_id,name,client,budget_hours,fixed_fee,started_on\nX,Site,new client,120,9000.50,2026-01-05",
        "9000.50",
        "9100",
        {"budget_minutes": 7200, "fixed_fee_minor": 900050, "currency": "EUR"},
        {"fixed_fee_minor": 910000},
        "client",
        {"client": 1},
    ),
    Kind.milestones: Case(
        "milestone",
        "external_id,project,title,due_on\nX,P,Launch,2026-06-01",
        "2026-06-01",
        "2026-07-01",
        {"title": "Launch"},
        {"title": "Launch"},
        "project",
        {"project": 1},
    ),
    Kind.tasks: Case(
        "task",
        "external_id,project,title,estimate_hours,assignee,started_on,due_on,completed_on\n"
        "X,P,Draw,2.5,ada@a.example,2026-06-01,2026-06-03,",
        "2.5",
        "3",
        {"estimate_minutes": 150, "completed_on": None},
        {"estimate_minutes": 180},
        "assignee",
        {"person": 1, "project": 1},
    ),
    Kind.time_entries: Case(
        "time_entry",
        "external_id,person,date,hours,project,task,billable,bill_rate,note\n"
        "X,ada@a.example,2026-06-01,1.25,P,T,yes,90,drawing",
        "1.25",
        "1:30",
        {"minutes": 75, "is_billable": True, "bill_rate": 90, "currency": "EUR"},
        {"minutes": 90},
        "person",
        {"person": 1, "project": 1, "task": 1},
    ),
    Kind.tickets: Case(
        "ticket",
        "external_id,client,opened_at,subject,priority,first_response_at,resolved_at,reopened,satisfied\n"
        "X,new client,2026-06-01T09:00,Site is down,high,2026-06-01T09:30,,2,yes",
        "T09:30",
        "T09:45",
        {"number": "X", "subject": "Site is down", "status": "open", "reopened_count": 2, "is_satisfied": True},
        {"status": "open"},
        "client",
        {"client": 1},
    ),
    Kind.subscriptions: Case(
        "subscription",
        "external_id,client,started_on,unit_price,currency,interval,quantity,service\n"
        "X,new client,2026-01-01,100,USD,month,2,Care",
        ",100,",
        ",120,",
        {"currency": "USD", "ended_on": None},
        {"currency": "USD"},
        "client",
        {"client": 1, "service": 1},
    ),
    Kind.exchange_rates: Case(
        "exchange_rate",
        "date,from,to,rate\n2026-06-01,USD,EUR,0.9213",
        "0.9213",
        "0.93",
        {"from_currency": "USD", "to_currency": "EUR"},
        {"to_currency": "EUR"},
    ),
}


def imported(table: Table) -> int:
    return sum(event["name"].endswith(".imported") for event in table("event", "id"))


def test_every_kind_has_a_case_or_tests_of_its_own() -> None:
    assert set(SUBJECTS) == set(Kind) == {*CASES, Kind.invoices, Kind.payments, Kind.credit_notes, Kind.users}


@pytest.mark.parametrize("kind", CASES)
def test_a_row_is_made_unchanged_changed_and_kept(kind: Kind, upload: Call, table: Table, touch: Call) -> None:
    case = CASES[kind]
    if case.missing:
        (error,) = upload(kind, case.text)["result"]["errors"][:1]
        assert (error["line"], "no " in error["reason"]) == (2, True)
        assert imported(table) == 0
    run = upload(kind, case.text, create_missing=True)
    assert (run["status"], run["result"]["created"]) == ("done", 1), run["result"]
    assert run["result"]["referred"] == (case.referred or {})
    (made,) = [row for row in table(case.table, "id") if row["source"] == "import"]
    assert {name: made[name] for name in case.made} == case.made
    count = imported(table)
    assert count == 1 + sum((case.referred or {}).values())
    again = upload(kind, case.text)["result"]
    assert (again["unchanged"], again["created"], again["changed"], imported(table)) == (1, 0, 0, count)
    changed = upload(kind, case.text.replace(case.before, case.after))["result"]
    assert (changed["changed"], changed["created"], imported(table)) == (1, 0, count + 1), changed
    (now,) = [row for row in table(case.table, "id") if row["source"] == "import"]
    assert {name: now[name] for name in case.then} == case.then
    assert (now["id"], now["version"]) == (made["id"], 2)
    if "touched_at" in now:
        touch(case.table)
        kept = upload(kind, case.text)["result"]
        assert (kept["kept"], kept["changed"], imported(table)) == (1, 0, count + 1)
        assert "changed here" in kept["kept_rows"][0]["reason"]


@pytest.mark.parametrize("kind", CASES)
def test_a_dry_run_shows_before_and_after_and_writes_nothing(kind: Kind, upload: Call, table: Table) -> None:
    case = CASES[kind]
    run = upload(kind, case.text, create_missing=True, dry_run=True)
    assert (run["status"], run["result"]["created"], imported(table)) == ("done", 1, 0)
    upload(kind, case.text, create_missing=True)
    (shown,) = upload(kind, case.text.replace(case.before, case.after), dry_run=True)["result"]["preview"]
    assert shown["action"] == "change"
    assert any(shown["before"][name] != shown["after"][name] for name in shown["after"])


BAD = [
    ("people", "email,name\nnobody,Ada", "email"),
    ("people", "email,name,cost_rate\na@a.example,Ada,-1", "cost_rate"),
    ("working-hours", CASES[Kind.working_hours].text.replace("7.5", "25"), "tuesday"),
    ("time-off", CASES[Kind.time_off].text.replace("2026-03-24,4", "2026-03-23,4"), "ends_on"),
    ("time-off", CASES[Kind.time_off].text.replace("sick", "bored"), "kind"),
    ("time-entries", "external_id,person,date,hours,minutes\nX,P,2026-06-01,,", "hours"),
    ("time-entries", "external_id,person,date,hours,minutes\nX,P,2026-06-01,1,90", "minutes"),
    ("time-entries", "external_id,person,date,hours\nX,P,2026-06-01,0", "hours"),
    ("time-entries", "external_id,person,date,hours,task\nX,P,2026-06-01,1,T", "task"),
    ("tickets", "external_id,client,opened_at,resolved_at\nX,C,2026-06-02T09:00,2026-06-01T09:00", "resolved_at"),
    ("tickets", "external_id,client,opened_at,satisfied\nX,C,2026-06-02T09:00,maybe", "satisfied"),
    ("subscriptions", CASES[Kind.subscriptions].text.replace("month", "fortnight"), "interval"),
    ("exchange-rates", "date,from,to,rate\n2026-06-01,USD,USD,1", "to"),
    ("exchange-rates", "date,from,to,rate\n2026-06-01,USD,EUR,0", "rate"),
    ("exchange-rates", "date,from,to,rate\n2026-06-01,USD,EUR,1\n2026-06-01,USD,EUR,2", "date"),
]


@pytest.mark.parametrize(("kind", "text", "column"), BAD)
def test_a_bad_row_is_named_by_its_field(kind: str, text: str, column: str, upload: Call) -> None:
    run = upload(kind, text, create_missing=True)
    assert run["status"] == "failed"
    assert [error["column"] for error in run["result"]["errors"]] == [column], run["result"]


def test_hours_or_minutes_must_be_in_the_file(upload: Call) -> None:
    run = upload("time-entries", "external_id,person,date\nX,P,2026-06-01")
    assert "hours or minutes" in run["result"]["detail"]


def test_an_entry_follows_its_task_and_a_long_one_is_told(upload: Call, table: Table, agency: Agency) -> None:
    upload("projects", "external_id,name,client\nP,Site,C\nQ,Own,", create_missing=True)
    upload("tasks", "external_id,project,title\nT,P,Draw")
    lines = ["1,a,2026-06-01,1500,,T", "2,a,2026-06-01,60,Q,", "3,a,2026-06-01,5,Q,T"]
    text = "external_id,person,date,minutes,project,task\n" + "\n".join(lines)
    run = upload("time-entries", text, create_missing=True, skip_bad=True, dry_run=True)
    assert "1 rows are longer than 24 hours: lines 2" in run["result"]["notes"]
    assert [(error["line"], error["column"]) for error in run["result"]["errors"]] == [(4, "task")]
    upload("time-entries", text, create_missing=True, skip_bad=True)
    client, project = table("client where external_id = 'C'")[0], table("project")[0]
    entries = table("time_entry")
    assert [(row["client_id"], row["is_billable"]) for row in entries] == [(client["id"], True), (None, False)]
    assert entries[0]["project_id"] == project["id"]
    upload("projects", "external_id,name,client\nP,Site,D", create_missing=True)
    moved = table("client where external_id = 'D'")[0]
    assert [row["client_id"] for row in table("time_entry")] == [moved["id"], None]


def test_a_subscription_with_another_price_is_corrected_with_its_item(upload: Call, table: Table) -> None:
    head = "external_id,client,started_on,unit_price,currency,interval,ended_on\n"
    upload("subscriptions", head + "S,C,2026-01-01,100,EUR,month,", create_missing=True)
    result = upload("subscriptions", head + "S,C,2026-01-01,80,EUR,quarter,2026-04-01")["result"]
    assert result["changed"] == 1
    (subscription,), (item,) = table("subscription"), table("subscription_item", "id")
    assert (item["unit_price"], item["interval"], item["version"]) == (80, "quarter", 2)
    assert item["ended_on"] == item["end_decided_on"] == subscription["ended_on"] == subscription["cancelled_on"]
    assert item["started_on"] == item["decided_on"] == subscription["started_on"]
    event = [row for row in table("event", "id") if row["name"] == "subscription.imported"][-1]
    assert float(event["data"]["changed"]["unit_price"]["before"]) == 100
    assert float(event["data"]["changed"]["unit_price"]["after"]) == 80
    assert upload("subscriptions", head + "S,C,2026-01-01,80.00,EUR,quarter,2026-04-01")["result"]["unchanged"] == 1
    assert upload("subscriptions", head + "S,C,2026-01-01,80.00,EUR,quarter,")["result"]["changed"] == 1
    assert table("subscription_item", "id")[0]["ended_on"] is None


def test_a_week_ends_where_the_next_begins_also_in_another_file(upload: Call, table: Table) -> None:
    head = "external_id,person,starts_on,monday,tuesday,wednesday,thursday,friday,saturday,sunday\n"
    week = "8,8,8,8,8,0,0"
    upload("working-hours", head + f"A,p,2026-01-01,{week}\nC,p,2026-05-01,{week}", create_missing=True)
    upload("working-hours", head + "B,p,2026-03-16,8,8,8,8,0,0,0")
    spans = [(row["external_id"], str(row["started_on"]), str(row["ended_on"])) for row in table("working_hours")]
    assert spans == [("A", "2026-01-01", "2026-03-16"), ("B", "2026-03-16", "2026-05-01"), ("C", "2026-05-01", "None")]
    twin = upload("working-hours", head + f"D,p,2026-05-01,{week}")["result"]["errors"]
    assert [error["column"] for error in twin] == ["starts_on"]
    count = imported(table)
    everything = head + f"A,p,2026-01-01,{week}\nB,p,2026-03-16,8,8,8,8,0,0,0\nC,p,2026-05-01,{week}"
    assert upload("working-hours", everything)["result"]["unchanged"] == 3
    assert imported(table) == count


def test_a_cost_rate_counts_from_the_beginning_and_another_from_today(upload: Call, table: Table) -> None:
    head = "email,name,cost_rate\n"
    upload("people", head + "a@a.example,Ada,50")
    assert [(row["hourly_rate"], str(row["started_on"])) for row in table("person_rate", "id")] == [(50, "1970-01-01")]
    assert upload("people", head + "a@a.example,Ada,50.00")["result"]["unchanged"] == 1
    assert upload("people", head + "a@a.example,Ada,60", dry_run=True)["result"]["preview"][0]["after"][
        "cost_rate"
    ] in {"60", "60.00000000"}
    assert upload("people", head + "a@a.example,Ada,60")["result"]["changed"] == 1
    old, new = table("person_rate", "started_on")
    assert (old["hourly_rate"], new["hourly_rate"], new["ended_on"]) == (50, 60, None)
    assert old["ended_on"] == new["started_on"]
    assert upload("people", head + "a@a.example,Ada,70")["result"]["changed"] == 1
    assert [row["hourly_rate"] for row in table("person_rate", "started_on")] == [50, 70]
    assert upload("people", "email,name\na@a.example,Ada")["result"]["unchanged"] == 1
    said = [str(row["data"]) for row in table("event", "id") if row["name"] == "person.imported"]
    assert not any("60" in words or "hourly_rate" in words for words in said), said


def test_a_ticket_without_a_subject_is_called_by_its_number_until_a_file_has_one(upload: Call, table: Table) -> None:
    head = "external_id,client,opened_at"
    upload("tickets", f"{head}\nT,C,2026-07-01T09:00", create_missing=True)
    assert table("ticket")[0]["subject"] == "Ticket T"
    changed = upload("tickets", f"{head},subject\nT,C,2026-07-01T09:00,No more orders")["result"]
    assert (changed["changed"], table("ticket")[0]["subject"]) == (1, "No more orders")
    for emptied in (f"{head}\nT,C,2026-07-01T09:00", f"{head},subject\nT,C,2026-07-01T09:00,"):
        assert upload("tickets", emptied)["result"]["unchanged"] == 1
    assert table("ticket")[0]["subject"] == "No more orders"


def test_a_ticket_is_resolved_by_its_instant_in_the_workspaces_zone(upload: Call, table: Table) -> None:
    head = "external_id,client,opened_at,resolved_at,satisfied\n"
    upload("tickets", head + "T,C,2026-07-01T09:00,2026-07-01T12:00:00+00:00,no", create_missing=True)
    (ticket,) = table("ticket")
    assert ticket["opened_at"].isoformat() == "2026-07-01T07:00:00+00:00"
    assert (ticket["status"], ticket["rated_at"], ticket["is_satisfied"]) == ("resolved", ticket["resolved_at"], False)
    upload("tickets", head + "T,C,2026-07-01T09:00,,")
    (ticket,) = table("ticket")
    assert (ticket["status"], ticket["resolved_at"], ticket["rated_at"]) == ("open", None, None)
    (client,) = table("client where external_id = 'C'")
    assert str(client["created_on"]) == "2026-07-01"


def test_what_the_file_does_not_give_is_left_alone(upload: Call, table: Table) -> None:
    upload("tasks", "external_id,project,title,due_on\nT,P,Draw,2026-06-01", create_missing=True)
    assert upload("tasks", "external_id,project,title\nT,P,Draw")["result"]["unchanged"] == 1
    assert upload("tasks", "external_id,project,title,due_on\nT,P,Draw,")["result"]["changed"] == 1
    assert table("task")[0]["due_on"] is None


def test_many_entries_are_written_in_few_statements(upload: Call, table: Table) -> None:
    lines = [f"{n},p{n % 12},2026-01-{n % 28 + 1:02d},{n % 8 + 1},P{n % 9},yes" for n in range(5000)]
    text = "external_id,person,date,hours,project,billable\n" + "\n".join(lines)
    assert upload("time-entries", text, create_missing=True)["result"]["created"] == 5000
    assert upload("time-entries", text)["result"]["unchanged"] == 5000
    assert imported(table) == 5000 + 12 + 9
