"""What the verbs share: rows as events tell them, and checks of dates."""

from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.clients import service as clients
from api.kit.clock import Clock
from api.projects.errors import BadDate
from api.projects.models import Milestone, Project, Task
from imisofts.access import Actor

_FACTS = {
    Project: ("client_id", "external_id", "name", "budget_minutes", "fixed_fee_minor", "currency"),
    Milestone: ("project_id", "external_id", "title"),
    Task: (
        "project_id", "milestone_id", "assignee_id", "external_id", "title", "description", "priority",
        "estimate_minutes",
    ),
}  # fmt: skip
_DAYS = ("started_on", "due_on", "completed_on")


def facts(row: Project | Milestone | Task) -> dict[str, Any]:
    """A row as its events tell it; of a description, which is personal, they keep only that it changed."""
    found = {name: getattr(row, name) for name in (*_FACTS[type(row)], *_DAYS) if hasattr(row, name)}
    if isinstance(row, Project):
        found["archived"] = row.archived_at is not None
    return found


def require_order(started_on: date | None, due_on: date | None) -> None:
    """Nothing is due before it begins."""
    if started_on is not None and due_on is not None and due_on < started_on:
        raise BadDate("It would be due before it begins.", fields=[("due_on", "lies before started_on")])


async def require_past(session: AsyncSession, actor: Actor, clock: Clock, completed_on: date | None) -> None:
    """Nothing is completed in the future."""
    if completed_on is not None and completed_on > await clients.today(session, actor, clock):
        raise BadDate("Nothing is completed in the future.", fields=[("completed_on", "lies in the future")])
