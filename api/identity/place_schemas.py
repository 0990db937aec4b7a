"""Hosts, domains and going between workspaces, as the API shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.identity.schemas import WorkspaceFace
from imisofts.access import Role


class HostOut(BaseModel):
    """Who answers at this host: a workspace, or (null) the installation for all of them."""

    workspace: WorkspaceFace | None


class HomeOut(BaseModel):
    """A workspace that one belongs to, and where it is; ``current`` is the one signed in to."""

    workspace_id: UUID
    slug: str
    name: str
    role: Role
    url: str
    current: bool


class SwitchAsk(BaseModel):
    """The workspace to go to, by its slug."""

    model_config = ConfigDict(json_schema_extra={"example": {"workspace": "acme"}})

    workspace: str = Field(min_length=1, max_length=63)


class SwitchOut(BaseModel):
    """Where to go on. ``url`` is null where this very host serves the other workspace too: the session is in it now.
    Else it is a page that takes the code in its address, within 30 seconds and once."""

    url: str | None


class SwitchCodeIn(BaseModel):
    """The code from the address."""

    model_config = ConfigDict(json_schema_extra={"example": {"code": "from-the-address"}})

    code: str = Field(min_length=1, max_length=200)


class SwitchFace(BaseModel):
    """Who comes in, and where, by a code."""

    email: str
    workspace: WorkspaceFace


class DomainPut(BaseModel):
    """The host to have: ``portal.example.com``."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"host": "portal.example.com"}})

    host: Annotated[str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=253)]


class DomainOut(BaseModel):
    """Where the workspace is. ``url`` is its address now. ``host`` is the one it wants, null where none was named: the
    text ``record_value`` has to stand in a TXT record at ``record_name`` before it is used."""

    url: str
    host: str | None
    record_name: str | None
    record_value: str | None
    checked_at: datetime | None
    verified_at: datetime | None
    problem: str | None
    version: int | None
