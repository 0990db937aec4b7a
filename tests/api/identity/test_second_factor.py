"""The second step of a sign-in: codes count once, recovery codes too, and no way in goes past it."""

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from api.client import Credentials, Problem
from api.identity import sealing
from api.identity.secrets import link_token
from imisofts.access import Role
from imisofts.services import postgres
from tests.api.agency import PASSWORD, Agency, Api, sign_in
from tests.api.identity import authenticator
from tests.api.identity.standing import StandingClock, as_operator, challenge_of, join
from tests.api.identity.standing import agency as agency
from tests.api.identity.standing import api as api
from tests.api.identity.standing import clock as clock
from tests.api.identity.standing import person as person


def refused(api: Api, **sent: str) -> Problem:
    return api.refusal("POST", "/session/factor", json=sent)


def test_a_code_lets_in_once_and_so_does_a_challenge(api: Api, person: str, clock: StandingClock) -> None:
    secret = authenticator.add(api, sign_in(api, person))
    challenge, other = challenge_of(api, person), challenge_of(api, person)
    used_at_setup = authenticator.code(api, secret, 0)
    assert refused(api, challenge=challenge, code=used_at_setup).code == "proof_refused"
    code = authenticator.code(api, secret, 1)
    came = api.ask("POST", "/session/factor", json={"challenge": challenge, "code": code})
    assert api.ask("GET", "/session", Credentials(cookie=came.cookies["imisofts_session"])).status == 200
    assert refused(api, challenge=other, code=code).code == "proof_refused"
    clock.on(seconds=60)
    again = refused(api, challenge=challenge, code=authenticator.code(api, secret, 1))
    assert (again.status, again.code) == (401, "challenge_spent")


@pytest.mark.parametrize(("step", "good"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(api: Api, person: str, clock: StandingClock, step: int, good: bool) -> None:
    secret = authenticator.add(api, sign_in(api, person))
    clock.on(minutes=2)
    sent = {"challenge": challenge_of(api, person), "code": authenticator.code(api, secret, step)}
    if good:
        assert api.ask("POST", "/session/factor", json=sent).status == 200
    else:
        assert refused(api, **sent).code == "proof_refused"


def test_a_challenge_grows_old_and_cannot_be_made_or_bent(api: Api, person: str, clock: StandingClock) -> None:
    secret = authenticator.add(api, sign_in(api, person))
    challenge = challenge_of(api, person)
    claims = {"user": str(uuid4()), "workspace": str(uuid4()), "remember": False, "enrol": False}
    forged = sealing.seal("second factor", claims, clock.now(), timedelta(minutes=5), "x" * 40)
    elsewhere = sealing.seal("authenticator", claims, clock.now(), timedelta(minutes=5), api.settings.secret_key)
    bent = challenge[:40] + ("A" if challenge[40] != "A" else "B") + challenge[41:]
    for wrong in (forged, elsewhere, bent, "", "x"):
        sent = {"challenge": wrong, "code": authenticator.code(api, secret, 1)}
        assert refused(api, **sent).status in {401, 422}, wrong
    clock.on(minutes=5, seconds=1)
    late = refused(api, challenge=challenge, code=authenticator.code(api, secret, 0))
    assert (late.status, late.code) == (401, "challenge_spent")


def test_another_persons_code_does_not_count(agency: Agency, person: str) -> None:
    api = agency.api
    authenticator.add(api, sign_in(api, person))
    theirs = join(agency, f"{uuid4().hex[:8]}@{agency.slug}.example")
    secret = authenticator.add(api, sign_in(api, theirs))
    sent = {"challenge": challenge_of(api, person), "code": authenticator.code(api, secret, 1)}
    assert refused(api, **sent).code == "proof_refused"


def test_guesses_are_limited_and_a_new_challenge_brings_no_new_ones(
    api: Api, person: str, clock: StandingClock
) -> None:
    secret = authenticator.add(api, sign_in(api, person))
    authenticator_right = authenticator.code(api, secret, 1)
    wrong = "000000" if authenticator_right != "000000" else "000001"
    seen = [refused(api, challenge=challenge_of(api, person), code=wrong).status for _ in range(6)]
    assert seen[0] == 422
    assert seen[-1] == 429
    right = {"challenge": challenge_of(api, person), "code": authenticator_right}
    assert refused(api, **right).status == 429
    clock.on(minutes=10)
    late = {"challenge": challenge_of(api, person), "code": authenticator.code(api, secret, 0)}
    assert api.ask("POST", "/session/factor", json=late).status == 200


def test_a_recovery_code_counts_once_however_it_is_written(api: Api, person: str) -> None:
    who = sign_in(api, person)
    assert api.refusal("POST", "/account/recovery-codes", who).code == "factor_required"
    authenticator.add(api, who)
    before = api.ask("POST", "/account/recovery-codes", who).body["codes"]
    codes = api.ask("POST", "/account/recovery-codes", who).body["codes"]
    assert len(set(codes)) == 10
    assert api.ask("GET", "/account/security", who).body["recovery_codes_left"] == 10
    assert refused(api, challenge=challenge_of(api, person), recovery_code=before[0]).code == "proof_refused"
    written = f" {codes[3].upper().replace('-', ' ')} "
    sent = {"challenge": challenge_of(api, person), "recovery_code": written}
    assert api.ask("POST", "/session/factor", json=sent).status == 200
    assert refused(api, challenge=challenge_of(api, person), recovery_code=codes[3]).code == "proof_refused"
    assert api.ask("GET", "/account/security", who).body["recovery_codes_left"] == 9


def test_what_is_stored_says_neither_secret_nor_code(api: Api, person: str) -> None:
    who = sign_in(api, person)
    secret = authenticator.add(api, who)
    codes = api.ask("POST", "/account/recovery-codes", who).body["codes"]
    database = urlsplit(api.settings.app_database_url).path[1:]
    with psycopg.connect(postgres.superuser_url(api.settings, database)) as admin:
        kept = ""
        for table in ("second_factor", "recovery_code", "event"):
            kept += str(admin.execute(f"select string_agg(t::text, '') from {table} t".encode()).fetchone())
    assert "second_factor.added" in kept
    plain = [secret.hex(), *codes, *(code.replace("-", "").encode().hex() for code in codes)]
    assert [each for each in plain if each in kept] == []


def test_a_link_sets_the_password_and_still_asks_for_the_second_factor(agency: Agency, person: str) -> None:
    api = agency.api
    who = sign_in(api, person)
    secret = authenticator.add(api, who)
    (member,) = api.ask("GET", f"/users?q={person}", as_operator(agency)).items
    link = _reset_link(api, agency, member["user_id"])
    came = api.ask("POST", "/session/link", json={"token": link, "password": PASSWORD + "!"})
    assert (came.status, came.cookies, came.body["methods"]) == (202, {}, ["totp"])
    assert api.refusal("GET", "/session", who).status == 401
    sent = {"challenge": came.body["challenge"], "code": authenticator.code(api, secret, 1)}
    assert api.ask("POST", "/session/factor", json=sent).status == 200


def _reset_link(api: Api, agency: Agency, user_id: str) -> str:
    """A link that was mailed: its token follows from its row and the installation's secret."""
    with psycopg.connect(api.settings.owner_database_url) as owner:
        owner.execute("select set_config('app.workspace_id', %s, true)", (str(agency.workspace_id),))
        ident = uuid4()
        token = link_token(ident, api.settings.secret_key)
        owner.execute(
            "insert into sign_in_link (id, workspace_id, user_id, token_hash, purpose, expires_at)"
            " values (%s, %s, %s, sha256(%s), 'reset', %s)",
            (ident, agency.workspace_id, user_id, token.encode(), api.app.state.clock.now() + timedelta(minutes=9)),
        )
    return token


def test_who_must_have_a_factor_sets_one_up_before_the_first_session(agency: Agency, person: str) -> None:
    api = agency.api
    authenticator.require(agency, ["member"])
    try:
        answer = api.ask("POST", "/session", json={"email": person, "password": PASSWORD})
        assert (answer.status, answer.cookies, answer.body["enrol"]) == (202, {}, True)
        challenge = answer.body["challenge"]
        assert refused(api, challenge=challenge, code="000000").code == "challenge_spent"
        setup = api.ask("POST", "/session/enrolment", json={"challenge": challenge}).body
        assert "<svg" in setup["picture"]
        code = authenticator.code(api, authenticator.secret_of(setup), 0)
        sent = {"challenge": challenge, "setup": setup["setup"], "code": code}
        came = api.ask("POST", "/session/enrolment/totp", json=sent)
        who = Credentials(cookie=came.cookies["imisofts_session"])
        (factor,) = api.ask("GET", "/account/security", who).body["factors"]
        assert api.refusal("POST", "/session/enrolment/totp", json=sent).code == "challenge_spent"
        last = api.refusal("DELETE", f"/account/factors/{factor['id']}", who, if_match='"1"')
        assert (last.status, last.code) == (409, "factor_required")
        assert sign_in(api, agency.email(Role.owner)).cookie
    finally:
        authenticator.require(agency, [])
    api.ask("DELETE", f"/account/factors/{factor['id']}", who, if_match='"1"')
    assert sign_in(api, person).cookie


def test_a_set_up_of_somebody_else_or_too_old_is_refused(agency: Agency, person: str, clock: StandingClock) -> None:
    api, who = agency.api, sign_in(agency.api, person)
    other = sign_in(api, join(agency, f"{uuid4().hex[:8]}@{agency.slug}.example"))
    setup = api.ask("GET", "/account/totp-setup", who).body

    def sent() -> dict[str, str]:
        code = authenticator.code(api, authenticator.secret_of(setup), 0)
        return {"setup": setup["setup"], "code": code}

    assert api.refusal("POST", "/account/totp", other, json=sent()).code == "challenge_spent"
    assert api.refusal("POST", "/account/totp", who, json={**sent(), "code": "12"}).code == "proof_refused"
    clock.on(minutes=9)
    setup_in_time = sent()
    assert api.ask("POST", "/account/totp", who, json=setup_in_time).status == 201
    setup = api.ask("GET", "/account/totp-setup", who).body
    clock.on(minutes=10, seconds=1)
    again = sign_in_with(api, person, setup_in_time, clock)
    assert api.refusal("POST", "/account/totp", again, json=sent()).code == "challenge_spent"


def sign_in_with(api: Api, email: str, setup: dict[str, str], clock: StandingClock) -> Credentials:
    """A session of who has an authenticator, by its secret in what was set up."""
    then = clock.now() - timedelta(minutes=11)
    opened = sealing.unseal("authenticator", setup["setup"], then, api.settings.secret_key)
    assert opened is not None
    code = authenticator.code(api, bytes.fromhex(opened.claims["secret"]), 0)
    came = api.ask("POST", "/session/factor", json={"challenge": challenge_of(api, email), "code": code})
    return Credentials(cookie=came.cookies["imisofts_session"])


def test_a_program_does_not_touch_factors(agency: Agency) -> None:
    api, owner = agency.api, sign_in(agency.api, agency.email(Role.owner))
    token = Credentials(bearer=api.ask("POST", "/tokens", owner, json={"name": "Site"}).body["token"])
    paths = [("GET", "/account/security"), ("GET", "/account/totp-setup"), ("POST", "/account/recovery-codes")]
    seen = {(problem.status, problem.code) for problem in (api.refusal(*path, token) for path in paths)}
    assert seen == {(403, "person_needed")}


def test_an_old_proof_is_not_enough(agency: Agency, person: str, clock: StandingClock) -> None:
    who = sign_in(agency.api, person)
    clock.on(minutes=9)
    assert agency.api.ask("GET", "/account/totp-setup", who).status == 200
    clock.on(minutes=2)
    problem = agency.api.refusal("GET", "/account/totp-setup", who)
    assert (problem.status, problem.code) == (403, "step_up")
