"""Notifications as the API shows them."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from api.notifications.kinds import Kind as Kind


class NotificationOut(BaseModel):
    """Something one is told; ``read_at`` is null until it was read."""

    id: UUID
    kind: Kind
    client_id: UUID | None
    subject_kind: str
    subject_id: UUID
    label: str
    occurred_at: datetime
    read_at: datetime | None


class Unread(BaseModel):
    """How many one has not read, of those one may still see."""

    unread: int


class Wanted(BaseModel):
    """Which kinds one is told, of those meant for one: true unless switched off."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"kinds": {"invoice.paid": False}}]})

    kinds: dict[Kind, bool]
