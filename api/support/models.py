"""Tables of support. Instants are UTC; business hours are minutes since midnight in the workspace's zone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.models import Base, ImportedMixin, TenantMixin, tenant_keys

PRIORITY = "priority in ('low', 'normal', 'high', 'urgent')"


class Ticket(TenantMixin, ImportedMixin, Base):
    """A client's question. The instants repeat what its events say, as of now; an imported ticket has only these."""

    __tablename__ = "ticket"
    __table_args__ = tenant_keys(
        UniqueConstraint("workspace_id", "number"),
        CheckConstraint(PRIORITY, name="priority"),
        CheckConstraint("status in ('open', 'waiting', 'resolved')", name="status"),
        CheckConstraint("first_response_at >= opened_at", name="first_response"),
        CheckConstraint("resolved_at >= opened_at", name="resolved"),
        CheckConstraint("(status = 'resolved') = (resolved_at is not null)", name="state"),
        Index("ix_ticket_client", "workspace_id", "client_id"),
        Index("ix_ticket_list", "workspace_id", "opened_at", "id"),
        references={"client_id": "client", "assignee_id": "person"},
        imported=True,
    )

    client_id: Mapped[UUID] = mapped_column()
    assignee_id: Mapped[UUID | None] = mapped_column()
    number: Mapped[str] = mapped_column()
    subject: Mapped[str] = mapped_column(info={"lake": "personal"})
    priority: Mapped[str] = mapped_column(default="normal")
    status: Mapped[str] = mapped_column(default="open")
    opened_at: Mapped[datetime] = mapped_column()
    first_response_at: Mapped[datetime | None] = mapped_column()
    resolved_at: Mapped[datetime | None] = mapped_column()
    reopened_count: Mapped[int] = mapped_column(default=0)
    is_satisfied: Mapped[bool | None] = mapped_column()
    rated_at: Mapped[datetime | None] = mapped_column()


class TicketEvent(TenantMixin, Base):
    """One step of a ticket: a message (``answered`` by us, ``replied`` by the client, ``noted`` among us) or a turn of
    its state. From ``waiting`` to the next ``replied`` or ``resumed`` we wait for the client."""

    __tablename__ = "ticket_event"
    __table_args__ = tenant_keys(
        CheckConstraint(
            "kind in ('opened', 'answered', 'replied', 'noted', 'waiting', 'resumed', 'resolved', 'reopened', 'rated')",
            name="kind",
        ),
        CheckConstraint("author_kind in ('staff', 'client', 'system')", name="author_kind"),
        Index("ix_ticket_event_ticket", "workspace_id", "ticket_id", "occurred_at"),
        references={"ticket_id": "ticket", "client_id": "client"},
    )

    ticket_id: Mapped[UUID] = mapped_column()
    client_id: Mapped[UUID] = mapped_column()
    kind: Mapped[str] = mapped_column()
    author_kind: Mapped[str] = mapped_column()
    author_id: Mapped[UUID | None] = mapped_column()
    occurred_at: Mapped[datetime] = mapped_column()
    body: Mapped[str | None] = mapped_column(info={"lake": "personal"})


class BusinessInterval(TenantMixin, Base):
    """Opening hours of support: one interval of a weekday (0 is Monday), in minutes since midnight."""

    __tablename__ = "business_interval"
    __table_args__ = tenant_keys(
        UniqueConstraint("workspace_id", "weekday", "opens_minute"),
        CheckConstraint("weekday between 0 and 6", name="weekday"),
        CheckConstraint("opens_minute >= 0 and opens_minute < closes_minute and closes_minute <= 1440", name="minutes"),
    )

    weekday: Mapped[int] = mapped_column()
    opens_minute: Mapped[int] = mapped_column()
    closes_minute: Mapped[int] = mapped_column()


class SlaTarget(TenantMixin, Base):
    """What is promised for a priority, in business minutes."""

    __tablename__ = "sla_target"
    __table_args__ = tenant_keys(
        UniqueConstraint("workspace_id", "priority"),
        CheckConstraint(PRIORITY, name="priority"),
        CheckConstraint("first_response_minutes > 0 and resolution_minutes > 0", name="minutes"),
    )

    priority: Mapped[str] = mapped_column()
    first_response_minutes: Mapped[int] = mapped_column()
    resolution_minutes: Mapped[int] = mapped_column()
