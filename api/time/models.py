"""Tables of people and time. Durations are whole minutes."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CHAR, CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.kit.models import Base, ImportedMixin, TenantMixin, tenant_keys


class Person(TenantMixin, ImportedMixin, Base):
    """Somebody who works for the agency, whether she signs in or not (``user_id``). Archived, never deleted."""

    __tablename__ = "person"
    __table_args__ = tenant_keys(
        UniqueConstraint("workspace_id", "user_id"),
        Index("ix_person_list", "workspace_id", "name", "id"),
        imported=True,
    )

    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("app_user.id"))
    name: Mapped[str] = mapped_column(info={"lake": "personal"})
    email: Mapped[str | None] = mapped_column(info={"lake": "personal"})
    title: Mapped[str | None] = mapped_column()
    is_billable_role: Mapped[bool] = mapped_column(default=True)
    region: Mapped[str | None] = mapped_column()
    archived_at: Mapped[datetime | None] = mapped_column()


class PersonRate(TenantMixin, Base):
    """What an hour of somebody costs, or is billed at, from ``started_on`` until before ``ended_on``."""

    __tablename__ = "person_rate"
    __table_args__ = tenant_keys(
        UniqueConstraint("workspace_id", "person_id", "kind", "started_on"),
        CheckConstraint("kind in ('cost', 'bill')", name="kind"),
        CheckConstraint("hourly_rate >= 0", name="rate"),
        CheckConstraint("ended_on is null or ended_on >= started_on", name="ended"),
        references={"person_id": "person"},
    )

    person_id: Mapped[UUID] = mapped_column()
    kind: Mapped[str] = mapped_column()
    hourly_rate: Mapped[Decimal] = mapped_column(Numeric(24, 8))
    currency: Mapped[str] = mapped_column(CHAR(3))
    started_on: Mapped[date] = mapped_column()
    ended_on: Mapped[date | None] = mapped_column()


class WorkingHours(TenantMixin, ImportedMixin, Base):
    """A person's week from ``started_on`` until before ``ended_on``, in minutes a weekday."""

    __tablename__ = "working_hours"
    __table_args__ = tenant_keys(
        UniqueConstraint("workspace_id", "person_id", "started_on"),
        CheckConstraint("ended_on is null or ended_on >= started_on", name="ended"),
        CheckConstraint(
            "least(monday_minutes, tuesday_minutes, wednesday_minutes, thursday_minutes, friday_minutes,"
            " saturday_minutes, sunday_minutes) >= 0 and greatest(monday_minutes, tuesday_minutes, wednesday_minutes,"
            " thursday_minutes, friday_minutes, saturday_minutes, sunday_minutes) <= 1440",
            name="minutes",
        ),
        references={"person_id": "person"},
        imported=True,
    )

    person_id: Mapped[UUID] = mapped_column()
    started_on: Mapped[date] = mapped_column()
    ended_on: Mapped[date | None] = mapped_column()
    monday_minutes: Mapped[int] = mapped_column(default=0)
    tuesday_minutes: Mapped[int] = mapped_column(default=0)
    wednesday_minutes: Mapped[int] = mapped_column(default=0)
    thursday_minutes: Mapped[int] = mapped_column(default=0)
    friday_minutes: Mapped[int] = mapped_column(default=0)
    saturday_minutes: Mapped[int] = mapped_column(default=0)
    sunday_minutes: Mapped[int] = mapped_column(default=0)


class Holiday(TenantMixin, ImportedMixin, Base):
    """A day on which nobody of ``region`` works; without one, nobody at all."""

    __tablename__ = "holiday"
    __table_args__ = tenant_keys(Index("ix_holiday_list", "workspace_id", "on_date"), imported=True)

    on_date: Mapped[date] = mapped_column()
    name: Mapped[str] = mapped_column()
    region: Mapped[str | None] = mapped_column()


class TimeOff(TenantMixin, ImportedMixin, Base):
    """Days, first and last included, on which a person does not work: whole, or ``minutes_per_day`` of each."""

    __tablename__ = "time_off"
    __table_args__ = tenant_keys(
        CheckConstraint("ends_on >= starts_on", name="range"),
        CheckConstraint("minutes_per_day > 0", name="minutes"),
        CheckConstraint("kind in ('vacation', 'sick', 'other')", name="kind"),
        Index("ix_time_off_person", "workspace_id", "person_id", "starts_on"),
        references={"person_id": "person"},
        imported=True,
    )

    person_id: Mapped[UUID] = mapped_column()
    starts_on: Mapped[date] = mapped_column()
    ends_on: Mapped[date] = mapped_column()
    minutes_per_day: Mapped[int | None] = mapped_column()
    kind: Mapped[str] = mapped_column(default="vacation")


class TimeEntry(TenantMixin, ImportedMixin, Base):
    """Time that a person worked on one day. ``client_id`` is the project's; without a project it is internal.

    ``bill_rate`` (an hour, in ``currency``) stands in for the person's rate of that day.
    """

    __tablename__ = "time_entry"
    __table_args__ = tenant_keys(
        CheckConstraint("minutes > 0", name="minutes"),
        CheckConstraint("bill_rate >= 0", name="bill_rate"),
        CheckConstraint("(bill_rate is null) = (currency is null)", name="currency"),
        Index("ix_time_entry_person", "workspace_id", "person_id", "worked_on"),
        Index("ix_time_entry_project", "workspace_id", "project_id", "worked_on"),
        Index("ix_time_entry_list", "workspace_id", "worked_on", "id"),
        references={"person_id": "person", "project_id": "project", "task_id": "task", "client_id": "client"},
        imported=True,
    )

    person_id: Mapped[UUID] = mapped_column()
    project_id: Mapped[UUID | None] = mapped_column()
    task_id: Mapped[UUID | None] = mapped_column()
    client_id: Mapped[UUID | None] = mapped_column()
    worked_on: Mapped[date] = mapped_column()
    minutes: Mapped[int] = mapped_column()
    is_billable: Mapped[bool] = mapped_column(default=True)
    bill_rate: Mapped[Decimal | None] = mapped_column(Numeric(24, 8))
    currency: Mapped[str | None] = mapped_column(CHAR(3))
    note: Mapped[str | None] = mapped_column(info={"lake": "personal"})
