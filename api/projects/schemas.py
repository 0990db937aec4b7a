"""What goes in and out about projects, milestones and tasks. Durations are whole minutes.

To a client the fields that are the agency's own business (budget, fee, estimates, people, descriptions, keys) are null.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.billing.schemas import Description, Note, Units
from api.clients.schemas import Currency, ExternalId, Name
from api.kit.fields import Day, WholeNumber

Minutes = Annotated[WholeNumber, Field(ge=0, le=2**31 - 1)]


class Priority(StrEnum):
    """How urgent a task is."""

    low = "low"
    normal = "normal"
    high = "high"
    urgent = "urgent"


class ProjectCreate(BaseModel):
    """A new project; without ``client_id`` it is internal. The client and the currency are fixed from here on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"name": "Website relaunch", "budget_minutes": 7200, "due_on": "2026-12-18"}},
    )

    name: Name
    client_id: UUID | None = None
    budget_minutes: Minutes | None = None
    fixed_fee: Annotated[Units, Field(ge=0)] | None = None
    currency: Currency | None = None
    started_on: Day | None = None
    due_on: Day | None = None
    external_id: ExternalId | None = None


class ProjectUpdate(BaseModel):
    """What is to change; a field left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"due_on": "2027-01-15"}})

    name: Name | None = None
    budget_minutes: Minutes | None = None
    fixed_fee: Annotated[Units, Field(ge=0)] | None = None
    started_on: Day | None = None
    due_on: Day | None = None


class ProjectComplete(BaseModel):
    """When; without ``completed_on`` today in the workspace's zone."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"completed_on": "2026-12-11"}})

    completed_on: Day | None = None


class ProjectOut(BaseModel):
    """A project. ``status`` is ``active`` or ``completed``; ``version`` is what the ETag says."""

    id: UUID
    external_id: str | None
    client_id: UUID | None
    client_name: str | None
    name: str
    status: str
    budget_minutes: int | None
    fixed_fee_minor: int | None
    currency: str
    started_on: date | None
    due_on: date | None
    completed_on: date | None
    archived: bool
    tasks_total: int
    tasks_done: int
    milestones_total: int
    milestones_done: int
    source: str
    version: int
    created_at: datetime
    updated_at: datetime


class MilestoneCreate(BaseModel):
    """A result to promise."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"title": "Design approved", "due_on": "2026-11-20"}}
    )

    title: Name
    due_on: Day | None = None
    completed_on: Day | None = None
    external_id: ExternalId | None = None


class MilestoneUpdate(BaseModel):
    """What is to change; ``completed_on`` as null takes a completion back."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"completed_on": "2026-11-18"}})

    title: Name | None = None
    due_on: Day | None = None
    completed_on: Day | None = None


class MilestoneOut(BaseModel):
    """A milestone."""

    id: UUID
    project_id: UUID
    external_id: str | None
    title: str
    due_on: date | None
    completed_on: date | None
    source: str
    version: int
    created_at: datetime
    updated_at: datetime


class TaskCreate(BaseModel):
    """A piece of work; its state follows from its dates."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"title": "Wireframes", "estimate_minutes": 480}}
    )

    title: Description
    description: Note | None = None
    priority: Priority = Priority.normal
    milestone_id: UUID | None = None
    assignee_id: UUID | None = None
    estimate_minutes: Minutes | None = None
    started_on: Day | None = None
    due_on: Day | None = None
    completed_on: Day | None = None
    external_id: ExternalId | None = None


class TaskUpdate(BaseModel):
    """What is to change; ``completed_on`` completes the task, and as null opens it again."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"completed_on": "2026-11-18"}})

    title: Description | None = None
    description: Note | None = None
    priority: Priority | None = None
    milestone_id: UUID | None = None
    assignee_id: UUID | None = None
    estimate_minutes: Minutes | None = None
    started_on: Day | None = None
    due_on: Day | None = None
    completed_on: Day | None = None


class TaskOut(BaseModel):
    """A task. ``status`` is ``todo``, ``in_progress`` or ``done``."""

    id: UUID
    project_id: UUID
    project_name: str
    milestone_id: UUID | None
    assignee_id: UUID | None
    assignee_name: str | None
    external_id: str | None
    title: str
    description: str | None
    status: str
    priority: str | None
    estimate_minutes: int | None
    started_on: date | None
    due_on: date | None
    completed_on: date | None
    source: str
    version: int
    created_at: datetime
    updated_at: datetime


class ProjectsStanding(BaseModel):
    """Projects under way, and of these the ones past their due date."""

    active: int
    late: int


class Deliverable(BaseModel):
    """A milestone that is still to come, or late, of a project under way."""

    id: UUID
    project_id: UUID
    project_name: str
    client_name: str | None
    title: str
    due_on: date
    is_late: bool


class TasksStanding(BaseModel):
    """The viewer's own open tasks: past their due date, due within a week, and all."""

    open: int
    late: int
    this_week: int
