"""What is asked of reports and what they answer."""

from datetime import datetime
from typing import Annotated, Literal, get_args
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.kit.fields import TrueOrFalse

Status = Literal["queued", "held", "draft", "approved", "withdrawn", "built", "sending", "sent", "failed", "unknown"]
Section = Literal["work", "hours", "milestones", "support", "money", "next"]
Locale = Literal["en_GB", "en_US", "de_DE"]
Cadence = Literal["monthly", "quarterly", "none"]
EVERY: tuple[Section, ...] = get_args(Section)


class ReportCreate(BaseModel):
    """A report to make: for whom, of which month, and whether it is mailed."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"client": "C-1042", "period": "2026-10", "deliver": True}]}
    )

    client: str = Field(min_length=1, max_length=200, description="The client's external id or id.")
    period: str = Field(min_length=7, max_length=7, description="A month like 2026-10, or a quarter like 2026-Q4.")
    deliver: TrueOrFalse = Field(default=True, description="Mail it to the client; otherwise it is only made.")


class ReportOut(BaseModel):
    """One delivery. ``held_reason`` says in words why it has not left; ``message_id`` is the mail's own;
    ``locale`` is the language in which it was drawn."""

    id: UUID
    client_id: UUID
    client_name: str
    period: str
    deliver: bool
    status: Status
    held_reason: str | None
    failure: str | None
    publication_id: int | None
    figures_hash: str | None
    message_id: str
    created_at: datetime
    released_at: datetime | None
    approved_at: datetime | None
    approved_by: UUID | None
    sent_at: datetime | None
    locale: str | None
    version: int


def _in_order(given: list[Section]) -> list[Section]:
    """Each once, in the order of the pages."""
    return [name for name in EVERY if name in given]


class ReportSettingsSet(BaseModel):
    """How a client's reports are made from now on; what was drawn before stays as it is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "sections": ["work", "hours", "milestones", "money", "next"],
                "locale": "en_GB",
                "cadence": "quarterly",
                "review": True,
            }
        },
    )

    sections: Annotated[list[Section], Field(min_length=1, max_length=20), AfterValidator(_in_order)]
    locale: Locale
    cadence: Cadence = Field(description="How often a report is made by itself.")
    review: TrueOrFalse = Field(description="Whether a person approves each report before it leaves.")


class ReportSettingsOut(BaseModel):
    """The settings in force; ``version`` is 0 while a client has the defaults."""

    sections: list[Section]
    locale: str
    cadence: Cadence
    review: TrueOrFalse
    version: int


class ReportsStanding(BaseModel):
    """Reports that wait for a person: held back by the state of the data, not delivered, to be read before they leave;
    and how many were sent. The ids are the oldest of theirs."""

    held: int
    failed: int
    to_read: int
    sent: int
    held_id: UUID | None
    failed_id: UUID | None
    to_read_id: UUID | None
