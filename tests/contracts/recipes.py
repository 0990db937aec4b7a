"""How each route is used rightly once: what the isolation probes and the event walk are made of.

A route whose path names a row needs a line in ``ROWS``; a route that writes needs one in ``WRITES``. A domain that has
many may keep them in a module of its own beside this one, merged into both.
"""

import importlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
from PIL import Image

from api.client import Credentials
from api.events.schemas import EventName
from api.identity.secrets import link_token, sha256
from imisofts.access import Role
from tests.api.agency import PASSWORD, Agency, as_operator, found, sign_in
from tests.api.identity.issuer import Issuer
from tests.contracts.routes import Route, routes

Options = dict[str, Any]
Body = Callable[[Agency, str], Options]
"""Options of one request (``json``, ``data``, ``files``) for an agency and a client of it."""
Make = Callable[[Agency, str], str]
"""Makes a row for a client of an agency, in texts that hold the agency's slug; gives its id."""


@dataclass(frozen=True)
class Row:
    """What a path's parameter names."""

    table: str
    make: Make


@dataclass(frozen=True)
class Write:
    """One right use of a writing route, and all the events that tell of it.

    ``row`` makes the path's row where the one of ``ROWS`` is not in the right state; ``who`` asks if not the owner,
    ``told_of`` is the kind of actor that the events name.
    """

    events: tuple[EventName, ...]
    body: Body = lambda agency, client_id: {}
    row: Make | None = None
    who: Callable[[Agency], Credentials] | None = None
    told_of: str = "user"


def text(agency: Agency) -> str:
    """Words that nobody else's row holds."""
    return f"{agency.slug} {uuid4().hex[:8]}"


def _post(agency: Agency, path: str, **options: Any) -> str:
    owner = agency.as_role[Role.owner]
    return str(agency.api.ask("POST", path, owner, idempotency_key=str(uuid4()), **options).body["id"])


def _client(agency: Agency, _: str = "") -> str:
    body = {"name": text(agency), "external_id": text(agency), "email": f"{agency.slug}@example.com"}
    return _post(agency, "/clients", json=body)


def _lines(agency: Agency) -> list[dict[str, str]]:
    return [{"description": text(agency), "unit_price": "100.00"}]


def _invoice(agency: Agency, client_id: str) -> Options:
    return {"json": {"client_id": client_id, "note": text(agency), "lines": _lines(agency)}}


def _draft(agency: Agency, client_id: str) -> str:
    return _post(agency, "/invoices", **_invoice(agency, client_id))


def gone(path: str, make: Make) -> Make:
    """A row that was just deleted or archived."""

    def made(agency: Agency, client_id: str) -> str:
        ident = make(agency, client_id)
        agency.api.ask("DELETE", f"{path}/{ident}", agency.as_role[Role.owner], if_match='"1"')
        return ident

    return made


def issued(agency: Agency, client_id: str) -> str:
    """An issued invoice of 100 units."""
    return _post(agency, f"/invoices/{_draft(agency, client_id)}/issue")


def paid(agency: Agency, client_id: str) -> str:
    """An issued invoice with a payment and a credit note."""
    invoice_id = issued(agency, client_id)
    _post(agency, f"/invoices/{invoice_id}/payments", json={"amount": "10.00", "reference": text(agency)})
    _post(agency, f"/invoices/{invoice_id}/credit-notes", json={"amount": "5.00", "reason": text(agency)})
    return invoice_id


def _token(agency: Agency, _: str) -> str:
    return _post(agency, "/tokens", json={"name": text(agency)})


def _import(agency: Agency, _: str) -> Options:
    file = (f"{agency.slug}.csv", f"external_id,name\n{uuid4()},{text(agency)}\n".encode(), "text/csv")
    return {"data": {"kind": "clients"}, "files": {"file": file}}


def _report(agency: Agency, client_id: str) -> Options:
    return {"json": {"client": client_id, "period": "2026-10", "deliver": False}}


def _in_state(state: str, more: str) -> Make:
    def make(agency: Agency, client_id: str) -> str:
        report_id = _post(agency, "/reports", **_report(agency, client_id))
        with psycopg.connect(agency.api.settings.owner_database_url) as owner:
            owner.execute(f"update report_delivery set status = '{state}', {more} where id = %s".encode(), (report_id,))
        return report_id

    return make


held = _in_state("held", "held_reason = 'stale'")
failed = _in_state("failed", "failure = 'no such mailbox'")
draft = _in_state("draft", "pdf = 'a document'")
sent = _in_state("sent", "pdf = 'a document', sent_at = now()")


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
        query = "select id from sign_in_link where workspace_id = %s order by created_at desc, id desc limit 1"
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
        rows = owner.execute("select id from account_request order by created_at desc, id desc").fetchall()
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


def _json(**values: Any) -> Body:
    return lambda agency, client_id: {"json": values}


def _picture(agency: Agency, _: str) -> Options:
    """A picture of no other's colour."""
    out = io.BytesIO()
    Image.new("RGB", (40, 20), f"#{uuid4().hex[:6]}").save(out, "PNG")
    return {"files": {"file": ("picture.png", out.getvalue(), "image/png")}}


def _worn(kind: str, *, another: bool) -> Body:
    """Another picture or nothing to send; the one that goes is put there first."""

    def body(agency: Agency, client_id: str) -> Options:
        owner, path = agency.as_role[Role.owner], f"/workspace/brand/{kind}"
        known = agency.api.ask("GET", "/workspace/brand", owner).etag
        agency.api.ask("PUT", path, owner, if_match=known, **_picture(agency, client_id))
        return _picture(agency, client_id) if another else {}

    return body


ROWS: dict[str, Row] = {
    "client_id": Row("client", _client),
    "invoice_id": Row("invoice", _draft),
    "token_id": Row("api_token", _token),
    "user_id": Row("membership", _member),
    "import_id": Row("import_run", lambda agency, client_id: _post(agency, "/imports", **_import(agency, client_id))),
    "report_id": Row("report_delivery", held),
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
    "PUT /v1/workspace/domain": Write((EventName.DOMAIN_CHOSEN,), _json(host="portal.example.com")),
    "POST /v1/workspace/domain/verify": Write((), _named),
    "DELETE /v1/workspace/domain": Write((EventName.DOMAIN_REMOVED,), _named),
    "PATCH /v1/workspace": Write(
        (EventName.WORKSPACE_UPDATED,), lambda agency, _: {"json": {"name": f"Acme {uuid4().hex[:6]}"}}
    ),
    "PATCH /v1/workspace/brand": Write(
        (EventName.BRAND_UPDATED,), lambda agency, _: {"json": {"footer": text(agency)}}
    ),
    **{
        f"{method} /v1/workspace/brand/{kind}": Write((EventName.BRAND_UPDATED,), body)
        for kind in ("logo", "favicon")
        for method, body in (("PUT", _worn(kind, another=True)), ("DELETE", _worn(kind, another=False)))
    },
    "PATCH /v1/me": Write((EventName.PROFILE_UPDATED,), _json(phone="+49 40 1234567")),
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
    "POST /v1/clients": Write((EventName.CLIENT_CREATED,), _json(name="Northwind")),
    "PATCH /v1/clients/{client_id}": Write((EventName.CLIENT_UPDATED,), _json(name="Northwind Traders")),
    "DELETE /v1/clients/{client_id}": Write((EventName.CLIENT_ARCHIVED,)),
    "POST /v1/clients/{client_id}/restore": Write((EventName.CLIENT_RESTORED,), row=gone("/clients", _client)),
    "POST /v1/invoices": Write((EventName.INVOICE_CREATED,), _invoice),
    "PATCH /v1/invoices/{invoice_id}": Write((EventName.INVOICE_UPDATED,), _invoice),
    "DELETE /v1/invoices/{invoice_id}": Write((EventName.INVOICE_DELETED,)),
    "POST /v1/invoices/{invoice_id}/restore": Write((EventName.INVOICE_RESTORED,), row=gone("/invoices", _draft)),
    "POST /v1/invoices/{invoice_id}/issue": Write((EventName.INVOICE_ISSUED,)),
    "POST /v1/invoices/{invoice_id}/void": Write((EventName.INVOICE_VOIDED,), row=issued),
    "POST /v1/invoices/{invoice_id}/payments": Write(
        (EventName.PAYMENT_RECORDED, EventName.INVOICE_PAID), _json(amount="100.00"), row=issued
    ),
    "POST /v1/invoices/{invoice_id}/credit-notes": Write(
        (EventName.CREDIT_NOTE_ISSUED,), _json(amount="20.00"), row=issued
    ),
    "POST /v1/imports": Write((EventName.CLIENT_IMPORTED,), _import),
    "POST /v1/reports": Write((EventName.REPORT_REQUESTED,), _report),
    "POST /v1/reports/{report_id}/release": Write((EventName.REPORT_RELEASED,), row=held),
    "POST /v1/reports/{report_id}/approve": Write((EventName.REPORT_APPROVED,), row=draft),
    "POST /v1/reports/{report_id}/withdraw": Write((EventName.REPORT_WITHDRAWN,), row=draft),
    "PUT /v1/clients/{client_id}/report-settings": Write(
        (EventName.REPORT_SETTINGS_SET,),
        _json(sections=["money"], locale="en_GB", cadence="quarterly", review=True),
    ),
    "POST /v1/reports/{report_id}/redeliver": Write((EventName.REPORT_REQUESTED,), row=failed),
}

ROUTES = routes()


def key(route: Route) -> str:
    """A route's name in ``WRITES``."""
    return f"{route.method} {route.path}"


def missing() -> set[str]:
    """Parameters and routes without a recipe, and recipes without a route."""
    params = {name for route in ROUTES for name in route.ids}
    return (params ^ set(ROWS)) | ({key(route) for route in ROUTES if route.writes} ^ set(WRITES))


def row_of(agency: Agency, route: Route, client_id: str) -> str:
    """A row of ``agency`` on which the route may be used; empty where the path names none."""
    if not route.ids:
        return ""
    write = WRITES.get(key(route))
    return (write.row if write and write.row else ROWS[route.ids[-1]].make)(agency, client_id)


def options(agency: Agency, route: Route, client_id: str) -> Options:
    """Body and headers of a right use."""
    if not route.writes:
        return {}
    return {
        **WRITES[key(route)].body(agency, client_id),
        "idempotency_key": None if _is_public(route) else str(uuid4()),
    }


def etag_of(agency: Agency, route: Route, ident: str) -> str | None:
    """What If-Match must say: the row's ETag where it can be read, else that of a row never changed."""
    if route.method not in {"PATCH", "DELETE", "PUT"}:
        return None
    if any(other.path == route.path and other.method == "GET" for other in ROUTES):
        return agency.api.ask("GET", route.address(ident), agency.as_role[Role.owner]).etag
    return '"1"'


def _is_public(route: Route) -> bool:
    return "public" in route.actions


def references(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[tuple[str | int, ...], str]]:
    """Where a body names rows: paths to each UUID in it."""
    if isinstance(value, dict):
        return [found for name, inner in value.items() for found in references(inner, (*path, name))]
    if isinstance(value, list):
        return [found for place, inner in enumerate(value) for found in references(inner, (*path, place))]
    return (
        [(path, value)]
        if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-\w{12}", value)
        else []
    )


def replaced(value: Any, path: tuple[str | int, ...], new: str) -> Any:
    """A copy of a body with another value at ``path``."""
    if not path:
        return new
    if isinstance(value, dict):
        return {name: replaced(inner, path[1:], new) if name == path[0] else inner for name, inner in value.items()}
    return [replaced(inner, path[1:], new) if place == path[0] else inner for place, inner in enumerate(value)]


def _merge(*modules: str) -> None:
    """Take in what domains keep in a module of their own. Those import from here, so that this stands last."""
    for name in modules:
        module = importlib.import_module(f"tests.contracts.{name}")
        ROWS.update(module.ROWS)
        WRITES.update(module.WRITES)


_merge(
    "recipes_of_care",
    "recipes_of_factors",
    "recipes_of_looking",
    "recipes_of_rights",
    "recipes_of_subscriptions",
    "recipes_of_work",
)
