"""Human numbers per workspace and series, without gap or double."""

from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.ids import new_id
from api.kit.models import Base, TenantMixin


class NumberSeries(TenantMixin, Base):
    """The next number of a series; its row lock is what makes numbers gapless."""

    __tablename__ = "number_series"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "series"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        {"info": {"lake_excluded": "a counter; the numbers stand on the documents", "eventless": "no fact"}},
    )

    series: Mapped[str] = mapped_column()
    next_number: Mapped[int] = mapped_column(default=1)


async def next_number(session: AsyncSession, workspace_id: UUID, series: str) -> str:
    """The next number of a series, as ``INV-2026-0001``.

    The series' row stays locked until the transaction ends, so a number that is rolled back is given to the next one:
    no gap, no double.
    """
    first = insert(NumberSeries).values(id=new_id(), workspace_id=workspace_id, series=series, next_number=2)
    upsert = first.on_conflict_do_update(
        index_elements=[NumberSeries.workspace_id, NumberSeries.series],
        set_={"next_number": NumberSeries.next_number + 1},
    )
    given = (await session.execute(upsert.returning(NumberSeries.next_number))).scalar_one() - 1
    return f"{series}-{given:04d}"
