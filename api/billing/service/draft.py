"""Drafts: made, edited, thrown away. Nobody but staff sees them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.billing import amounts, periods, repository, states
from api.billing.errors import BadAmount, BadDate, ExternalIdTaken, InvoiceNotDraft
from api.billing.models import Invoice, InvoiceLine
from api.billing.schemas import InvoiceCreate, InvoiceUpdate, LineIn
from api.billing.service.shared import facts
from api.clients import service as clients
from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.concurrency import require_match
from api.kit.errors import Malformed
from api.kit.ids import new_id
from api.undo import service as undo
from imisofts.access import Actor

_WITH_LINES: undo.Parts = {InvoiceLine: "invoice_id"}


async def create(session: AsyncSession, actor: Actor, given: InvoiceCreate) -> Invoice:
    """A draft for a visible, not archived client."""
    client = await clients.usable(session, actor, given.client_id)
    if await repository.external_id_taken(session, Invoice, given.external_id):
        detail = f"An invoice with the external id {given.external_id!r} exists already."
        raise ExternalIdTaken(detail, fields=[("external_id", "is taken")])
    invoice = Invoice(
        id=new_id(),
        workspace_id=actor.workspace_id,
        client_id=client.id,
        external_id=given.external_id,
        status=states.Status.draft,
        currency=given.currency or client.currency,
        due_on=given.due_on,
        note=given.note,
        source="api",
    )
    priced = _price(invoice, given.lines, await clients.zone(session, actor))
    session.add(invoice)
    await session.flush()
    session.add_all(priced)
    await session.flush()
    await events.record(session, actor, EventName.INVOICE_CREATED, invoice, after=facts(invoice))
    return invoice


async def update(
    session: AsyncSession, actor: Actor, invoice_id: UUID, given: InvoiceUpdate, if_match: str | None, clock: Clock
) -> Invoice:
    """Change a draft; lines that are sent replace all lines."""
    invoice = await repository.lock_visible(session, actor, invoice_id)
    require_match(if_match, invoice.version)
    _require_draft(invoice, "edited")
    async with events.changing(session, actor, EventName.INVOICE_UPDATED, invoice, facts, clock):
        sent = given.model_fields_set
        if "client_id" in sent:
            if given.client_id is None:
                raise Malformed("An invoice has a client.", fields=[("client_id", "cannot be empty")])
            invoice.client_id = (await clients.usable(session, actor, given.client_id)).id
        for name in sent & {"due_on", "note"}:
            setattr(invoice, name, getattr(given, name))
        if "lines" in sent:
            await repository.remove_lines(session, invoice.id)
            session.add_all(_price(invoice, given.lines or [], await clients.zone(session, actor)))
    return invoice


async def delete_draft(session: AsyncSession, actor: Actor, invoice_id: UUID, if_match: str | None) -> None:
    """Throw a draft away; its event stays."""
    invoice = await repository.lock_visible(session, actor, invoice_id)
    require_match(if_match, invoice.version)
    _require_draft(invoice, "deleted")
    await undo.keep(session, Invoice, invoice.id, _WITH_LINES)
    await events.record(session, actor, EventName.INVOICE_DELETED, invoice, before=facts(invoice))
    await repository.remove_lines(session, invoice.id)
    await session.delete(invoice)
    await session.flush()


async def restore_draft(session: AsyncSession, actor: Actor, invoice_id: UUID) -> Invoice:
    """Bring back a draft that was just thrown away, for a client that takes new documents."""
    await undo.bring_back(session, Invoice, invoice_id, _WITH_LINES)
    invoice = await repository.lock_visible(session, actor, invoice_id)
    await clients.usable(session, actor, invoice.client_id)
    await events.record(session, actor, EventName.INVOICE_RESTORED, invoice, after=facts(invoice))
    return invoice


def _require_draft(invoice: Invoice, verb: str) -> None:
    if invoice.status != states.Status.draft:
        raise InvoiceNotDraft(f"Invoice {invoice.number} is {invoice.status}; only a draft can be {verb}.")


def _price(invoice: Invoice, given: Sequence[LineIn], zone: ZoneInfo) -> list[InvoiceLine]:
    """Set the invoice's amounts from ``given`` and return its lines."""
    delivered = [_period(number, each, zone) for number, each in enumerate(given)]
    inputs = [amounts.LineInput(each.quantity, each.unit_price, each.tax_rate) for each in given]
    try:
        priced = amounts.total(inputs, invoice.currency)
    except amounts.AmountTooLargeError as error:
        raise BadAmount("The lines come to more than can be stored.", fields=[("lines", str(error))]) from error
    if priced.total_minor < 0:
        detail = "The lines come to less than zero; write a credit note instead."
        raise BadAmount(detail, fields=[("lines", "come to less than zero")])
    invoice.subtotal_minor = priced.subtotal_minor
    invoice.tax_minor = priced.tax_minor
    invoice.total_minor = priced.total_minor
    return [
        InvoiceLine(
            id=new_id(),
            workspace_id=invoice.workspace_id,
            invoice_id=invoice.id,
            position=position,
            **each.model_dump(exclude={"service_from", "service_until"}),
            net_minor=amount.net_minor,
            tax_minor=amount.tax_minor,
            service_from=period[0],
            service_until=period[1],
        )
        for position, (each, amount, period) in enumerate(zip(given, priced.lines, delivered, strict=True), start=1)
    ]


def _period(number: int, given: LineIn, zone: ZoneInfo) -> tuple[datetime, datetime] | tuple[None, None]:
    try:
        return periods.service_period(given.service_from, given.service_until, zone)
    except periods.BadPeriodError as error:
        field = f"lines.{number}.{error.field}"
        raise BadDate(f"The service period of line {number + 1} is none.", fields=[(field, str(error))]) from error
