"""Putting right what was recorded wrongly about a line: the one form that reaches into closed months.

First the row is chosen, then its fields stand filled in; only what was changed is sent, with the reason.
"""

from dataclasses import dataclass
from decimal import Decimal

from starlette.responses import Response

from imisofts.access import Action
from portal import merge
from portal.door import Answer, Json, Problem, Refusal
from portal.forms import Form, required, typed, with_problem
from portal.language import gettext as _
from portal.pages.invoice_forms import decimal_of, new_key
from portal.pages.subscriptions import LineRow, SubscriptionRow
from portal.web import Page, Visit

NUMBERS = ("quantity", "unit_price", "discount_rate")
FIELDS = ("description", *NUMBERS, "started_on", "ended_on", "reason")


@dataclass(frozen=True, slots=True)
class CorrectionsPage:
    """Every row that a subscription ever had, the newest first."""

    subscription: SubscriptionRow
    rows: tuple[LineRow, ...]


@dataclass(frozen=True, slots=True)
class CorrectionPage:
    """One row's fields as they are recorded, or as they were typed."""

    subscription: SubscriptionRow
    row: LineRow
    form: Form
    etag: str
    key: str


async def choose_row(visit: Visit) -> Response:
    """Which row was recorded wrongly."""
    answer = await visit.api.get(f"/subscriptions/{visit.request.path_params['id']}")
    rows = sorted(map(LineRow.of, answer.object["items"]), key=lambda row: row.started_on, reverse=True)
    page = CorrectionsPage(SubscriptionRow.of(answer.object), tuple(rows))
    return visit.page("subscriptions/corrections.html", page)


async def ask_correction(visit: Visit) -> Response:
    """The row as it is recorded."""
    answer, row = await _stored(visit)
    return _page(visit, answer, row, Form(_shown(row)))


async def correct(visit: Visit) -> Response:
    """Put it right, or show the form again with what is wrong."""
    answer, row = await _stored(visit)
    form = required(typed(visit.sent.multi_items()), reason=_("why it was wrong"), started_on=_("the first day"))
    form, changed = _changed(form, row)
    if form.ok and not changed:
        form = form.failed("reason", _("Nothing is different yet."))
    status = 422
    if form.ok:
        path = f"/subscriptions/{answer.object['id']}"
        body: Json = {"reason": form.value("reason"), "item_id": row.id, **changed}
        try:
            await visit.api.post(f"{path}/correct", json=body, key=form.value("key"), etag=form.value("etag"))
        except Refusal as problem:
            if problem.status == 412:
                subject = merge.Subject(row.description, str(answer.object["id"]), f"{path}/correct")
                return await merge.ask(visit, form, Form(_shown(row)), answer.etag, _merged(row), subject)
            status = problem.status
            form = with_problem(form, problem.detail, problem.fields, FIELDS)
        else:
            return visit.leave(path, _("Corrected; the figures of the months it reaches follow within a minute."))
    return _page(visit, answer, row, form, status)


def _merged(row: LineRow) -> tuple[merge.Field, ...]:
    return (
        merge.Field("description", _("Description")),
        merge.Field("quantity", _("Quantity")),
        merge.Field("unit_price", _("Unit price in %(currency)s", currency=row.currency)),
        merge.Field("discount_rate", _("Discount in %%")),
        merge.Field("started_on", _("First day"), is_day=True),
        merge.Field("ended_on", _("First day without it"), is_day=True),
    )


async def _stored(visit: Visit) -> tuple[Answer, LineRow]:
    """The subscription and the row that the address names; 404 for a row of another one."""
    answer = await visit.api.get(f"/subscriptions/{visit.request.path_params['id']}")
    wanted = str(visit.request.path_params["row"])
    row = next((row for row in map(LineRow.of, answer.object["items"]) if row.id == wanted), None)
    if row is None:
        raise Problem(404, "not_found", "")
    return answer, row


def _page(visit: Visit, answer: Answer, row: LineRow, form: Form, status: int = 200) -> Response:
    etag = form.value("etag") or answer.etag
    page = CorrectionPage(SubscriptionRow.of(answer.object), row, form, etag, new_key())
    return visit.page("subscriptions/correction.html", page, status)


def _shown(row: LineRow) -> dict[str, str]:
    return {
        "description": row.description,
        "quantity": f"{row.quantity.normalize():f}",
        "unit_price": f"{row.unit_price.normalize():f}",
        "discount_rate": f"{row.discount_percent.normalize():f}" if row.discount_percent else "",
        "started_on": row.started_on,
        "ended_on": row.ended_on,
    }


def _changed(form: Form, row: LineRow) -> tuple[Form, Json]:
    """What differs from the record, as the API takes it; per cent become a fraction, an emptied end is taken back."""
    known = {"quantity": row.quantity, "unit_price": row.unit_price, "discount_rate": row.discount_percent / 100}
    changed: Json = {}
    for name, stored in known.items():
        value = decimal_of(form.value(name) or "0")
        if value is None:
            form = form.failed(name, _("Enter a number."))
            continue
        exact = value / 100 if name == "discount_rate" else value
        if Decimal(exact) != stored:
            changed[name] = str(exact)
    for name, text in (("description", row.description), ("started_on", row.started_on)):
        if form.value(name) != text and form.value(name):
            changed[name] = form.value(name)
    if form.value("ended_on") != row.ended_on:
        changed["ended_on"] = form.value("ended_on") or None
    return form, changed


ROUTES = (
    Page("/subscriptions/{id:uuid}/correct", choose_row, action=Action.subscription_write),
    Page("/subscriptions/{id:uuid}/correct/{row:uuid}", ask_correction, action=Action.subscription_write),
    Page("/subscriptions/{id:uuid}/correct/{row:uuid}", correct, ("POST",), action=Action.subscription_write),
)
