"""Tables of subscriptions. A change ends a row and adds one; nothing that was true in a closed month is rewritten."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.models import Base, ImportedMixin, TenantMixin, tenant_keys


class Subscription(TenantMixin, ImportedMixin, Base):
    """A client's standing agreement.

    ``trial_ends_on`` is the first paid day, ``ended_on`` the first day without it. ``cancelled_on`` is the day on
    which the end was decided, which may lie long before it.
    """

    __tablename__ = "subscription"
    __table_args__ = tenant_keys(
        CheckConstraint("ended_on is null or ended_on >= started_on", name="ended"),
        Index("ix_subscription_client", "workspace_id", "client_id"),
        references={"client_id": "client"},
        imported=True,
    )

    client_id: Mapped[UUID] = mapped_column()
    name: Mapped[str | None] = mapped_column()
    currency: Mapped[str] = mapped_column(CHAR(3))
    started_on: Mapped[date] = mapped_column()
    trial_ends_on: Mapped[date | None] = mapped_column()
    cancelled_on: Mapped[date | None] = mapped_column()
    cancel_reason: Mapped[str | None] = mapped_column()
    ended_on: Mapped[date | None] = mapped_column()


class SubscriptionItem(TenantMixin, Base):
    """What is paid for from ``started_on`` until before ``ended_on``. Rows of one line share ``line_id``.

    Without ``interval`` the item is charged once and is no recurring revenue. ``discount_rate`` is a fraction.
    ``decided_on`` and ``end_decided_on`` are the days on which the row, and its end, were agreed.
    """

    __tablename__ = "subscription_item"
    __table_args__ = tenant_keys(
        CheckConstraint("interval in ('day', 'week', 'month', 'quarter', 'year')", name="interval"),
        CheckConstraint("interval_count > 0", name="interval_count"),
        CheckConstraint("quantity >= 0 and unit_price >= 0", name="not_negative"),
        CheckConstraint("discount_rate between 0 and 1", name="discount"),
        CheckConstraint("ended_on is null or ended_on >= started_on", name="ended"),
        Index("ix_subscription_item_subscription", "workspace_id", "subscription_id"),
        references={"subscription_id": "subscription", "client_id": "client", "service_id": "service"},
    )

    subscription_id: Mapped[UUID] = mapped_column()
    client_id: Mapped[UUID] = mapped_column()
    line_id: Mapped[UUID] = mapped_column()
    service_id: Mapped[UUID | None] = mapped_column()
    description: Mapped[str] = mapped_column()
    quantity: Mapped[Decimal] = mapped_column(Numeric(24, 8))
    unit_price: Mapped[Decimal] = mapped_column(Numeric(24, 8))
    discount_rate: Mapped[Decimal] = mapped_column(Numeric(9, 6), default=Decimal(0))
    currency: Mapped[str] = mapped_column(CHAR(3))
    interval: Mapped[str | None] = mapped_column()
    interval_count: Mapped[int] = mapped_column(default=1)
    started_on: Mapped[date] = mapped_column()
    ended_on: Mapped[date | None] = mapped_column()
    decided_on: Mapped[date] = mapped_column()
    end_decided_on: Mapped[date | None] = mapped_column()


class SubscriptionPause(TenantMixin, Base):
    """Days on which nothing is charged: from ``started_on`` until before ``ended_on`` (open: until resumed)."""

    __tablename__ = "subscription_pause"
    __table_args__ = tenant_keys(
        CheckConstraint("ended_on is null or ended_on >= started_on", name="ended"),
        Index("ix_subscription_pause_subscription", "workspace_id", "subscription_id"),
        references={"subscription_id": "subscription", "client_id": "client"},
    )

    subscription_id: Mapped[UUID] = mapped_column()
    client_id: Mapped[UUID] = mapped_column()
    started_on: Mapped[date] = mapped_column()
    ended_on: Mapped[date | None] = mapped_column()
