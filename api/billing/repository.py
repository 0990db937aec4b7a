"""Reads and locks of billing. Every read begins at a ``visible…`` select; row-level security stands behind it."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, delete, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from api.billing.models import CreditNote, Invoice, InvoiceLine, Payment
from api.clients.models import Client
from api.kit.errors import NotFound
from api.kit.search import Findable
from imisofts.access import Action, Actor


def visible_to(actor: Actor) -> Select[Invoice]:
    """The invoices that ``actor`` may see; to a client, drafts do not exist."""
    query = select(Invoice).where(Invoice.workspace_id == actor.workspace_id)
    if actor.client_ids is not None:
        query = query.where(Invoice.client_id.in_(actor.client_ids))
    return query.where(Invoice.status != "draft") if actor.is_client else query


def visible_with_client(actor: Actor) -> Select[Invoice]:
    """The same, joined to the client for its name."""
    return visible_to(actor).join(Client, Client.id == Invoice.client_id)


def visible_payments(actor: Actor) -> Select[Payment]:
    """The payments that ``actor`` may see."""
    query = select(Payment).where(Payment.workspace_id == actor.workspace_id)
    return query if actor.client_ids is None else query.where(Payment.client_id.in_(actor.client_ids))


def visible_credit_notes(actor: Actor) -> Select[CreditNote]:
    """The credit notes that ``actor`` may see."""
    query = select(CreditNote).where(CreditNote.workspace_id == actor.workspace_id)
    return query if actor.client_ids is None else query.where(CreditNote.client_id.in_(actor.client_ids))


async def get(session: AsyncSession, actor: Actor, invoice_id: UUID) -> Invoice:
    """One visible invoice; :class:`NotFound` for every other id."""
    found = await session.scalar(visible_to(actor).where(Invoice.id == invoice_id))
    if found is None:
        raise NotFound("There is no such invoice.")
    return found


async def lock_visible(session: AsyncSession, actor: Actor, invoice_id: UUID) -> Invoice:
    """One visible invoice, locked until the transaction ends: whoever spends it next waits and reads the result."""
    query = visible_to(actor).where(Invoice.id == invoice_id).with_for_update()
    found = await session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such invoice.")
    return found


async def client_name(session: AsyncSession, client_id: UUID) -> str:
    """The name that stands beside an invoice."""
    return (await session.execute(select(Client.name).where(Client.id == client_id))).scalar_one()


async def lines(session: AsyncSession, invoice_id: UUID) -> Sequence[InvoiceLine]:
    """An invoice's lines, in their order."""
    query = select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id).order_by(InvoiceLine.position)
    return (await session.scalars(query)).all()


async def payments(session: AsyncSession, invoice_id: UUID) -> Sequence[Payment]:
    """What came in for an invoice and went back, oldest first."""
    query = select(Payment).where(Payment.invoice_id == invoice_id).order_by(Payment.paid_on, Payment.id)
    return (await session.scalars(query)).all()


async def credit_notes(session: AsyncSession, invoice_id: UUID) -> Sequence[CreditNote]:
    """What was credited on an invoice, oldest first."""
    query = select(CreditNote).where(CreditNote.invoice_id == invoice_id).order_by(CreditNote.issued_on, CreditNote.id)
    return (await session.scalars(query)).all()


async def recipient(session: AsyncSession, client_id: UUID) -> tuple[str, ...]:
    """The lines of the client's address."""
    name, email = (await session.execute(select(Client.name, Client.email).where(Client.id == client_id))).one()
    return tuple(line for line in (name, email) if line)


async def remove_lines(session: AsyncSession, invoice_id: UUID) -> None:
    """Delete a draft's lines."""
    await session.execute(delete(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id))


async def movements(session: AsyncSession, invoice_id: UUID) -> list[tuple[date, int]]:
    """Payments, refunds and credits of an invoice: date and minor units. Read under the invoice's lock."""
    paid = select(Payment.paid_on, Payment.amount_minor).where(Payment.invoice_id == invoice_id)
    credited = select(CreditNote.issued_on, CreditNote.amount_minor).where(CreditNote.invoice_id == invoice_id)
    return [(row[0], row[1]) for row in await session.execute(union_all(paid, credited))]


async def external_id_taken(session: AsyncSession, model: type[Any], external_id: str | None) -> bool:
    """Whether a row of this kind has the external id already."""
    if external_id is None:
        return False
    return await session.scalar(select(model.id).where(model.external_id == external_id)) is not None


def findable(actor: Actor) -> Findable:
    """Invoices by number and external id."""
    return Findable(
        kind="invoice",
        needs=Action.invoice_read,
        rows=visible_with_client(actor),
        ident=Invoice.id,
        title=Invoice.number,
        detail=Client.name,
        within=(Invoice.number, Invoice.external_id),
    )
