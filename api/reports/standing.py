"""Which reports wait for a person."""

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from api.kit.rows import first_id
from api.reports import repository
from api.reports.models import ReportDelivery
from api.reports.schemas import ReportsStanding
from imisofts.access import Actor

_WAITING = {"held": ("held",), "failed": ("failed", "unknown"), "to_read": ("draft",)}


async def reports(session: AsyncSession, actor: Actor) -> ReportsStanding:
    """The visible reports by what they wait for; *failed* are those whose mail was refused or is not known to have
    arrived."""
    row = ReportDelivery
    counts = [func.count().filter(row.status == "sent").label("sent")]
    for name, states in _WAITING.items():
        waits = row.status.in_(states)
        counts.append(func.count().filter(waits).label(name))
        counts.append(first_id(row.id, row.created_at, waits).label(f"{name}_id"))
    query = repository.visible_to(actor).with_only_columns(*counts)
    return ReportsStanding(**(await session.execute(query)).mappings().one())
