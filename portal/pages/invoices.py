"""Invoices: list, file, and one invoice with its lines, payments, credit notes and history."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from starlette.responses import Response

from imisofts.access import Action
from portal import bulk_verbs, export, lists, tables
from portal.door import Json
from portal.forms import Form
from portal.language import amount
from portal.language import gettext as _
from portal.pages import service_periods
from portal.tables import Column
from portal.timeline import Entry, timeline
from portal.web import Page, Visit
from portal.words import Status, invoice_status

SORTABLE = ("issued_on", "due_on", "number", "total_minor")
OPEN = ("issued", "partly_paid")


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice in a list; amounts in minor units of ``currency``."""

    id: str
    number: str
    client_id: str
    client_name: str
    status: Status
    issued_on: str
    due_on: str
    currency: str
    total_minor: int
    balance_minor: int
    external_id: str
    version: int

    @classmethod
    def of(cls, row: Json, today: date, client_name: str = "") -> "InvoiceRow":
        """From an API object; what is open is total less payments and credits."""
        total = int(row["total_minor"])
        return cls(
            id=str(row["id"]),
            number=row.get("number") or row.get("external_id") or "",
            client_id=str(row["client_id"]),
            client_name=row.get("client_name") or client_name,
            status=invoice_status(row["status"], _date(row.get("due_on")), today),
            issued_on=row.get("issued_on") or "",
            due_on=row.get("due_on") or "",
            currency=row["currency"],
            total_minor=total,
            balance_minor=total - int(row.get("paid_minor") or 0) - int(row.get("credited_minor") or 0),
            external_id=row.get("external_id") or "",
            version=int(row.get("version") or 1),
        )

    @property
    def title(self) -> str:
        """The number, or what it is before it has one."""
        return self.number or _("Draft")


async def open_invoices(visit: Visit, **query: str) -> tuple[InvoiceRow, ...]:
    """Every invoice that is owed something, the oldest due first, however many there are."""
    wanted = {"status": ",".join(OPEN), "sort": "due_on", **query}
    found = await export.all_rows(visit.api, "/invoices", wanted)
    return tuple(InvoiceRow.of(row, visit.me.today) for row in found)


def owed(rows: Iterable[InvoiceRow]) -> tuple[tuple[str, int], ...]:
    """What is open of them, in minor units by currency."""
    totals: dict[str, int] = {}
    for row in rows:
        totals[row.currency] = totals.get(row.currency, 0) + row.balance_minor
    return tuple(sorted(totals.items()))


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``quantity``, ``unit_price`` and ``tax_percent`` as decimals, ``net_minor`` computed by the API,
    ``service`` when it is delivered, in words."""

    description: str
    quantity: Decimal
    unit_price: Decimal
    tax_percent: Decimal
    net_minor: int
    service: str


@dataclass(frozen=True, slots=True)
class Money:
    """A payment or a credit note of the invoice."""

    on: str
    amount_minor: int
    title: str
    note: str


@dataclass(frozen=True, slots=True)
class InvoicesPage:
    """The list; ``client_name`` when it is narrowed to one client."""

    state: lists.ListState
    table: tables.Table
    rows: tuple[InvoiceRow, ...]
    statuses: tuple[lists.Choice, ...]
    client_name: str
    may_write: bool


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """One invoice. ``payment`` and ``credit`` are its two forms, opened again when refused; ``key`` makes a
    payment that is sent twice count once."""

    invoice: InvoiceRow
    note: str
    subtotal_minor: int
    tax_minor: int
    paid_minor: int
    credited_minor: int
    lines: tuple[Line, ...]
    payments: tuple[Money, ...]
    credit_notes: tuple[Money, ...]
    entries: tuple[Entry, ...]
    etag: str
    payment: Form
    credit: Form
    key: str
    today: str
    may_write: bool
    may_collect: bool
    may_see_events: bool
    may_open_client: bool

    @property
    def is_open(self) -> bool:
        """Whether money is still expected."""
        return self.invoice.status.code in {"issued", "partly_paid", "overdue"}

    @property
    def may_void(self) -> bool:
        """Whether it may be voided: issued, and nothing paid or credited."""
        return self.is_open and self.may_write and not self.paid_minor and not self.credited_minor


def _statuses(is_client: bool) -> tuple[lists.Choice, ...]:
    draft = () if is_client else (lists.Choice("draft", _("Draft")),)
    return (
        *draft,
        lists.Choice("open", _("Open")),
        lists.Choice("overdue", _("Overdue")),
        lists.Choice("paid", _("Paid")),
        lists.Choice("void", _("Void")),
    )


def _state(visit: Visit) -> lists.ListState:
    return lists.read(
        visit.request, "/invoices", filters=("status", "client_id"), sortable=SORTABLE, default_sort="-issued_on"
    )


def _query(visit: Visit, state: lists.ListState) -> dict[str, str]:
    query = {"sort": state.sort, "limit": str(lists.LIMIT)}
    asked = {"q": state.q, "cursor": state.cursor, "client_id": state.filters["client_id"]}
    query |= {name: value for name, value in asked.items() if value}
    status = state.filters["status"]
    if status in {"open", "overdue"}:
        query["status"] = ",".join(OPEN)
        if status == "overdue":
            query["due_on.lte"] = (visit.me.today - timedelta(days=1)).isoformat()
    elif status in {"draft", "paid", "void", *OPEN}:
        query["status"] = status
    return query


def _columns(visit: Visit) -> tuple[Column, ...]:
    client = () if visit.me.is_client else (Column("client", _("Client")),)
    ours = () if visit.me.is_client else (Column("external_id", _("External id"), usual=False),)
    return (
        Column("number", _("Number"), sort=True, fixed=True),
        *client,
        Column("status", _("Status")),
        Column("issued_on", _("Issued"), sort=True),
        Column("due_on", _("Due"), sort=True),
        *ours,
        Column("total_minor", _("Total"), sort=True, numeric=True),
        Column("open", _("Open"), numeric=True),
    )


async def show_invoices(visit: Visit) -> Response:
    """The list."""
    state = _state(visit)
    bar = bulk_verbs.INVOICES.bar(visit, "issue", "void", "delete")
    answer, table = await asyncio.gather(
        visit.api.get("/invoices", params=_query(visit, state)), tables.of(visit, state, _columns(visit), bar)
    )
    names = await client_names(visit, answer.items)
    rows = tuple(InvoiceRow.of(row, visit.me.today, names.get(str(row["client_id"]), "")) for row in answer.items)
    client_name = ""
    if state.filters["client_id"]:
        client = (await visit.api.get(f"/clients/{state.filters['client_id']}")).object
        client_name = str(client.get("name", ""))
    page = InvoicesPage(
        lists.moved(state, answer.next_cursor),
        table,
        rows,
        _statuses(visit.me.is_client),
        client_name,
        visit.me.may(Action.invoice_write),
    )
    return visit.page("invoices/list.html", page)


async def client_names(visit: Visit, rows: list[Json]) -> dict[str, str]:
    """Names for rows that carry only ids; nothing is asked when the API has sent them along."""
    missing = {str(row["client_id"]) for row in rows if not row.get("client_name")}
    if not missing or visit.me.is_client:
        return {}
    answers = await asyncio.gather(*(visit.api.get(f"/clients/{one}") for one in missing))
    return {str(answer.object["id"]): answer.object["name"] for answer in answers}


async def export_invoices(visit: Visit) -> Response:
    """The same rows as CSV or Excel, amounts as decimals."""
    found = await export.all_rows(visit.api, "/invoices", _query(visit, _state(visit)))
    names = await client_names(visit, found)
    rows = []
    for row in found:
        line = InvoiceRow.of(row, visit.me.today, names.get(str(row["client_id"]), ""))
        rows.append(
            {
                "number": line.number,
                "client": line.client_name,
                "status": line.status.code,
                "issued_on": line.issued_on,
                "due_on": line.due_on,
                "currency": line.currency,
                "total": amount(line.total_minor, line.currency),
                "open": amount(line.balance_minor, line.currency),
            }
        )
    columns = {
        "number": _("Number"),
        "client": _("Client"),
        "status": _("Status"),
        "issued_on": _("Issued on"),
        "due_on": _("Due on"),
        "currency": _("Currency"),
        "total": _("Total"),
        "open": _("Open amount"),
    }
    return export.table_file(visit, "invoices", columns, rows)


async def show_invoice(visit: Visit) -> Response:
    """One invoice."""
    return await invoice_page(visit, visit.request.path_params["id"])


async def invoice_page(
    visit: Visit, invoice_id: object, *, payment: Form | None = None, credit: Form | None = None, status: int = 200
) -> Response:
    """The page of one invoice, with a refused form opened again."""
    from portal.pages.invoice_forms import new_key

    may_see_events = visit.me.may(Action.event_read)
    answer = await visit.api.get(f"/invoices/{invoice_id}")
    body = answer.object
    payments, credit_notes, entries, names = await asyncio.gather(
        _related(visit, body, "payments"),
        _related(visit, body, "credit_notes"),
        timeline(visit.api, str(invoice_id)) if may_see_events else _nothing(),
        client_names(visit, [body]),
    )
    invoice = InvoiceRow.of(body, visit.me.today, names.get(str(body["client_id"]), ""))
    typed_amount = str(amount(invoice.balance_minor, invoice.currency))
    today = visit.me.today.isoformat()
    page = InvoicePage(
        invoice=invoice,
        note=body.get("note") or "",
        subtotal_minor=int(body.get("subtotal_minor") or 0),
        tax_minor=int(body.get("tax_minor") or 0),
        paid_minor=int(body.get("paid_minor") or 0),
        credited_minor=int(body.get("credited_minor") or 0),
        lines=tuple(_line(row) for row in body.get("lines") or ()),
        payments=tuple(_payment(row) for row in payments),
        credit_notes=tuple(_credit_note(row) for row in credit_notes),
        entries=entries,
        etag=answer.etag,
        payment=payment or Form({"amount": typed_amount, "paid_on": today}),
        credit=credit or Form({"amount": typed_amount}),
        key=payment.value("key") if payment else new_key(),
        today=today,
        may_write=visit.me.may(Action.invoice_write),
        may_collect=visit.me.may(Action.payment_write),
        may_see_events=may_see_events,
        may_open_client=visit.me.may(Action.client_write),
    )
    return visit.page("invoices/detail.html", page, status)


async def download_invoice(visit: Visit) -> Response:
    """The PDF, as the invoice stands now."""
    return export.attached(await visit.api.get(f"/invoices/{visit.request.path_params['id']}/pdf"))


async def _nothing() -> tuple[Entry, ...]:
    return ()


async def _related(visit: Visit, body: Json, name: str) -> list[Json]:
    """Payments or credit notes, from the invoice itself or from their own list."""
    if name in body:
        return list(body[name])
    if body["status"] == "draft":
        return []
    path = "/" + name.replace("_", "-")
    return (await visit.api.get(path, params={"invoice_id": str(body["id"]), "limit": "100"})).items


def _line(row: Json) -> Line:
    return Line(
        description=row.get("description") or "",
        quantity=Decimal(str(row["quantity"])),
        unit_price=Decimal(str(row["unit_price"])),
        tax_percent=percent_of(row.get("tax_rate") or "0"),
        net_minor=int(row.get("net_minor") or 0),
        service=service_periods.in_words(row),
    )


def percent_of(rate: object) -> Decimal:
    """The API's tax rate (0.19) as people write it (19)."""
    return Decimal(str(rate)) * 100


def _payment(row: Json) -> Money:
    note = " · ".join(str(part) for part in (row.get("method"), row.get("reference")) if part)
    title = _("Refund") if int(row["amount_minor"]) < 0 else _("Payment")
    return Money(row.get("paid_on") or "", int(row["amount_minor"]), title, note)


def _credit_note(row: Json) -> Money:
    title = row.get("number") or row.get("external_id") or _("Credit note")
    return Money(row.get("issued_on") or "", int(row["amount_minor"]), title, row.get("reason") or "")


ROUTES = (
    Page("/invoices", show_invoices, action=Action.invoice_read),
    Page("/invoices.csv", export_invoices, action=Action.invoice_read),
    Page("/invoices/{id:uuid}", show_invoice, action=Action.invoice_read),
    Page("/invoices/{id:uuid}/pdf", download_invoice, action=Action.invoice_read),
)
