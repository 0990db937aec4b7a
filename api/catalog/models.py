"""The table of services."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import CHAR, CheckConstraint, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.models import Base, ImportedMixin, TenantMixin, tenant_keys


class Service(TenantMixin, ImportedMixin, Base):
    """Something that is sold. Without ``interval`` it is sold once, else every ``interval_count`` intervals.

    Archived, never deleted: what was sold keeps its name.
    """

    __tablename__ = "service"
    __table_args__ = tenant_keys(
        CheckConstraint("interval in ('day', 'week', 'month', 'quarter', 'year')", name="interval"),
        CheckConstraint("interval_count > 0", name="interval_count"),
        Index("ix_service_list", "workspace_id", "name", "id"),
        imported=True,
    )

    name: Mapped[str] = mapped_column()
    description: Mapped[str | None] = mapped_column()
    unit_price: Mapped[Decimal | None] = mapped_column(Numeric(24, 8))
    currency: Mapped[str] = mapped_column(CHAR(3))
    interval: Mapped[str | None] = mapped_column()
    interval_count: Mapped[int] = mapped_column(default=1)
    archived_at: Mapped[datetime | None] = mapped_column()
