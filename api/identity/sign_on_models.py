"""Tables of single sign-on. All of it is a workspace's: what its provider says counts in this workspace alone."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from api.identity.models import of_member
from api.kit.ids import new_id
from api.kit.models import Base, TenantMixin


class SignOn(TenantMixin, Base):
    """A workspace's OpenID provider. ``domains`` are those whose people come by it, ``proven_domains`` those that have
    ``token`` in a TXT record; ``discovered`` is what the provider said of itself when it was last checked."""

    __tablename__ = "sign_on"
    __table_args__ = (
        UniqueConstraint("workspace_id"),
        UniqueConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        CheckConstraint("role in ('admin', 'member')", name="role"),
        {"info": {"lake_excluded": "holds a secret, and is of no use to figures"}},
    )

    issuer: Mapped[str] = mapped_column()
    client_id: Mapped[str] = mapped_column()
    secret_sealed: Mapped[bytes] = mapped_column(info={"lake": "secret"})
    domains: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    proven_domains: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list, server_default=text("'{}'"))
    token: Mapped[str] = mapped_column()
    role: Mapped[str] = mapped_column()
    enabled: Mapped[bool] = mapped_column()
    discovered: Mapped[dict[str, Any] | None] = mapped_column()
    checked_at: Mapped[datetime | None] = mapped_column()
    problem: Mapped[str | None] = mapped_column()


class ExternalIdentity(Base):
    """Who a member is at the workspace's provider: issuer and subject together, never the address."""

    __tablename__ = "external_identity"
    __table_args__ = (
        UniqueConstraint("workspace_id", "issuer", "subject"),
        Index("ix_external_identity_user_id", "workspace_id", "user_id"),
        of_member(),
        {"info": {"lake_excluded": "identities are credentials", "eventless": "told by the session it begins"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column()
    user_id: Mapped[UUID] = mapped_column()
    issuer: Mapped[str] = mapped_column()
    subject: Mapped[str] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    last_used_at: Mapped[datetime] = mapped_column()
