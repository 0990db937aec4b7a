"""What goes in and out about people and their time. Durations are whole minutes, rates decimals in units an hour."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.billing.schemas import Note, Short
from api.clients.schemas import Currency, Email, ExternalId, Name
from api.kit.fields import Day, TrueOrFalse, WholeNumber

HourlyRate = Annotated[Decimal, Field(ge=0, max_digits=24, decimal_places=8, allow_inf_nan=False)]
DayMinutes = Annotated[WholeNumber, Field(ge=0, le=1440)]
Correction = Annotated[
    TrueOrFalse, Field(description="Say so to change a closed month: without it a day before this month is refused.")
]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class RateKind(StrEnum):
    """What an hour costs the agency, or is billed at."""

    cost = "cost"
    bill = "bill"


class TimeOffKind(StrEnum):
    """Why somebody is off."""

    vacation = "vacation"
    sick = "sick"
    other = "other"


class PersonCreate(BaseModel):
    """Somebody who works for the agency; ``user_id`` links the sign-in of a member of staff."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"name": "Ann Weber", "email": "ann@acme.example", "title": "Designer"}},
    )

    name: Name
    email: Email | None = None
    title: Short | None = None
    is_billable_role: TrueOrFalse = True
    region: Short | None = None
    user_id: UUID | None = None
    external_id: ExternalId | None = None


class PersonUpdate(BaseModel):
    """What is to change; a field left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"title": "Lead designer"}})

    name: Name | None = None
    email: Email | None = None
    title: Short | None = None
    is_billable_role: TrueOrFalse | None = None
    region: Short | None = None
    user_id: UUID | None = None


class TeamPersonOut(BaseModel):
    """A person; ``version`` is what the ETag says."""

    id: UUID
    user_id: UUID | None
    external_id: str | None
    name: str
    email: str | None
    title: str | None
    is_billable_role: TrueOrFalse
    region: str | None
    archived: bool
    archived_at: datetime | None
    source: str
    version: int
    created_at: datetime
    updated_at: datetime


class RateSet(BaseModel):
    """A rate from a day on; the one before ends there. Without ``currency`` the workspace's."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"kind": "bill", "hourly_rate": "120.00", "started_on": "2026-12-01"}},
    )

    kind: RateKind
    hourly_rate: HourlyRate
    currency: Currency | None = None
    started_on: Day
    correction: Correction = False


class RateOut(BaseModel):
    """A rate, from ``started_on`` until before ``ended_on``. Cost rates need the right ``cost.read``."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    person_id: UUID
    kind: str
    hourly_rate: Decimal
    currency: str
    started_on: date
    ended_on: date | None
    version: int


class WorkingHoursSet(BaseModel):
    """A week from a day on; the one before ends there. A weekday left out is free."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"started_on": "2026-12-01", "monday_minutes": 480, "tuesday_minutes": 480}},
    )

    started_on: Day
    monday_minutes: DayMinutes = 0
    tuesday_minutes: DayMinutes = 0
    wednesday_minutes: DayMinutes = 0
    thursday_minutes: DayMinutes = 0
    friday_minutes: DayMinutes = 0
    saturday_minutes: DayMinutes = 0
    sunday_minutes: DayMinutes = 0
    correction: Correction = False


class WorkingHoursOut(BaseModel):
    """A person's week, from ``started_on`` until before ``ended_on``."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    person_id: UUID
    started_on: date
    ended_on: date | None
    monday_minutes: int
    tuesday_minutes: int
    wednesday_minutes: int
    thursday_minutes: int
    friday_minutes: int
    saturday_minutes: int
    sunday_minutes: int
    source: str
    version: int


class HolidayCreate(BaseModel):
    """A day on which nobody of ``region`` works; without one, nobody at all."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"on_date": "2026-12-25", "name": "Christmas Day"}}
    )

    on_date: Day
    name: Name
    region: Short | None = None
    external_id: ExternalId | None = None


class HolidayOut(BaseModel):
    """A holiday."""

    id: UUID
    external_id: str | None
    on_date: date
    name: str
    region: str | None
    source: str
    version: int
    created_at: datetime
    updated_at: datetime


class TimeOffCreate(BaseModel):
    """Days off, first and last included: whole, or ``minutes_per_day`` of each. Without ``person_id`` one's own."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"starts_on": "2026-12-21", "ends_on": "2026-12-31"}}
    )

    person_id: UUID | None = None
    starts_on: Day
    ends_on: Day
    minutes_per_day: Annotated[WholeNumber, Field(ge=1, le=1440)] | None = None
    kind: TimeOffKind = TimeOffKind.vacation
    external_id: ExternalId | None = None


class TimeOffUpdate(BaseModel):
    """What is to change; a field left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"ends_on": "2026-12-30"}})

    starts_on: Day | None = None
    ends_on: Day | None = None
    minutes_per_day: Annotated[WholeNumber, Field(ge=1, le=1440)] | None = None
    kind: TimeOffKind | None = None


class TimeOffOut(BaseModel):
    """Days off. One's own, or with the right to manage time everybody's."""

    id: UUID
    person_id: UUID
    person_name: str
    external_id: str | None
    starts_on: date
    ends_on: date
    minutes_per_day: int | None
    kind: str
    source: str
    version: int
    created_at: datetime
    updated_at: datetime


class TimeEntryCreate(BaseModel):
    """Time worked on one day. Without ``person_id`` one's own; without ``is_billable`` billable where the project has
    a client; ``bill_rate`` (an hour; without ``currency`` in the project's) stands in for the person's."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"worked_on": "2026-11-20", "minutes": 90, "note": "Wireframes"}}
    )

    person_id: UUID | None = None
    project_id: UUID | None = None
    task_id: UUID | None = None
    worked_on: Day
    minutes: Annotated[WholeNumber, Field(ge=1, le=1440)]
    is_billable: TrueOrFalse | None = None
    bill_rate: HourlyRate | None = None
    currency: Currency | None = None
    note: Note | None = None
    external_id: ExternalId | None = None


class TimeEntryUpdate(BaseModel):
    """What is to change; a field left out stays. The person stays who it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"minutes": 120}})

    project_id: UUID | None = None
    task_id: UUID | None = None
    worked_on: Day | None = None
    minutes: Annotated[WholeNumber, Field(ge=1, le=1440)] | None = None
    is_billable: TrueOrFalse | None = None
    bill_rate: HourlyRate | None = None
    currency: Currency | None = None
    note: Note | None = None


class TimeEntryOut(BaseModel):
    """A time entry; ``client_id`` is the project's."""

    id: UUID
    person_id: UUID
    person_name: str
    project_id: UUID | None
    project_name: str | None
    task_id: UUID | None
    task_title: str | None
    client_id: UUID | None
    external_id: str | None
    worked_on: date
    minutes: int
    is_billable: TrueOrFalse
    bill_rate: Decimal | None
    currency: str | None
    note: str | None
    source: str
    version: int
    created_at: datetime
    updated_at: datetime


class TotalBy(StrEnum):
    """What minutes are added up by."""

    project = "project"
    task = "task"
    person = "person"
    client = "client"
    day = "day"


class TimeTotal(BaseModel):
    """Minutes of all entries with one key: an id, a date, or null for entries without one."""

    key: str | None
    minutes: int
    billable_minutes: int


class TimeTotals(BaseModel):
    """Sums over the entries that the filters leave."""

    items: list[TimeTotal]


class HoursLeft(BaseModel):
    """A project under way with a budget: all minutes worked on it, and what is left, negative once it is exceeded."""

    project_id: UUID
    project_name: str
    client_name: str | None
    budget_minutes: int
    used_minutes: int
    left_minutes: int
