"""The short way to a route leads where the long way would, and asks nobody else."""

import asyncio
from functools import partial

import pytest
from fastapi import APIRouter, FastAPI
from starlette.routing import Match
from starlette.types import Scope

from api import app as api_app
from api.client import Client, Problem
from api.kit import signpost


def _routers() -> tuple[APIRouter, APIRouter]:
    """Two routers that share the word ``things``, and one word of each alone."""
    first, second = APIRouter(prefix="/things"), APIRouter()

    @first.get("")
    async def many() -> str:
        return "many"

    @first.get("/{thing}")
    async def one(thing: str) -> str:
        return f"one {thing}"

    @second.get("/things/{thing}/parts")
    async def parts(thing: str) -> str:
        return f"parts of {thing}"

    @second.post("/others")
    async def others() -> str:
        return "others"

    @second.get("/things/new")  # never reached: the router before takes it, as it would without a post
    async def fresh() -> str:
        return "new"

    return first, second


async def _say(client: Client, method: str, path: str) -> tuple[int, object, str]:
    try:
        found = await client.request(method, path)
    except Problem as problem:
        return problem.status, problem.detail, ""
    return found.status, found.body, found.headers.get("location", "")


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("GET", "/v1/things", "many"),
        ("GET", "/v1/things/7", "one 7"),
        ("GET", "/v1/things/7/parts", "parts of 7"),
        ("GET", "/v1/things/new", "one new"),
        ("POST", "/v1/others", "others"),
        ("GET", "/v1/others", None),
        ("POST", "/v1/things/7", None),
        ("GET", "/v1/things/", None),
        ("GET", "/v1/nowhere", None),
        ("GET", "/v1", None),
        ("GET", "/v1/things/7/parts/8", None),
    ],
)
def test_every_address_answers_as_without_the_post(method: str, path: str, said: str | None) -> None:
    with_post, without = FastAPI(), FastAPI()
    signpost.include(with_post, _routers(), "/v1")
    for router in _routers():
        without.include_router(router, prefix="/v1")
    answer = asyncio.run(_say(Client.in_process(with_post), method, path))
    assert answer == asyncio.run(_say(Client.in_process(without), method, path))
    assert said is None or answer[1] == said


def _refuse(asked: list[object], route: object, _scope: Scope) -> tuple[Match, Scope]:
    asked.append(route)
    return Match.NONE, {}


def test_only_routers_that_know_the_word_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    app = FastAPI()
    signpost.include(app, _routers(), "/v1")
    post, *included = app.router.routes[0], *app.router.routes[-2:]
    asked: list[object] = []
    for route in included:
        monkeypatch.setattr(route, "matches", partial(_refuse, asked, route))
    scope: Scope = {"type": "http", "method": "GET", "path": "/v1/others"}
    post.matches(scope)
    assert asked == included[1:]


def test_a_route_that_leads_everywhere_is_refused() -> None:
    router = APIRouter()
    router.add_api_route("/{anything}", lambda: None)
    with pytest.raises(RuntimeError, match="leads everywhere"):
        signpost.include(FastAPI(), [router], "/v1")


def test_every_route_of_the_service_is_known_to_its_post() -> None:
    app = FastAPI()
    signpost.include(app, api_app.ROUTERS, api_app.PREFIX)
    post = app.router.routes[0]
    for router in api_app.ROUTERS:
        for route in router.routes:
            path = api_app.PREFIX + route.path_format.replace("{", "").replace("}", "")  # type: ignore[attr-defined]
            scope: Scope = {"type": "http", "method": next(iter(route.methods)), "path": path}  # type: ignore[attr-defined]
            assert post.matches(scope)[0] is Match.FULL, path
