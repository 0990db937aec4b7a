"""What is under way now, and what of it is late."""

from datetime import date, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.clients.models import Client
from api.projects import repository
from api.projects.models import Milestone, Project, Task
from api.projects.schemas import Deliverable, ProjectsStanding, TasksStanding
from api.time.models import Person
from imisofts.access import Actor

SOON = timedelta(days=30)
MOST = 20
_UNDER_WAY = (Project.completed_on.is_(None), Project.archived_at.is_(None))


def under_way(actor: Actor) -> Select[Project]:
    """The visible projects that are neither completed nor archived."""
    return repository.visible_projects(actor).where(*_UNDER_WAY)


async def projects(session: AsyncSession, actor: Actor, today: date) -> ProjectsStanding:
    """Projects under way; late from the day after ``due_on``."""
    counts = (func.count().label("active"), func.count().filter(Project.due_on < today).label("late"))
    rows = await session.execute(under_way(actor).with_only_columns(*counts))
    return ProjectsStanding(**rows.mappings().one())


async def deliverables(session: AsyncSession, actor: Actor, today: date) -> list[Deliverable]:
    """What is promised to be delivered within 30 days, or should have been: the oldest promises first, 20 at most."""
    query = (
        repository.visible_milestones(actor)
        .outerjoin(Client, Client.id == Project.client_id)
        .with_only_columns(
            Milestone.id,
            Milestone.project_id,
            Project.name.label("project_name"),
            Client.name.label("client_name"),
            Milestone.title,
            Milestone.due_on,
            (Milestone.due_on < today).label("is_late"),
        )
        .where(*_UNDER_WAY, Milestone.completed_on.is_(None), Milestone.due_on <= today + SOON)
        .order_by(Milestone.due_on, Milestone.id)
        .limit(MOST)
    )
    return [Deliverable(**row) for row in (await session.execute(query)).mappings()]


async def own_tasks(session: AsyncSession, actor: Actor, today: date) -> TasksStanding | None:
    """The tasks of projects under way that are the actor's own; None for who is nobody's person here."""
    mine = select(Person.id).where(Person.workspace_id == actor.workspace_id, Person.user_id == actor.user_id)
    person_id = await session.scalar(mine)
    if person_id is None:
        return None
    counts = (
        func.count().label("open"),
        func.count().filter(Task.due_on < today).label("late"),
        func.count().filter(Task.due_on.between(today, today + timedelta(days=6))).label("this_week"),
    )
    query = repository.visible_tasks(actor).where(Task.assignee_id == person_id, Task.completed_on.is_(None))
    rows = await session.execute(query.where(*_UNDER_WAY).with_only_columns(*counts))
    return TasksStanding(**rows.mappings().one())
