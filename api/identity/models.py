"""Tables of identity. Only the workspace itself enters the lake; credentials never leave Postgres."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.ids import new_id
from api.kit.models import Base, TenantMixin

_LOCALE = "locale in ('en', 'en_GB', 'de', 'de_AT', 'de_CH')"


class Workspace(Base):
    """An agency. Its own id is its workspace id: row security binds ``id``."""

    __tablename__ = "workspace"
    __table_args__ = (
        UniqueConstraint("slug"),
        UniqueConstraint("host"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("week_starts_on in (0, 6)", name="week_starts_on"),
        CheckConstraint(_LOCALE, name="locale"),
        {"info": {"lake": True}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    slug: Mapped[str] = mapped_column()
    host: Mapped[str | None] = mapped_column()
    name: Mapped[str] = mapped_column()
    currency: Mapped[str] = mapped_column()
    timezone: Mapped[str] = mapped_column()
    locale: Mapped[str | None] = mapped_column()
    week_starts_on: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    brand: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default=text("'{}'::jsonb"))
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class AppUser(Base):
    """A person. Global: one address and password, memberships per workspace. ``email_verified_at`` is when the person
    first used a link that was mailed to the address; without ``locale`` and ``timezone`` the workspace's count."""

    __tablename__ = "app_user"
    __table_args__ = (
        Index("uq_app_user_email", text("lower(email)"), unique=True),
        CheckConstraint(_LOCALE, name="locale"),
        {"info": {"lake_excluded": "people and their password hashes"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column()
    name: Mapped[str] = mapped_column()
    password_hash: Mapped[str | None] = mapped_column()
    email_verified_at: Mapped[datetime | None] = mapped_column()
    locale: Mapped[str | None] = mapped_column()
    timezone: Mapped[str | None] = mapped_column()
    phone: Mapped[str | None] = mapped_column()
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Membership(TenantMixin, Base):
    """What a person is in one workspace. ``joined_at`` is when the person accepted the invitation of ``invited_by``:
    without it the membership waits and opens nothing, and shows the person as ``invited_name``: how somebody is called
    on the installation is nothing that an invitation finds out.

    ``client_id`` binds client roles to one client. ``role_id`` is a role of the workspace's own, in place of the
    actions of ``role``; ``rights`` are the single actions of a client's team member; a ``narrowed`` member of staff
    sees what the rows of :class:`MembershipScope` name and, without any, nothing.
    """

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "user_id"),
        Index("ix_membership_user_id", "user_id"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        ForeignKeyConstraint(["invited_by"], ["app_user.id"]),
        ForeignKeyConstraint(["workspace_id", "client_id"], ["client.workspace_id", "client.id"]),
        ForeignKeyConstraint(["workspace_id", "role_id"], ["workspace_role.workspace_id", "workspace_role.id"]),
        CheckConstraint("role in ('owner', 'admin', 'member', 'client', 'client_team')", name="role"),
        CheckConstraint("(role in ('client', 'client_team')) = (client_id is not null)", name="client"),
        CheckConstraint("role_id is null or role in ('member', 'client')", name="own_role"),
        CheckConstraint("(role = 'client_team') = (rights is not null)", name="rights"),
        CheckConstraint("not narrowed or role = 'member'", name="narrowed"),
        {"info": {"lake_excluded": "access rights, of no use to figures"}},
    )

    user_id: Mapped[UUID] = mapped_column()
    role: Mapped[str] = mapped_column()
    client_id: Mapped[UUID | None] = mapped_column()
    joined_at: Mapped[datetime | None] = mapped_column()
    invited_by: Mapped[UUID | None] = mapped_column()
    invited_name: Mapped[str | None] = mapped_column()
    role_id: Mapped[UUID | None] = mapped_column()
    rights: Mapped[list[str] | None] = mapped_column(ARRAY(TEXT))
    narrowed: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class WorkspaceRole(TenantMixin, Base):
    """A role of the workspace's own: ``kind`` says on which side of the table its people sit, ``actions`` what they
    may do. Built-in roles are no rows: they are :data:`imisofts.access.ACTIONS_OF_ROLE`."""

    __tablename__ = "workspace_role"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        Index("uq_workspace_role_name", "workspace_id", text("lower(name)"), unique=True),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        CheckConstraint("kind in ('staff', 'client')", name="kind"),
        {"info": {"lake_excluded": "access rights, of no use to figures"}},
    )

    name: Mapped[str] = mapped_column()
    description: Mapped[str] = mapped_column()
    kind: Mapped[str] = mapped_column()
    actions: Mapped[list[str]] = mapped_column(ARRAY(TEXT))


class MembershipScope(Base):
    """One client or one project that a narrowed member of staff sees."""

    __tablename__ = "membership_scope"
    __table_args__ = (
        UniqueConstraint("workspace_id", "membership_id", "client_id"),
        UniqueConstraint("workspace_id", "membership_id", "project_id"),
        ForeignKeyConstraint(
            ["workspace_id", "membership_id"], ["membership.workspace_id", "membership.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["workspace_id", "client_id"], ["client.workspace_id", "client.id"]),
        ForeignKeyConstraint(["workspace_id", "project_id"], ["project.workspace_id", "project.id"]),
        CheckConstraint("(client_id is null) <> (project_id is null)", name="one"),
        {"info": {"lake_excluded": "access rights, of no use to figures"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column()
    membership_id: Mapped[UUID] = mapped_column()
    client_id: Mapped[UUID | None] = mapped_column()
    project_id: Mapped[UUID | None] = mapped_column()


class WorkspaceNetwork(TenantMixin, Base):
    """Addresses from which the workspace may be used, as CIDR; a workspace without any may be used from everywhere."""

    __tablename__ = "workspace_network"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "network"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        {"info": {"lake_excluded": "where an agency works from, of no use to figures"}},
    )

    network: Mapped[str] = mapped_column()
    note: Mapped[str] = mapped_column(default="", server_default=text("''"))


def of_member() -> ForeignKeyConstraint:
    """Whatever gives access ends with the membership."""
    return ForeignKeyConstraint(
        ["workspace_id", "user_id"], ["membership.workspace_id", "membership.user_id"], ondelete="CASCADE"
    )


class LoginSession(Base):
    """A signed-in browser. Only the SHA-256 of its id is stored; ``address`` and ``user_agent`` tell its owner where it
    was begun, ``proved_at`` when the person last showed who it is, ``confined`` that it began by
    the workspace's provider and leads to no other workspace."""

    __tablename__ = "session"
    __table_args__ = (
        UniqueConstraint("id_hash"),
        of_member(),
        {
            "info": {
                "lake_excluded": "sessions are credentials",
                "ends": "expires_at < :now or revoked_at < :now"
                " or (not remember and last_seen_at < :now - interval '30 minutes')",
            }
        },
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column()
    user_id: Mapped[UUID] = mapped_column()
    id_hash: Mapped[bytes] = mapped_column()
    remember: Mapped[bool] = mapped_column()
    created_at: Mapped[datetime] = mapped_column()
    last_seen_at: Mapped[datetime] = mapped_column()
    expires_at: Mapped[datetime] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()
    address: Mapped[str | None] = mapped_column()
    user_agent: Mapped[str | None] = mapped_column()
    proved_at: Mapped[datetime] = mapped_column()
    confined: Mapped[bool] = mapped_column(default=False, server_default=text("false"))


class SignInLink(Base):
    """A link that lets in once: *invitation* and *reset* set a password, *sign_in* needs none; a *notice*, of earlier
    releases, only told of a new workspace.

    It goes by mail to the person's own address and to nobody else: ``sending_at`` is set before the mail leaves and
    ``mailed_at`` after, ``problem`` says why it did not.
    """

    __tablename__ = "sign_in_link"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        CheckConstraint("purpose in ('invitation', 'reset', 'notice', 'sign_in')", name="purpose"),
        of_member(),
        {"info": {"lake_excluded": "links are credentials", "ends": "expires_at < :now or used_at < :now"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column()
    user_id: Mapped[UUID] = mapped_column()
    token_hash: Mapped[bytes] = mapped_column()
    purpose: Mapped[str] = mapped_column(default="invitation", server_default=text("'invitation'"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column()
    used_at: Mapped[datetime | None] = mapped_column()
    sending_at: Mapped[datetime | None] = mapped_column()
    mailed_at: Mapped[datetime | None] = mapped_column()
    problem: Mapped[str | None] = mapped_column()


class ApiToken(TenantMixin, Base):
    """A program's key: only a keyed hash is stored. With a user it may what ``scopes`` leave of that user's rights and
    ends with the membership; without one it is the workspace's own, may exactly its ``scopes``, and stays."""

    __tablename__ = "api_token"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        UniqueConstraint("workspace_id", "id"),
        of_member(),
        CheckConstraint("user_id is not null or cardinality(scopes) > 0", name="scopes"),
        {"info": {"lake_excluded": "tokens are credentials"}},
    )

    user_id: Mapped[UUID | None] = mapped_column()
    name: Mapped[str] = mapped_column()
    prefix: Mapped[str] = mapped_column()
    token_hash: Mapped[bytes] = mapped_column()
    scopes: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    expires_at: Mapped[datetime | None] = mapped_column()
    last_used_at: Mapped[datetime | None] = mapped_column()
    last_used_from: Mapped[str | None] = mapped_column()
    revoked_at: Mapped[datetime | None] = mapped_column()
