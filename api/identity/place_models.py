"""Tables of a workspace's own address and of going from one workspace to another."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.identity.models import of_member
from api.kit.ids import new_id
from api.kit.models import Base, TenantMixin


class Domain(TenantMixin, Base):
    """The host that a workspace wants for itself. ``token`` stands in a TXT record of the host's own zone;
    ``verified_at`` is when it was found there, ``problem`` why not, at ``checked_at``."""

    __tablename__ = "domain"
    __table_args__ = (
        UniqueConstraint("workspace_id"),
        UniqueConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        {"info": {"lake_excluded": "addresses, of no use to figures"}},
    )

    host: Mapped[str] = mapped_column()
    token: Mapped[str] = mapped_column()
    checked_at: Mapped[datetime | None] = mapped_column()
    verified_at: Mapped[datetime | None] = mapped_column()
    problem: Mapped[str | None] = mapped_column()


class SwitchCode(Base):
    """Half a minute in which somebody signed in elsewhere may come into this workspace, once. What the session there
    proved, and how long it lasts, goes along."""

    __tablename__ = "switch_code"
    __table_args__ = (
        UniqueConstraint("code_hash"),
        of_member(),
        {
            "info": {
                "lake_excluded": "codes are credentials",
                "eventless": "a step between two sessions, each with its event",
                "ends": "expires_at < :now or used_at < :now",
            }
        },
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column()
    user_id: Mapped[UUID] = mapped_column()
    code_hash: Mapped[bytes] = mapped_column()
    remember: Mapped[bool] = mapped_column()
    proved_at: Mapped[datetime] = mapped_column()
    session_expires_at: Mapped[datetime] = mapped_column()
    expires_at: Mapped[datetime] = mapped_column()
    used_at: Mapped[datetime | None] = mapped_column()
