"""Plans as dated rows: what a limit says, its last place given once, and nothing lost on the way down."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import psycopg
import pytest

from api.client import Problem
from api.identity import operator
from api.plans.catalogue import PLANS
from imisofts.access import Role
from tests.api.agency import Agency
from tests.warehouse import toy


def plan(agency: Agency, name: str = "starter", day: date | None = None, seats: int = 0) -> Any:
    operator.set_plan(agency.api.settings, agency.slug, name, day, seats)
    return shown(agency)


def shown(agency: Agency) -> Any:
    return agency.api.ask("GET", "/workspace/plan", agency.as_role[Role.owner]).body


def add(agency: Agency, n: int, role: str = "member") -> Any:
    body = {"email": f"p{n}@{agency.slug}.example", "name": f"Person {n}", "role": role}
    return agency.api.ask("POST", "/users", agency.as_role[Role.owner], json=body)


def narrow(agency: Agency, **limits: int) -> None:
    """Smaller limits than any plan has, so that a test need not add a hundred clients."""
    with toy.superuser(agency.api.settings) as everybody:
        for name, value in limits.items():
            everybody.execute(
                f"update entitlement set {name} = %s where workspace_id = %s".encode(), (value, agency.workspace_id)
            )


def test_the_last_seat_is_given_and_the_next_refused_in_words(agency: Agency) -> None:
    assert plan(agency)["seats"] == {"used": 3, "included": 5}
    add(agency, 1)
    add(agency, 2)
    body = {"email": f"p3@{agency.slug}.example", "name": "Person", "role": "member"}
    refused = agency.api.refusal("POST", "/users", agency.as_role[Role.owner], json=body)
    assert (refused.status, refused.code) == (409, "limit_reached")
    assert all(word in refused.detail for word in ("Starter", "5 seats", "5 are taken", "Settings, Plan"))
    assert shown(agency)["seats"]["used"] == 5, "who was refused is not there"
    client = {**body, "role": "client", "client_id": agency.client_id}
    made = agency.api.ask("POST", "/users", agency.as_role[Role.owner], json=client)
    change = {"json": {"role": "member"}, "if_match": agency.api.ask(
        "GET", f"/users/{made.body['id']}", agency.as_role[Role.owner]).etag}  # fmt: skip
    path = f"/users/{made.body['id']}"
    assert agency.api.refusal("PATCH", path, agency.as_role[Role.owner], **change).code == "limit_reached"
    assert plan(agency, seats=1)["seats"] == {"used": 5, "included": 6}
    assert agency.api.ask("PATCH", path, agency.as_role[Role.owner], **change).status == 200


def test_two_who_take_the_last_seat_at_once_are_one(agency: Agency) -> None:
    plan(agency)
    add(agency, 1)

    def attempt(n: int) -> str:
        try:
            add(agency, n)
        except Problem as problem:
            return problem.code
        return "added"

    with ThreadPoolExecutor(4) as many:
        answers = sorted(many.map(attempt, range(2, 6)))
    assert answers == ["added", "limit_reached", "limit_reached", "limit_reached"]


@pytest.mark.parametrize("way", ["create", "restore", "import"])
def test_a_client_beyond_the_plan_is_refused_whichever_way_it_comes(agency: Agency, way: str) -> None:
    owner, ask = agency.as_role[Role.owner], agency.api.ask
    second = ask("POST", "/clients", owner, json={"name": "Second"})
    ask("DELETE", f"/clients/{second.body['id']}", owner, if_match=second.etag)
    plan(agency)
    narrow(agency, clients=1)
    if way == "import":
        files = {"file": ("clients.csv", b"external_id,name\nC-9,Ninth\n", "text/csv")}
        answer = ask("POST", "/imports", owner, data={"kind": "clients"}, files=files).body
        while answer["status"] == "running":
            answer = ask("GET", f"/imports/{answer['id']}", owner).body
        assert answer["status"] == "failed"
        assert "includes 1 clients" in answer["result"]["detail"]
    else:
        path = "/clients" if way == "create" else f"/clients/{second.body['id']}/restore"
        refused = agency.api.refusal("POST", path, owner, json={"name": "Third"} if way == "create" else {})
        assert refused.code == "limit_reached"
    assert shown(agency)["clients"] == {"used": 1, "included": 1}


def test_nothing_is_lost_on_the_way_down(agency: Agency) -> None:
    owner, ask = agency.as_role[Role.owner], agency.api.ask
    ask("POST", "/clients", owner, json={"name": "Second"})
    etag = ask("GET", "/workspace/brand", owner).etag
    ask("PATCH", "/workspace/brand", owner, json={"powered_by": False, "css": "a{color:red}"}, if_match=etag)
    plan(agency)
    narrow(agency, clients=1)
    look = ask("GET", "/session", owner).body["workspace"]["brand"]
    assert (look["powered_by"], look["style"]) == (True, None)
    kept = ask("GET", "/workspace/brand", owner).body
    assert (kept["powered_by"], kept["css"], kept["white_label"]) == (False, "a{color:red}", False)
    assert len(ask("GET", "/clients", owner).items) == 2, "clients beyond the limit stay"
    client = ask("GET", f"/clients/{agency.client_id}", owner)
    ask("PATCH", f"/clients/{agency.client_id}", owner, json={"name": "Zebra 2"}, if_match=client.etag)
    plan(agency, "professional")
    look = ask("GET", "/session", owner).body["workspace"]["brand"]
    assert (look["powered_by"], bool(look["style"])) == (False, True), "it comes back by itself"


def test_a_plan_of_tomorrow_is_not_todays(agency: Agency) -> None:
    today = date.fromisoformat(shown(agency)["history"][0]["started_on"])
    later = plan(agency, "starter", today + timedelta(days=30))
    assert later["plan"] == "enterprise"
    newest, now = later["history"]
    assert (newest["plan"], now["ended_on"]) == ("starter", newest["started_on"])
    again = plan(agency, "professional", today + timedelta(days=10))
    assert [row["plan"] for row in again["history"]] == ["professional", "enterprise"], "what was to come does not"
    assert plan(agency, "professional")["plan"] == "professional"


def test_whoever_left_this_month_still_counts_for_the_month(agency: Agency) -> None:
    made = add(agency, 1).body
    path = f"/users/{made['id']}"
    etag = agency.api.ask("GET", path, agency.as_role[Role.owner]).etag
    agency.api.ask("DELETE", path, agency.as_role[Role.owner], if_match=etag)
    found = shown(agency)
    assert (found["seats"]["used"], found["seats_this_month"]) == (3, 4)


def test_a_plan_is_told_by_its_event(agency: Agency) -> None:
    plan(agency, "professional")
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        rows = owner.execute(
            "select actor_kind, data #>> '{changed,plan,before}', data #>> '{changed,plan,after}' from event"
            " where workspace_id = %s and name = 'plan.set' order by id",
            (agency.workspace_id,),
        ).fetchall()
    assert rows == [("operator", None, "enterprise"), ("operator", "enterprise", "professional")]


def test_no_agency_sets_its_own_plan_and_no_plan_is_smaller_than_the_one_before(agency: Agency) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        refused = agency.api.refusal(method, "/workspace/plan", agency.as_role[Role.owner], json={"plan": "enterprise"})
        assert refused.status == 405
    found = list(PLANS.values())
    for small, large in pairwise(found):
        for name in ("seats", "clients"):
            assert getattr(large, name) is None or getattr(large, name) >= getattr(small, name)
        assert large.requests_per_minute > small.requests_per_minute
