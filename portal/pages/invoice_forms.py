"""What staff do to an invoice: draft, change, issue, collect, credit, void, delete."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from uuid import uuid4

from starlette.datastructures import FormData
from starlette.responses import Response

from imisofts.access import Action
from portal import bulk_verbs, language, merge, merge_lines
from portal.confirm import Confirmation
from portal.door import Json, Problem, Refusal
from portal.forms import Form, required, typed, with_problem
from portal.language import amount, digits, money
from portal.language import gettext as _
from portal.lists import Choice
from portal.pages import service_periods
from portal.pages.invoices import InvoiceRow, invoice_page, percent_of
from portal.refusals import or_back
from portal.web import Page, Visit

LINE_FIELDS = ("description", "quantity", "unit_price", "tax_rate", *service_periods.FIELDS)
HEAD_FIELDS = ("client_id", "currency", "issued_on", "due_on", "note", "lines")


@dataclass(frozen=True, slots=True)
class InvoiceFormPage:
    """The editor. ``lines`` are the typed rows; ``invoice_id`` and ``etag`` when a draft is changed."""

    form: Form
    lines: tuple[Mapping[str, str], ...]
    clients: tuple[Choice, ...]
    currency: str
    key: str
    invoice_id: str = ""
    etag: str = ""


def new_key() -> str:
    """A key that makes a form sent twice count once."""
    return uuid4().hex


def decimal_of(text: str) -> Decimal | None:
    """A typed number, with decimal point or comma and either mark for thousands; None when it is no number."""
    bare = re.sub(r"[\s\u00a0\u202f']", "", text)
    if "," in bare and "." in bare:
        thousands = "," if bare.rfind(".") > bare.rfind(",") else "."
        bare = bare.replace(thousands, "")
    try:
        value = Decimal(bare.replace(",", "."))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def money_of(text: str, currency: str) -> Decimal | None:
    """A typed amount; None when it is no amount of that currency, such as a tenth of a cent."""
    value = decimal_of(text)
    if value is None:
        return None
    minor = value.scaleb(digits(currency))
    return value if minor == minor.to_integral_value() else None


def typed_lines(sent: FormData) -> list[dict[str, str]]:
    """The rows as typed, or as chosen after a lost race; rows without anything but defaults are left out."""
    rows = merge_lines.sent(sent, "lines", LINE_FIELDS)
    if rows is not None:
        return rows
    columns = [[str(value).strip() for value in sent.getlist(name)] for name in LINE_FIELDS]
    rows = [dict(zip(LINE_FIELDS, row, strict=True)) for row in zip_longest(*columns, fillvalue="")]
    return [row for row in rows if row["description"] or row["unit_price"]]


def check_lines(form: Form, rows: list[dict[str, str]]) -> tuple[Form, list[Json]]:
    """Errors by ``lines.N.field``, and the rows for the API."""
    if not rows:
        return form.failed("lines", _("Enter at least one line.")), []
    body: list[Json] = []
    for n, row in enumerate(rows):
        numbers = {name: decimal_of(row[name] or "0") for name in ("quantity", "unit_price", "tax_rate")}
        if not row["description"]:
            form = form.failed(f"lines.{n}.description", _("Say what this line is for."))
        for name, value in numbers.items():
            if value is None:
                form = form.failed(f"lines.{n}.{name}", _("Enter a number."))
        rate = numbers["tax_rate"]
        form, period = service_periods.sent(form, n, row)
        body.append(
            {
                "description": row["description"],
                "quantity": str(numbers["quantity"]),
                "unit_price": str(numbers["unit_price"]),
                "tax_rate": str((rate or Decimal(0)) / 100),
                **period,
            }
        )
    return form, body


async def choose_clients(visit: Visit, chosen: str) -> tuple[Choice, ...]:
    """Clients to choose from, by name; the chosen one is always among them."""
    answer = await visit.api.get("/clients", params={"sort": "name", "limit": "200"})
    found = {str(row["id"]): str(row["name"]) for row in answer.items if row.get("archived_at") is None}
    if chosen and chosen not in found:
        try:
            row = (await visit.api.get(f"/clients/{chosen}")).object
            found[chosen] = str(row["name"])
        except Problem:
            pass
    return tuple(Choice(value, label) for value, label in found.items())


async def _editor(visit: Visit, page: InvoiceFormPage, status: int = 200) -> Response:
    clients = await choose_clients(visit, page.form.value("client_id"))
    lines = page.lines or ({"quantity": "1", "tax_rate": "0"},)
    return visit.page("invoices/form.html", replace(page, clients=clients, lines=lines), status)


async def new_invoice(visit: Visit) -> Response:
    """An empty draft, for a client when one was chosen before."""
    form = Form({"client_id": visit.request.query_params.get("client_id", "")})
    return await _editor(visit, InvoiceFormPage(form, (), (), visit.me.currency, new_key()))


async def edit_invoice(visit: Visit) -> Response:
    """The draft as stored."""
    return await _editor(visit, await _stored(visit))


async def _stored(visit: Visit) -> InvoiceFormPage:
    answer = await visit.api.get(f"/invoices/{visit.request.path_params['id']}")
    body = answer.object
    form = Form({name: str(body.get(name) or "") for name in HEAD_FIELDS if name != "lines"})
    lines = tuple(
        {
            "description": row.get("description") or "",
            "quantity": _plain(row["quantity"]),
            "unit_price": _plain(row["unit_price"]),
            "tax_rate": _plain(percent_of(row.get("tax_rate") or 0)),
            **service_periods.shown(row),
        }
        for row in body.get("lines") or ()
    )
    form = merge_lines.with_lines(form, "lines", lines, LINE_FIELDS)
    return InvoiceFormPage(form, lines, (), body["currency"], new_key(), str(body["id"]), answer.etag)


def _plain(value: object) -> str:
    return f"{Decimal(str(value)).normalize():f}"


async def save_invoice(visit: Visit) -> Response:
    """Create or change a draft, or add a line for browsers without scripts."""
    rows = typed_lines(visit.sent)
    form = merge_lines.with_lines(typed(visit.sent.multi_items()), "lines", rows, LINE_FIELDS)
    invoice_id = str(visit.request.path_params.get("id", ""))
    page = InvoiceFormPage(
        form, tuple(rows), (), visit.me.currency, form.value("key") or new_key(), invoice_id, form.value("etag")
    )
    if "add_line" in visit.sent:
        blank = {"quantity": "1", "tax_rate": rows[-1]["tax_rate"] if rows else "0"}
        return await _editor(visit, replace(page, lines=(*rows, blank)))
    if not form.value("client_id"):
        form = form.failed("client_id", _("Choose a client."))
    form, lines = check_lines(form, rows)
    status = 422
    if form.ok:
        try:
            made = await _send(visit, page, _head(form) | {"lines": lines})
        except Refusal as problem:
            status = problem.status
            shown = (*HEAD_FIELDS, *(f"lines.{n}.{name}" for n in range(len(rows)) for name in LINE_FIELDS))
            form = with_problem(form, problem.detail, problem.fields, shown)
            if status == 412:
                return await _ask_which(visit, form)
        else:
            return visit.leave(f"/invoices/{made}", _("Draft saved."))
    return await _editor(visit, replace(page, form=form), status)


async def _send(visit: Visit, page: InvoiceFormPage, body: Json) -> str:
    if page.invoice_id:
        body.pop("currency", None)  # fixed when the draft was made
        await visit.api.patch(f"/invoices/{page.invoice_id}", json=body, etag=page.etag)
        return page.invoice_id
    made = await visit.api.post("/invoices", json=body, key=page.key)
    return str(made.object["id"])


def _head(form: Form) -> Json:
    body: Json = {"client_id": form.value("client_id"), "note": form.value("note") or None}
    for name in ("due_on", "currency"):
        if form.value(name):
            body[name] = form.value(name)
    return body


async def _ask_which(visit: Visit, form: Form) -> Response:
    """Two people changed the same draft."""
    now = await _stored(visit)
    fields = (
        merge.Field("client_id", _("Client"), await choose_clients(visit, form.value("client_id"))),
        merge.Field("due_on", _("Due on"), is_day=True),
        merge_lines.Lines("lines", _("Lines"), _line_words),
        merge.Field("note", _("Note to the client")),
    )
    subject = merge.Subject(_("Draft"), now.invoice_id, f"/invoices/{now.invoice_id}")
    return await merge.ask(visit, form, now.form, now.etag, fields, subject)


def _line_words(row: Mapping[str, str]) -> str:
    named = {name: row.get(name, "") for name in LINE_FIELDS}
    words = _("%(description)s: %(quantity)s × %(unit_price)s, %(tax_rate)s %% tax", **named)
    days = [language.day(row.get(name, "")) for name in service_periods.FIELDS[:2]]
    return f"{words}, {days[0]} – {days[1]}" if all(days) else words


async def _act(visit: Visit, verb: str, notice: str) -> Response:
    """A verb without a form of its own; a refusal becomes a sentence on the invoice's page."""
    invoice_id = visit.request.path_params["id"]
    path = f"/invoices/{invoice_id}"
    with or_back(path):
        await visit.api.post(f"{path}/{verb}", key=str(visit.sent.get("key", "")), etag=str(visit.sent.get("etag", "")))
    return visit.leave(path, notice)


async def issue_invoice(visit: Visit) -> Response:
    """Number it and let the client see it."""
    return await _act(visit, "issue", _("The invoice is issued; your client can see it now."))


async def ask_void(visit: Visit) -> Response:
    """What voiding takes and leaves, before it is done."""
    invoice, etag = await _read(visit)
    back = f"/invoices/{invoice.id}"
    if invoice.status.code not in {"issued", "overdue"} or invoice.balance_minor != invoice.total_minor:
        return visit.leave(back, _("Only an open invoice without payments or credit notes can be voided."), "warning")
    page = Confirmation(
        title=_("Void this invoice?"),
        subject=_("Invoice %(number)s", number=invoice.number),
        going=_(
            "Nobody has to pay %(amount)s any more. This cannot be undone.",
            amount=money(invoice.total_minor, invoice.currency),
        ),
        staying=_("The invoice stays in the list with its number, marked as void; the client still sees it."),
        button=_("Void invoice"),
        icon="ban",
        action=f"{back}/void",
        back=back,
        etag=etag,
        key=new_key(),
    )
    return visit.page("confirm.html", page)


async def _read(visit: Visit) -> tuple[InvoiceRow, str]:
    """The invoice of this address as it is now, and its version."""
    answer = await visit.api.get(f"/invoices/{visit.request.path_params['id']}")
    return InvoiceRow.of(answer.object, visit.me.today), answer.etag


async def void_invoice(visit: Visit) -> Response:
    """Take an issued invoice back; it stays, with its number."""
    return await _act(visit, "void", _("The invoice is void."))


async def ask_delete(visit: Visit) -> Response:
    """What deleting a draft takes, before it is done."""
    invoice, etag = await _read(visit)
    back = f"/invoices/{invoice.id}"
    if invoice.status.code != "draft":
        return visit.leave(back, _("An issued invoice is never deleted; void it instead."), "warning")
    page = Confirmation(
        title=_("Delete this draft?"),
        subject=_("Draft"),
        going=_(
            "The draft over %(amount)s and its lines are deleted. For ten minutes you can take that back.",
            amount=money(invoice.total_minor, invoice.currency),
        ),
        staying=_("It never had a number, and nobody outside your team has seen it."),
        button=_("Delete draft"),
        icon="trash",
        action=f"{back}/delete",
        back=back,
        etag=etag,
    )
    return visit.page("confirm.html", page)


async def delete_draft(visit: Visit) -> Response:
    """Delete a draft; issued documents are never deleted."""
    path = f"/invoices/{visit.request.path_params['id']}"
    with or_back(path):
        await visit.api.delete(path, etag=str(visit.sent.get("etag", "")))
    undo = bulk_verbs.INVOICES.back("restore", str(visit.request.path_params["id"]))
    return visit.leave("/invoices", _("The draft is deleted."), undo=undo)


def _money_form(visit: Visit, currency: str) -> tuple[Form, Decimal]:
    form = required(typed(visit.sent.multi_items()), amount=_("an amount"))
    given = money_of(form.value("amount"), currency) if form.value("amount") else Decimal(0)
    if given is None:
        form = form.failed("amount", _("Enter an amount like %(example)s.", example=amount(123450, currency)))
    return form, given or Decimal(0)


async def record_payment(visit: Visit) -> Response:
    """Record money that came in; the key in the form makes a double click count once."""
    invoice_id = visit.request.path_params["id"]
    currency = (await visit.api.get(f"/invoices/{invoice_id}")).object["currency"]
    form, given = _money_form(visit, currency)
    form = required(form, paid_on=_("the day of the payment"))
    if form.value("paid_on") and not _is_date(form.value("paid_on")):
        form = form.failed("paid_on", _("Enter a date like 2026-01-31."))
    status = 422
    if form.ok:
        body: Json = {"paid_on": form.value("paid_on"), "amount": str(given)}
        body |= {name: form.value(name) for name in ("method", "reference") if form.value(name)}
        try:
            await visit.api.post(f"/invoices/{invoice_id}/payments", json=body, key=form.value("key") or new_key())
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            status = problem.status
            form = with_problem(form, problem.detail, problem.fields, ("amount", "paid_on", "method", "reference"))
        else:
            return visit.leave(f"/invoices/{invoice_id}", _("Payment recorded."))
    # A refused payment was not made, so the next try must carry a key of its own.
    form = replace(form, values={**form.values, "key": new_key()})
    return await invoice_page(visit, invoice_id, payment=form, status=status)


async def credit_invoice(visit: Visit) -> Response:
    """Issue a credit note against the invoice."""
    invoice_id = visit.request.path_params["id"]
    currency = (await visit.api.get(f"/invoices/{invoice_id}")).object["currency"]
    form, given = _money_form(visit, currency)
    status = 422
    if form.ok:
        body: Json = {"amount": str(given)}
        if form.value("reason"):
            body["reason"] = form.value("reason")
        try:
            await visit.api.post(f"/invoices/{invoice_id}/credit-notes", json=body, key=form.value("key") or new_key())
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            status = problem.status
            form = with_problem(form, problem.detail, problem.fields, ("amount", "reason"))
        else:
            return visit.leave(f"/invoices/{invoice_id}", _("Credit note issued."))
    return await invoice_page(visit, invoice_id, credit=form, status=status)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


ROUTES = (
    Page("/invoices/new", new_invoice, action=Action.invoice_write),
    Page("/invoices/new", save_invoice, ("POST",), action=Action.invoice_write),
    Page("/invoices/{id:uuid}/edit", edit_invoice, action=Action.invoice_write),
    Page("/invoices/{id:uuid}/edit", save_invoice, ("POST",), action=Action.invoice_write),
    Page("/invoices/{id:uuid}/issue", issue_invoice, ("POST",), action=Action.invoice_write),
    Page("/invoices/{id:uuid}/void", ask_void, action=Action.invoice_write),
    Page("/invoices/{id:uuid}/void", void_invoice, ("POST",), action=Action.invoice_write),
    Page("/invoices/{id:uuid}/delete", ask_delete, action=Action.invoice_write),
    Page("/invoices/{id:uuid}/delete", delete_draft, ("POST",), action=Action.invoice_write),
    Page("/invoices/{id:uuid}/payments", record_payment, ("POST",), action=Action.payment_write),
    Page("/invoices/{id:uuid}/credit-notes", credit_invoice, ("POST",), action=Action.invoice_write),
)
