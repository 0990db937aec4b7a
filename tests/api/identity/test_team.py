"""A client's people, managed by the client: within one client, within one's own rights, and never by nobody."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from api.client import Credentials, Problem
from api.identity import operator, team
from api.identity.secrets import link_token
from api.kit.rate_limit import Limit
from imisofts.access import OF_EVERYBODY, Role
from tests.api.agency import PASSWORD, Agency, found, join

ROOM: dict[str, Any] = {"role": "client_team", "rights": ["invoice.read"]}


@pytest.fixture
def ours(agency: Agency) -> Agency:
    """An agency of the test's own."""
    return found(agency.api)


def _invited(agency: Agency, name: str, **standing: Any) -> dict[str, Any]:
    body = {"email": f"{name}@{agency.slug}.example", "name": name.title(), **(standing or ROOM)}
    return dict(agency.api.ask("POST", "/team", agency.as_role[Role.client], json=body).body)


def _accepted(agency: Agency, member: dict[str, Any]) -> Credentials:
    """Whoever was invited comes in by the link of the mail."""
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        query = "select l.id from sign_in_link l join membership m using (workspace_id, user_id) where m.id = %s"
        row = owner.execute(query, (member["id"],)).fetchone()
    assert row
    sent = {"token": link_token(row[0], agency.api.settings.secret_key), "password": PASSWORD}
    return Credentials(cookie=agency.api.ask("POST", "/session/link", json=sent).cookies["imisofts_session"])


def _of(agency: Agency, who: Credentials, email: str) -> dict[str, Any]:
    return dict(agency.api.ask("GET", "/team", who, params={"q": email}).items[0])


def test_a_client_invites_a_colleague_with_single_rights_and_takes_them_back(ours: Agency) -> None:
    api, me = ours.api, ours.as_role[Role.client]
    made = _invited(ours, "kim")
    assert (made["joined_at"], made["client_id"], made["rights"]) == (None, ours.client_id, ["invoice.read"])
    kim = _accepted(ours, made)
    assert set(api.ask("GET", "/session", kim).body["actions"]) == OF_EVERYBODY | {"invoice.read"}
    assert {api.refusal("GET", path, kim).status for path in ("/reports", "/tickets", "/team")} == {403}
    path = f"/team/{made['id']}"
    change = {"role": "client_team", "rights": ["report.read"]}
    changed = api.ask("PATCH", path, me, json=change, if_match=api.ask("GET", path, me).etag)
    assert (api.ask("GET", "/reports", kim).status, api.refusal("GET", "/invoices", kim).status) == (200, 403)
    api.ask("DELETE", path, me, if_match=changed.etag)
    assert api.refusal("GET", "/session", kim).status == 401
    assert api.refusal("GET", path, me).status == 404


def test_an_invitation_is_sent_again_and_taken_back(ours: Agency) -> None:
    api, me = ours.api, ours.as_role[Role.client]
    made = _invited(ours, "lee")
    api.ask("POST", f"/team/{made['id']}/link", me)
    api.ask("DELETE", f"/team/{made['id']}", me, if_match='"1"')
    assert api.ask("GET", "/team", me, params={"q": "lee@"}).items == []
    mine = _of(ours, me, ours.email(Role.client_team))
    assert api.refusal("POST", f"/team/{mine['id']}/link", me).code == "already_member"


def test_only_people_of_the_own_client_are_seen_and_reached(ours: Agency) -> None:
    api, me = ours.api, ours.as_role[Role.client]
    second = api.ask("POST", "/clients", ours.as_role[Role.owner], json={"name": "Second"}).body["id"]
    join(ours, "stranger", Role.client, client_id=UUID(second))
    seen = {row["email"] for row in api.ask("GET", "/team", me).items}
    assert seen == {ours.email(Role.client), ours.email(Role.client_team)}
    every = api.ask("GET", "/users", ours.as_role[Role.owner], params={"limit": 200}).items
    for row in every:
        if row["email"] not in seen:
            told = [
                api.refusal("GET", f"/team/{row['id']}", me),
                api.refusal("PATCH", f"/team/{row['id']}", me, json=ROOM, if_match='"1"'),
                api.refusal("DELETE", f"/team/{row['id']}", me, if_match='"1"'),
                api.refusal("POST", f"/team/{row['id']}/link", me),
            ]
            assert {refusal.status for refusal in told} == {404}, row["email"]
    all_of_them = {row["client_id"] for row in api.ask("GET", "/team", ours.as_role[Role.owner]).items}
    assert all_of_them == {ours.client_id, second}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"client_id": str(uuid4())}, "unknown_client"),
        ({"rights": ["client.write"]}, "role_refused"),
        ({"rights": None}, "role_refused"),
        ({"rights": ["team.manage"]}, "role_refused"),
        ({"role": "client", "rights": ["invoice.read"]}, "role_refused"),
        ({"role": "member"}, "malformed"),
        ({"role_id": str(uuid4())}, "malformed"),
        ({"client_ids": []}, "malformed"),
    ],
)
def test_nothing_beyond_a_client_can_be_given(agency: Agency, more: dict[str, Any], code: str) -> None:
    body = {"email": "x@y.example", "name": "X", **ROOM, **more}
    assert agency.api.refusal("POST", "/team", agency.as_role[Role.client], json=body).code == code


def test_nobody_gives_a_colleague_more_than_she_has(ours: Agency) -> None:
    role = {"name": "Head of finance", "kind": "client", "actions": ["team.manage", "invoice.read"]}
    made = ours.api.ask("POST", "/roles", ours.as_role[Role.owner], json=role).body["id"]
    manager = join(ours, "max", Role.client, client_id=UUID(ours.client_id), role_id=UUID(made))
    body = {"email": "x@y.example", "name": "X", "role": "client_team", "rights": ["report.read"]}
    assert ours.api.refusal("POST", "/team", manager, json=body).code == "beyond_own_rights"
    assert ours.api.refusal("POST", "/team", manager, json={**body, **ROOM, "role": "client"}).status == 422
    head = _of(ours, manager, ours.email(Role.client))
    refusal = ours.api.refusal("DELETE", f"/team/{head['id']}", manager, if_match='"1"')
    assert refusal.code == "beyond_own_rights"
    mine = _of(ours, manager, "max@")
    assert ours.api.refusal("PATCH", f"/team/{mine['id']}", manager, json=ROOM, if_match='"1"').code == "own_membership"


def test_a_client_keeps_somebody_who_manages_its_people(ours: Agency) -> None:
    api, owner = ours.api, ours.as_role[Role.owner]
    path = f"/team/{_of(ours, owner, ours.email(Role.client))['id']}"
    assert api.refusal("PATCH", path, owner, json=ROOM, if_match='"1"').code == "last_in_charge"
    assert api.refusal("DELETE", path, owner, if_match='"1"').code == "last_in_charge"
    _invited(ours, "later", role="client")
    assert api.refusal("DELETE", path, owner, if_match='"1"').code == "last_in_charge", "who has not come in counts not"
    join(ours, "second", Role.client, client_id=UUID(ours.client_id))
    assert api.ask("PATCH", path, owner, json=ROOM, if_match='"1"').body["role"] == "client_team"


@contextmanager
def _held(agency: Agency) -> Iterator[psycopg.Connection]:
    """The agency's owners are locked meanwhile, so that all who change access wait in one line."""
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        query = "select id from membership where workspace_id = %s and role = 'owner' for update"
        owner.execute(query, (agency.workspace_id,))
        yield owner


def _waiting(watcher: psycopg.Connection) -> int:
    row = watcher.execute("select count(*) from pg_locks where not granted").fetchone()
    return int(row[0]) if row else 0


def test_of_two_who_take_each_other_out_at_once_one_stays(ours: Agency) -> None:
    api = ours.api
    other = join(ours, "second", Role.client, client_id=UUID(ours.client_id))
    mine, theirs = (_of(ours, other, email)["id"] for email in (ours.email(Role.client), "second@"))
    told: list[int] = []

    def take_out(who: Credentials, ident: str) -> None:
        try:
            told.append(api.ask("DELETE", f"/team/{ident}", who, if_match='"1"').status)
        except Problem as problem:
            told.append(problem.status)

    pairs = ((ours.as_role[Role.client], theirs), (other, mine))
    threads = [threading.Thread(target=take_out, args=pair) for pair in pairs]
    with _held(ours), psycopg.connect(api.settings.owner_database_url, autocommit=True) as watcher:
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 30
        while _waiting(watcher) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
    for thread in threads:
        thread.join(30)
    assert sorted(told) in ([204, 403], [204, 404])
    left = api.ask("GET", "/team", ours.as_role[Role.owner], params={"role": "client"}).items
    assert len(left) == 1


def test_a_clients_people_take_no_seat(ours: Agency) -> None:
    owner = ours.as_role[Role.owner]
    operator.set_plan(ours.api.settings, ours.slug, "starter")
    for name in ("a", "b"):
        join(ours, name, Role.member)
    before = ours.api.ask("GET", "/workspace/plan", owner).body["seats"]
    assert before == {"used": 5, "included": 5}
    _accepted(ours, _invited(ours, "one"))
    assert ours.api.ask("GET", "/workspace/plan", owner).body["seats"] == before


def test_invitations_of_a_client_are_counted_also_where_they_are_refused(
    ours: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team, "EACH_CLIENT", Limit(burst=2, interval=timedelta(hours=1)))
    body = {"email": ours.email(Role.owner), "name": "X", **ROOM}
    codes = [ours.api.refusal("POST", "/team", ours.as_role[Role.client], json=body).code for _ in range(3)]
    assert codes == ["already_member", "already_member", "too_many_requests"]
