"""Tables of reports. Neither enters the lake: a report is made of its figures, and a PDF holds personal data."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
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


class ReportSetting(TenantMixin, Base):
    """How one client's reports are made, where that was ever decided: which sections, in which language, how often,
    and whether a person reads them before they leave. A client without a row has the defaults."""

    __tablename__ = "report_setting"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        UniqueConstraint("workspace_id", "client_id"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        ForeignKeyConstraint(["workspace_id", "client_id"], ["client.workspace_id", "client.id"]),
        CheckConstraint("cadence in ('monthly', 'quarterly', 'none')", name="cadence"),
        {"info": {"lake_excluded": "settings of documents, of no use to figures"}},
    )

    client_id: Mapped[UUID] = mapped_column()
    sections: Mapped[list[str]] = mapped_column(JSONB)
    locale: Mapped[str] = mapped_column()
    cadence: Mapped[str] = mapped_column()
    review: Mapped[bool] = mapped_column()


class ReportDelivery(TenantMixin, Base):
    """One report for one client and period. What is sent is frozen here: figures, hash, sections, language, template,
    brand and PDF; ``approved_at`` and ``approved_by`` tell of the review where there was one."""

    __tablename__ = "report_delivery"
    __table_args__ = (
        UniqueConstraint("workspace_id", "id"),
        ForeignKeyConstraint(["workspace_id"], ["workspace.id"]),
        ForeignKeyConstraint(
            ["workspace_id", "definition_id"], ["report_definition.workspace_id", "report_definition.id"]
        ),
        ForeignKeyConstraint(["workspace_id", "client_id"], ["client.workspace_id", "client.id"]),
        CheckConstraint(
            "status in ('queued', 'held', 'draft', 'approved', 'withdrawn', 'built', 'sending', 'sent', 'failed',"
            " 'unknown')",
            name="status",
        ),
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
    sections: Mapped[list[str] | None] = mapped_column(JSONB(none_as_null=True))
    locale: Mapped[str | None] = mapped_column()
    brand: Mapped[dict[str, Any] | None] = deferred(mapped_column(JSONB(none_as_null=True)))
    pdf: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    message_id: Mapped[str] = mapped_column()
    released_at: Mapped[datetime | None] = mapped_column()
    sent_at: Mapped[datetime | None] = mapped_column()
    approved_at: Mapped[datetime | None] = mapped_column()
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("app_user.id"))
