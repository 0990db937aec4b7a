"""Entitlements: which plan an agency has from which day, and what it includes."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.models import Base, TenantMixin


class Entitlement(TenantMixin, Base):
    """A plan from ``started_on`` until ``ended_on`` (exclusive; none while it goes on). A limit of none is without end.

    ``seats`` holds the ``extra_seats`` already. One row a day at most, and at most one without end.
    """

    __tablename__ = "entitlement"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "started_on"),
        Index("uq_entitlement_open", "workspace_id", unique=True, postgresql_where=text("ended_on is null")),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        CheckConstraint("plan in ('starter', 'professional', 'enterprise')", name="plan"),
        CheckConstraint("ended_on is null or ended_on > started_on", name="ended"),
        CheckConstraint("seats >= 0 and clients >= 0 and extra_seats >= 0", name="limits"),
        CheckConstraint("requests_per_minute > 0", name="requests"),
        {"info": {"lake_excluded": "what an agency may use of the service, none of its own figures"}},
    )

    plan: Mapped[str] = mapped_column()
    started_on: Mapped[date] = mapped_column()
    ended_on: Mapped[date | None] = mapped_column()
    seats: Mapped[int | None] = mapped_column()
    extra_seats: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    clients: Mapped[int | None] = mapped_column()
    white_label: Mapped[bool] = mapped_column()
    requests_per_minute: Mapped[int] = mapped_column()
