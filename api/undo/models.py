"""The table of what was just deleted."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.models import Base


class DeletedRow(Base):
    """A row that was deleted, with what went with it: ``rows`` is a list of ``{"table", "row"}``, the row first.

    ``id`` is the deleted row's own. The loader sees a deletion and, if it is undone, an insertion of the same key.
    """

    __tablename__ = "deleted_row"
    __table_args__ = (
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        {
            "info": {
                "lake_excluded": "kept for minutes, to undo a deletion",
                "eventless": "the deletion's own event tells of it, and so does the restoring one",
                "ends": "deleted_at < :now - interval '10 minutes'",
            }
        },
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    workspace_id: Mapped[UUID] = mapped_column()
    kind: Mapped[str] = mapped_column()
    rows: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    deleted_at: Mapped[datetime] = mapped_column()
