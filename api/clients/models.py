"""Tables of clients."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.models import Base, TenantMixin, tenant_keys


class Client(TenantMixin, Base):
    """Whom the workspace bills. Archived, never deleted: its figures stay.

    ``touched_at`` is set when an imported client is changed here; an import leaves such a row alone from then on.
    """

    __tablename__ = "client"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "external_id"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        CheckConstraint("source in ('api', 'import')", name="source"),
        Index("ix_client_list", "workspace_id", "name", "id"),
        {"info": {"lake": True}},
    )

    external_id: Mapped[str | None] = mapped_column()
    name: Mapped[str] = mapped_column(info={"lake": "personal"})
    email: Mapped[str | None] = mapped_column(info={"lake": "personal"})
    currency: Mapped[str] = mapped_column(CHAR(3))
    created_on: Mapped[date] = mapped_column()
    archived_at: Mapped[datetime | None] = mapped_column()
    source: Mapped[str] = mapped_column(default="api")
    touched_at: Mapped[datetime | None] = mapped_column()


class Contact(TenantMixin, Base):
    """A person at a client."""

    __tablename__ = "contact"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        ForeignKeyConstraint(["workspace_id", "client_id"], ["client.workspace_id", "client.id"]),
        Index("ix_contact_client", "workspace_id", "client_id"),
        {"info": {"lake_excluded": "personal data that no figure needs"}},
    )

    client_id: Mapped[UUID] = mapped_column()
    name: Mapped[str] = mapped_column(info={"lake": "personal"})
    email: Mapped[str | None] = mapped_column(info={"lake": "personal"})
    phone: Mapped[str | None] = mapped_column(info={"lake": "personal"})
    title: Mapped[str | None] = mapped_column()
    is_primary: Mapped[bool] = mapped_column(default=False)


class ClientTag(TenantMixin, Base):
    """A word by which clients are grouped."""

    __tablename__ = "client_tag"
    __table_args__ = tenant_keys(
        UniqueConstraint("workspace_id", "client_id", "tag"), references={"client_id": "client"}
    )

    client_id: Mapped[UUID] = mapped_column()
    tag: Mapped[str] = mapped_column()
