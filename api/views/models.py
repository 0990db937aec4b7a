"""Tables of saved views and chosen columns."""

from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.ids import new_id
from api.kit.models import Base, TenantMixin

_OUT = "how people look at lists, of no use to figures"


class SavedView(TenantMixin, Base):
    """A list as somebody keeps it: filters, order and columns under a name; ``shared`` with the workspace's staff."""

    __tablename__ = "saved_view"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "user_id", "list_name", "name"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        ForeignKeyConstraint(["user_id"], ["app_user.id"]),
        Index("ix_saved_view_list", "workspace_id", "list_name", "name", "id"),
        {"info": {"lake_excluded": _OUT}},
    )

    user_id: Mapped[UUID] = mapped_column()
    list_name: Mapped[str] = mapped_column()
    name: Mapped[str] = mapped_column()
    filters: Mapped[dict[str, Any]] = mapped_column()
    sort: Mapped[str | None] = mapped_column()
    columns: Mapped[Any | None] = mapped_column(ARRAY(TEXT))
    shared: Mapped[bool] = mapped_column(default=False)


class ListColumns(Base):
    """The columns that one person wants of one list; without a row, the list's own."""

    __tablename__ = "list_columns"
    __table_args__ = (
        UniqueConstraint("workspace_id", "user_id", "list_name"),
        ForeignKeyConstraint(
            ["workspace_id", "user_id"], ["membership.workspace_id", "membership.user_id"], ondelete="CASCADE"
        ),
        {"info": {"lake_excluded": _OUT, "eventless": "what one person likes to see"}},
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column()
    user_id: Mapped[UUID] = mapped_column()
    list_name: Mapped[str] = mapped_column()
    columns: Mapped[Any] = mapped_column(ARRAY(TEXT))
