"""A client's people as the API shows them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.identity.schemas import Email, Name
from imisofts.access import Action, Role


class TeamStanding(BaseModel):
    """What somebody is at a client: ``client`` does everything a client can and manages its people, ``client_team``
    has the single ``rights`` that are named."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"role": "client_team", "rights": ["invoice.read"]}}
    )

    role: Literal["client", "client_team"]
    rights: list[Action] | None = Field(default=None, max_length=len(Action))


class TeamInvitation(TeamStanding):
    """A colleague to invite. ``client_id`` is for staff, who manage the people of many clients; a client's own person
    may leave it out."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "email": "ada@example.com",
                "name": "Ada Lovelace",
                "role": "client_team",
                "rights": ["invoice.read"],
            }
        },
    )

    email: Email
    name: Name
    client_id: UUID | None = None


class TeamMember(BaseModel):
    """Somebody of a client. ``joined_at`` is null until the person has come in; ``link_made_at`` is of the newest link,
    ``mail_failed`` whether its mail did not leave. ``role_name`` is the name of a role that the agency made."""

    id: UUID
    email: str
    name: str
    role: Role
    role_name: str | None
    rights: list[Action] | None
    client_id: UUID
    client_name: str
    created_at: datetime
    joined_at: datetime | None
    link_made_at: datetime | None
    mail_failed: bool
    version: int
