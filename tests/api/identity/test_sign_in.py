"""Sign-in, sessions, links, tokens."""

import base64
import json
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from api.client import Credentials
from api.identity import secrets, service
from api.kit.rate_limit import Limit
from imisofts.access import Role
from tests.api.agency import PASSWORD, Agency, Api, as_operator, found, sign_in
from tests.api.identity.conftest import ShiftingClock


def test_the_session_says_who_where_and_what(agency: Agency) -> None:
    body = agency.api.ask("GET", "/session", agency.as_role[Role.client]).body
    assert (body["role"], body["client_id"], body["workspace"]["slug"]) == ("client", agency.client_id, agency.slug)
    assert "invoice.read" in body["actions"]
    assert "invoice.write" not in body["actions"]


def test_the_cookie_is_closed_to_scripts_and_new_each_time(agency: Agency) -> None:
    sent = {"email": agency.email(Role.owner), "password": PASSWORD}
    first = agency.api.ask("POST", "/session", json=sent)
    second = agency.api.ask("POST", "/session", json=sent)
    head = first.headers["set-cookie"]
    assert "HttpOnly" in head
    assert "SameSite=lax" in head
    assert "Domain" not in head
    assert first.cookies != second.cookies


def test_only_the_hash_of_a_session_is_stored(agency: Agency) -> None:
    cookie = agency.as_role[Role.owner].cookie or ""
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        assert owner.execute("select 1 from session where id_hash = %s", (secrets.sha256(cookie),)).fetchone()
        assert not owner.execute("select 1 from session s where s::text like %s", (f"%{cookie}%",)).fetchone()


def test_known_and_unknown_addresses_are_refused_alike_with_the_same_work(agency: Agency) -> None:
    api, passwords = agency.api, agency.api.app.state.passwords
    answers, work = [], []
    for email in (agency.email(Role.owner), "nobody@nowhere.example"):
        before = passwords.work
        problem = api.refusal("POST", "/session", json={"email": email, "password": "wrong wrong wrong"})
        answers.append((problem.status, problem.code, problem.detail, problem.fields))
        work.append(passwords.work - before)
    assert answers[0] == answers[1]
    assert answers[0][0] == 401
    assert work == [1, 1]


def test_signing_out_works_on_the_next_request(agency: Agency) -> None:
    who = sign_in(agency.api, agency.email(Role.member))
    agency.api.ask("GET", "/session", who)
    agency.api.ask("DELETE", "/session", who)
    assert agency.api.refusal("GET", "/session", who).status == 401


@pytest.mark.parametrize(
    ("remember", "steps", "alive"),
    [
        (False, [timedelta(minutes=29), timedelta(minutes=58)], True),
        (False, [timedelta(minutes=31)], False),
        (False, [timedelta(minutes=25 * n) for n in range(1, 29)] + [timedelta(hours=12, minutes=1)], False),
        (True, [timedelta(days=29)], True),
        (True, [timedelta(days=31)], False),
    ],
)
def test_sessions_end(
    agency: Agency, clock: ShiftingClock, remember: bool, steps: list[timedelta], alive: bool
) -> None:
    who = sign_in(agency.api, agency.email(Role.member), remember=remember)
    for step in steps[:-1]:
        clock.shift = step
        agency.api.ask("GET", "/session", who)
    clock.shift = steps[-1]
    if alive:
        agency.api.ask("GET", "/session", who)
    else:
        assert agency.api.refusal("GET", "/session", who).status == 401


def test_a_link_works_once_and_ends_other_sessions(agency: Agency) -> None:
    api = agency.api
    person = {"email": f"new@{agency.slug}.example", "name": "New", "role": "member"}
    link = api.ask("POST", "/users", as_operator(agency), json=person).body["link"].partition("token=")[2]
    weak = api.refusal("POST", "/session/link", json={"token": link, "password": "short"})
    assert (weak.status, list(weak.fields)) == (422, ["password"])
    api.ask("POST", "/session/link", json={"token": link, "password": PASSWORD})
    again = api.refusal("POST", "/session/link", json={"token": link, "password": PASSWORD + "!"})
    assert (again.status, again.code) == (401, "link_spent")


def test_a_link_grows_old(agency: Agency, clock: ShiftingClock) -> None:
    person = {"email": f"late@{agency.slug}.example", "name": "Late", "role": "member"}
    address = agency.api.ask("POST", "/users", as_operator(agency), json=person).body["link"]
    clock.shift = timedelta(days=7, seconds=1)
    link = {"token": address.partition("token=")[2], "password": PASSWORD}
    assert agency.api.refusal("POST", "/session/link", json=link).code == "link_spent"


def test_a_token_is_narrowed_kept_as_a_keyed_hash_and_revoked(agency: Agency) -> None:
    api, owner = agency.api, agency.as_role[Role.owner]
    made = api.ask("POST", "/tokens", owner, json={"name": "Site", "scopes": ["event.read"]})
    bearer = Credentials(bearer=made.body["token"])
    assert api.ask("GET", "/events", bearer).status == 200
    assert api.refusal("GET", "/users", bearer).status == 403
    with psycopg.connect(api.settings.owner_database_url) as database:
        row = database.execute(
            "select token_hash, last_used_at from api_token where id = %s", (made.body["id"],)
        ).fetchone()
    assert row is not None
    assert row[0] == secrets.keyed_hash(made.body["token"], api.settings.secret_key)
    assert row[0] != secrets.keyed_hash(made.body["token"], "another key that is long enough to be one")
    assert row[1] is not None
    api.ask("DELETE", f"/tokens/{made.body['id']}", owner, if_match=made.etag)
    assert api.refusal("GET", "/events", bearer).status == 401


def test_a_mistyped_token_is_known_by_its_checksum() -> None:
    token = secrets.new_api_token()
    assert secrets.is_api_token(token)
    assert not secrets.is_api_token(token[:10] + ("x" if token[10] != "x" else "y") + token[11:])


def test_nobody_gives_a_token_more_than_one_has(agency: Agency) -> None:
    problem = agency.api.refusal(
        "POST", "/tokens", agency.as_role[Role.client], json={"name": "More", "scopes": ["user.manage"]}
    )
    assert problem.status == 403


def test_an_operator_token_cannot_be_forged_or_kept(agency: Agency, clock: ShiftingClock) -> None:
    good = secrets.operator_token(agency.slug, clock.now() + timedelta(minutes=1), agency.api.settings.secret_key)
    assert agency.api.ask("GET", "/session", Credentials(bearer=good)).body["role"] == "owner"
    claims = base64.urlsafe_b64encode(json.dumps({"workspace": agency.slug, "until": 9e9}).encode()).decode()
    for bad in (good[:-1] + ("0" if good[-1] != "0" else "1"), f"imo_{claims}.{good.partition('.')[2]}", "imo_x"):
        assert agency.api.refusal("GET", "/session", Credentials(bearer=bad)).status == 401
    clock.shift = timedelta(minutes=2)
    assert agency.api.refusal("GET", "/session", Credentials(bearer=good)).status == 401


def test_a_cookie_alone_writes_nothing(agency: Agency) -> None:
    owner = agency.as_role[Role.owner]
    head = {"Cookie": f"imisofts_session={owner.cookie}"}
    problem = agency.api.refusal("POST", "/tokens", headers=head, json={"name": "Forged"})
    assert (problem.status, problem.code) == (403, "form_token")


@pytest.mark.parametrize(
    "head", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}]
)
def test_another_site_writes_nothing(agency: Agency, head: dict[str, str]) -> None:
    problem = agency.api.refusal("POST", "/tokens", agency.as_role[Role.owner], headers=head, json={"name": "Forged"})
    assert (problem.status, problem.code) == (403, "cross_site")


def test_sign_in_is_limited_per_address_whatever_a_header_says(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = replace(service.EACH_EMAIL, interval=timedelta(hours=1))  # however long eleven passwords take to check here
    monkeypatch.setattr(service, "EACH_EMAIL", slow)
    agency = found(api)
    wrong = {"email": agency.email(Role.owner), "password": "wrong wrong wrong"}
    seen = [
        api.refusal("POST", "/session", json=wrong, headers={"X-Forwarded-For": f"10.0.0.{n}"}).status
        for n in range(11)
    ]
    assert seen == [401] * 10 + [429]


def test_each_caller_is_limited(api: Api) -> None:
    agency = found(api)
    usual, api.app.state.limit = api.app.state.limit, Limit(3, timedelta(hours=1))
    try:
        who = sign_in(api, agency.email(Role.owner))
        for _ in range(3):
            api.ask("GET", "/session", who)
        assert api.refusal("GET", "/session", who).status == 429
        api.ask("GET", "/session", agency.as_role[Role.member])
    finally:
        api.app.state.limit = usual
