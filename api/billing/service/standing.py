"""What is owed now."""

from datetime import date

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from api.billing import repository
from api.billing.models import Invoice
from api.billing.schemas import Balance
from api.billing.states import Status
from api.kit.rows import first_id
from imisofts.access import Actor

_OWED = Invoice.total_minor - Invoice.paid_minor - Invoice.credited_minor


async def balance(session: AsyncSession, actor: Actor, today: date) -> list[Balance]:
    """The visible invoices that wait for money, by currency; overdue from the day after ``due_on``."""
    late = Invoice.due_on < today
    columns = (
        Invoice.currency,
        func.sum(_OWED).label("open_minor"),
        func.count().label("open_count"),
        func.coalesce(func.sum(_OWED).filter(late), 0).label("overdue_minor"),
        func.count().filter(late).label("overdue_count"),
        first_id(Invoice.id, Invoice.due_on, late).label("overdue_id"),
    )
    query = repository.visible_to(actor).where(Invoice.status.in_((Status.issued, Status.partly_paid)))
    rows = await session.execute(query.with_only_columns(*columns).group_by(Invoice.currency).order_by(columns[0]))
    return [Balance(**row) for row in rows.mappings()]


async def drafts(session: AsyncSession, actor: Actor) -> int:
    """How many drafts the actor sees."""
    query = repository.visible_to(actor).where(Invoice.status == Status.draft)
    return await session.scalar(query.with_only_columns(func.count())) or 0
