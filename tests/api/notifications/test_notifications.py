"""Who is told of what: those whom it concerns and who may see it, once, and never of their own acts."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from api.events.schemas import TOLD
from api.kit.database import Database
from api.notifications import kinds, service
from imisofts.access import Role
from tests.api.agency import Agency, Api, found


def _post(agency: Agency, role: Role, path: str, **body: Any) -> dict[str, Any]:
    made = agency.api.ask("POST", path, agency.as_role[role], json=body, idempotency_key=str(uuid4()))
    return dict(made.body)


def _quiet(api: Api) -> Agency:
    """An agency of whose beginning nobody is told."""
    agency = found(api)
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        owner.execute("set local search_path = queue, public")
        owner.execute(
            "delete from queue.procrastinate_jobs where task_name = 'notifications.tell'"
            " and args->>'workspace_id' = %s",
            (str(agency.workspace_id),),
        )
    return agency


def _tell(agency: Agency) -> None:
    """Do the jobs that the agency's transactions left, as the worker would; twice, because it may."""
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        rows = owner.execute(
            "select distinct args->>'event_id' from queue.procrastinate_jobs"
            " where task_name = 'notifications.tell' and args->>'workspace_id' = %s",
            (str(agency.workspace_id),),
        ).fetchall()
    database: Database = agency.api.app.state.database

    async def all_of_them() -> None:
        for (event_id,) in [*rows, *rows]:
            async with database.begin(agency.workspace_id) as session:
                await service.tell(session, agency.workspace_id, UUID(event_id))

    agency.api.portal.call(all_of_them)


def _told(agency: Agency, role: Role) -> list[tuple[str, str]]:
    rows = agency.api.ask("GET", "/notifications", agency.as_role[role], params={"limit": 200}).items
    return [(row["kind"], row["label"]) for row in rows]


def _unread(agency: Agency, role: Role) -> int:
    return int(agency.api.ask("GET", "/notifications/unread", agency.as_role[role]).body["unread"])


def _ticket(agency: Agency) -> dict[str, Any]:
    return _post(agency, Role.client, "/tickets", subject="Where is it?", body="We wait.", client_id=agency.client_id)


def test_every_kind_has_its_rule_and_every_event_that_may_be_told_is_looked_at() -> None:
    assert set(kinds.RULES) == set(kinds.Kind)
    assert {name.value for name in TOLD} == kinds.TOLD


def test_a_ticket_is_told_to_staff_and_its_answer_to_the_client(api: Api) -> None:
    agency = _quiet(api)
    ticket = _ticket(agency)
    _post(agency, Role.member, f"/tickets/{ticket['id']}/answer", body="It is here.", then="wait")
    _tell(agency)
    number = ticket["number"]
    for role in (Role.owner, Role.admin, Role.member):
        assert ("ticket.opened", number) in _told(agency, role)
    assert _told(agency, Role.client) == [("ticket.answered", number)], "once, and nothing of one's own"
    assert "ticket.answered" not in dict(_told(agency, Role.owner))


def test_a_reply_goes_to_who_has_the_ticket(api: Api) -> None:
    agency = _quiet(api)
    me = agency.api.ask("GET", "/session", agency.as_role[Role.member]).body["user"]["id"]
    person = _post(agency, Role.owner, "/people", name="Mia", user_id=me)
    ticket = _ticket(agency)
    agency.api.ask(
        "PATCH", f"/tickets/{ticket['id']}", agency.as_role[Role.owner],
        json={"assignee_id": person["id"]}, if_match='"1"',
    )  # fmt: skip
    _post(agency, Role.client, f"/tickets/{ticket['id']}/reply", body="Still here.")
    _tell(agency)
    mine = [kind for kind, _ in _told(agency, Role.member)]
    assert sorted(mine) == ["ticket.assigned", "ticket.opened", "ticket.replied"]
    assert "ticket.replied" not in dict(_told(agency, Role.owner))


def test_what_is_not_wanted_is_not_told(api: Api) -> None:
    agency = _quiet(api)
    offered = agency.api.ask("GET", "/notification-choices", agency.as_role[Role.client]).body["kinds"]
    assert set(offered) == {"invoice.issued", "ticket.answered", "report.sent"}, "only what is meant for clients"
    choice = {"kinds": {"ticket.opened": False}}
    agency.api.ask("PUT", "/notification-choices", agency.as_role[Role.admin], json=choice)
    _ticket(agency)
    _tell(agency)
    assert _told(agency, Role.admin) == []
    assert _unread(agency, Role.owner) == 1
    choice = {"kinds": {"ticket.opened": True}}
    kept = agency.api.ask("PUT", "/notification-choices", agency.as_role[Role.admin], json=choice).body["kinds"]
    assert kept["ticket.opened"] is True


def test_one_is_read_and_all_are_read_and_another_ones_is_unknown(api: Api) -> None:
    agency = _quiet(api)
    for _ in range(2):
        _ticket(agency)
    _tell(agency)
    first = agency.api.ask("GET", "/notifications", agency.as_role[Role.owner]).items[0]
    path = f"/notifications/{first['id']}/read"
    assert agency.api.refusal("POST", path, agency.as_role[Role.admin]).status == 404
    read = agency.api.ask("POST", path, agency.as_role[Role.owner]).body
    assert read["read_at"]
    assert agency.api.ask("POST", path, agency.as_role[Role.owner]).body["read_at"] == read["read_at"]
    assert _unread(agency, Role.owner) == 1
    assert agency.api.ask("POST", "/notifications/read-all", agency.as_role[Role.owner]).body == {"unread": 0}
    assert _unread(agency, Role.admin) == 2, "everybody reads for themselves"


@pytest.mark.parametrize("role", [Role.client, Role.member])
def test_rights_that_were_taken_away_take_what_was_told_along(api: Api, role: Role) -> None:
    agency = _quiet(api)
    _ticket(agency)
    _tell(agency)
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        owner.execute("update notification set kind = 'user.joined' where workspace_id = %s", (agency.workspace_id,))
    assert _told(agency, role) == []
    assert _unread(agency, role) == 0
    assert _unread(agency, Role.owner) == 1


def test_another_clients_invoice_is_not_told(api: Api) -> None:
    agency = _quiet(api)
    other = _post(agency, Role.owner, "/clients", name="Quiet", currency="EUR")
    lines = [{"description": "A day", "unit_price": "100.00"}]
    for client_id in (agency.client_id, str(other["id"])):
        draft = _post(agency, Role.owner, "/invoices", client_id=client_id, lines=lines)
        _post(agency, Role.owner, f"/invoices/{draft['id']}/issue")
    _tell(agency)
    assert len(_told(agency, Role.client)) == 1
    assert _told(agency, Role.owner) == []


def test_the_end_of_an_import_is_told_to_who_started_it_and_to_nobody_else(api: Api) -> None:
    agency = _quiet(api)
    for name, content in (
        ("clients.csv", "external_id,name\nC-1,Northwind\n"),
        ("bad.csv", "external_id,name\nC-2,\n"),
    ):
        for dry_run in ("true", "false"):
            sent = {"data": {"kind": "clients", "dry_run": dry_run}, "files": {"file": (name, content.encode())}}
            agency.api.ask("POST", "/imports", agency.as_role[Role.owner], **sent)
    _tell(agency)
    assert _told(agency, Role.owner) == [("import.failed", "bad.csv"), ("import.finished", "clients.csv")]
    assert _told(agency, Role.admin) == []
