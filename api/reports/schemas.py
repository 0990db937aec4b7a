"""What is asked of reports and what they answer."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["queued", "held", "built", "sending", "sent", "failed", "unknown"]


class ReportCreate(BaseModel):
    """A report to make: for whom, of which month, and whether it is mailed."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"client": "C-1042", "period": "2026-10", "deliver": True}]}
    )

    client: str = Field(min_length=1, max_length=200, description="The client's external id or id.")
    period: str = Field(min_length=7, max_length=7, description="A month, like 2026-10.")
    deliver: bool = Field(default=True, description="Mail it to the client; otherwise it is only made.")


class ReportOut(BaseModel):
    """One delivery. ``held_reason`` says in words why it has not left; ``message_id`` is the mail's own."""

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
    sent_at: datetime | None
    version: int
