"""A person's own sessions, proofs that grow old, another password, and what administrators ask and reset."""

from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from api.client import Credentials
from api.identity import jobs, operator
from api.kit.errors import NotFound
from imisofts.access import Role
from tests.api.agency import PASSWORD, Agency, Api, found, running, sign_in
from tests.api.identity import authenticator
from tests.api.identity.standing import StandingClock, as_operator, challenge_of, join
from tests.api.identity.standing import agency as agency
from tests.api.identity.standing import api as api
from tests.api.identity.standing import clock as clock
from tests.api.identity.standing import person as person
from tests.api.reports.conftest import Post
from tests.api.reports.conftest import post as post


def member_of(agency: Agency, email: str) -> dict[str, Any]:
    (member,) = agency.api.ask("GET", "/users", as_operator(agency), params={"q": email}).items
    return dict(member)


def carry(api: Api, post: Post, user_id: str) -> EmailMessage:
    """What the worker does with somebody's newest notice, twice; the one mail that arrived."""
    with psycopg.connect(api.settings.owner_database_url) as owner:
        query = "select args from queue.procrastinate_jobs where args->>'user_id' = %s order by id desc limit 1"
        row = owner.execute(query, (user_id,)).fetchone()
    assert row is not None
    settings, state = api.settings.moved(smtp_url=post.smtp_url, mail_url=post.mail_url), api.app.state
    ids = (UUID(row[0]["workspace_id"]), UUID(user_id), row[0]["what"], UUID(row[0]["notice_id"]))
    before = len(post.inbox.mails)
    for _ in range(2):
        api.portal.call(jobs.send_notice, state.database, settings, state.clock, *ids)
    assert len(post.inbox.mails) == before + 1, "tried again, it does not leave twice"
    return post.inbox.mails[-1]


def test_ones_own_sessions_are_told_and_ended_and_nobody_elses(agency: Agency, person: str) -> None:
    api, here = agency.api, sign_in(agency.api, person)
    agent = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0", "X-Forwarded-For": "203.0.113.9"}
    asked = {"email": person, "password": PASSWORD}
    there = Credentials(cookie=api.ask("POST", "/session", json=asked, headers=agent).cookies["imisofts_session"])
    rows = api.ask("GET", "/sessions", here).items
    assert [row["current"] for row in rows].count(True) == 1
    (seen,) = [row for row in rows if row["user_agent"] == agent["User-Agent"]]
    assert seen["address"] == "127.0.0.1", "a header that anybody can write changes nothing"
    stranger = sign_in(api, join(agency, f"{uuid4().hex[:8]}@{agency.slug}.example"))
    assert api.refusal("DELETE", f"/sessions/{seen['id']}", stranger).status == 404
    api.ask("DELETE", f"/sessions/{seen['id']}", here)
    assert api.refusal("GET", "/session", there).status == 401
    sign_in(api, person)
    api.ask("POST", "/sessions/end-others", here)
    assert [row["current"] for row in api.ask("GET", "/sessions", here).items] == [True]


def test_a_proof_opens_sensitive_acts_under_a_new_cookie(agency: Agency, person: str, clock: StandingClock) -> None:
    api, old = agency.api, sign_in(agency.api, person)
    clock.on(minutes=11)
    assert api.refusal("POST", "/account/recovery-codes", old).code == "step_up"
    assert api.ask("GET", "/session/step-up", old).body == {"methods": ["password"]}
    assert api.refusal("POST", "/session/step-up", old, json={"password": "wrong wrong"}).code == "proof_refused"
    proved = api.ask("POST", "/session/step-up", old, json={"password": PASSWORD})
    new = Credentials(cookie=proved.cookies["imisofts_session"])
    assert api.refusal("GET", "/session", old).status == 401
    authenticator.add(api, new)


def test_who_has_a_second_factor_proves_by_that_and_not_by_the_password(
    agency: Agency, person: str, clock: StandingClock
) -> None:
    api, who = agency.api, sign_in(agency.api, person)
    secret = authenticator.add(api, who)
    clock.on(minutes=11)
    refused = api.refusal("POST", "/session/step-up", who, json={"password": PASSWORD})
    assert (refused.status, refused.code) == (422, "proof_refused")
    both = api.refusal("POST", "/session/step-up", who, json={"password": PASSWORD, "code": "000000"})
    assert both.code == "malformed"
    code = {"code": authenticator.code(api, secret, 0)}
    proved = api.ask("POST", "/session/step-up", who, json=code)
    again = Credentials(cookie=proved.cookies["imisofts_session"])
    assert api.refusal("POST", "/session/step-up", again, json=code).code == "proof_refused"
    assert api.ask("POST", "/account/recovery-codes", again).status == 200


def test_the_first_factor_ends_the_sessions_that_showed_none(agency: Agency, person: str) -> None:
    """Each session of who has a factor has shown one: it may lead where one is asked for."""
    before, here = sign_in(agency.api, person), sign_in(agency.api, person)
    authenticator.add(agency.api, here)
    assert agency.api.refusal("GET", "/session", before).status == 401
    assert agency.api.ask("GET", "/session", here).status == 200


def test_guesses_at_a_proof_are_limited(agency: Agency, person: str) -> None:
    who = sign_in(agency.api, person)
    wrong = {"password": "wrong wrong wrong"}
    seen = [agency.api.refusal("POST", "/session/step-up", who, json=wrong).status for _ in range(6)]
    assert seen == [422] * 5 + [429]


def test_another_password_takes_the_one_before_and_ends_other_sessions(
    agency: Agency, person: str, clock: StandingClock
) -> None:
    api, here, there = agency.api, sign_in(agency.api, person), sign_in(agency.api, person)
    new = "an entirely different sentence"
    wrong = api.refusal("POST", "/account/password", here, json={"current": "wrong wrong wrong", "password": new})
    assert (wrong.status, list(wrong.fields)) == (422, ["current"])
    weak = api.refusal("POST", "/account/password", here, json={"current": PASSWORD, "password": "password1234"})
    assert list(weak.fields) == ["password"]
    api.ask("POST", "/account/password", here, json={"current": PASSWORD, "password": new})
    assert api.ask("GET", "/session", here).status == 200
    assert api.refusal("GET", "/session", there).status == 401
    assert api.refusal("POST", "/session", json={"email": person, "password": PASSWORD}).status == 401
    authenticator.add(api, here)
    clock.on(minutes=11)
    late = api.refusal("POST", "/account/password", here, json={"current": new, "password": PASSWORD})
    assert late.code == "step_up", "a password alone is not enough for who has a second factor"


def test_sensitive_acts_of_administrators_take_a_fresh_proof_and_a_person(
    agency: Agency, person: str, clock: StandingClock
) -> None:
    api, owner = agency.api, sign_in(agency.api, agency.email(Role.owner))
    member = member_of(agency, person)
    token = Credentials(bearer=api.ask("POST", "/tokens", owner, json={"name": "Site"}).body["token"])
    co_owner = member_of(agency, join(agency, f"{uuid4().hex[:8]}@{agency.slug}.example"))
    api.ask("PATCH", f"/users/{co_owner['id']}", owner, json={"role": "owner"}, if_match=f'"{co_owner["version"]}"')
    clock.on(minutes=11)
    acts: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/tokens", {"json": {"name": "Site"}}),
        ("PATCH", f"/users/{member['id']}", {"json": {"role": "admin"}, "if_match": '"1"'}),
        ("POST", "/users", {"json": {"email": "x@example.com", "name": "X", "role": "owner"}}),
        ("DELETE", f"/users/{co_owner['id']}", {"if_match": '"2"'}),
        ("POST", f"/users/{member['id']}/reset-factors", {}),
        ("POST", f"/users/{member['id']}/end-sessions", {}),
        ("PUT", "/sign-in-policy", {"json": {"required_of": ["owner"]}, "if_match": '"0"'}),
    ]
    for method, path, options in acts:
        assert api.refusal(method, path, owner, **options).code == "step_up", path
        assert api.refusal(method, path, token, **options).code == "person_needed", path


def test_a_lost_factor_is_reset_by_an_administrator_and_the_person_is_told(
    agency: Agency, person: str, post: Post
) -> None:
    api, who = agency.api, sign_in(agency.api, person)
    authenticator.add(api, who)
    challenge_of(api, person)
    admin, member = sign_in(api, agency.email(Role.admin)), member_of(agency, person)
    api.ask("POST", f"/users/{member['id']}/reset-factors", admin)
    assert api.refusal("GET", "/session", who).status == 401
    assert sign_in(api, person).cookie
    mine = member_of(agency, agency.email(Role.admin))
    assert api.refusal("POST", f"/users/{mine['id']}/reset-factors", admin).code == "own_membership"
    told = carry(api, post, member["user_id"])
    assert (told["To"], told["Subject"]) == (person, "Your second factor was reset")
    boss = member_of(agency, agency.email(Role.owner))
    assert api.refusal("POST", f"/users/{boss['id']}/reset-factors", admin).status == 403


def test_the_operator_resets_factors_on_the_command_line_wherever_somebody_belongs(
    agency: Agency, person: str, post: Post
) -> None:
    api, who = agency.api, sign_in(agency.api, person)
    authenticator.add(api, who)
    with pytest.raises(NotFound):
        operator.reset_factors(api.settings, f"x{person}", agency.slug)
    with pytest.raises(NotFound):
        operator.reset_factors(api.settings, person, found(api).slug)
    assert api.ask("GET", "/session", who).status == 200
    assert operator.reset_factors(api.settings, person.upper(), agency.slug) == "Ada"
    assert api.refusal("GET", "/session", who).status == 401
    assert sign_in(api, person).cookie
    assert carry(api, post, member_of(agency, person)["user_id"])["Subject"] == "Your second factor was reset"


def test_an_administrator_signs_somebody_out_here_and_takes_nothing_else_away(agency: Agency, person: str) -> None:
    api, elsewhere = agency.api, found(agency.api)
    asked = {"email": person, "name": "Ada", "role": "member"}
    api.ask("POST", "/users", as_operator(elsewhere), json=asked)
    with psycopg.connect(api.settings.owner_database_url) as owner:
        owner.execute("update membership set joined_at = now() where joined_at is null")
    here = [sign_in(api, person, workspace=agency.slug) for _ in range(2)]
    there = sign_in(api, person, workspace=elsewhere.slug)
    admin, member = sign_in(api, agency.email(Role.admin)), member_of(agency, person)
    api.ask("POST", f"/users/{member['id']}/end-sessions", admin)
    assert [api.refusal("GET", "/session", one).status for one in here] == [401, 401]
    assert api.ask("GET", "/session", there).body["workspace"]["slug"] == elsewhere.slug
    assert sign_in(api, person, workspace=agency.slug).cookie
    boss, mine = (member_of(agency, agency.email(role)) for role in (Role.owner, Role.admin))
    assert api.refusal("POST", f"/users/{boss['id']}/end-sessions", admin).status == 403
    assert api.refusal("POST", f"/users/{mine['id']}/end-sessions", admin).code == "own_membership"
    foreign = member_of(elsewhere, person)
    assert api.refusal("POST", f"/users/{foreign['id']}/end-sessions", admin).status == 404


def test_factors_of_who_also_belongs_elsewhere_are_not_one_agencys_to_reset(agency: Agency, person: str) -> None:
    api, elsewhere = agency.api, found(agency.api)
    authenticator.add(api, sign_in(api, person))
    api.ask("POST", "/users", as_operator(elsewhere), json={"email": person, "name": "Ada", "role": "member"})
    with psycopg.connect(api.settings.owner_database_url) as owner:
        owner.execute("select set_config('app.workspace_id', %s, true)", (str(elsewhere.workspace_id),))
        owner.execute("update membership set joined_at = now() where joined_at is null")
    admin = sign_in(api, elsewhere.email(Role.admin))
    refused = api.refusal("POST", f"/users/{member_of(elsewhere, person)['id']}/reset-factors", admin)
    assert (refused.status, refused.code) == (409, "belongs_elsewhere")
    assert challenge_of(api, person)


def test_a_workspace_asks_roles_for_a_factor_and_sees_who_has_none(agency: Agency, person: str) -> None:
    api, owner = agency.api, sign_in(agency.api, agency.email(Role.owner))
    found_policy = api.ask("GET", "/sign-in-policy", owner)
    set_to = api.ask(
        "PUT", "/sign-in-policy", owner, json={"required_of": ["member", "member"]}, if_match=found_policy.etag
    )
    try:
        assert set_to.body["required_of"] == ["member"]
        lacking = api.ask("GET", "/sign-in-policy/without-factor", owner, params={"role": "member", "limit": "200"})
        assert person in {row["email"] for row in lacking.items}
        answer = api.ask("POST", "/session", json={"email": person, "password": PASSWORD})
        assert (answer.status, answer.body["enrol"]) == (202, True)
        stale = api.refusal("PUT", "/sign-in-policy", owner, json={"required_of": []}, if_match=found_policy.etag)
        assert stale.status == 412
    finally:
        authenticator.require(agency, [])


def test_what_a_page_remembers_ends_with_anything_that_is_written(agency: Agency, person: str) -> None:
    """The calls of one page share a memory of who asks; who signs out in it is nobody to the next call."""
    api, memory = agency.api, dict[str, Any]()
    who = sign_in(api, person)
    assert api.ask("GET", "/session", who, memory=memory).body["user"]["email"] == person
    assert set(memory) >= {"actor", "caller", "session_id"}
    assert api.ask("GET", "/sessions", who, memory=memory).status == 200
    api.ask("DELETE", "/session", who, memory=memory)
    assert memory == {}
    assert api.refusal("GET", "/session", who, memory=memory).status == 401


def test_a_session_that_one_web_process_ends_is_over_in_every_other(agency: Agency, person: str) -> None:
    """Several serve one address, and none of them remembers who was let in, how often, or what a page told."""
    first = agency.api
    with running(first.settings) as second:
        here = sign_in(first, person)
        assert second.ask("GET", "/session", here).body == first.ask("GET", "/session", here).body
        second.ask("DELETE", "/session", here)
        assert first.refusal("GET", "/session", here).status == 401
