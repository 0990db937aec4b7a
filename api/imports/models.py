"""The import run's table: what was sent, how far it is, what came of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.models import Base, TenantMixin


class ImportRun(TenantMixin, Base):
    """One import. ``done_rows`` is written outside the import's own transaction, so that others see it grow."""

    __tablename__ = "import_run"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        CheckConstraint("status in ('running', 'done', 'refused', 'failed')", name="status"),
        {"info": {"lake_excluded": "progress of a bulk load", "eventless": "each row that it writes has its event"}},
    )

    kind: Mapped[str] = mapped_column()
    file_name: Mapped[str] = mapped_column()
    dry_run: Mapped[bool] = mapped_column(default=False)
    status: Mapped[str] = mapped_column(default="running")
    total_rows: Mapped[int] = mapped_column(default=0)
    done_rows: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any] | None] = mapped_column()
    started_by: Mapped[UUID | None] = mapped_column()
    finished_at: Mapped[datetime | None] = mapped_column()
