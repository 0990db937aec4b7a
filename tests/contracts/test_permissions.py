"""Every route × every role: generated, so that a new route is covered or red."""

from uuid import uuid4

import pytest
from fastapi import FastAPI

from api.client import Credentials, Problem
from api.kit.errors import Problem as ProblemShape
from imisofts.access import Action, Role
from tests.api.agency import Agency, Api, sign_in
from tests.contracts import permissions
from tests.contracts.routes import Route, routes

ROUTES = routes()
EVERYBODY: list[Role | None] = [*Role, None]


def _paths(app: FastAPI) -> set[tuple[str, str]]:
    found = app.openapi()["paths"].items()
    return {(path, method.upper()) for path, methods in found for method in methods if path != "/health"}


def test_every_route_of_the_document_is_a_row(api: Api) -> None:
    assert {(route.path, route.method) for route in ROUTES} == _paths(api.app)


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.path}")
def test_a_route_declares_one_action(route: Route) -> None:
    assert len(route.actions) == 1, "name the action in the signature, or public() on purpose"
    assert route.actions[0] in {"public", *Action}


def test_the_page_is_up_to_date() -> None:
    assert permissions.FILE.read_text(encoding="utf-8") == permissions.table(), "python -m tests.contracts.permissions"


def _status(api: Api, route: Route, who: Credentials | None) -> tuple[int, str]:
    body: dict[str, dict[str, str]] = {"json": {}} if route.method in {"POST", "PATCH"} else {}
    try:
        return api.ask(route.method, route.address(str(uuid4())), who, **body).status, ""
    except Problem as problem:
        return problem.status, problem.code


def _who(agency: Agency, role: Role | None, route: Route) -> Credentials | None:
    ends = route.method == "DELETE" and route.path == "/v1/session"
    if role is None:
        return None
    return sign_in(agency.api, agency.email(role)) if ends else agency.as_role[role]


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.path}")
def test_the_matrix_holds(agency: Agency, route: Route) -> None:
    for role in EVERYBODY:
        status, code = _status(agency.api, route, _who(agency, role, route))
        if permissions.may(role, route.actions):
            public_refusal = "public" in route.actions and status in {401, 422}
            assert public_refusal or status not in {401, 403}, (role, status, code)
        else:
            assert status == (401 if role is None else 403), (role, status, code)


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v1/nothing"), ("PUT", "/v1/clients"), ("GET", "/v1/events?x=1")]
)
def test_every_refusal_has_the_one_shape(agency: Agency, method: str, path: str) -> None:
    api = agency.api
    client = api.client._http

    async def raw() -> tuple[str, dict[str, object]]:
        head = agency.as_role[Role.owner].headers()
        answer = await client.request(method, path, headers=head)
        return answer.headers["content-type"], answer.json()

    kind, body = api.portal.call(raw)
    assert kind == "application/problem+json"
    ProblemShape.model_validate(body)
    assert set(body) == set(ProblemShape.model_fields)
