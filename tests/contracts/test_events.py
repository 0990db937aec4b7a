"""Every writing route is used once: exactly its events appear, told of who did it. A route without a recipe is red."""

import time
from collections.abc import Iterator

import psycopg
import pytest

from api.client import Answer
from imisofts.access import Role
from imisofts.settings import Settings
from tests.api.agency import Agency, Api, found, running
from tests.api.reports.conftest import Numbers
from tests.contracts import recipes
from tests.contracts.routes import Route

WRITING = [route for route in recipes.ROUTES if route.writes]


@pytest.fixture(scope="module")
def api(settings: Settings) -> Iterator[Api]:
    """The service; whether a report may be released is answered from memory, because nothing is published here."""
    with running(settings) as api:
        gateway = api.app.state.gateway
        api.app.state.gateway = Numbers()
        yield api
        api.app.state.gateway = gateway


@pytest.fixture(scope="module")
def agency(api: Api) -> Agency:
    return found(api)


def _events(agency: Agency) -> dict[str, tuple[str, str, str]]:
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        rows = owner.execute(
            "select id::text, name, actor_kind, actor_id::text from event where workspace_id = %s",
            (agency.workspace_id,),
        ).fetchall()
    return {ident: (name, kind, actor) for ident, name, kind, actor in rows}


def _settled(agency: Agency, answer: Answer) -> None:
    """Wait for what goes on after the answer has left."""
    deadline = time.monotonic() + 60
    while isinstance(answer.body, dict) and answer.body.get("status") == "running" and time.monotonic() < deadline:
        time.sleep(0.05)
        answer = agency.api.ask("GET", f"/imports/{answer.body['id']}", agency.as_role[Role.owner])


def test_every_route_has_its_recipe_and_every_recipe_its_route() -> None:
    assert recipes.missing() == set(), "add a line to ROWS or WRITES in tests/contracts/recipes.py"


@pytest.mark.parametrize("route", WRITING, ids=recipes.key)
def test_a_write_is_told_by_exactly_its_events(agency: Agency, route: Route) -> None:
    write = recipes.WRITES[recipes.key(route)]
    ident = recipes.row_of(agency, route, agency.client_id)
    options = recipes.options(agency, route, agency.client_id)
    etag = recipes.etag_of(agency, route, ident)
    public = "public" in route.actions
    who = write.who(agency) if write.who else None if public else agency.as_role[Role.owner]
    me = agency.api.ask("GET", "/session", who or agency.as_role[Role.owner]).body["user"]
    before = _events(agency)
    _settled(agency, agency.api.ask(route.method, route.address(ident), who, if_match=etag, **options))
    new = [event for ident, event in _events(agency).items() if ident not in before]
    assert sorted(name for name, _, _ in new) == sorted(name.value for name in write.events)
    assert {kind for _, kind, _ in new} == ({write.told_of} if write.events else set())
    assert public or {actor for _, _, actor in new} == ({me["id"]} if write.events else set())
