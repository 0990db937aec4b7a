"""Tables of what members are told, and of what they do not want to be told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.ids import new_id
from api.kit.models import Base

_OF_MEMBER = (["workspace_id", "user_id"], ["membership.workspace_id", "membership.user_id"])


class Notification(Base):
    """One event told to one member; ``label`` is the number or title by which its subject is known, ``client_id`` whose
    it is."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("workspace_id", "user_id", "event_id"),
        ForeignKeyConstraint(*_OF_MEMBER, ondelete="CASCADE"),
        ForeignKeyConstraint(["workspace_id", "event_id"], ["event.workspace_id", "event.id"]),
        ForeignKeyConstraint(["workspace_id", "client_id"], ["client.workspace_id", "client.id"]),
        Index("ix_notification_list", "workspace_id", "user_id", "occurred_at", "id"),
        {
            "info": {
                "lake_excluded": "events told to single people",
                "eventless": "tells of an event",
                "ends": "occurred_at < :now - interval '90 days'",
            }
        },
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column()
    user_id: Mapped[UUID] = mapped_column()
    event_id: Mapped[UUID] = mapped_column()
    kind: Mapped[str] = mapped_column()
    client_id: Mapped[UUID | None] = mapped_column()
    subject_kind: Mapped[str] = mapped_column()
    subject_id: Mapped[UUID] = mapped_column()
    label: Mapped[str] = mapped_column()
    occurred_at: Mapped[datetime] = mapped_column()
    read_at: Mapped[datetime | None] = mapped_column()


class Unwanted(Base):
    """A kind of notification that a member does not want; without a row everything is told."""

    __tablename__ = "notification_unwanted"
    __table_args__ = (
        UniqueConstraint("workspace_id", "user_id", "kind"),
        ForeignKeyConstraint(*_OF_MEMBER, ondelete="CASCADE"),
        {"info": {"lake_excluded": "what single people like to be told", "eventless": "what one person likes"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column()
    user_id: Mapped[UUID] = mapped_column()
    kind: Mapped[str] = mapped_column()
