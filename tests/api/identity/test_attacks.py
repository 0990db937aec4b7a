"""Sign-in, links, sessions and tokens with an attacker's eye: each idea is tried over HTTP."""

import base64
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from api.client import Answer, Credentials, Problem
from api.identity import secrets, totp
from api.kit import security
from imisofts.access import Role
from tests.api.agency import PASSWORD, Agency, Api, as_operator, found, running, sign_in
from tests.api.identity.test_links import carry, queued
from tests.api.reports.conftest import Post
from tests.api.reports.conftest import post as post


def cookie(value: str) -> dict[str, str]:
    return {"Cookie": f"imisofts_session={value}"}


def test_a_session_chosen_by_somebody_else_is_never_taken_up(agency: Agency) -> None:
    api, chosen = agency.api, secrets.new_secret()
    sent = {"email": agency.email(Role.member), "password": PASSWORD}
    came = api.ask("POST", "/session", json=sent, headers=cookie(chosen))
    assert came.cookies["imisofts_session"] != chosen
    assert api.refusal("GET", "/session", Credentials(cookie=chosen)).status == 401


def test_signing_in_again_ends_the_session_before(agency: Agency) -> None:
    """In the same browser; what was begun elsewhere stays."""
    api, email = agency.api, agency.email(Role.member)
    before, elsewhere = sign_in(api, email), sign_in(api, email)
    sent = {"email": email, "password": PASSWORD}
    came = api.ask("POST", "/session", json=sent, headers=cookie(str(before.cookie)))
    assert api.refusal("GET", "/session", before).status == 401
    for alive in (elsewhere, Credentials(cookie=came.cookies["imisofts_session"])):
        assert api.ask("GET", "/session", alive).status == 200


def test_a_form_token_of_another_session_is_worth_nothing(agency: Agency) -> None:
    api, mine = agency.api, sign_in(agency.api, agency.email(Role.owner))
    for token in ("", str(sign_in(api, agency.email(Role.owner)).form_token), str(mine.cookie), "0" * 64):
        heads = {**cookie(str(mine.cookie)), "X-Form-Token": token}
        problem = api.refusal("POST", "/tokens", headers=heads, json={"name": "Stolen"})
        assert (problem.status, problem.code) == (403, "form_token")


def tried(api: Api, method: str, path: str, who: Credentials | None = None, **options: Any) -> Answer | Problem:
    """One request, whether it is refused or not."""
    try:
        return api.ask(method, path, who, **options)
    except Problem as problem:
        return problem


def answered(api: Api, path: str, body: dict[str, Any]) -> tuple[Any, ...]:
    """All that a stranger sees of an answer, and the hashes it cost."""
    before = api.app.state.passwords.work
    came = tried(api, "POST", path, json=body)
    if isinstance(came, Problem):
        seen: tuple[Any, ...] = (came.status, came.code, came.detail, came.fields)
    else:
        seen = (came.status, came.content, {name: value for name, value in came.headers.items() if name != "date"})
    return (*seen, api.app.state.passwords.work - before)


@pytest.mark.parametrize("path", ["/session", "/session/reset", "/session/link-request"])
def test_nothing_tells_who_has_an_account(agency: Agency, path: str) -> None:
    """A member, one of another agency, one who was invited and has no password yet, and nobody."""
    api = agency.api
    waiting = f"waits-{uuid4().hex[:8]}@{agency.slug}.example"
    api.ask("POST", "/users", as_operator(agency), json={"email": waiting, "name": "Waits", "role": "member"})
    people = [agency.email(Role.admin), waiting, f"nobody@{agency.slug}.example"]
    bodies = [{"email": email, "workspace": agency.slug} for email in people]
    bodies += [{"email": people[0], "workspace": "elsewhere"}, {"email": people[0], "workspace": "' or true --"}]
    if path == "/session":
        bodies = [{**body, "password": "wrong wrong wrong"} for body in bodies]
        bodies.append({"email": people[0], "workspace": "elsewhere", "password": PASSWORD})
    seen = [answered(api, path, body) for body in bodies[:3]] + [answered(api, path, body) for body in bodies[3:]]
    assert [one for one in seen if one != seen[0]] == []


@pytest.mark.parametrize(
    "disguise",
    [
        lambda email: email.replace("k", "\u212a"),  # the Kelvin sign, small: k
        lambda email: email.replace("i", "İ"),
        lambda email: email.replace("i", "ı"),
        lambda email: email.replace("ss", "ß"),
        lambda email: email.replace("a", "а"),  # Cyrillic
        lambda email: email.replace("k", "ｋ"),  # full width
        lambda email: email.replace("@", "\u200b@"),
        lambda email: email.replace("@", "+other@"),
        lambda email: f"{email},evil@evil.example",
        lambda email: f"evil@evil.example,{email}",
        lambda email: f"{email}\r\nBcc:evil@evil.example",
        lambda email: f"<{email}>evil@evil.example",
    ],
)
def test_an_address_in_disguise_brings_no_link_of_anothers_account(
    agency: Agency, api: Api, post: Post, disguise: Callable[[str], str]
) -> None:
    """Whatever is typed: a mail, if there is one, goes to the address of the account whose link it holds."""
    email = f"kiss.{uuid4().hex[:6]}@{agency.slug}.example"
    api.ask("POST", "/users", as_operator(agency), json={"email": email, "name": "Kiss", "role": "member"})
    for path in ("/session/reset", "/session/link-request"):
        came = tried(api, "POST", path, json={"email": disguise(email)})
        assert came.status in {204, 422}
        if came.status == 204:
            carry(api, post)
    assert {str(one["To"]) for one in post.inbox.mails} <= {email}


def test_a_disguised_address_that_is_invited_is_not_anothers_account(agency: Agency, api: Api, post: Post) -> None:
    victim, other = agency.email(Role.owner), found(api)
    for typed in (victim.upper(), victim.replace("o", "о"), victim.replace("k", "\u212a")):
        person = {"email": typed, "name": "Somebody", "role": "member"}
        came = tried(api, "POST", "/users", other.as_role[Role.owner], json=person)
        assert came.status in {201, 409, 422}
        if came.status != 201:
            continue
        carry(api, post)
        sent_to = str(post.inbox.mails[-1]["To"])
        workspace, link = queued(api)
        with psycopg.connect(api.settings.owner_database_url) as owner:
            owner.execute("select set_config('app.workspace_id', %s, true)", (str(workspace),))
            (theirs,) = owner.execute(
                "select u.email from sign_in_link l join app_user u on u.id = l.user_id where l.id = %s", (link,)
            ).fetchone() or ("",)
        assert sent_to == theirs


@pytest.mark.parametrize("head", ["Host", "X-Forwarded-Host", "X-Original-Host", "Forwarded", "Origin"])
def test_no_head_of_a_request_gets_into_a_mail(agency: Agency, post: Post, head: str) -> None:
    api = agency.api
    asked = {"email": agency.email(Role.client)}
    with psycopg.connect(api.settings.owner_database_url) as owner:
        owner.execute("delete from rate_limit")
    value = {"Origin": "https://evil.example", "Forwarded": "host=evil.example"}.get(head, "evil.example")
    came = tried(api, "POST", "/session/reset", json=asked, headers={head: value, "Sec-Fetch-Site": "same-origin"})
    assert came.status == (421 if head == "Host" else 204)
    if head == "Host":
        return
    carry(api, post)
    assert "evil.example" not in post.inbox.mails[-1].as_string()


def test_line_breaks_in_names_make_no_heads(agency: Agency) -> None:
    api = agency.api
    owner = agency.as_role[Role.owner]
    tag = api.ask("GET", "/workspace", owner).etag
    wicked = "Acme\r\nBcc: evil@evil.example\r\n\r\nhello"
    assert api.refusal("PATCH", "/workspace", owner, json={"name": wicked}, if_match=tag).status == 422
    person = {"email": f"crlf@{agency.slug}.example", "name": wicked, "role": "member"}
    assert api.refusal("POST", "/users", owner, json=person).status == 422


FIELDS = {
    "id": str(uuid4()), "user_id": str(uuid4()), "workspace_id": str(uuid4()), "version": 99, "slug": "stolen",
    "host": "evil.example", "joined_at": "2020-01-01T00:00:00Z", "invited_by": str(uuid4()), "is_owner": True,
    "is_operator": True, "password_hash": "x", "email_verified_at": "2020-01-01T00:00:00Z", "token_hash": "x",
    "last_used_at": "2020-01-01T00:00:00Z", "revoked_at": None, "proved_at": "2099-01-01T00:00:00Z",
    "expires_at": "2099-01-01T00:00:00Z", "created_at": "2020-01-01T00:00:00Z", "actions": ["workspace.manage"],
}  # fmt: skip


def test_a_body_changes_no_field_that_is_not_its_own(agency: Agency) -> None:
    """Every field that a table of identity has and a body has not is refused by name."""
    api, owner = agency.api, agency.as_role[Role.owner]
    (member,) = api.ask("GET", f"/users?q={agency.email(Role.member)}", owner).items
    person = {"email": f"mass@{agency.slug}.example", "name": "Mass", "role": "member"}
    bodies: list[tuple[str, str, dict[str, Any], str | None]] = [
        ("PATCH", "/workspace", {"name": "Acme"}, api.ask("GET", "/workspace", owner).etag),
        ("POST", "/users", person, None),
        ("PATCH", f"/users/{member['id']}", {"role": "member"}, f'"{member["version"]}"'),
        ("POST", "/tokens", {"name": "Mass"}, None),
        ("POST", "/account/totp", {"setup": "x", "code": "000000"}, None),
        ("POST", "/session/factor", {"challenge": "x", "code": "000000"}, None),
    ]
    for method, path, body, tag in bodies:
        asked = {"expires_at"} if path == "/tokens" else set()
        for name, value in ((name, value) for name, value in FIELDS.items() if name not in asked):
            problem = api.refusal(method, path, owner, json={**body, name: value}, if_match=tag)
            assert (problem.status, name in problem.fields) == (422, True), (path, name)


def test_every_body_refuses_what_it_does_not_ask_for(api: Api) -> None:
    """By the document, for every route there is; those before sign-in may hold more, which the next test shows to mean
    nothing."""
    document = api.app.openapi()
    loose = set()
    for path, operations in document["paths"].items():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json")
            for one in content["schema"].get("anyOf", [content["schema"]]) if content else []:
                name = one.get("$ref", "").rpartition("/")[2]
                if name and document["components"]["schemas"][name].get("additionalProperties") is not False:
                    loose.add((path.removeprefix("/v1/").partition("/")[0], name))
    assert {place for place, _ in loose} <= {"session"}, loose


def test_signing_in_takes_nothing_but_what_it_asks_for(agency: Agency) -> None:
    """These bodies may hold more, which means nothing."""
    api, email = agency.api, agency.email(Role.client)
    before = api.ask("GET", "/session", agency.as_role[Role.client]).body
    wished = {**FIELDS, "role": "owner", "client_id": None, "user": {"id": str(uuid4())}}
    came = api.ask("POST", "/session", json={**wished, "email": email, "password": PASSWORD}).body
    for name in ("user", "workspace", "role", "actions", "client_id"):
        assert came[name] == before[name], name
    for path in ("/session/reset", "/session/link-request"):
        assert api.ask("POST", path, json={**wished, "email": f"x@{agency.slug}.example"}).status == 204


def test_an_operators_token_cannot_be_bent(agency: Agency) -> None:
    api = agency.api
    now, key = api.app.state.clock.now(), api.settings.secret_key
    good = secrets.operator_token(agency.slug, now + timedelta(minutes=1), key)
    text, _, mark = good.removeprefix("imo_").partition(".")
    claims = json.loads(base64.urlsafe_b64decode(text + "=="))

    def packed(**other: Any) -> str:
        return base64.urlsafe_b64encode(json.dumps({**claims, **other}).encode()).decode().rstrip("=")

    none = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    wrong = [
        f"imo_{packed(until=9999999999)}.{mark}",
        f"imo_{packed(workspace='other')}.{mark}",
        f"imo_{text}.", f"imo_{text}", f"imo_.{mark}", "imo_", "imo_.", f"imo_{text}.{mark[:-1]}",
        f"imo_{text}.{mark}0",
        f"imo_{text}=.{mark}", f"imo_{none}.{text}.", f"{none}.{text}.", f"imo_{text}.{mark.upper()}x",
        secrets.operator_token(agency.slug, now + timedelta(minutes=1), "another key that is long enough to be one"),
        secrets.operator_token(agency.slug, now - timedelta(seconds=1), key),
        secrets.operator_token("", now + timedelta(minutes=1), key), good + "ü",
    ]  # fmt: skip
    for bad in wrong:
        heads = {"Authorization": f"Bearer {bad}"}
        assert api.refusal("GET", "/session", headers=heads).status == 401, bad
    assert api.ask("GET", "/session", Credentials(bearer=good)).status == 200


def test_an_operators_token_opens_one_workspace(agency: Agency, api: Api) -> None:
    other = found(api)
    theirs = api.ask("GET", "/users", other.as_role[Role.owner]).items[0]["id"]
    token = as_operator(agency)
    assert api.ask("GET", "/workspace", token).body["slug"] == agency.slug
    assert api.refusal("GET", f"/users/{theirs}", token, headers={"X-Workspace": other.slug}).status == 404


def test_a_credential_of_one_kind_is_none_of_another(agency: Agency) -> None:
    api, owner = agency.api, sign_in(agency.api, agency.email(Role.owner))
    token = api.ask("POST", "/tokens", owner, json={"name": "Site"}).body["token"]
    person = {"email": f"kinds@{agency.slug}.example", "name": "Kinds", "role": "member"}
    link = api.ask("POST", "/users", as_operator(agency), json=person).body["link"].partition("token=")[2]
    operators = str(as_operator(agency).bearer)
    as_bearer = [str(owner.cookie), str(owner.form_token), link]
    as_cookie = [token, operators, link, str(owner.form_token), secrets.sha256(str(owner.cookie)).hex()]
    as_link = [token, operators, str(owner.cookie)]
    for one in as_bearer:
        assert api.refusal("GET", "/session", Credentials(bearer=one)).status == 401
    for one in as_cookie:
        assert api.refusal("GET", "/session", Credentials(cookie=one)).status == 401
    for one in as_link:
        sent = {"token": one, "password": PASSWORD}
        assert api.refusal("POST", "/session/link", json=sent).status in {401, 422}
        assert api.refusal("POST", "/session/factor", json={"challenge": one, "code": "000000"}).status == 401


Raw = tuple[int, dict[str, str], bytes]


def raw(
    api: Api, path: str, *, content: Sequence[bytes] = (b"",), query: bytes = b"", heads: dict[str, str] | None = None
) -> Raw:
    """A request as no well-behaved client sends it: in pieces, without its length; status, heads and body."""
    wanted = {"host": "127.0.0.1", "content-type": "application/json", **(heads or {})}
    scope = {
        "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "root_path": "", "path": path,
        "raw_path": path.encode(), "query_string": query, "client": ("10.9.8.7", 1), "server": ("127.0.0.1", 80),
        "headers": [(name.encode(), value.encode()) for name, value in wanted.items()], "state": {},
    }  # fmt: skip
    pieces = [{"type": "http.request", "body": one, "more_body": True} for one in content]
    pieces.append({"type": "http.request", "body": b"", "more_body": False})
    sent: list[Any] = []

    async def receive() -> Any:
        return pieces.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    async def call() -> None:
        await api.app(scope, receive, send)

    with suppress(Fault):
        api.portal.call(call)
    start = sent[0]
    found = {name.decode(): value.decode() for name, value in start["headers"]}
    return start["status"], found, b"".join(one.get("body", b"") for one in sent[1:])


class Fault(Exception):
    """What the tests break the program with."""


MEGABYTE = b"x" * 1_000_000


@pytest.mark.parametrize(
    "content",
    [
        [b'{"email": "ada@example.com", "password": "', *[MEGABYTE] * 10, b'"}'],
        [b"[" * 200_000],
        [b'{"email": "ada@example.com", "password": "\\ud800 half a letter"}'],
        [b'{"email": "' + b"a" * 100_000 + b'@example.com", "password": "wrong wrong wrong"}'],
        [b'{"email": "ada@example.com", "password": ' + b"9" * 5_000 + b"}"],
        [b'{"email": "ada@example.com", "password": "' + b"y" * 1001 + b'"}'],
        [b"\xff\xfe\x00"],
        [b""],
    ],
    ids=[
        "ten megabytes",
        "deep",
        "half a letter",
        "long address",
        "long number",
        "long password",
        "no text",
        "nothing",
    ],
)
def test_a_monstrous_body_is_refused_and_costs_no_hash(api: Api, content: list[bytes]) -> None:
    before = api.app.state.passwords.work
    status, heads, _ = raw(api, "/v1/session", content=content)
    assert status in {400, 413, 422}
    assert heads["content-type"] == "application/problem+json"
    assert api.app.state.passwords.work == before


def test_a_body_is_not_read_past_its_limit(api: Api) -> None:
    """Whoever sends without end, or lies about the length, is stopped at the limit and not when memory is full."""
    for kind in ("application/json", "multipart/form-data; boundary=x"):
        limit = security.LARGEST_FORM if kind.startswith("multipart") else security.LARGEST_BODY
        pieces = [MEGABYTE] * (limit // len(MEGABYTE) + 3)
        status, _, _ = raw(api, "/v1/session", content=pieces, heads={"content-type": kind, "content-length": "10"})
        assert status == 413


def test_ten_thousand_parameters_and_cookies_are_no_fault(api: Api) -> None:
    many = b"&".join(b"p%d=x" % n for n in range(10_000))
    cookies = "; ".join(f"c{n}=x" for n in range(10_000))
    assert raw(api, "/v1/session", query=many, heads={"cookie": cookies})[0] in {400, 422}


def test_a_fault_answers_with_the_heads_of_any_answer_and_nothing_of_its_insides(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> bool:
        raise Fault("the table app_user has no such column")

    monkeypatch.setattr(api.app.state.passwords, "matches", broken)
    body = b'{"email": "ada@example.com", "password": "wrong wrong wrong"}'
    status, heads, content = raw(api, "/v1/session", content=[body])
    assert (status, heads["cache-control"], heads["x-content-type-options"]) == (500, "no-store", "nosniff")
    assert "frame-ancestors 'none'" in heads["content-security-policy"]
    assert b"app_user" not in content


def test_the_cookie_under_tls_belongs_to_one_host(agency: Agency) -> None:
    settings = agency.api.settings.model_copy(update={"public_url": "https://imisofts.example"})
    with running(settings, agency.api.app.state.clock) as secure:
        sent = {"email": agency.email(Role.member), "password": PASSWORD}
        came = secure.ask("POST", "/session", json=sent)
        name, _, attributes = came.headers["set-cookie"].partition("=")
        assert name == "__Host-imisofts_session"
        assert {"Path=/", "Secure", "HttpOnly", "SameSite=lax"} <= {one.strip() for one in attributes.split(";")}
        assert "domain" not in attributes.lower()
        plain = cookie(came.cookies[name])
        assert secure.refusal("GET", "/session", headers=plain).status == 401, "one that any host may set"


def test_secrets_are_compared_in_the_same_time_whatever_is_sent() -> None:
    for compares in (
        secrets.is_api_token, secrets.operator_workspace, security.require_form_token, totp.matching_step,
    ):  # fmt: skip
        assert "compare_digest" in compares.__code__.co_names, compares.__name__
