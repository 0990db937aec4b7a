"""Events and the loader's heartbeat."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.ids import new_id
from api.kit.models import Base


class Event(Base):
    """One thing that happened. Written once, never changed; the application may not update or delete it."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        CheckConstraint("actor_kind in ('user', 'token', 'operator', 'system')", name="actor_kind"),
        Index("ix_event_subject", "workspace_id", "subject_id", "id"),
        Index("ix_event_occurred", "workspace_id", "occurred_at", "id"),
        {"info": {"lake": True}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column()
    name: Mapped[str] = mapped_column()
    actor_kind: Mapped[str] = mapped_column()
    actor_id: Mapped[UUID | None] = mapped_column()
    subject_kind: Mapped[str] = mapped_column()
    subject_id: Mapped[UUID] = mapped_column()
    occurred_at: Mapped[datetime] = mapped_column()
    data: Mapped[dict[str, Any]] = mapped_column()


class EventOrigin(Base):
    """From which address an event came. Apart from the event, which lives for ever and goes into the lake: an address
    is personal, stays in Postgres and goes after 180 days."""

    __tablename__ = "event_origin"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id", "event_id"], ["event.workspace_id", "event.id"]),
        Index("ix_event_origin_occurred_at", "occurred_at"),
        {
            "info": {
                "lake_excluded": "addresses of people",
                "eventless": "written with its event",
                "ends": "occurred_at < :now - interval '180 days'",
            }
        },
    )

    workspace_id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column()
    occurred_at: Mapped[datetime] = mapped_column()


class Heartbeat(Base):
    """One row, written by the loader each minute, so that an idle installation still shows that replication lives."""

    __tablename__ = "heartbeat"
    __table_args__ = (CheckConstraint("id = 1", name="one"), {"info": {"lake": True, "eventless": "no one's fact"}})

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    beaten_at: Mapped[datetime] = mapped_column()
