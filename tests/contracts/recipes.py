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
from imisofts.access import Role
from tests.api.agency import Agency
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
    "import_id": Row("import_run", lambda agency, client_id: _post(agency, "/imports", **_import(agency, client_id))),
    "report_id": Row("report_delivery", held),
}

WRITES: dict[str, Write] = {
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
    "POST /v1/imports": Write((EventName.CLIENT_IMPORTED, EventName.IMPORT_FINISHED), _import),
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
    "recipes_of_doors",
    "recipes_of_factors",
    "recipes_of_looking",
    "recipes_of_rights",
    "recipes_of_subscriptions",
    "recipes_of_teams",
    "recipes_of_work",
)
