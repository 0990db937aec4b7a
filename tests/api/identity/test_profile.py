"""One's own profile, and the language and zone in which somebody is told things."""

from typing import Any

import psycopg
import pytest

from api.client import Answer, Credentials
from imisofts.access import Role
from tests.api.agency import Agency, Api, as_operator, found

REPORTS = {"sections": ["money"], "cadence": "monthly", "review": False}


@pytest.fixture
def fresh(api: Api) -> Agency:
    """An agency whose people have chosen nothing yet."""
    return found(api)


def _set(agency: Agency, role: Role, **values: Any) -> Answer:
    who = agency.as_role[role]
    return agency.api.ask("PATCH", "/me", who, json=values, if_match=agency.api.ask("GET", "/me", who).etag)


def _told(agency: Agency, role: Role) -> tuple[str | None, str]:
    body = agency.api.ask("GET", "/session", agency.as_role[role]).body
    return body["locale"], body["timezone"]


def test_ones_own_choice_counts_before_the_clients_and_the_workspaces(fresh: Agency) -> None:
    owner = fresh.as_role[Role.owner]
    assert _told(fresh, Role.client) == (None, "Europe/Berlin")
    workspace = fresh.api.ask("GET", "/workspace", owner)
    fresh.api.ask("PATCH", "/workspace", owner, json={"locale": "de"}, if_match=workspace.etag)
    assert (_told(fresh, Role.client), _told(fresh, Role.member)) == (("de", "Europe/Berlin"),) * 2
    settings = f"/clients/{fresh.client_id}/report-settings"
    etag = fresh.api.ask("GET", settings, owner).etag
    fresh.api.ask("PUT", settings, owner, json={**REPORTS, "locale": "en_US"}, if_match=etag)
    assert _told(fresh, Role.client)[0] == "en"
    assert _told(fresh, Role.member)[0] == "de"
    _set(fresh, Role.client, locale="en_GB", timezone="Asia/Tokyo")
    assert _told(fresh, Role.client) == ("en_GB", "Asia/Tokyo")
    _set(fresh, Role.client, locale=None, timezone=None)
    assert _told(fresh, Role.client) == ("en", "Europe/Berlin")


def test_a_profile_says_what_is_missing_in_it(fresh: Agency) -> None:
    before = fresh.api.ask("GET", "/me", fresh.as_role[Role.member]).body
    assert {one["step"]: one["done"] for one in before["completion"]} == {
        "name": True,
        "locale": False,
        "timezone": False,
        "phone": False,
        "second_factor": False,
    }
    after = _set(fresh, Role.member, name="Ada Lovelace", phone=" +44 20 7946 0000 ", locale="de_CH").body
    assert (after["name"], after["phone"], after["locale"]) == ("Ada Lovelace", "+44 20 7946 0000", "de_CH")
    assert sum(one["done"] for one in after["completion"]) == 3
    assert fresh.api.ask("GET", "/me", fresh.as_role[Role.admin]).body["name"] == "Admin"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"locale": "fr"}, "locale"),
        ({"name": ""}, "name"),
        ({"name": None}, ""),
        ({"phone": "1" * 51}, "phone"),
        ({"email": "other@example.com"}, "email"),
        ({"id": "01a201cb-c8c0-7136-b80d-af037c173ec3"}, "id"),
        ({"role": "owner"}, "role"),
    ],
)
def test_a_wrong_value_changes_nothing(agency: Agency, typed: dict[str, Any], field: str) -> None:
    who = agency.as_role[Role.member]
    before = agency.api.ask("GET", "/me", who)
    refused = agency.api.refusal("PATCH", "/me", who, json=typed, if_match=before.etag)
    assert refused.status == 422
    assert any(name.rpartition(".")[2] == field for name in refused.fields) or field == ""
    assert agency.api.ask("GET", "/me", who).body == before.body


def test_a_second_edit_of_the_same_version_is_refused(fresh: Agency) -> None:
    who = fresh.as_role[Role.admin]
    etag = fresh.api.ask("GET", "/me", who).etag
    fresh.api.ask("PATCH", "/me", who, json={"phone": "1"}, if_match=etag)
    assert fresh.api.refusal("PATCH", "/me", who, json={"phone": "2"}, if_match=etag).status == 412
    assert fresh.api.refusal("PATCH", "/me", who, json={"phone": "2"}).status == 428


def test_only_a_person_has_a_profile(agency: Agency) -> None:
    made = agency.api.ask("POST", "/tokens", agency.as_role[Role.owner], json={"name": "Site"}, idempotency_key="t")
    for who in (Credentials(bearer=made.body["token"]), as_operator(agency)):
        assert agency.api.refusal("GET", "/me", who).code == "person_needed"
        assert agency.api.refusal("PATCH", "/me", who, json={"phone": "1"}, if_match='"1"').code == "person_needed"


def test_an_event_tells_no_name_and_no_phone(fresh: Agency) -> None:
    _set(fresh, Role.owner, name="Grace Hopper", phone="+1 555 0100", locale="en_GB")
    with psycopg.connect(fresh.api.settings.owner_database_url) as owner:
        query = "select data::text from event where workspace_id = %s and name = 'profile.updated'"
        ((data,),) = owner.execute(query, (fresh.workspace_id,)).fetchall()
    assert "en_GB" in data
    assert "Grace" not in data
    assert "555" not in data
