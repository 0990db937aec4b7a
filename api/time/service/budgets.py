"""What is left of the hours agreed for a project."""

from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.clients.models import Client
from api.projects.models import Project
from api.time.models import TimeEntry
from api.time.schemas import HoursLeft


async def hours_left(session: AsyncSession, projects: Select[Project]) -> list[HoursLeft]:
    """For the projects with a budget among ``projects`` (the ones the actor sees, joined to their client):
    all minutes worked on them, billable
    or not, as reports count them; the least left first."""
    chosen = projects.where(Project.budget_minutes.is_not(None)).with_only_columns(
        Project.id, Project.name, Client.name.label("client_name"), Project.budget_minutes
    )
    wanted = chosen.subquery()
    used = func.coalesce(func.sum(TimeEntry.minutes), 0).label("used")
    query = (
        select(*wanted.c, used)
        .outerjoin(TimeEntry, TimeEntry.project_id == wanted.c.id)
        .group_by(*wanted.c)
        .order_by(wanted.c.budget_minutes - used, wanted.c.id)
    )
    return [_told(row) for row in await session.execute(query)]


def _told(row: Row[Any]) -> HoursLeft:
    return HoursLeft(
        project_id=row.id,
        project_name=row.name,
        client_name=row.client_name,
        budget_minutes=row.budget_minutes,
        used_minutes=row.used,
        left_minutes=row.budget_minutes - row.used,
    )
