"""Workspaces at hosts of their own: proven first, closed to every other workspace, and a way from one to another."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import psycopg
import pytest

from api.client import Credentials
from api.identity import domain_jobs
from api.identity.secrets import link_token
from api.kit import dns
from api.notifications import service as notifications
from imisofts import hosts
from imisofts.access import Role
from imisofts.settings import Settings
from tests.api.agency import PASSWORD, Agency, Api, as_operator, found, running, sign_in
from tests.api.identity.conftest import ShiftingClock
from tests.api.identity.names import Names, answering

BASE = "agencies.test"


@pytest.fixture(scope="module")
def names() -> Iterator[Names]:
    with answering() as names:
        yield names


@pytest.fixture(scope="module")
def api(settings: Settings, names: Names) -> Iterator[Api]:
    with running(settings.moved(base_domain=BASE, nameserver=names.address), ShiftingClock()) as api:
        yield api


@pytest.fixture(scope="module")
def other(api: Api) -> Agency:
    return found(api)


def at(agency: Agency) -> str:
    """The workspace's name below the base domain."""
    return f"{agency.slug}.{BASE}:8400"


def join(agency: Agency, email: str) -> None:
    """Somebody with a password is invited and accepts."""
    api, owner = agency.api, agency.as_role[Role.owner]
    made = api.ask("POST", "/users", owner, json={"email": email, "name": "Both", "role": "member"}).body
    with psycopg.connect(api.settings.owner_database_url) as database:
        database.execute("update membership set joined_at = now() where id = %s", (made["id"],))


def test_a_host_belongs_to_one_workspace_and_serves_no_other(agency: Agency, other: Agency) -> None:
    api, owner = agency.api, agency.as_role[Role.owner]
    assert api.ask("GET", "/session", owner, host=at(agency)).body["workspace"]["slug"] == agency.slug
    assert api.refusal("GET", "/session", owner, host=at(other)).status == 401
    token = api.ask("POST", "/tokens", owner, json={"name": "Site"}).body["token"]
    assert api.refusal("GET", "/clients", Credentials(bearer=token), host=at(other)).status == 401
    assert api.refusal("GET", "/clients", as_operator(agency), host=at(other)).status == 401
    assert api.ask("GET", "/host", host=at(agency)).body["workspace"]["slug"] == agency.slug
    assert api.ask("GET", "/host").body["workspace"] is None


@pytest.mark.parametrize(
    "host", ["unknown.example", f"nobody.{BASE}", f"a.b.{BASE}", BASE, f".{BASE}", "%", "127.0.0.1.evil.example"]
)
def test_a_host_of_nobodys_is_answered_plainly(agency: Agency, host: str) -> None:
    refused = agency.api.refusal("GET", "/session", agency.as_role[Role.owner], host=host)
    assert (refused.status, refused.code) == (421, "unknown_host")


def test_a_hosts_sign_in_leads_into_its_workspace_alone(agency: Agency, other: Agency) -> None:
    api, both = agency.api, agency.email(Role.admin)
    join(other, both)
    asked = {"email": both, "password": PASSWORD}
    for place in (agency, other):
        came = api.ask("POST", "/session", json={**asked, "workspace": agency.slug}, host=at(place))
        assert came.body["workspace"]["slug"] == place.slug, "whatever the form says"
        assert "domain=" not in came.set_cookies[0].lower(), "a cookie of this host alone"
    stranger = {"email": agency.email(Role.member), "password": PASSWORD}
    assert api.refusal("POST", "/session", json=stranger, host=at(other)).code == "sign_in_refused"
    api.ask("POST", "/session/link-request", json={"email": agency.email(Role.owner)}, host="127.0.0.1")
    with psycopg.connect(api.settings.owner_database_url) as owner:
        row = owner.execute(
            "select l.id from sign_in_link l join app_user u on u.id = l.user_id where u.email = %s"
            " and l.purpose = 'sign_in' order by l.id desc limit 1",
            (agency.email(Role.owner),),
        ).fetchone()
    assert row
    token = {"token": link_token(row[0], api.settings.secret_key)}
    assert api.refusal("POST", "/session/link/open", json=token, host=at(other)).code == "link_spent"
    assert api.ask("POST", "/session/link/open", json=token, host=at(agency)).body["purpose"] == "sign_in"


def test_a_workspaces_own_host_is_used_once_its_record_is_found(agency: Agency, other: Agency, names: Names) -> None:
    api, owner = agency.api, agency.as_role[Role.owner]
    host = f"portal.{agency.slug}.example"
    named = api.ask("PUT", "/workspace/domain", owner, json={"host": host.upper()}).body
    assert (named["host"], named["url"]) == (host, f"http://{agency.slug}.{BASE}:{api.settings.port_base}")
    assert api.refusal("GET", "/host", host=host).status == 421, "not before it is proven"
    assert "not there yet" in api.ask("POST", "/workspace/domain/verify", owner).body["problem"]
    names.texts[named["record_name"]] = ["imisofts-domain=something else", "v=spf1 -all"]
    assert "another text" in api.ask("POST", "/workspace/domain/verify", owner).body["problem"]
    names.texts[named["record_name"]].append(named["record_value"])
    proven = api.ask("POST", "/workspace/domain/verify", owner).body
    assert (proven["problem"], proven["url"]) == (None, f"http://{host}:{api.settings.port_base}")
    assert api.ask("GET", "/session", owner, host=host).body["workspace"]["slug"] == agency.slug
    theirs = other.as_role[Role.owner]
    claimed = api.ask("PUT", "/workspace/domain", theirs, json={"host": host}).body
    names.texts[named["record_name"]].append(claimed["record_value"])
    assert api.refusal("POST", "/workspace/domain/verify", theirs).code == "host_taken"
    etag = api.ask("GET", "/workspace/domain", owner).etag
    api.ask("DELETE", "/workspace/domain", owner, if_match=etag)
    assert api.refusal("GET", "/host", host=host).status == 421


def test_a_host_in_use_is_looked_at_again_and_its_people_are_told_once(agency: Agency, names: Names) -> None:
    """A record that is gone takes nothing away, is told once, and once more when it goes again; no answer is none."""
    api, owner = agency.api, agency.as_role[Role.owner]
    host = f"again.{agency.slug}.example"
    named = api.ask("PUT", "/workspace/domain", owner, json={"host": host}).body
    names.texts[named["record_name"]] = [named["record_value"]]
    api.ask("POST", "/workspace/domain/verify", owner)
    told: list[int] = []
    for texts in ([named["record_value"]], [], None, [named["record_value"]], ["something else"]):
        names.texts.pop(named["record_name"], None)
        names.texts |= {} if texts is None else {named["record_name"]: texts}
        look_again(api)
        found = api.ask("GET", "/workspace/domain", owner).body
        assert found["url"].startswith(f"http://{host}"), "it stays in use"
        assert (found["problem"] is None) is (texts == [named["record_value"]])
        told.append(len(lost(agency)))
    assert told == [0, 1, 1, 1, 2]
    names.texts[named["record_name"]] = [named["record_value"]]
    look_again(api, api.settings.moved(nameserver="127.0.0.1:9"))
    assert "another text" in api.ask("GET", "/workspace/domain", owner).body["problem"], "no answer says nothing"
    for event_id in lost(agency):
        api.portal.call(tell, api, agency.workspace_id, event_id)
    rows = api.ask("GET", "/notifications", owner).items
    assert [(row["kind"], row["label"]) for row in rows if row["kind"] == "domain.lost"] == [("domain.lost", host)] * 2
    assert api.ask("GET", "/notifications", agency.as_role[Role.member]).items == []
    etag = api.ask("GET", "/workspace/domain", owner).etag
    api.ask("DELETE", "/workspace/domain", owner, if_match=etag)


def look_again(api: Api, settings: Settings | None = None) -> None:
    """What the worker does once a day."""
    state = api.app.state
    api.portal.call(domain_jobs.look_again, state.database, state.clock, settings or api.settings)


def lost(agency: Agency) -> list[UUID]:
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        query = "select id from event where name = 'domain.lost' and workspace_id = %s order by id"
        return [row[0] for row in owner.execute(query, (agency.workspace_id,)).fetchall()]


async def tell(api: Api, workspace_id: UUID, event_id: UUID) -> None:
    async with api.app.state.database.begin(workspace_id) as session:
        await notifications.tell(session, workspace_id, event_id)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "x.localhost", f"x.{BASE}", "https://a.example", "a.example/x", "a_b.example", "single",
     "a.example:80", "10.1", "-a.example", "a..example"],
)  # fmt: skip
def test_a_host_that_is_none_is_refused(agency: Agency, host: str) -> None:
    refused = agency.api.refusal("PUT", "/workspace/domain", agency.as_role[Role.owner], json={"host": host})
    assert (refused.code, list(refused.fields)) == ("host_refused", ["host"])


def test_mails_lead_to_the_workspaces_own_address_whatever_the_request_says(agency: Agency) -> None:
    person = {"email": f"far@{agency.slug}.example", "name": "Far", "role": "member"}
    made = agency.api.ask("POST", "/users", as_operator(agency), json=person, host=f"127.0.0.1:{1}")
    port = agency.api.settings.port_base
    assert made.body["link"].startswith(f"http://{agency.slug}.{BASE}:{port}/invitation?token=")


def switched(api: Api, who: Credentials, place: Agency, wanted: Agency) -> str:
    """The code that leads from one workspace's host to another's."""
    answer = api.ask("POST", "/session/switch", who, json={"workspace": wanted.slug}, host=at(place)).body
    url = urlsplit(str(answer["url"]))
    assert (url.hostname, url.path) == (f"{wanted.slug}.{BASE}", "/switch")
    return parse_qs(url.query)["code"][0]


def test_a_code_leads_to_another_workspace_once(agency: Agency, other: Agency, clock: ShiftingClock) -> None:
    api, both = agency.api, f"both@{agency.slug}.example"
    for place in (agency, other):
        link = api.ask("POST", "/users", as_operator(place), json={"email": both, "name": "Both", "role": "member"})
        if link.body["link"]:
            token = link.body["link"].partition("token=")[2]
            api.ask("POST", "/session/link", json={"token": token, "password": PASSWORD})
    with psycopg.connect(api.settings.owner_database_url) as owner:
        owner.execute("update membership set joined_at = coalesce(joined_at, now())")
    who = sign_in(api, both, workspace=agency.slug, remember=True)
    homes = {row["slug"]: row["current"] for row in api.ask("GET", "/session/workspaces", who).items}
    assert homes == {agency.slug: True, other.slug: False}
    code = {"code": switched(api, who, agency, other)}
    assert api.refusal("POST", "/session/switch/arrive", json=code, host=at(agency)).code == "link_spent"
    assert api.ask("POST", "/session/switch/open", json=code, host=at(other)).body["email"] == both
    came = api.ask("POST", "/session/switch/arrive", json=code, host=at(other))
    assert came.body["workspace"]["slug"] == other.slug
    assert "max-age" in came.set_cookies[0].lower(), "remembered, as there"
    assert api.refusal("POST", "/session/switch/arrive", json=code, host=at(other)).code == "link_spent"
    with psycopg.connect(api.settings.owner_database_url) as owner:
        ends: list[Any] = owner.execute(
            "select expires_at, proved_at from session s join app_user u on u.id = s.user_id where u.email = %s"
            " and s.remember", (both,)
        ).fetchall()  # fmt: skip
    assert len(ends) == 2
    assert ends[0] == ends[1], "going to and fro makes neither the session nor its proof younger"
    late = {"code": switched(api, who, agency, other)}
    clock.shift = timedelta(seconds=31)
    assert api.refusal("POST", "/session/switch/arrive", json=late, host=at(other)).code == "link_spent"
    nowhere = api.refusal("POST", "/session/switch", who, json={"workspace": found(api).slug})
    unknown = api.refusal("POST", "/session/switch", who, json={"workspace": "nobody"})
    assert (nowhere.status, nowhere.detail) == (unknown.status, unknown.detail) == (404, unknown.detail)


def test_names_are_read_as_they_are_meant() -> None:
    assert [hosts.name_of(text) for text in ("A.Example:80", "[::1]:80", "a.example.", " x ")] == [
        "a.example", "::1", "a.example", "x",
    ]  # fmt: skip


def test_a_long_record_is_read_whole_and_no_answer_is_no_record(names: Names) -> None:
    names.texts["_imisofts.long.example"] = ["x" * 600]
    resolver = dns.Resolver.of(names.address)
    assert dns.txt("_imisofts.long.example", resolver) == ["x" * 600]
    assert dns.txt("_imisofts.none.example", resolver) == []
    with pytest.raises(dns.NoAnswer):
        dns.txt("_imisofts.long.example", dns.Resolver("127.0.0.1", 9))
