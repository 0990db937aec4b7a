"""The import run's table: what was sent, how far it is, what came of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.models import Base, TenantMixin


class ImportRun(TenantMixin, Base):
    """One import. ``done_rows`` is written outside the import's own transaction, so that others see it grow.

    ``options`` are those with which the file was read, ``shape`` is what it looks like (its columns with samples, its
    sheets), ``file_id`` the kept file of a dry run.
    """

    __tablename__ = "import_run"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        CheckConstraint("status in ('running', 'done', 'refused', 'failed')", name="status"),
        {
            "info": {
                "lake_excluded": "progress of a bulk load",
                "eventless": "each row that it writes has its event, and so has its end",
            }
        },
    )

    kind: Mapped[str] = mapped_column()
    file_name: Mapped[str] = mapped_column()
    dry_run: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(default="running")
    total_rows: Mapped[int] = mapped_column(default=0)
    done_rows: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None] = mapped_column()
    options: Mapped[dict[str, Any] | None] = mapped_column()
    shape: Mapped[dict[str, Any] | None] = mapped_column()
    file_id: Mapped[UUID | None] = mapped_column()
    started_by: Mapped[UUID | None] = mapped_column()
    finished_at: Mapped[datetime | None] = mapped_column()


class ImportFile(TenantMixin, Base):
    """The file of a dry run, kept for a day so that it can be read again with another mapping, and then for real."""

    __tablename__ = "import_file"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        {
            "info": {
                "lake_excluded": "files on their way in",
                "eventless": "the rows that come of it have theirs",
                "ends": "created_at < :now - interval '1 day'",
            }
        },
    )

    name: Mapped[str] = mapped_column()
    content: Mapped[bytes] = mapped_column()
