"""What goes in and out about tickets, opening hours and promised times. Instants are UTC."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from api.clients.schemas import ExternalId
from api.kit.fields import TrueOrFalse, WholeNumber


def _without_null_byte(text: str) -> str:
    if "\x00" in text:
        raise ValueError("holds a character that no text has")
    return text


class Priority(StrEnum):
    """How urgent a ticket is; what is promised depends on it."""

    low = "low"
    normal = "normal"
    high = "high"
    urgent = "urgent"


Subject = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_without_null_byte)
]
Body = Annotated[
    str, StringConstraints(min_length=1, max_length=20000, strip_whitespace=True), AfterValidator(_without_null_byte)
]
Minute = Annotated[WholeNumber, Field(ge=0, le=1440, description="Minutes since midnight", examples=[540])]


class TicketOpen(BaseModel):
    """A new ticket. A client's user leaves ``client_id`` out: it is her own."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"subject": "The form does not send", "body": "Since this morning."}},
    )

    client_id: UUID | None = None
    subject: Subject
    body: Body
    priority: Priority = Priority.normal
    external_id: ExternalId | None = None


class TicketUpdate(BaseModel):
    """What is to change; a field left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"priority": "high"}})

    subject: Subject | None = None
    priority: Priority | None = None
    assignee_id: UUID | None = None


class Answer(BaseModel):
    """A public answer, and whose turn it is after it: ours, the client's, or nobody's."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"body": "Could you try again?", "then": "wait"}}
    )

    body: Body
    then: Literal["open", "wait", "resolve"] = "wait"


class Message(BaseModel):
    """A message."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"body": "It works now, thank you."}})

    body: Body


class Rating(BaseModel):
    """Whether the client is satisfied with how the ticket was handled."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"is_satisfied": True}})

    is_satisfied: TrueOrFalse


class TicketEventOut(BaseModel):
    """One step of a ticket. ``noted`` is among staff."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    author_kind: str
    author_id: UUID | None
    occurred_at: datetime
    body: str | None


class TicketListed(BaseModel):
    """A ticket in a list."""

    id: UUID
    number: str
    external_id: str | None
    client_id: UUID
    client_name: str
    assignee_id: UUID | None
    subject: str
    priority: str
    status: str
    opened_at: datetime
    first_response_at: datetime | None
    resolved_at: datetime | None
    reopened_count: int
    is_satisfied: TrueOrFalse | None
    source: str
    version: int
    created_at: datetime
    updated_at: datetime


class TicketOut(TicketListed):
    """A ticket with its steps and what is promised: the instants by which it should be answered and resolved, by the
    opening hours. Null once it happened, and while we wait for the client."""

    first_response_due_at: datetime | None
    resolution_due_at: datetime | None
    events: list[TicketEventOut]


class OpeningHours(BaseModel):
    """One interval of a weekday (0 is Monday), in minutes since midnight in the workspace's zone."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    weekday: Annotated[WholeNumber, Field(ge=0, le=6)]
    opens_minute: Minute
    closes_minute: Minute

    @model_validator(mode="after")
    def _in_order(self) -> "OpeningHours":
        if self.opens_minute >= self.closes_minute:
            raise ValueError("closes_minute lies before opens_minute")
        return self


class BusinessHours(BaseModel):
    """When support is open. Without own hours (``is_default``) Monday to Friday, nine to five."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "intervals": [{"weekday": 0, "opens_minute": 540, "closes_minute": 1020}],
                "is_default": False,
            }
        }
    )

    intervals: list[OpeningHours]
    is_default: bool


class BusinessHoursSet(BaseModel):
    """The hours that replace all others; an empty list goes back to the default."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"intervals": [{"weekday": 0, "opens_minute": 480, "closes_minute": 720}]}},
    )

    intervals: Annotated[list[OpeningHours], Field(max_length=100)]


class Promise(BaseModel):
    """Business minutes until the first answer and until the resolution of a priority's tickets."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    priority: Priority
    first_response_minutes: Annotated[WholeNumber, Field(gt=0, le=10_000_000)]
    resolution_minutes: Annotated[WholeNumber, Field(gt=0, le=10_000_000)]


class ServiceLevels(BaseModel):
    """What is promised for each priority."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"targets": [{"priority": "urgent", "first_response_minutes": 60, "resolution_minutes": 480}]}
        },
    )

    targets: Annotated[list[Promise], Field(max_length=4)]


class TicketsStanding(BaseModel):
    """Tickets that are not resolved: whose turn it is, how many have had no first answer yet, how many nobody has
    taken. ``waiting_id`` and ``unanswered_id`` are the oldest of theirs."""

    open: int
    waiting: int
    unanswered: int
    unassigned: int
    waiting_id: UUID | None
    unanswered_id: UUID | None
