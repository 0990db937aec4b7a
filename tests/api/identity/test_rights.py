"""Roles of a workspace's own, single rights, chosen clients and projects, chosen networks."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from api.client import Credentials
from imisofts.access import ACTIONS_OF_ROLE, OF_EVERYBODY, Action, Role
from tests.api.agency import Agency, found, join


def _made(agency: Agency, path: str, **body: Any) -> dict[str, Any]:
    answer = agency.api.ask("POST", path, agency.as_role[Role.owner], json=body, idempotency_key=str(uuid4()))
    return dict(answer.body)


def _actions(agency: Agency, who: Credentials) -> set[str]:
    return set(agency.api.ask("GET", "/session", who).body["actions"])


def _role(agency: Agency, *actions: Action, kind: str = "staff") -> dict[str, Any]:
    return _made(agency, "/roles", name=uuid4().hex, kind=kind, actions=list(actions))


def test_a_role_of_ones_own_gives_exactly_its_actions_and_changes_at_once(agency: Agency) -> None:
    role = _role(agency, Action.invoice_read)
    anna = join(agency, "anna", Role.member, role_id=UUID(role["id"]))
    assert _actions(agency, anna) == OF_EVERYBODY | {"invoice.read"}
    assert agency.api.ask("GET", "/session", anna).body["role_name"] == role["name"]
    assert agency.api.refusal("GET", "/tickets", anna).status == 403
    path = f"/roles/{role['id']}"
    changed = agency.api.ask(
        "PATCH", path, agency.as_role[Role.owner], json={"actions": ["ticket.read"]}, if_match='"1"'
    )
    assert (changed.body["people"], changed.etag) == (1, '"2"')
    assert agency.api.ask("GET", "/tickets", anna).status == 200
    assert agency.api.refusal("GET", "/invoices", anna).status == 403
    assert agency.api.refusal("DELETE", path, agency.as_role[Role.owner], if_match='"2"').code == "role_in_use"


def test_nobody_gives_rights_that_she_has_not(agency: Agency) -> None:
    role = _role(agency, Action.role_manage, Action.user_manage, Action.user_read, Action.invoice_read)
    clerk = join(agency, "clerk", Role.member, role_id=UUID(role["id"]))

    def refused(method: str, path: str, **body: Any) -> str:
        return agency.api.refusal(method, path, clerk, json=body, if_match='"1"').code

    path = f"/roles/{role['id']}"
    assert refused("PATCH", path, actions=["role.manage", "payment.write"]) == "beyond_own_rights"
    assert refused("POST", "/roles", name="More", kind="staff", actions=["cost.read"]) == "beyond_own_rights"
    person = {"email": "x@y.example", "name": "X"}
    assert refused("POST", "/users", **person, role="admin") == "beyond_own_rights"
    assert refused("POST", "/users", **person, role="owner") == "forbidden"
    users = agency.api.ask("GET", "/users", clerk, params={"role": "admin"}).items
    assert refused("PATCH", f"/users/{users[0]['id']}", role="member") == "beyond_own_rights"
    assert refused("POST", f"/users/{users[0]['id']}/reset-factors") == "beyond_own_rights"
    fewer = agency.api.ask("PATCH", path, clerk, json={"actions": ["role.manage"]}, if_match='"1"')
    assert set(fewer.body["actions"]) == OF_EVERYBODY | {"role.manage"}


@pytest.mark.parametrize(
    ("standing", "code"),
    [
        ({"role": "admin", "client_ids": []}, "role_refused"),
        ({"role": "member", "rights": ["invoice.read"]}, "role_refused"),
        ({"role": "client_team"}, "unknown_client"),
        ({"role": "member", "role_id": str(uuid4())}, "role_refused"),
        ({"role": "member", "project_ids": [str(uuid4())]}, "role_refused"),
    ],
)
def test_what_does_not_fit_together_is_refused(agency: Agency, standing: dict[str, Any], code: str) -> None:
    body = {"email": "x@y.example", "name": "X", **standing}
    assert agency.api.refusal("POST", "/users", agency.as_role[Role.owner], json=body).code == code


def test_a_role_for_clients_is_for_clients_and_reaches_no_further(agency: Agency) -> None:
    owner, role = agency.as_role[Role.owner], _role(agency, Action.report_read, kind="client")
    refusal = agency.api.refusal(
        "POST", "/roles", owner, json={"name": "B", "kind": "client", "actions": ["cost.read"]}
    )
    assert refusal.code == "role_refused"
    body = {"email": "x@y.example", "name": "X", "role": "member", "role_id": role["id"]}
    assert agency.api.refusal("POST", "/users", owner, json=body).code == "role_refused"
    reader = join(agency, "reader", Role.client, client_id=UUID(agency.client_id), role_id=UUID(role["id"]))
    assert _actions(agency, reader) == OF_EVERYBODY | {"report.read"}


def test_a_team_member_of_a_client_has_single_rights(agency: Agency) -> None:
    kim = join(agency, "kim", Role.client_team, client_id=UUID(agency.client_id), rights=[Action.invoice_read])
    assert agency.api.ask("GET", "/invoices", kim).status == 200
    assert {agency.api.refusal("GET", path, kim).status for path in ("/reports", "/tickets", "/clients")} == {403}
    assert "team.manage" not in ACTIONS_OF_ROLE[Role.client_team]


def test_staff_of_one_project_see_it_and_nothing_else_of_its_client(agency: Agency) -> None:
    first, second = (_made(agency, "/projects", name=name, client_id=agency.client_id) for name in ("One", "Two"))
    _made(agency, "/invoices", client_id=agency.client_id, lines=[{"description": "A", "unit_price": "1.00"}])
    mia = join(agency, "mia", Role.member, project_ids=[UUID(first["id"])])

    def seen(path: str) -> list[str]:
        return [str(row.get("name")) for row in agency.api.ask("GET", path, mia).items]

    assert seen("/projects") == ["One"]
    assert agency.api.refusal("GET", f"/projects/{second['id']}", mia).status == 404
    assert (seen("/clients"), seen("/invoices"), seen("/tickets")) == ([], [], [])
    told = {row["subject_id"] for row in agency.api.ask("GET", "/events", mia, params={"limit": "200"}).items}
    assert first["id"] in told
    assert second["id"] not in told
    assert agency.api.refusal("POST", "/clients", mia, json={"name": "New"}).status == 403


def test_a_narrowed_view_without_rows_shows_nothing(agency: Agency) -> None:
    """What was chosen and is gone must not open everything."""
    lost = join(agency, "lost", Role.member, client_ids=[UUID(agency.client_id)])
    assert len(agency.api.ask("GET", "/clients", lost).items) == 1
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        owner.execute("delete from membership_scope where workspace_id = %s", (agency.workspace_id,))
    assert agency.api.ask("GET", "/clients", lost).items == []
    assert Action.user_manage not in _actions(agency, lost)


def test_an_owner_who_is_none_any_more_takes_no_other_out(agency: Agency) -> None:
    """Two owners who remove each other: the second finds herself out, and one owner is left."""
    agency = found(agency.api)
    other = join(agency, "second", Role.owner)
    users = agency.api.ask("GET", "/users", other, params={"role": "owner"}).items
    mine = next(row for row in users if row["email"].startswith("owner@"))
    agency.api.ask("PATCH", f"/users/{mine['id']}", other, json={"role": "member"}, if_match=f'"{mine["version"]}"')
    theirs = next(row for row in users if row["id"] != mine["id"])
    refusal = agency.api.refusal("DELETE", f"/users/{theirs['id']}", agency.as_role[Role.owner], if_match='"1"')
    assert refusal.status == 403


def test_only_chosen_networks_come_in_and_nobody_locks_herself_out(agency: Agency) -> None:
    owner, api = agency.as_role[Role.owner], agency.api
    assert api.refusal("POST", "/networks", owner, json={"network": "203.0.113.0/24"}).code == "network_refused"
    assert api.refusal("POST", "/networks", owner, json={"network": "somewhere"}).status == 422
    token = Credentials(bearer=_made(agency, "/tokens", name="Site")["token"])
    home = _made(agency, "/networks", network="127.0.0.0/8")
    office = _made(agency, "/networks", network="2001:db8::/32", note="Office")
    for who in (owner, token):
        assert api.ask("GET", "/session", who).status == 200
        assert api.ask("GET", "/session", who, caller="2001:db8::7").status == 200
        assert api.ask("GET", "/session", who, caller="::ffff:127.0.0.1").status == 200
        assert api.refusal("GET", "/session", who, caller="203.0.113.9").code == "foreign_network"
    site = next(row for row in api.ask("GET", "/tokens", owner).items if row["name"] == "Site")
    assert site["last_used_from"] == "::ffff:127.0.0.1"  # whoever is kept out has used nothing
    assert api.refusal("DELETE", f"/networks/{home['id']}", owner, if_match='"1"').code == "network_refused"
    for row in (office, home):
        api.ask("DELETE", f"/networks/{row['id']}", owner, if_match='"1"')
    assert api.ask("GET", "/session", owner, caller="203.0.113.9").status == 200


def test_a_token_ends_and_only_an_owners_lasts_for_ever(agency: Agency) -> None:
    agency = found(agency.api)
    api, admin, now = agency.api, agency.as_role[Role.admin], datetime.now(UTC)
    made = _made(agency, "/tokens", name="Site", expires_at=(now + timedelta(days=30)).isoformat())
    token = Credentials(bearer=made["token"])
    assert api.ask("GET", "/session", token, caller="203.0.113.5").status == 200
    used = next(row for row in api.ask("GET", "/tokens", agency.as_role[Role.owner]).items if row["id"] == made["id"])
    assert used["last_used_from"] == "203.0.113.5"
    with psycopg.connect(api.settings.owner_database_url) as owner:
        owner.execute("update api_token set expires_at = now() - interval '1 day' where id = %s", (made["id"],))
    assert api.refusal("GET", "/session", token).status == 401
    assert _made(agency, "/tokens", name="Lasting")["expires_at"] is None
    years = {"name": "Years", "expires_at": (now + timedelta(days=900)).isoformat()}
    assert api.refusal("POST", "/tokens", admin, json=years).code == "unknown_scope"
    assert api.refusal("POST", "/tokens", admin, json={**years, "expires_at": "2020-01-01T00:00:00Z"}).status == 422
    assert api.ask("POST", "/tokens", admin, json={"name": "Year"}).body["expires_at"] is not None


def test_a_token_of_the_workspace_stays_when_its_maker_goes(agency: Agency) -> None:
    agency = found(agency.api)
    api, owner = agency.api, agency.as_role[Role.owner]
    maker = join(agency, "maker", Role.owner)
    body = {"name": "Backup", "scopes": ["client.read"], "of_workspace": True}
    assert api.refusal("POST", "/tokens", agency.as_role[Role.member], json=body).status == 403
    assert api.refusal("POST", "/tokens", maker, json={**body, "scopes": []}).code == "unknown_scope"
    shared = api.ask("POST", "/tokens", maker, json=body).body
    own = api.ask("POST", "/tokens", maker, json={"name": "Own"}).body
    people = api.ask("GET", "/users", owner, params={"q": "maker"}).items
    api.ask("DELETE", f"/users/{people[0]['id']}", owner, if_match='"1"')
    token = Credentials(bearer=shared["token"])
    assert api.ask("GET", "/clients", token).status == 200
    assert api.refusal("GET", "/invoices", token).status == 403
    assert api.refusal("GET", "/clients", Credentials(bearer=own["token"])).status == 401
    seen = {row["id"] for row in api.ask("GET", "/tokens", agency.as_role[Role.member]).items}
    assert shared["id"] not in seen
    api.ask("DELETE", f"/tokens/{shared['id']}", owner, if_match='"1"')
    assert api.refusal("GET", "/clients", token).status == 401
