"""Idempotency, versions, lists, headers and the event guard, through HTTP."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Annotated, Any
from uuid import uuid4

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from api.client import Problem
from api.identity.models import Workspace
from api.kit.access import allowed
from api.kit.database import EventMissing, WriteSession
from imisofts.access import Action, Actor, Role
from imisofts.settings import Settings
from tests.api.agency import PASSWORD, Agency, Api, found, running


@pytest.fixture(scope="module")
def api(settings: Settings) -> Iterator[Api]:
    with running(settings) as api:
        yield api


@pytest.fixture(scope="module")
def agency(api: Api) -> Agency:
    return found(api)


def _token(agency: Agency, name: str, key: str) -> Any:
    return agency.api.ask("POST", "/tokens", agency.as_role[Role.owner], json={"name": name}, idempotency_key=key)


def test_a_repeated_post_is_answered_and_not_done_again(agency: Agency) -> None:
    key = str(uuid4())
    first, second = _token(agency, "Twice", key), _token(agency, "Twice", key)
    assert (first.status, first.content, first.etag) == (second.status, second.content, second.etag)
    assert second.headers["idempotent-replayed"] == "true"
    names = [t["name"] for t in agency.api.ask("GET", "/tokens", agency.as_role[Role.owner]).body["items"]]
    assert names.count("Twice") == 1


def test_a_key_belongs_to_one_body_and_one_caller(agency: Agency) -> None:
    key = str(uuid4())
    _token(agency, "Once", key)
    problem = agency.api.refusal(
        "POST", "/tokens", agency.as_role[Role.owner], json={"name": "Other"}, idempotency_key=key
    )
    assert (problem.status, problem.code) == (422, "idempotency_key_reused")
    theirs = agency.api.ask("POST", "/tokens", agency.as_role[Role.admin], json={"name": "Mine"}, idempotency_key=key)
    assert "idempotent-replayed" not in theirs.headers


@pytest.mark.parametrize("path", ["/session", "/session/link"])
def test_signing_in_refuses_a_key_in_plain_words(agency: Agency, path: str) -> None:
    """There is no answer to keep before a workspace is known; silence would promise one."""
    body = {"email": agency.email(Role.owner), "password": PASSWORD, "token": "x"}
    problem = agency.api.refusal("POST", path, json=body, idempotency_key=str(uuid4()))
    assert (problem.status, problem.code) == (422, "idempotency_key_refused")


def test_every_post_takes_a_key_or_is_public(api: Api) -> None:
    for path, operations in api.app.openapi()["paths"].items():
        named = {each["name"] for each in operations.get("post", {}).get("parameters", [])}
        if "security" in operations.get("post", {}) and not path.startswith("/v1/session"):
            assert "Idempotency-Key" in named, path


def test_requests_at_once_with_one_key_act_once(agency: Agency) -> None:
    key, statuses = str(uuid4()), []

    def post(_: int) -> int:
        try:
            return int(_token(agency, "Raced", key).status)
        except Problem as problem:
            return problem.status

    with ThreadPoolExecutor(6) as pool:
        statuses = list(pool.map(post, range(6)))
    assert 201 in statuses
    assert set(statuses) <= {201, 409}
    names = [t["name"] for t in agency.api.ask("GET", "/tokens", agency.as_role[Role.owner]).body["items"]]
    assert names.count("Raced") == 1


def test_an_edit_names_its_version(agency: Agency) -> None:
    api, owner = agency.api, agency.as_role[Role.owner]
    seen = api.ask("GET", "/workspace", owner).etag
    change = partial(api.refusal, "PATCH", "/workspace", owner, json={"name": "New"})
    assert change().status == 428
    assert change(if_match='"99"').status == 412
    assert api.ask("PATCH", "/workspace", owner, json={"name": "New"}, if_match=seen).etag != seen
    assert change(if_match=seen).status == 412


def test_a_list_pages_without_gap_or_double_while_rows_arrive(agency: Agency) -> None:
    api, owner = agency.api, agency.as_role[Role.owner]
    everything = api.ask("GET", "/events", owner, params={"limit": 200, "sort": "occurred_at"}).body["items"]
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        page = api.ask("GET", "/events", owner, params={"limit": 3, "sort": "occurred_at", **cursor}).body
        seen += [row["id"] for row in page["items"]]
        if page["next_cursor"] is None or len(seen) >= len(everything):
            break
        cursor = {"cursor": page["next_cursor"]}
        _token(agency, "Between", str(uuid4()))
    assert seen[: len(everything)] == [row["id"] for row in everything]


@pytest.mark.parametrize(
    "params",
    [
        {"surprise": "1"}, {"sort": "data"}, {"limit": 0}, {"limit": 201}, {"cursor": "x"}, {"cursor": "e30"},
        {"occurred_at.gte": "soon"}, {"subject_id": "7"}, {"name.gte": "a"},
    ],
)  # fmt: skip
def test_a_wrong_parameter_is_named(agency: Agency, params: dict[str, Any]) -> None:
    problem = agency.api.refusal("GET", "/events", agency.as_role[Role.owner], params=params)
    assert problem.status == 422
    assert list(problem.fields) == list(params)


def test_filters_narrow(agency: Agency) -> None:
    params = {"name": "user.added,workspace.created", "occurred_at.gte": "2020-01-01T00:00:00Z"}
    rows = agency.api.ask("GET", "/events", agency.as_role[Role.owner], params=params).body["items"]
    assert {row["name"] for row in rows} == {"user.added", "workspace.created"}
    params["occurred_at.gte"] = "2100-01-01T00:00:00Z"
    assert agency.api.ask("GET", "/events", agency.as_role[Role.owner], params=params).body["items"] == []


@pytest.mark.parametrize("path", ["/health", "/openapi.json"])
def test_every_answer_carries_the_security_headers(agency: Agency, path: str) -> None:
    heads = agency.api.ask("GET", path).headers
    assert "frame-ancestors 'none'" in heads["content-security-policy"]
    assert heads["x-content-type-options"] == "nosniff"
    assert "max-age" in heads["strict-transport-security"]


def test_a_change_without_an_event_is_not_committed(agency: Agency) -> None:
    router = APIRouter()

    @router.post("/v1/forgetful")
    async def forget(actor: Annotated[Actor, allowed(Action.workspace_manage)], session: WriteSession) -> None:
        row = await session.get(Workspace, actor.workspace_id)
        assert row is not None
        row.name = "Silently changed"

    agency.api.app.include_router(router)
    with pytest.raises(EventMissing):
        agency.api.ask("POST", "/v1/forgetful", agency.as_role[Role.owner])
    assert agency.api.ask("GET", "/workspace", agency.as_role[Role.owner]).body["name"] != "Silently changed"


def test_a_method_that_a_path_does_not_know_is_told_the_ones_that_it_does(agency: Agency) -> None:
    """Also where several routes share the path, or one's path looks like another's with an id."""
    guest = TestClient(
        agency.api.app, base_url=agency.api.settings.public_url
    )  # without its lifespan: nothing is asked that needs a connection
    refused = guest.put(f"/v1/clients/{agency.client_id}")
    assert (refused.status_code, refused.headers["allow"]) == (405, "DELETE, GET, PATCH")
    spelt_out = guest.put("/v1/sessions/end-others")
    assert spelt_out.headers["allow"] == "POST", "it is no id of a session that could be ended"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/projects", {"name": "Relaunch", "due_on": 0}, "due_on"),
        ("/projects", {"name": "Relaunch", "budget_minutes": False}, "budget_minutes"),
        ("/people", {"name": "Ann", "is_billable_role": 0}, "is_billable_role"),
    ],
)
def test_json_is_taken_at_its_word(agency: Agency, path: str, body: dict[str, Any], field: str) -> None:
    """0 is no day and no "no", and false is no number."""
    refused = agency.api.refusal("POST", path, agency.as_role[Role.owner], json=body)
    assert list(refused.fields) == [field]
