"""What a search answers."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

Kind = Literal[
    "client", "contact", "invoice", "subscription", "project", "task", "ticket", "service", "person", "report", "member"
]


class SearchHit(BaseModel):
    """One thing found; ``parent_id`` is the client of a contact and the project of a task."""

    kind: Kind
    id: UUID
    parent_id: UUID | None
    title: str = Field(description="Its name, subject or number.")
    detail: str | None = Field(description="What tells it from others of that title.")
    archived: bool = Field(description="Out of daily use: archived, completed, resolved, ended or withdrawn.")


class SearchOut(BaseModel):
    """The best hits of each kind; ``unfinished`` names kinds that were not searched through in time."""

    items: list[SearchHit]
    unfinished: list[Kind]
