"""Money against an invoice: payments, refunds and credit notes. The invoice's row is locked while it is spent."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.billing import amounts, repository, states
from api.billing.errors import BadAmount, BadDate, ExternalIdTaken, InvoiceNotOpen, Overpaid
from api.billing.models import CreditNote, Invoice, Payment
from api.billing.schemas import CreditNoteCreate, PaymentCreate
from api.billing.service.shared import minor, open_minor, settle
from api.clients import service as clients
from api.events import service as events
from api.events.schemas import EventName
from api.kit import numbers
from api.kit.clock import Clock
from api.kit.ids import new_id
from api.kit.rows import touch
from imisofts.access import Actor


async def record_payment(
    session: AsyncSession, actor: Actor, invoice_id: UUID, given: PaymentCreate, clock: Clock
) -> Payment:
    """Note money that came in (or, negative, went back). Never more than is open, never more back than came."""
    invoice = await repository.lock_visible(session, actor, invoice_id)
    _require_open(invoice, "payments")
    amount = minor(given.amount, invoice.currency)
    _check_payment(invoice, amount)
    if await repository.external_id_taken(session, Payment, given.external_id):
        detail = f"A payment with the external id {given.external_id!r} exists already."
        raise ExternalIdTaken(detail, fields=[("external_id", "is taken")])
    today = await clients.today(session, actor, clock)
    paid_on = given.paid_on or today
    if paid_on > today:
        raise BadDate("Money does not come from the future.", fields=[("paid_on", "lies in the future")])
    payment = Payment(
        id=new_id(),
        workspace_id=invoice.workspace_id,
        invoice_id=invoice.id,
        client_id=invoice.client_id,
        external_id=given.external_id,
        paid_on=paid_on,
        amount_minor=amount,
        currency=invoice.currency,
        method=given.method,
        reference=given.reference,
        source="api",
    )
    session.add(payment)
    invoice.paid_minor += amount
    await settle(session, invoice)
    await touch(session, invoice, clock)
    after = _movement(invoice, "paid_on", payment.paid_on, amount)
    await events.record(session, actor, EventName.PAYMENT_RECORDED, payment, after=after)
    if invoice.status == states.Status.paid:
        settled = {"number": invoice.number, "settled_on": invoice.settled_on}
        await events.record(session, actor, EventName.INVOICE_PAID, invoice, after=settled)
    return payment


async def credit(
    session: AsyncSession, actor: Actor, invoice_id: UUID, given: CreditNoteCreate, clock: Clock
) -> CreditNote:
    """Take an amount off an issued invoice, by a numbered document of its own."""
    invoice = await repository.lock_visible(session, actor, invoice_id)
    _require_open(invoice, "credit notes")
    amount = minor(given.amount, invoice.currency)
    left = open_minor(invoice)
    if amount > left:
        raise Overpaid(_too_much(invoice, left, "credited"), fields=[("amount", "is more than is open")])
    today = await clients.today(session, actor, clock)
    issued_on = given.issued_on or today
    if issued_on > today:
        raise BadDate("A credit note is not issued in the future.", fields=[("issued_on", "lies in the future")])
    series = f"CN-{issued_on.year}"
    note = CreditNote(
        id=new_id(),
        workspace_id=invoice.workspace_id,
        invoice_id=invoice.id,
        client_id=invoice.client_id,
        series=series,
        number=await numbers.next_number(session, invoice.workspace_id, series),
        issued_on=issued_on,
        amount_minor=amount,
        currency=invoice.currency,
        reason=given.reason,
        source="api",
    )
    session.add(note)
    invoice.credited_minor += amount
    await settle(session, invoice)
    await touch(session, invoice, clock)
    after = _movement(invoice, "issued_on", note.issued_on, amount) | {"number": note.number}
    await events.record(session, actor, EventName.CREDIT_NOTE_ISSUED, note, after=after)
    return note


def _require_open(invoice: Invoice, what: str) -> None:
    if invoice.status not in states.OPEN_TO_MONEY:
        name = f"Invoice {invoice.number}" if invoice.number else "The invoice"
        raise InvoiceNotOpen(f"{name} is {invoice.status}; only an issued invoice takes {what}.")


def _check_payment(invoice: Invoice, amount: int) -> None:
    if amount == 0:
        raise BadAmount("A payment of nothing is none.", fields=[("amount", "is zero")])
    if amount > open_minor(invoice):
        raise Overpaid(_too_much(invoice, open_minor(invoice), "paid"), fields=[("amount", "is more than is open")])
    if invoice.paid_minor + amount < 0:
        came = amounts.in_words(invoice.paid_minor, invoice.currency)
        raise Overpaid(
            f"Only {came} came in for invoice {invoice.number}; no more can be given back.",
            fields=[("amount", "is more than came in")],
        )


def _too_much(invoice: Invoice, left: int, verb: str) -> str:
    words = amounts.in_words(left, invoice.currency)
    return f"Only {words} of invoice {invoice.number} is open; no more can be {verb}."


def _movement(invoice: Invoice, day_name: str, day: object, amount: int) -> dict[str, object]:
    return {
        "invoice_id": str(invoice.id),
        "client_id": str(invoice.client_id),
        "currency": invoice.currency,
        "amount_minor": amount,
        day_name: str(day),
        "invoice_status": str(invoice.status),
    }
