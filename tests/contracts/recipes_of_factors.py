"""Right uses of the routes of second factors, sessions and proofs."""

from uuid import uuid4

import psycopg

from api.client import Credentials
from api.events.schemas import EventName
from imisofts.access import Role
from tests.api.agency import PASSWORD, Agency, as_operator, sign_in
from tests.api.identity import authenticator
from tests.api.identity.security_key import SecurityKey
from tests.contracts.recipes import Options, Row, Write


def _newcomer(agency: Agency) -> str:
    """A member of staff of their own, whose factors are in nobody's way."""
    email = f"{uuid4().hex[:8]}@{agency.slug}.example"
    person = {"email": email, "name": f"{agency.slug} person", "role": "member"}
    link = agency.api.ask("POST", "/users", as_operator(agency), json=person).body["link"].partition("token=")[2]
    agency.api.ask("POST", "/session/link", json={"token": link, "password": PASSWORD})
    return email


def _with_factor(agency: Agency) -> tuple[str, Credentials, bytes]:
    email = _newcomer(agency)
    who = sign_in(agency.api, email)
    return email, who, authenticator.add(agency.api, who)


def _step(agency: Agency, _: str) -> Options:
    email, _who, secret = _with_factor(agency)
    asked = {"email": email, "password": PASSWORD}
    challenge = agency.api.ask("POST", "/session", json=asked).body["challenge"]
    return {"json": {"challenge": challenge, "code": authenticator.code(agency.api, secret, 1)}}


def _enrolment(agency: Agency, _: str) -> Options:
    """The challenge of somebody who must have a factor and has none; the rule is taken back at once."""
    email = _newcomer(agency)
    authenticator.require(agency, ["member"])
    asked = {"email": email, "password": PASSWORD}
    challenge = agency.api.ask("POST", "/session", json=asked).body["challenge"]
    authenticator.require(agency, [])
    return {"json": {"challenge": challenge}}


def _first_code(agency: Agency, client_id: str) -> Options:
    challenge = _enrolment(agency, client_id)["json"]["challenge"]
    setup = agency.api.ask("POST", "/session/enrolment", json={"challenge": challenge}).body
    code = authenticator.code(agency.api, authenticator.secret_of(setup), 0)
    return {"json": {"challenge": challenge, "setup": setup["setup"], "code": code}}


def _first_key(agency: Agency, client_id: str) -> Options:
    challenge = _enrolment(agency, client_id)["json"]
    made = SecurityKey().make(agency.api.ask("POST", "/session/enrolment/key-question", json=challenge).body)
    return {"json": {**challenge, **made}}


def _new_totp(agency: Agency, _: str) -> Options:
    setup = agency.api.ask("GET", "/account/totp-setup", agency.as_role[Role.owner]).body
    code = authenticator.code(agency.api, authenticator.secret_of(setup), 0)
    return {"json": {"setup": setup["setup"], "code": code, "name": f"{agency.slug} app"}}


def _factor(agency: Agency, _: str) -> str:
    made = agency.api.ask("POST", "/account/totp", agency.as_role[Role.owner], **_new_totp(agency, _))
    authenticator.forget_tries(agency)
    return str(made.body["id"])


def _owner_with_factor(agency: Agency, client_id: str) -> str:
    _factor(agency, client_id)
    return ""


def _session(agency: Agency, _: str) -> str:
    """One more session of the owner, who signs in by what she has."""
    owner = agency.as_role[Role.owner]
    me = agency.api.ask("GET", "/session", owner).body["user"]["id"]
    ident = str(uuid4())
    with psycopg.connect(agency.api.settings.owner_database_url) as database:
        database.execute("select set_config('app.workspace_id', %s, true)", (str(agency.workspace_id),))
        database.execute(
            "insert into session (id, workspace_id, user_id, id_hash, remember, created_at, last_seen_at, expires_at,"
            " proved_at) values (%s, %s, %s, %s, false, now(), now(), now() + interval '1 hour', now())",
            (ident, agency.workspace_id, me, uuid4().bytes * 2),
        )
    return ident


def _newcomer_in(agency: Agency) -> Credentials:
    return sign_in(agency.api, _newcomer(agency))


def _in_two_places(agency: Agency) -> Credentials:
    """Somebody with one session more; that of the invitation has ended with the recipe."""
    email = _newcomer(agency)
    first = sign_in(agency.api, email)
    for row in agency.api.ask("GET", "/sessions", first).items:
        if not row["current"]:
            agency.api.ask("DELETE", f"/sessions/{row['id']}", first)
    sign_in(agency.api, email)
    return first


def _password(agency: Agency, _: str) -> Options:
    return {"json": {"password": PASSWORD}}


def _new_password(agency: Agency, _: str) -> Options:
    return {"json": {"current": PASSWORD, "password": PASSWORD + "!"}}


def _with_it(agency: Agency, client_id: str) -> str:
    """Somebody with a second factor, to be reset."""
    return _member_of(agency, _with_factor(agency)[0])


def _signed_in_once(agency: Agency, client_id: str) -> str:
    """Somebody whose first password began a session."""
    return _member_of(agency, _newcomer(agency))


def _member_of(agency: Agency, email: str) -> str:
    (member,) = agency.api.ask("GET", "/users", agency.as_role[Role.owner], params={"q": email}).items
    return str(member["id"])


def _made_key(agency: Agency, _: str) -> Options:
    asked = agency.api.ask("GET", "/account/key-setup", agency.as_role[Role.owner]).body
    return {"json": {**SecurityKey().make(asked), "name": f"{agency.slug} key"}}


def _key_of(agency: Agency) -> tuple[str, SecurityKey]:
    email, key = _newcomer(agency), SecurityKey()
    who = sign_in(agency.api, email)
    made = key.make(agency.api.ask("GET", "/account/key-setup", who).body)
    agency.api.ask("POST", "/account/key", who, json=made)
    return email, key


def _key_asked(agency: Agency, _: str) -> Options:
    email, _key = _key_of(agency)
    asked = {"email": email, "password": PASSWORD}
    return {"json": {"challenge": agency.api.ask("POST", "/session", json=asked).body["challenge"]}}


def _passkey(agency: Agency, _: str) -> Options:
    _email, key = _key_of(agency)
    return {"json": key.sign(agency.api.ask("POST", "/session/passkey/question").body)}


ROWS: dict[str, Row] = {"factor_id": Row("second_factor", _factor), "session_id": Row("session", _session)}

WRITES: dict[str, Write] = {
    "POST /v1/session/factor": Write((EventName.SESSION_STARTED,), _step),
    "POST /v1/session/enrolment": Write((), _enrolment),
    "POST /v1/session/enrolment/totp": Write((EventName.SESSION_STARTED, EventName.FACTOR_ADDED), _first_code),
    "POST /v1/session/enrolment/key-question": Write((), _enrolment),
    "POST /v1/session/enrolment/key": Write((EventName.SESSION_STARTED, EventName.FACTOR_ADDED), _first_key),
    "POST /v1/account/totp": Write((EventName.FACTOR_ADDED,), _new_totp),
    "PATCH /v1/account/factors/{factor_id}": Write(
        (EventName.FACTOR_RENAMED,), lambda agency, _: {"json": {"name": f"{agency.slug} phone"}}
    ),
    "DELETE /v1/account/factors/{factor_id}": Write((EventName.FACTOR_REMOVED,)),
    "POST /v1/account/recovery-codes": Write(
        (EventName.RECOVERY_CODES_MADE,), lambda agency, _: {"json": {}} if _factor(agency, _) else {}
    ),
    "DELETE /v1/sessions/{session_id}": Write((EventName.SESSION_ENDED,)),
    "POST /v1/sessions/end-others": Write((EventName.SESSION_ENDED,), who=_in_two_places),
    "POST /v1/session/step-up": Write((EventName.SESSION_PROVED,), _password, who=_newcomer_in),
    "POST /v1/account/password": Write(
        (EventName.PASSWORD_SET, EventName.SESSION_ENDED), _new_password, who=_newcomer_in
    ),
    "POST /v1/users/{user_id}/reset-factors": Write((EventName.FACTORS_RESET,), row=_with_it),
    "POST /v1/users/{user_id}/end-sessions": Write((EventName.SESSION_ENDED,), row=_signed_in_once),
    "PUT /v1/sign-in-policy": Write((EventName.SIGN_IN_POLICY_SET,), lambda agency, _: {"json": {"required_of": []}}),
    "POST /v1/account/key": Write((EventName.FACTOR_ADDED,), _made_key),
    "POST /v1/session/factor/key": Write((), _key_asked),
    "POST /v1/session/passkey/question": Write(()),
    "POST /v1/session/passkey": Write((EventName.SESSION_STARTED,), _passkey),
}
