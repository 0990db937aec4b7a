"""Tables of second factors. They belong to a person, not to a workspace: the application's role has no right on them
and reaches them by the functions in schema ``signin``, one person at a time."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.ids import new_id
from api.kit.models import Base, TenantMixin


class SecondFactor(Base):
    """What a person has beside a password.

    *totp*: an authenticator app; ``sealed`` is its secret, ``last_step`` the last thirty seconds whose code was used.
    *key*: a WebAuthn key for the host ``rp_id``; a ``passkey`` can be found by the browser without an address and has
    verified its user, so that it proves both factors at once.
    """

    __tablename__ = "second_factor"
    __table_args__ = (
        UniqueConstraint("credential_id"),
        Index("ix_second_factor_user_id", "user_id"),
        ForeignKeyConstraint(["user_id"], ["app_user.id"], ondelete="CASCADE"),
        CheckConstraint("kind in ('totp', 'key')", name="kind"),
        CheckConstraint("(kind = 'totp') = (sealed is not null)", name="totp"),
        CheckConstraint(
            "(kind = 'key') = (credential_id is not null and public_key is not null and rp_id is not null)", name="key"
        ),
        {"info": {"lake_excluded": "second factors are credentials", "eventless": "written by functions alone"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column()
    kind: Mapped[str] = mapped_column()
    name: Mapped[str] = mapped_column()
    sealed: Mapped[bytes | None] = mapped_column()
    last_step: Mapped[int | None] = mapped_column()
    credential_id: Mapped[bytes | None] = mapped_column()
    public_key: Mapped[bytes | None] = mapped_column()
    sign_count: Mapped[int] = mapped_column(BigInteger, default=0, server_default=text("0"))
    passkey: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    rp_id: Mapped[str | None] = mapped_column()
    transports: Mapped[list[str]] = mapped_column(ARRAY(TEXT), default=list, server_default=text("'{}'"))
    created_at: Mapped[datetime] = mapped_column()
    last_used_at: Mapped[datetime | None] = mapped_column()
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))


class RecoveryCode(Base):
    """A code for the day on which the factor is lost: only a keyed hash is stored, and it counts once."""

    __tablename__ = "recovery_code"
    __table_args__ = (
        UniqueConstraint("user_id", "code_hash"),
        ForeignKeyConstraint(["user_id"], ["app_user.id"], ondelete="CASCADE"),
        {"info": {"lake_excluded": "recovery codes are credentials", "eventless": "written by functions alone"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    user_id: Mapped[UUID] = mapped_column()
    code_hash: Mapped[bytes] = mapped_column()
    created_at: Mapped[datetime] = mapped_column()
    used_at: Mapped[datetime | None] = mapped_column()


class SpentMark(Base):
    """The mark of a sealed word that was used; it is kept until the word would have ended by itself."""

    __tablename__ = "spent_mark"
    __table_args__ = (
        {
            "info": {
                "lake_excluded": "marks that live for minutes",
                "eventless": "no one's fact",
                "ends": "expires_at < :now",
            }
        },
    )

    mark: Mapped[bytes] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column()


class SignInPolicy(TenantMixin, Base):
    """Whose sign-in takes a second factor in one workspace: people of the roles in ``required_of``, from ``starts_at``
    on (null: from when it was set)."""

    __tablename__ = "sign_in_policy"
    __table_args__ = (
        UniqueConstraint("workspace_id"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        {"info": {"lake_excluded": "how people come in, of no use to figures"}},
    )

    required_of: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    starts_at: Mapped[datetime | None] = mapped_column()
