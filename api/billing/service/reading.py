"""An invoice as it is told: with its client's name and its lines, and on paper with what was paid and credited."""

from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.billing import repository, sample
from api.billing.models import Invoice
from api.billing.paper import Account, Telling
from api.billing.schemas import CreditNoteOut, InvoiceOut, LineOut, PaymentOut
from api.billing.service.shared import open_minor
from api.brand import service as brands
from api.clients import service as clients
from api.reports import service as reports
from imisofts.access import Actor
from imisofts.brand import Brand

_PLAIN = frozenset(InvoiceOut.model_fields) - {"client_name", "open_minor", "lines"}


async def told(session: AsyncSession, invoice: Invoice) -> InvoiceOut:
    """The invoice with its lines, what is open of it, and its client's name."""
    return InvoiceOut(
        **{name: getattr(invoice, name) for name in _PLAIN},
        client_name=await repository.client_name(session, invoice.client_id),
        open_minor=open_minor(invoice),
        lines=[LineOut.model_validate(line) for line in await repository.lines(session, invoice.id)],
    )


async def on_paper(session: AsyncSession, actor: Actor, invoice_id: UUID) -> Telling:
    """Everything that a visible invoice's PDF says, in its client's language and the workspace's brand of today."""
    invoice = await repository.get(session, actor, invoice_id)
    account = Account(
        invoice=await told(session, invoice),
        payments=[PaymentOut.model_validate(row) for row in await repository.payments(session, invoice.id)],
        credit_notes=[CreditNoteOut.model_validate(row) for row in await repository.credit_notes(session, invoice.id)],
        recipient=await repository.recipient(session, invoice.client_id),
    )
    language = await reports.language(session, invoice.client_id)
    return Telling(account, await brands.worn_now(session), language, await clients.zone(session, actor))


async def sample_on_paper(session: AsyncSession, brand: Brand) -> Telling:
    """An invoice of nobody in ``brand``, in the language of the workspace's reports."""
    language = await reports.language(session)
    return Telling(sample.account(language), brand, language, ZoneInfo("UTC"))
