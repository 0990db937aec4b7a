"""What one must never see through the API: another agency's rows, and for a client another client's.

Every tenant table has a row of the other agency. Every route is asked with the ids of those rows, in its path, its body
and its filters, and every answer is searched for their ids and their words.
"""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from api.billing import repository
from api.billing.models import Invoice
from api.client import Answer, Credentials
from imisofts.access import ACTIONS_OF_ROLE, Action, Role, actions_of
from imisofts.settings import Settings
from tests.contracts import foreign_pages, recipes
from tests.contracts.ground import NARROWED, Ground, Ids, Who, laid, named_rows, said, shown
from tests.contracts.routes import Route

_STANDING = {"role_id", "client_ids", "project_ids"}
APART = {"POST /v1/imports": {"again"}, "POST /v1/users": _STANDING, "PATCH /v1/users/{user_id}": _STANDING}
"""Rows that a form names and no recipe does; each has its own test below."""
FOR_WORDS = {"/v1/search"}
"""What answers nothing until it is asked for words."""
LISTS = [route for route in recipes.ROUTES if not route.writes and not route.ids]
WITH_ID = [route for route in recipes.ROUTES if route.ids]
WITH_BODY = [route for route in recipes.ROUTES if route.writes and "public" not in route.actions]


@pytest.fixture(scope="module")
def ground(settings: Settings) -> Iterator[Ground]:
    with laid(settings) as ground:
        yield ground


BOUND: dict[Who, frozenset[Action]] = {
    Role.client: ACTIONS_OF_ROLE[Role.client],
    Role.client_team: ACTIONS_OF_ROLE[Role.client_team],
    NARROWED: actions_of(Role.member, narrowed=True),
}
"""Who sees my first client alone, and what they may do."""


def for_the_bound(chosen: list[Route]) -> list[Any]:
    """Those that somebody bound to one client may use, for each of these."""
    return [
        pytest.param(who, route, id=f"{who}-{recipes.key(route)}")
        for who, actions in BOUND.items()
        for route in chosen
        if actions.issuperset(route.actions)
    ]


def test_every_table_has_a_row_of_the_other_agency_and_every_route_its_recipe(ground: Ground) -> None:
    assert recipes.missing() == set(), "add a line to ROWS or WRITES in tests/contracts/recipes.py"
    assert [table for table, ids in ground.theirs.items() if not ids] == []
    assert [row.table for row in recipes.ROWS.values() if row.table not in ground.theirs] == []
    assert len(ground.theirs) >= 14


def _like_unknown(ground: Ground, who: Who, route: Route, foreign: str) -> None:
    """A foreign id in the path is answered as one that nobody has."""
    options, unknown = ground.options(route), str(uuid4())
    expected = said(ground.ask(who, route, unknown, options), unknown)
    assert expected[0] in {404, 422}
    assert said(ground.ask(who, route, foreign, ground.options(route)), foreign) == expected


@pytest.mark.parametrize("route", WITH_ID, ids=recipes.key)
def test_another_agencys_id_answers_like_an_unknown_one(ground: Ground, route: Route) -> None:
    _like_unknown(ground, Role.owner, route, min(ground.theirs[recipes.ROWS[route.ids[-1]].table]))


@pytest.mark.parametrize(("who", "route"), for_the_bound(WITH_ID))
def test_another_clients_id_answers_like_an_unknown_one(ground: Ground, who: Who, route: Route) -> None:
    foreign = ground.second.get(recipes.ROWS[route.ids[-1]].table)
    if foreign:  # the agency's own rows, like services, are there for all of its staff
        _like_unknown(ground, who, route, min(foreign))


def _refused_like_unknown(ground: Ground, who: Who, route: Route, ids: Ids) -> None:
    """Each row that the body names, replaced by a foreign one: refused as if nobody had it, and nothing happens."""
    body = ground.options(route).get("json")
    references = recipes.references(body)
    if not references:
        return
    row = recipes.row_of(ground.mine, route, ground.mine.client_id)
    etag, before = recipes.etag_of(ground.mine, route, row), ground.events()
    for path, known in references:
        foreign = ground.like(known, ids)
        answers = []
        for ident in [str(uuid4())] + ([foreign] if foreign else []):
            sent = {**ground.options(route), "json": recipes.replaced(body, path, ident), "if_match": etag}
            answer = ground.ask(who, route, row, sent)
            answers.append(said(answer, ident))
            assert ground.foreign(answer, ident) == set()
        assert {answer[0] for answer in answers} <= {403, 404, 422}, path
        assert len(set(answers)) == 1, path
    assert ground.events() == before


@pytest.mark.parametrize("route", WITH_BODY, ids=recipes.key)
def test_a_body_that_names_another_agencys_row_is_refused_like_an_unknown_one(ground: Ground, route: Route) -> None:
    _refused_like_unknown(ground, Role.owner, route, ground.theirs)


@pytest.mark.parametrize(("who", "route"), for_the_bound(WITH_BODY))
def test_a_body_that_names_another_clients_row_is_refused(ground: Ground, who: Who, route: Route) -> None:
    _refused_like_unknown(ground, who, route, ground.second)


def test_the_recipes_name_every_row_that_a_body_may_name(ground: Ground) -> None:
    """Otherwise a reference would stand in no probe."""
    document = ground.mine.api.app.openapi()
    unnamed: dict[str, set[str]] = {}
    for route in WITH_BODY:
        operation = document["paths"][route.path][route.method.lower()]
        wanted = named_rows(operation.get("requestBody", {}), document["components"]["schemas"])
        sent = recipes.references(ground.options(route).get("json", {}))
        unnamed[recipes.key(route)] = (
            wanted - {str(part) for path, _ in sent for part in path} - APART.get(recipes.key(route), set())
        )
    assert {route: names for route, names in unnamed.items() if names} == {}


def test_the_file_of_another_agencys_import_is_as_unknown_as_any(ground: Ground) -> None:
    (route,) = [route for route in WITH_BODY if recipes.key(route) == "POST /v1/imports"]
    foreign, unknown = min(ground.theirs["import_run"]), str(uuid4())
    answer, expected = (
        ground.ask(Role.owner, route, "", {"data": {"kind": "clients", "again": ident}}) for ident in (foreign, unknown)
    )
    assert said(answer, foreign) == said(expected, unknown)
    assert said(answer, foreign)[0] == 404


@pytest.mark.parametrize(("name", "table"), [("client_ids", "client"), ("project_ids", "project")])
def test_a_view_narrowed_to_another_agencys_row_is_refused_like_to_an_unknown_one(
    ground: Ground, name: str, table: str
) -> None:
    (route,) = [route for route in WITH_BODY if recipes.key(route) == "POST /v1/users"]
    foreign, unknown, before = min(ground.theirs[table]), str(uuid4()), ground.events()
    answer, expected = (
        ground.ask(
            Role.owner, route, "", {"json": {"email": "a@b.example", "name": "A", "role": "member", name: [each]}}
        )
        for each in (foreign, unknown)
    )
    assert said(answer, foreign) == said(expected, unknown)
    assert (said(answer, foreign)[0], ground.events()) == (422, before)


def _parameters(ground: Ground, route: Route, place: str) -> dict[str, dict[str, Any]]:
    operation = ground.mine.api.app.openapi()["paths"][route.path]["get"]
    return {each["name"]: each for each in operation.get("parameters", []) if each["in"] == place}


def _choice(ground: Ground, route: Route) -> str:
    """For a part of the path that names no row: one of its values, or a metric's name."""
    schemas = ground.mine.api.app.openapi()["components"]["schemas"]
    for each in _parameters(ground, route, "path").values():
        named = each["schema"].get("$ref", "").rpartition("/")[2]
        return str(schemas.get(named, each["schema"]).get("enum", ["mrr"])[0])
    return ""


def _table(name: str) -> str:
    return recipes.ROWS[name].table if name in recipes.ROWS else name.removesuffix("_id")


@pytest.mark.parametrize("route", LISTS, ids=recipes.key)
def test_nothing_of_another_agency_is_listed_or_found(ground: Ground, route: Route) -> None:
    names = _parameters(ground, route, "query")
    choice = _choice(ground, route)
    whole = ground.ask(Role.owner, route, choice, {"params": {"limit": 200} if "limit" in names else None})
    assert ground.foreign(whole) == set()
    for name in names:
        if name.endswith("_id") and ground.theirs.get(_table(name)):
            foreign, unknown = min(ground.theirs[_table(name)]), str(uuid4())
            answer, expected = (
                ground.ask(Role.owner, route, choice, {"params": {name: value}}) for value in (foreign, unknown)
            )
            assert said(answer, foreign) == said(expected, unknown), name
            assert ground.foreign(answer, foreign) == set(), name
    if "q" in names:
        answer = ground.ask(Role.owner, route, choice, {"params": {"q": ground.other.slug}})
        assert isinstance(answer, Answer)
        assert answer.body["items"] == []


@pytest.mark.parametrize(("who", "route"), for_the_bound(LISTS))
def test_nothing_of_another_client_is_listed(ground: Ground, who: Who, route: Route) -> None:
    hidden = set().union(*ground.second.values())
    assert shown(ground.ask(who, route, _choice(ground, route), {}), hidden) == set()
    if "client_id" in _parameters(ground, route, "query"):
        asked = {"params": {"client_id": ground.second_client}}
        answer = ground.ask(who, route, _choice(ground, route), asked)
        assert shown(answer, hidden, ground.second_client) == set()
    if "q" in _parameters(ground, route, "query"):
        answer = ground.ask(who, route, _choice(ground, route), {"params": {"q": ground.mine.slug}})
        assert shown(answer, hidden) == set()


def test_the_probes_look_at_rows_that_are_there_to_be_seen(ground: Ground) -> None:
    """The same questions from who may ask them are answered: a probe of empty lists would prove nothing."""
    for route in LISTS:
        if "q" in _parameters(ground, route, "query"):
            path, owner = route.address(_choice(ground, route)), ground.other.as_role[Role.owner]
            words = {"q": ground.other.slug} if route.path in FOR_WORDS else {}
            told = ground.other.api.ask("GET", path, owner, params=words)
            assert ground.foreign(told, ground.other.slug) != set(), path
    (search,) = [route for route in LISTS if route.path in FOR_WORDS]
    asked_words = {"params": {"q": ground.mine.slug, "limit": "20"}}
    assert shown(ground.ask(Role.owner, search, "", asked_words), set().union(*ground.second.values()))
    own = ground.ask(Role.client, search, "", asked_words)
    assert isinstance(own, Answer)
    assert own.body["items"] != []
    for who, route in (param.values for param in for_the_bound(LISTS)):
        if "client_id" in _parameters(ground, route, "query"):
            choice = _choice(ground, route)
            answer = ground.ask(who, route, choice, {})
            assert isinstance(answer, Answer)
            assert answer.items != [], route.path
            asked = ground.ask(Role.owner, route, choice, {"params": {"client_id": ground.second_client}})
            assert shown(asked, set().union(*ground.second.values()), ground.second_client), route.path


def test_the_probes_go_red_with_both_guards_off(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    """The query names the workspace and row security stands behind it: either holds alone, without both it leaks."""
    (read,) = [route for route in recipes.ROUTES if recipes.key(route) == "GET /v1/invoices/{invoice_id}"]
    (listed,) = [route for route in LISTS if route.path == "/v1/invoices"]

    def probe() -> None:
        test_another_agencys_id_answers_like_an_unknown_one(ground, read)

    def probe_list() -> None:
        test_nothing_of_another_agency_is_listed_or_found(ground, listed)

    monkeypatch.setattr(repository, "visible_to", lambda actor: select(Invoice))
    probe()
    try:
        for table in ("invoice", "invoice_line", "client"):
            ground.owner.execute(f"alter table {table} disable row level security".encode())
        for each in (probe, probe_list):
            with pytest.raises(AssertionError):
                each()
        monkeypatch.undo()
        probe()
    finally:
        for table in ("invoice", "invoice_line", "client"):
            ground.owner.execute(f"alter table {table} enable row level security".encode())
    probe_list()


@pytest.fixture(scope="module")
def pages(ground: Ground) -> foreign_pages.Pages:
    return foreign_pages.Pages(ground)


def _who(ground: Ground, who: Who) -> Credentials:
    return ground.narrowed if who == NARROWED else ground.mine.as_role[Role(who)]


@pytest.mark.parametrize("who", BOUND)
def test_no_page_and_no_file_gives_another_client_away(ground: Ground, pages: foreign_pages.Pages, who: Who) -> None:
    """A client's team member and a main person see alike, so that the latter is asked for what only they may open."""
    chosen = foreign_pages.open_to(BOUND[who])
    if who is Role.client:
        chosen = [page for page in chosen if page not in foreign_pages.open_to(BOUND[Role.client_team])]
    assert chosen
    assert foreign_pages.leaks(pages, who, _who(ground, who), chosen) == {}


def test_the_pages_would_give_it_away_with_the_guard_off(
    ground: Ground, pages: foreign_pages.Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To who may see both clients the words of the second are there; to narrowed staff once queries bind nobody."""
    assert pages.shown(pages.get("/invoices.csv", ground.mine.as_role[Role.owner])[1])
    invoices = [page for page in foreign_pages.open_to(BOUND[NARROWED]) if page.path.startswith("/invoices")]
    monkeypatch.setattr(repository, "visible_to", lambda actor: select(Invoice))
    found = foreign_pages.leaks(pages, NARROWED, ground.narrowed, invoices)
    assert {f"{NARROWED} /invoices", f"{NARROWED} /invoices.csv", f"{NARROWED} /invoices/{{id:uuid}}"} <= set(found)
