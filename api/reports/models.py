"""Tables of reports. Neither enters the lake: a report is made of its figures, and a PDF holds personal data."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, deferred, mapped_column

from api.kit.models import Base, TenantMixin


class ReportDefinition(TenantMixin, Base):
    """What a workspace's reports look like: the template and the language."""

    __tablename__ = "report_definition"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "name"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        {"info": {"lake_excluded": "settings of documents, of no use to figures"}},
    )

    name: Mapped[str] = mapped_column()
    template: Mapped[str] = mapped_column()
    locale: Mapped[str] = mapped_column()


class ReportDelivery(TenantMixin, Base):
    """One report for one client and period. What was sent is frozen here: figures, hash, template, brand and PDF."""

    __tablename__ = "report_delivery"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        ForeignKeyConstraint(
            ["workspace_id", "definition_id"], ["report_definition.workspace_id", "report_definition.id"]
        ),
        ForeignKeyConstraint(["workspace_id", "client_id"], ["client.workspace_id", "client.id"]),
        CheckConstraint("status in ('queued', 'held', 'built', 'sending', 'sent', 'failed', 'unknown')", name="status"),
        CheckConstraint("(status = 'held') = (held_reason is not null)", name="held"),
        Index("ix_report_delivery_list", "workspace_id", "client_id", "period"),
        Index("ix_report_delivery_status", "workspace_id", "status"),
        {"info": {"lake_excluded": "documents made of the lake's own figures, with personal data in them"}},
    )

    definition_id: Mapped[UUID] = mapped_column()
    client_id: Mapped[UUID] = mapped_column()
    period: Mapped[str] = mapped_column()
    deliver: Mapped[bool] = mapped_column()
    status: Mapped[str] = mapped_column()
    held_reason: Mapped[str | None] = mapped_column()
    failure: Mapped[str | None] = mapped_column()
    publication_id: Mapped[int | None] = mapped_column()
    figures: Mapped[dict[str, Any] | None] = deferred(mapped_column(JSONB(none_as_null=True)))
    figures_hash: Mapped[str | None] = mapped_column()
    template_version: Mapped[str | None] = mapped_column()
    brand: Mapped[dict[str, Any] | None] = deferred(mapped_column(JSONB(none_as_null=True)))
    pdf: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    message_id: Mapped[str] = mapped_column()
    released_at: Mapped[datetime | None] = mapped_column()
    sent_at: Mapped[datetime | None] = mapped_column()
