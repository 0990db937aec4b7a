"""How the routes by which people come in are used rightly once: links, sign-up, hosts, single sign-on, people."""

from uuid import uuid4

import psycopg

from api.client import Credentials
from api.events.schemas import EventName
from api.identity.secrets import link_token, sha256
from imisofts.access import Role
from tests.api.agency import PASSWORD, Agency, as_operator, found, sign_in
from tests.api.identity.issuer import Issuer
from tests.contracts.recipes import Options, Row, Write, _json, _post, text


def _token(agency: Agency, _: str) -> str:
    return _post(agency, "/tokens", json={"name": text(agency)})


def _person(agency: Agency, client_id: str) -> Options:
    email = f"{uuid4().hex[:8]}@{agency.slug}.example"
    return {"json": {"email": email, "name": text(agency), "role": "client", "client_id": client_id}}


def _member(agency: Agency, client_id: str) -> str:
    return _post(agency, "/users", **_person(agency, client_id))


def _link(agency: Agency, client_id: str) -> Options:
    made = agency.api.ask("POST", "/users", as_operator(agency), **_person(agency, client_id))
    return {"json": {"token": made.body["link"].partition("token=")[2], "password": PASSWORD}}


def _link_token(agency: Agency, client_id: str) -> Options:
    return {"json": {"token": _link(agency, client_id)["json"]["token"]}}


def newest_link(agency: Agency) -> str:
    """The token of the newest link of an agency, as its mail would bring it."""
    settings = agency.api.settings
    with psycopg.connect(settings.owner_database_url) as owner:
        query = "select id from sign_in_link where workspace_id = %s order by id desc limit 1"
        (link_id,) = owner.execute(query, (agency.workspace_id,)).fetchone() or ()
    return link_token(link_id, settings.secret_key)


def _sign_in_link(agency: Agency, _: str) -> Options:
    agency.api.ask("POST", "/session/link-request", json={"email": agency.email(Role.admin)})
    return {"json": {"token": newest_link(agency)}}


def _invitation(agency: Agency, client_id: str) -> Options:
    """Somebody with a password, because of another agency, is invited here."""
    person = {"email": found(agency.api).email(Role.owner), "name": text(agency)}
    _post(agency, "/users", json={**person, "role": "client", "client_id": client_id})
    return {"json": {"token": newest_link(agency)}}


def _another_session(agency: Agency) -> Credentials:
    """A session of the owner's that may be ended, whatever second factors she has by now."""
    cookie = uuid4().hex
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        owner.execute(
            "insert into session (id, workspace_id, user_id, id_hash, remember, created_at, last_seen_at, expires_at,"
            " proved_at) select gen_random_uuid(), workspace_id, user_id, %s, false, now(), now(),"
            " now() + interval '1 hour', now() from membership where workspace_id = %s and role = 'owner'",
            (sha256(cookie), agency.workspace_id),
        )
    return Credentials(cookie=cookie)


def request_tokens(agency: Agency) -> list[str]:
    """The tokens of all requests, the newest first, as their mails would bring them."""
    settings = agency.api.settings
    with psycopg.connect(settings.owner_database_url) as owner:
        owner.execute("set role imisofts_signin")
        rows = owner.execute("select id from account_request order by id desc").fetchall()
    return [link_token(ident, settings.secret_key) for (ident,) in rows]


def _sign_up(agency: Agency, _: str) -> Options:
    slug = f"s{uuid4().hex[:10]}"
    asked = {"email": f"{slug}@example.com", "name": "New", "agency": text(agency), "slug": slug, "terms": True}
    return {"json": {**asked, "currency": "EUR", "timezone": "Europe/Berlin"}}


def _request_token(agency: Agency, client_id: str) -> Options:
    agency.api.ask("POST", "/sign-up", **_sign_up(agency, client_id))
    return {"json": {"token": request_tokens(agency)[0], "password": PASSWORD}}


def _sign_up_token(agency: Agency, client_id: str) -> Options:
    return {"json": {"token": _request_token(agency, client_id)["json"]["token"]}}


def _half_confirmed(agency: Agency, client_id: str) -> Options:
    """Somebody new wants another address, and has confirmed with the old one."""
    made = agency.api.ask("POST", "/session/link", **_link(agency, client_id))
    who = Credentials(cookie=made.cookies["imisofts_session"])
    agency.api.ask("POST", "/account/email", who, json={"email": f"{uuid4().hex}@example.com"})
    old, new = request_tokens(agency)[:2]
    agency.api.ask("POST", "/account/email/confirm", json={"token": old})
    return {"json": {"token": new}}


ISSUERS: dict[str, Issuer] = {}
"""One provider for all recipes; its thread ends with the process."""


def _issuer() -> Issuer:
    if not ISSUERS:
        ISSUERS["one"] = Issuer()
    return ISSUERS["one"]


def _provider(agency: Agency, _: str) -> Options:
    asked = {"issuer": _issuer().url, "client_id": "imisofts", "client_secret": "quiet", "domains": []}
    return {"json": asked}


def _provider_named(agency: Agency, client_id: str) -> Options:
    agency.api.ask("PUT", "/workspace/sign-on", agency.as_role[Role.owner], **_provider(agency, client_id))
    return {}


def _provider_asked(agency: Agency, client_id: str) -> Options:
    """The provider was checked; one domain, the agency's own, counts as proven."""
    _provider_named(agency, client_id)
    agency.api.ask("POST", "/workspace/sign-on/check", agency.as_role[Role.owner])
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        owner.execute(
            "update sign_on set proven_domains = %s where workspace_id = %s",
            ([f"{agency.slug}.example"], agency.workspace_id),
        )
    return {"json": {"email": f"somebody@{agency.slug}.example"}}


def _came_back(agency: Agency, client_id: str) -> Options:
    """Somebody who is known comes back from the provider; the first time makes a member, which is no sign-in alone."""
    email = agency.email(Role.member)
    for subject in ("first", "first"):
        going = agency.api.ask("POST", "/session/sign-on", **_provider_asked(agency, client_id)).body
        back = _issuer().answer(going, sub=f"{agency.slug} {subject}", email=email, email_verified=True)
    return {"json": back}


def _signed_out_there(agency: Agency, client_id: str) -> Options:
    """Somebody came in by the provider, which has signed them out meanwhile."""
    going = agency.api.ask("POST", "/session/sign-on", **_provider_asked(agency, client_id)).body
    subject = f"{agency.slug} {uuid4().hex}"
    email = f"{uuid4().hex}@{agency.slug}.example"
    back = _issuer().answer(going, sub=subject, email=email, email_verified=True)
    agency.api.ask("POST", "/session/sign-on/callback", json=back)
    return {"params": {"workspace": agency.slug}, "data": _issuer().order(subject)}


def _named(agency: Agency, _: str) -> Options:
    """A host was named; its record is looked for where nobody answers, and so stays unproven."""
    owner = agency.as_role[Role.owner]
    if agency.api.ask("GET", "/workspace/domain", owner).body["host"] is None:
        agency.api.ask("PUT", "/workspace/domain", owner, json={"host": "portal.example.com"})
    return {}


def _switch_code(agency: Agency, _: str) -> Options:
    """A code as another host would have made it."""
    code = uuid4().hex
    with psycopg.connect(agency.api.settings.owner_database_url) as owner:
        owner.execute(
            "insert into switch_code (id, workspace_id, user_id, code_hash, remember, proved_at, session_expires_at,"
            " expires_at) select gen_random_uuid(), workspace_id, user_id, %s, false, now(), now() + interval '1 hour',"
            " now() + interval '30 seconds' from membership where workspace_id = %s and role = 'admin'",
            (sha256(code), agency.workspace_id),
        )
    return {"json": {"code": code}}


def _sign_in(agency: Agency, _: str) -> Options:
    return {"json": {"email": agency.email(Role.admin), "password": PASSWORD}}


ROWS: dict[str, Row] = {
    "token_id": Row("api_token", _token),
    "user_id": Row("membership", _member),
}

WRITES: dict[str, Write] = {
    "POST /v1/session": Write((EventName.SESSION_STARTED,), _sign_in),
    "POST /v1/session/link": Write(
        (EventName.USER_JOINED, EventName.SESSION_STARTED, EventName.CLIENT_SIGNED_IN, EventName.PASSWORD_SET), _link
    ),
    "POST /v1/session/link-request": Write(
        (EventName.LINK_REQUESTED,),
        lambda agency, _: {"json": {"email": agency.email(Role.member)}},
        told_of="system",
    ),
    "POST /v1/session/link/open": Write((), _link_token),
    "POST /v1/session/link/sign-in": Write((EventName.SESSION_STARTED,), _sign_in_link),
    "POST /v1/session/link/accept": Write(
        (EventName.USER_JOINED, EventName.SESSION_STARTED, EventName.CLIENT_SIGNED_IN), _invitation
    ),
    "POST /v1/session/link/decline": Write((EventName.USER_DECLINED,), _link_token, told_of="system"),
    "DELETE /v1/session": Write(
        (EventName.SESSION_ENDED,), who=lambda agency: sign_in(agency.api, agency.email(Role.admin))
    ),
    "POST /v1/session/switch": Write(
        (EventName.SESSION_ENDED, EventName.SESSION_STARTED),
        lambda agency, _: {"json": {"workspace": agency.slug}},
        who=_another_session,
    ),
    "POST /v1/session/switch/open": Write((), _switch_code),
    "POST /v1/session/switch/arrive": Write((EventName.SESSION_STARTED,), _switch_code),
    "POST /v1/sign-up": Write((), _sign_up),
    "POST /v1/sign-up/open": Write((), _sign_up_token),
    "POST /v1/sign-up/confirm": Write((), _request_token),
    "POST /v1/account/email": Write(
        (EventName.EMAIL_CHANGE_REQUESTED,), lambda agency, _: {"json": {"email": f"{uuid4().hex}@example.com"}}
    ),
    "POST /v1/account/email/open": Write((), _half_confirmed),
    "POST /v1/account/email/confirm": Write((EventName.EMAIL_CHANGED,), _half_confirmed),
    "PUT /v1/workspace/sign-on": Write((EventName.SIGN_ON_SET,), _provider),
    "POST /v1/workspace/sign-on/check": Write((EventName.SIGN_ON_CHECKED,), _provider_named),
    "DELETE /v1/workspace/sign-on": Write((EventName.SIGN_ON_REMOVED,), _provider_named),
    "POST /v1/session/sign-on": Write((), _provider_asked),
    "POST /v1/session/sign-on/callback": Write((EventName.SESSION_STARTED,), _came_back),
    "POST /v1/session/sign-on/signed-out": Write((EventName.SESSION_ENDED,), _signed_out_there, told_of="system"),
    "PUT /v1/workspace/domain": Write((EventName.DOMAIN_CHOSEN,), _json(host="portal.example.com")),
    "POST /v1/workspace/domain/verify": Write((), _named),
    "DELETE /v1/workspace/domain": Write((EventName.DOMAIN_REMOVED,), _named),
    "POST /v1/session/reset": Write(
        (EventName.LINK_REQUESTED,),
        lambda agency, _: {"json": {"email": agency.email(Role.client)}},
        told_of="system",
    ),
    "POST /v1/users": Write((EventName.USER_ADDED,), _person),
    "PATCH /v1/users/{user_id}": Write(
        (EventName.USER_UPDATED,), lambda agency, client_id: {"json": {"role": "client", "client_id": client_id}}
    ),
    "DELETE /v1/users/{user_id}": Write((EventName.USER_REMOVED,)),
    "POST /v1/users/{user_id}/link": Write((EventName.LINK_REQUESTED,)),
    "POST /v1/tokens": Write((EventName.TOKEN_CREATED,), _json(name="Site")),
    "DELETE /v1/tokens/{token_id}": Write((EventName.TOKEN_REVOKED,)),
}
