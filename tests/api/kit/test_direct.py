"""A request to an application in this process is the one that would have come through a socket."""

import asyncio
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.client import Client, Credentials, Problem

PERSON = Credentials(cookie="a-cookie")


async def _echo(request: Request) -> Response:
    heads = {name: request.headers.get(name) for name in ("host", "cookie", "content-type", "if-match", "user-agent")}
    told = {
        "method": request.method,
        "path": request.url.path,
        "query": request.query_params.multi_items(),
        "heads": heads,
        "body": (await request.body()).decode(),
        "state": dict(request.state._state),
    }
    answer = JSONResponse(told, headers={"ETag": '"3"'})
    answer.set_cookie("first", "1", httponly=True)
    answer.set_cookie("second", "2")
    return answer


async def _fault(_: Request) -> Response:
    raise ZeroDivisionError


APP = Starlette(
    routes=[Route("/v1/fault", _fault), Route("/v1/{rest:path}", _echo, methods=["GET", "POST", "PATCH", "DELETE"])]
)
CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/clients", {"params": {"q": "a b&c", "limit": 3, "archived": False, "cursor": None, "tag": ["x", "y"]}}),
    ("GET", "/v1/clients?q=ä", {}),
    ("GET", "/a%20b/ü", {"host": "agency.example", "headers": {"User-Agent": "Somebody"}}),
    ("POST", "/clients", {"json": {"name": "Zoë", "limit": 1.5}, "idempotency_key": "k"}),
    ("PATCH", "/clients/1", {"json": {}, "if_match": '"2"'}),
    ("DELETE", "/clients/1", {}),
]


def _ask(client: Client, method: str, path: str, **options: Any) -> Any:
    return asyncio.run(client.request(method, path, credentials=PERSON, **options))


@pytest.mark.parametrize(("method", "path", "options"), CALLS)
def test_both_ways_bring_the_same(method: str, path: str, options: dict[str, Any]) -> None:
    by_socket = Client(httpx2.ASGITransport(APP), "http://imisofts.localhost")
    theirs = _ask(by_socket, method, path, **options)
    ours = _ask(Client.in_process(APP), method, path, **options)
    said = [{**answer.body, "body": answer.body["body"].replace(" ", "")} for answer in (ours, theirs)]
    assert said[0] == said[1]
    assert (ours.status, ours.etag, ours.cookies) == (theirs.status, theirs.etag, theirs.cookies)
    assert ours.cookies == {"first": "1", "second": "2"}


def test_only_who_calls_from_here_brings_a_memory() -> None:
    kept: dict[str, Any] = {"known": 1}
    assert _ask(Client.in_process(APP), "GET", "/x", memory=kept).body["state"] == {"memory": kept}
    assert _ask(Client.in_process(APP), "GET", "/x").body["state"] == {}


def test_a_fault_is_a_problem_or_raised() -> None:
    with pytest.raises(Problem) as problem:
        _ask(Client.in_process(APP), "GET", "/fault")
    assert problem.value.status == 500
    with pytest.raises(ZeroDivisionError):
        _ask(Client.in_process(APP, raise_faults=True), "GET", "/fault")
