"""Issuing and voiding: when an invoice becomes a document, and when it stops being one."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.billing import repository, states
from api.billing.errors import BadDate, InvoiceEmpty, InvoiceNotDraft, InvoiceNotOpen
from api.billing.models import Invoice
from api.billing.schemas import InvoiceIssue
from api.billing.service.shared import facts, settle
from api.clients import service as clients
from api.events import service as events
from api.events.schemas import EventName
from api.kit import numbers
from api.kit.clock import Clock
from imisofts.access import Actor

DAYS_TO_PAY = timedelta(days=30)


async def issue(session: AsyncSession, actor: Actor, invoice_id: UUID, given: InvoiceIssue, clock: Clock) -> Invoice:
    """Freeze the draft and number it; the client sees it from now on. A total of zero is settled at once."""
    invoice = await repository.lock_visible(session, actor, invoice_id)
    if not states.can_move(states.Status(invoice.status), states.Status.issued) or invoice.number is not None:
        raise InvoiceNotDraft(f"Invoice {invoice.number} was issued already.")
    if not await repository.lines(session, invoice.id):
        raise InvoiceEmpty("The invoice has no lines; add one first.")
    today = await clients.today(session, actor, clock)
    issued_on = given.issued_on or today
    due_on = given.due_on or invoice.due_on or issued_on + DAYS_TO_PAY
    if issued_on > today:
        raise BadDate("An invoice is not issued in the future.", fields=[("issued_on", "lies in the future")])
    if due_on < issued_on:
        raise BadDate("The invoice would be due before it is issued.", fields=[("due_on", "lies before issued_on")])
    async with events.changing(session, actor, EventName.INVOICE_ISSUED, invoice, facts, clock):
        invoice.issued_on, invoice.due_on = issued_on, due_on
        invoice.series = f"INV-{issued_on.year}"
        invoice.number = await numbers.next_number(session, invoice.workspace_id, invoice.series)
        invoice.status = states.Status.issued
        await settle(session, invoice)
    return invoice


async def void(session: AsyncSession, actor: Actor, invoice_id: UUID, clock: Clock) -> Invoice:
    """Take an issued invoice back; its number stays used. One with payments or credits is credited instead."""
    invoice = await repository.lock_visible(session, actor, invoice_id)
    if not states.can_move(states.Status(invoice.status), states.Status.void):
        raise InvoiceNotOpen(_why_not(invoice))
    async with events.changing(session, actor, EventName.INVOICE_VOIDED, invoice, facts, clock):
        invoice.status = states.Status.void
        invoice.voided_on = await clients.today(session, actor, clock)
    return invoice


def _why_not(invoice: Invoice) -> str:
    if invoice.status == states.Status.draft:
        return "A draft is deleted, not voided."
    if invoice.status == states.Status.void:
        return f"Invoice {invoice.number} is void already."
    return f"Invoice {invoice.number} has payments or credits; write a credit note instead of voiding it."
