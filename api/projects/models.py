"""Tables of projects. A project without a client is internal."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CHAR, BigInteger, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.models import Base, ImportedMixin, TenantMixin, tenant_keys


class Project(TenantMixin, ImportedMixin, Base):
    """Work with a beginning and an end. Archived, never deleted: its hours stay."""

    __tablename__ = "project"
    __table_args__ = tenant_keys(
        CheckConstraint("budget_minutes >= 0", name="budget"),
        CheckConstraint("fixed_fee_minor >= 0", name="fee"),
        Index("ix_project_client", "workspace_id", "client_id"),
        Index("ix_project_list", "workspace_id", "name", "id"),
        references={"client_id": "client"},
        imported=True,
    )

    client_id: Mapped[UUID | None] = mapped_column()
    name: Mapped[str] = mapped_column()
    budget_minutes: Mapped[int | None] = mapped_column()
    fixed_fee_minor: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(CHAR(3))
    started_on: Mapped[date | None] = mapped_column()
    due_on: Mapped[date | None] = mapped_column()
    completed_on: Mapped[date | None] = mapped_column()
    archived_at: Mapped[datetime | None] = mapped_column()


class Milestone(TenantMixin, ImportedMixin, Base):
    """A result promised for a day."""

    __tablename__ = "milestone"
    __table_args__ = tenant_keys(
        Index("ix_milestone_project", "workspace_id", "project_id"), references={"project_id": "project"}, imported=True
    )

    project_id: Mapped[UUID] = mapped_column()
    title: Mapped[str] = mapped_column()
    due_on: Mapped[date | None] = mapped_column()
    completed_on: Mapped[date | None] = mapped_column()


class Task(TenantMixin, ImportedMixin, Base):
    """A piece of work. Its state follows from its dates: to do, in progress once started, done once completed."""

    __tablename__ = "task"
    __table_args__ = tenant_keys(
        CheckConstraint("estimate_minutes >= 0", name="estimate"),
        CheckConstraint("priority in ('low', 'normal', 'high', 'urgent')", name="priority"),
        Index("ix_task_project", "workspace_id", "project_id"),
        Index("ix_task_assignee", "workspace_id", "assignee_id"),
        Index("ix_task_list", "workspace_id", "due_on", "id"),
        references={"project_id": "project", "milestone_id": "milestone", "assignee_id": "person"},
        imported=True,
    )

    project_id: Mapped[UUID] = mapped_column()
    milestone_id: Mapped[UUID | None] = mapped_column()
    assignee_id: Mapped[UUID | None] = mapped_column()
    title: Mapped[str] = mapped_column()
    description: Mapped[str | None] = mapped_column(info={"lake": "personal"})
    priority: Mapped[str] = mapped_column(default="normal")
    estimate_minutes: Mapped[int | None] = mapped_column()
    started_on: Mapped[date | None] = mapped_column()
    due_on: Mapped[date | None] = mapped_column()
    completed_on: Mapped[date | None] = mapped_column()
