"""The table of what waits for a mail to be read. It belongs to nobody's workspace: the application's role has no right
on it but to delete what has ended, and reaches it by the functions in schema ``signin``, one row at a time."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.ids import new_id
from api.kit.models import Base


class AccountRequest(Base):
    """*sign_up*: an agency to be made, its ``facts`` as they were typed. *email_new* and *email_old*: the two halves of
    one ``change_id``, each mailed to its own address; *email_undo*: the way back for the old one."""

    __tablename__ = "account_request"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_account_request_user_id", "user_id"),
        ForeignKeyConstraint(["user_id"], ["app_user.id"], ondelete="CASCADE"),
        CheckConstraint("kind in ('sign_up', 'email_new', 'email_old', 'email_undo')", name="kind"),
        {
            "info": {
                "lake_excluded": "requests are credentials, and hold addresses",
                "eventless": "written by functions alone",
                "ends": "expires_at < :now",
            }
        },
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column()
    email: Mapped[str] = mapped_column()
    facts: Mapped[dict[str, Any]] = mapped_column()
    user_id: Mapped[UUID | None] = mapped_column()
    change_id: Mapped[UUID | None] = mapped_column()
    token_hash: Mapped[bytes] = mapped_column()
    created_at: Mapped[datetime] = mapped_column()
    expires_at: Mapped[datetime] = mapped_column()
    used_at: Mapped[datetime | None] = mapped_column()
    mailed_at: Mapped[datetime | None] = mapped_column()
