"""One search over everything: what is found, by whom, and that it keeps to its time."""

from typing import Any

import pytest
from sqlalchemy import func, select

from api.clients import repository
from api.clients.models import Client
from api.identity import operator
from api.kit import search
from api.kit.search import Findable
from api.search.service import findables
from imisofts.access import Action, Role, actor_of_role
from tests.api.agency import Agency, Api, found
from tests.contracts.routes import routes

Ids = dict[str, str]
ALL = {"client", "contact", "invoice", "subscription", "project", "task", "ticket", "service", "person", "member"}
"""Reports, too, are found; they need a publication, and stand with them in the isolation probes."""


def _make(agency: Agency, path: str, **body: Any) -> str:
    return str(agency.api.ask("POST", path, agency.as_role[Role.owner], json=body).body["id"])


@pytest.fixture(scope="module")
def made(agency: Agency) -> Ids:
    """One of each, with the word Quitte, of a client that the client's user is not; and an invoice with a number."""
    client = _make(agency, "/clients", name="Quitte & Sohn", email="hof@quitte.example")
    line = {"description": "Work", "quantity": "1", "unit_price": "10", "tax_rate": "0"}
    ids = {
        "client": client,
        "contact": _make(agency, f"/clients/{client}/contacts", name="Ada Quitte"),
        "invoice": _make(agency, "/invoices", client_id=client, lines=[line]),
        "project": _make(agency, "/projects", name="Quitte relaunch", client_id=client),
        "ticket": _make(agency, "/tickets", client_id=client, subject="Quitte is offline", body="Help"),
        "service": _make(agency, "/services", name="Quitte care", currency="EUR"),
        "person": _make(agency, "/people", name="Paul Quitte"),
    }
    ids["task"] = _make(agency, f"/projects/{ids['project']}/tasks", title="Peel the quitte")
    terms = {"description": "Care", "quantity": "1", "unit_price": "5", "interval": "month"}
    ids["subscription"] = _make(
        agency, "/subscriptions", client_id=client, name="Quitte plan", started_on="2026-01-01", items=[terms]
    )
    agency.api.ask("POST", f"/invoices/{ids['invoice']}/issue", agency.as_role[Role.owner], json={})
    operator.create_user(
        agency.api.settings, f"quitte@{agency.slug}.example", workspace=agency.slug, role=Role.member, name="Quitte"
    )
    return ids


def _search(agency: Agency, role: Role, q: str, **more: str) -> list[dict[str, Any]]:
    answer = agency.api.ask("GET", "/search", agency.as_role[role], params={"q": q, **more})
    assert answer.body["unfinished"] == []
    return list(answer.body["items"])


def test_staff_find_everything_by_a_word(agency: Agency, made: Ids) -> None:
    hits = _search(agency, Role.owner, "qUITT")
    assert {hit["kind"] for hit in hits} == ALL - {"invoice"}
    assert {hit["id"] for hit in hits if hit["kind"] != "member"} == {*made.values()} - {made["invoice"]}
    parents = {hit["kind"]: hit["parent_id"] for hit in hits if hit["parent_id"]}
    assert parents == {"contact": made["client"], "task": made["project"]}


def test_numbers_ids_and_several_words(agency: Agency, made: Ids) -> None:
    number = agency.api.ask("GET", f"/invoices/{made['invoice']}", agency.as_role[Role.owner]).body["number"]
    for q, kinds in (
        (number.lower(), ["invoice"]),
        (made["task"], ["task"]),
        (made["invoice"].upper(), ["invoice"]),
        ("relaunch quitte", ["project"]),
        ("quitte nowhere", []),
        ("%", []),
        ("_uitte", []),
        ("\x00", []),
        (" ", []),
    ):
        assert [hit["kind"] for hit in _search(agency, Role.owner, q)] == kinds, q


def test_the_best_come_first_and_the_archived_last(agency: Agency) -> None:
    for name in ("Old fig", "fig", "Figaro", "A fig tree"):
        ident = _make(agency, "/services", name=name, currency="EUR")
        if name == "fig":
            _make(agency, "/services", name="fig (old)", currency="EUR")
        if name == "Old fig":
            agency.api.ask("DELETE", f"/services/{ident}", agency.as_role[Role.owner], if_match='"1"')
    hits = _search(agency, Role.owner, "fig", limit="10")
    assert [hit["title"] for hit in hits] == ["fig", "fig (old)", "Figaro", "A fig tree", "Old fig"]
    assert [hit["archived"] for hit in hits] == [False, False, False, False, True]
    assert len(_search(agency, Role.owner, "fig", limit="2")) == 2


def test_a_client_finds_its_own_and_nothing_else(agency: Agency, made: Ids) -> None:
    assert _search(agency, Role.client, "quitte") == []
    for ident in made.values():
        assert _search(agency, Role.client, ident) == []
    own = _make(agency, "/projects", name="Zebra quitte", client_id=agency.client_id)
    assert [hit["id"] for hit in _search(agency, Role.client, "quitte")] == [own]


def test_to_find_something_is_allowed_as_to_list_it(agency: Agency) -> None:
    lists = {route.path: route.actions for route in routes() if route.method == "GET"}
    named = {"person": "people", "member": "users", "contact": "clients/{client_id}/contacts"}
    for findable in findables(actor_of_role(agency.workspace_id, Role.owner)):
        path = f"/v1/{named.get(findable.kind, findable.kind + 's')}"
        assert lists[path] == (findable.needs,), findable.kind


def test_another_agency_finds_nothing(api: Api, made: Ids) -> None:
    other = found(api)
    for q in ("quitte", *made.values()):
        assert _search(other, Role.owner, q) == []


def test_what_is_too_slow_is_named_and_the_rest_answered(agency: Agency, made: Ids) -> None:
    actor = actor_of_role(agency.workspace_id, Role.owner)
    clients = repository.findable(actor)
    slow = Findable(
        "slow", Action.client_read, select(Client).where(func.pg_sleep(600).is_not(None)), Client.id, Client.name,
        (Client.name,),
    )  # fmt: skip

    async def ask(*asked: Findable, seconds: float) -> tuple[list[str], list[str]]:
        async with agency.api.app.state.database.begin(agency.workspace_id, read_only=True) as session:
            hits, unfinished = await search.gather(session, actor, asked, "quitte", 5, seconds)
            return [hit.kind for hit in hits], unfinished

    def answered(*asked: Findable, seconds: float) -> tuple[list[str], list[str]]:
        return agency.api.portal.call(lambda: ask(*asked, seconds=seconds))

    assert answered(clients, slow, seconds=5) == (["client"], ["slow"])
    assert answered(clients, seconds=0) == ([], ["client"])
