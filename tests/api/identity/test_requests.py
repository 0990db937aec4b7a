"""What waits for a mail to be read: a sign-up makes nothing before, a new address is confirmed by both and undone by
the old one."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from api.client import Credentials
from api.identity import request_jobs
from api.identity.schemas import SignIn
from imisofts.access import Role
from tests.api.agency import PASSWORD, Agency, Api, as_operator, running, sign_in
from tests.api.identity.conftest import ShiftingClock
from tests.api.reports.conftest import Post
from tests.api.reports.conftest import post as post


def carry(api: Api, post: Post) -> None:
    """What the worker does with every request's job, twice: what was mailed does not leave again."""
    with psycopg.connect(api.settings.owner_database_url) as owner:
        rows = owner.execute(
            "select args->>'request_id', args::text from queue.procrastinate_jobs"
            " where task_name = 'identity.mail_request' order by id"
        ).fetchall()
    settings, state = api.settings.moved(smtp_url=post.smtp_url, mail_url=post.mail_url), api.app.state
    for request_id, args in rows:
        assert "@" not in args, "a job carries ids, never an address or a secret"
        for _ in range(2):
            api.portal.call(request_jobs.send_request, state.database, settings, state.clock, UUID(request_id))


def tokens(post: Post) -> dict[str, str]:
    """The newest mail's token by its receiver, and the receivers in order."""
    found = {}
    for mail in post.inbox.mails:
        text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        found[str(mail["To"])] = re.findall(r"\?token=([\w-]+)", text)[0]
    return found


def wanted(**more: Any) -> dict[str, Any]:
    """A sign-up."""
    slug = f"s{uuid4().hex[:10]}"
    asked = {"email": f"{slug}@new.example", "name": "Ada", "agency": "Engine Studio", "slug": slug, "terms": True}
    return {**asked, "currency": "GBP", "timezone": "Europe/London", **more}


def people(api: Api, email: str) -> list[tuple[Any, ...]]:
    """What is known of an address."""
    with psycopg.connect(api.settings.owner_database_url) as owner:
        owner.execute("set role imisofts_signin")
        return owner.execute("select id, email_verified_at from app_user where email = %s", (email,)).fetchall()


def test_a_sign_up_makes_nothing_until_its_mail_is_read(api: Api, post: Post) -> None:
    asked = wanted()
    api.ask("POST", "/sign-up", json=asked)
    assert people(api, asked["email"]) == []
    assert api.ask("GET", "/sign-up/address", params={"slug": asked["slug"]}).body["problem"] is None
    carry(api, post)
    assert len([mail for mail in post.inbox.mails if mail["To"] == asked["email"]]) == 1
    token = {"token": tokens(post)[asked["email"]]}
    for _ in range(2):
        shown = api.ask("POST", "/sign-up/open", json=token).body
    assert (shown["agency"], shown["needs_password"], shown["slug_problem"]) == ("Engine Studio", True, None)
    weak = api.refusal("POST", "/sign-up/confirm", json={**token, "password": "short"})
    assert (weak.code, people(api, asked["email"])) == ("password_refused", [])
    came = api.ask("POST", "/sign-up/confirm", json={**token, "password": PASSWORD})
    assert (came.body["role"], came.body["workspace"]["slug"]) == ("owner", asked["slug"])
    assert came.body["workspace"]["currency"] == "GBP"
    assert people(api, asked["email"])[0][1] is not None, "the address is verified"
    assert api.refusal("POST", "/sign-up/confirm", json={**token, "password": PASSWORD}).code == "link_spent"
    assert api.ask("GET", "/sign-up/address", params={"slug": asked["slug"]}).body["problem"] == "is taken"
    sign_in(api, asked["email"])


def test_a_new_agency_asks_its_owner_for_a_second_factor_after_a_fortnight(
    api: Api, post: Post, clock: ShiftingClock
) -> None:
    asked = wanted()
    api.ask("POST", "/sign-up", json=asked)
    carry(api, post)
    token = {"token": tokens(post)[asked["email"]]}
    came = api.ask("POST", "/sign-up/confirm", json={**token, "password": PASSWORD})
    starts_at = datetime.fromisoformat(came.body["second_factor_from"])
    assert timedelta(days=13) < starts_at - clock.now() < timedelta(days=15)
    owner = Credentials(cookie=came.cookies["imisofts_session"])
    security = api.ask("GET", "/account/security", owner).body
    assert (security["required"], security["required_from"]) == (False, came.body["second_factor_from"])
    policy = api.ask("GET", "/sign-in-policy", owner)
    assert (policy.body["required_of"], policy.body["starts_at"]) == (["admin", "owner"], security["required_from"])
    again = {"email": asked["email"], "password": PASSWORD}
    clock.shift = timedelta(days=13)
    assert api.ask("POST", "/session", json=again).body["second_factor_from"] == security["required_from"]
    clock.shift = timedelta(days=15)
    later = api.ask("POST", "/session", json=again)
    assert (later.status, later.cookies, later.body["enrol"]) == (202, {}, True)
    clock.shift = timedelta()
    api.ask("PUT", "/sign-in-policy", owner, json={"required_of": ["admin"]}, if_match=policy.etag)
    assert api.ask("GET", "/sign-in-policy", owner).body["starts_at"] is None, "what somebody chose counts at once"
    clock.shift = timedelta(days=15)
    assert api.ask("POST", "/session", json=again).body["second_factor_from"] is None


def test_a_known_address_is_answered_alike_and_keeps_its_password(agency: Agency, post: Post) -> None:
    api, email = agency.api, agency.email(Role.member)
    unknown = api.ask("POST", "/sign-up", json=wanted())
    known = api.ask("POST", "/sign-up", json=wanted(email=email))
    assert (known.status, known.content) == (unknown.status, unknown.content) == (204, b"")
    carry(api, post)
    token = {"token": tokens(post)[email]}
    assert api.ask("POST", "/sign-up/open", json=token).body["needs_password"] is False
    came = api.ask("POST", "/sign-up/confirm", json={**token, "password": PASSWORD + " of a thief"})
    assert came.body["role"] == "owner"
    assert api.refusal("POST", "/session", json={"email": email, "password": PASSWORD + " of a thief"}).status == 401
    sign_in(api, email)


def test_short_names_are_free_and_not_reserved(agency: Agency, post: Post) -> None:
    api = agency.api
    for slug, reason in ((agency.slug, "is taken"), ("admin", "is reserved")):
        assert api.ask("GET", "/sign-up/address", params={"slug": slug}).body["problem"] == reason
        assert api.refusal("POST", "/sign-up", json=wanted(slug=slug)).fields == {"slug": reason}
    first, second = wanted(), wanted()
    second["slug"] = first["slug"]
    for asked in (first, second):
        api.ask("POST", "/sign-up", json=asked)
    carry(api, post)
    found = tokens(post)
    api.ask("POST", "/sign-up/confirm", json={"token": found[first["email"]], "password": PASSWORD})
    late = {"token": found[second["email"]], "password": PASSWORD}
    assert api.refusal("POST", "/sign-up/confirm", json=late).code == "address_taken"
    other = api.ask("POST", "/sign-up/confirm", json={**late, "slug": f"{first['slug']}2"})
    assert other.body["workspace"]["slug"] == f"{first['slug']}2"


@pytest.mark.parametrize(
    "wrong", [{"terms": False}, {"currency": "XXX"}, {"timezone": "Mars"}, {"slug": "-a"}, {"role": "owner"}]
)
def test_a_sign_up_takes_what_it_asks_for_and_nothing_else(api: Api, wrong: dict[str, Any]) -> None:
    assert api.refusal("POST", "/sign-up", json=wanted(**wrong)).status == 422


def test_where_nobody_signs_up_there_is_no_such_door(api: Api) -> None:
    with running(api.settings.moved(sign_up=False)) as closed:
        assert closed.refusal("POST", "/sign-up", json=wanted()).status == 404
        assert closed.refusal("GET", "/sign-up/address", params={"slug": "a"}).status == 404


def person(agency: Agency) -> tuple[str, Credentials]:
    """Somebody of their own."""
    email = f"{uuid4().hex[:8]}@{agency.slug}.example"
    asked = {"email": email, "name": "Own", "role": "member"}
    made = agency.api.ask("POST", "/users", as_operator(agency), json=asked).body
    token = made["link"].partition("token=")[2]
    answer = agency.api.ask("POST", "/session/link", json={"token": token, "password": PASSWORD})
    return email, Credentials(cookie=answer.cookies["imisofts_session"])


def test_both_addresses_confirm_a_change_and_the_old_one_may_undo_it(agency: Agency, post: Post) -> None:
    api, (old, who) = agency.api, person(agency)
    new = f"new-{old}"
    api.ask("POST", "/account/email", who, json={"email": new})
    carry(api, post)
    found = tokens(post)
    shown = api.ask("POST", "/account/email/open", json={"token": found[new]}).body
    assert shown == {"part": "new", "email": new}
    assert api.ask("POST", "/account/email/confirm", json={"token": found[new]}).body == {"changed": False}
    assert api.ask("GET", "/session", who).body["user"]["email"] == old, "one half changes nothing"
    assert api.ask("POST", "/account/email/confirm", json={"token": found[old]}).body == {"changed": True}
    assert api.refusal("GET", "/session", who).status == 401, "everybody is signed out"
    assert api.refusal("POST", "/session", json={"email": old, "password": PASSWORD}).status == 401
    again = sign_in(api, new)
    data = [
        row["data"]
        for row in api.ask("GET", "/events", agency.as_role[Role.owner]).items
        if row["name"] == "email.changed"
    ]
    assert data[:1] == [{}], "the event holds no address"
    carry(api, post)
    undo = {"token": tokens(post)[old]}
    assert api.ask("POST", "/account/email/open", json=undo).body == {"part": "undo", "email": old}
    assert api.ask("POST", "/account/email/confirm", json=undo).body == {"changed": True}
    assert api.refusal("GET", "/session", again).status == 401
    sign_in(api, old)


def test_an_address_of_somebody_else_is_asked_for_in_vain(agency: Agency, post: Post, clock: ShiftingClock) -> None:
    api, (old, who) = agency.api, person(agency)
    taken = api.ask("POST", "/account/email", who, json={"email": agency.email(Role.owner)})
    free = api.ask("POST", "/account/email", who, json={"email": f"free-{old}"})
    assert (taken.status, taken.content) == (free.status, free.content) == (204, b"")
    carry(api, post)
    assert agency.email(Role.owner) not in tokens(post), "who has the address hears nothing and loses nothing"
    assert api.refusal("POST", "/account/email", who, json={"email": old.upper()}).code == "same_address"
    clock.shift = timedelta(minutes=11)
    stale = api.refusal("POST", "/account/email", who, json={"email": f"later-{old}"})
    assert stale.code == "step_up"


@pytest.mark.parametrize(
    ("letter", "disguise"), [("k", "\u212a"), ("i", "İ"), ("i", "ı"), ("s", "ſ"), ("k", "ｋ"), ("å", "\u212b")]
)
def test_a_letter_in_disguise_is_in_no_address(api: Api, letter: str, disguise: str) -> None:
    """Databases make some letters small that are others' capitals, and domains of such letters are for sale: who reads
    the mail of one would come in as the other."""
    assert disguise not in {letter, letter.upper()}
    for path, body in (
        ("/sign-up", wanted(email=f"{disguise}iss@{letter}.example")),
        ("/sign-up", wanted(email=f"kiss@{disguise}.example")),
        ("/session", {"email": f"kiss@{disguise}.example", "password": PASSWORD}),
        ("/session/reset", {"email": f"kiss@{disguise}.example"}),
    ):
        problem = api.refusal("POST", path, json=body)
        assert (problem.status, list(problem.fields)) == (422, ["email"])
    assert SignIn.model_validate({"email": "Jörg.Groß@Straße.example", "password": "x"})
