"""Reads and locks of projects. Every read begins at a ``visible…`` select; row-level security stands behind it."""

from collections.abc import Collection, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.clients.models import Client
from api.kit.errors import NotFound
from api.kit.narrow import narrowed
from api.kit.search import Findable
from api.projects.models import Milestone, Project, Task
from api.time.models import Person, TimeEntry
from imisofts.access import Action, Actor

Row = TypeVar("Row", Project, Milestone, Task)


def _seen(query: Select[Any], actor: Actor) -> Select[Any]:
    query = query.where(Project.workspace_id == actor.workspace_id)
    return narrowed(query, actor, Project.client_id, Project.id)


def visible_projects(actor: Actor) -> Select[Project]:
    """The projects that ``actor`` may see, with their client; internal ones are no narrowed actor's, but
    for those chosen for it one by one."""
    return _seen(select(Project).outerjoin(Client, Client.id == Project.client_id), actor)


def visible_milestones(actor: Actor) -> Select[Milestone]:
    """The milestones of visible projects."""
    return _seen(select(Milestone).join(Project, Project.id == Milestone.project_id), actor)


def visible_tasks(actor: Actor) -> Select[Task]:
    """The tasks of visible projects, with project and assignee."""
    query = select(Task).join(Project, Project.id == Task.project_id)
    return _seen(query.outerjoin(Person, Person.id == Task.assignee_id), actor)


async def _lock(session: AsyncSession, query: Select[Row], model: type[Row], row_id: UUID, what: str) -> Row:
    query = query.where(model.id == row_id).with_for_update(of=model, key_share=True)
    found = await session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(f"There is no such {what}.")
    return found


async def require_project(session: AsyncSession, actor: Actor, project_id: UUID) -> None:
    """:class:`NotFound` unless the project is visible."""
    visible = visible_projects(actor).with_only_columns(Project.id).where(Project.id == project_id)
    if await session.scalar(visible) is None:
        raise NotFound("There is no such project.")


async def lock_project(session: AsyncSession, actor: Actor, project_id: UUID) -> Project:
    """One visible project, locked until the transaction ends; :class:`NotFound` for every other id."""
    return await _lock(session, visible_projects(actor), Project, project_id, "project")


async def lock_milestone(session: AsyncSession, actor: Actor, milestone_id: UUID) -> Milestone:
    """One visible milestone, locked."""
    return await _lock(session, visible_milestones(actor), Milestone, milestone_id, "milestone")


async def lock_task(session: AsyncSession, actor: Actor, task_id: UUID) -> Task:
    """One visible task, locked."""
    return await _lock(session, visible_tasks(actor), Task, task_id, "task")


async def tasks_of_milestone(session: AsyncSession, milestone_id: UUID) -> Sequence[Task]:
    """The tasks that lead to a milestone, locked."""
    query = select(Task).where(Task.milestone_id == milestone_id).order_by(Task.id).with_for_update(key_share=True)
    return (await session.scalars(query)).all()


async def tasks_without_milestone(session: AsyncSession, project_id: UUID, ids: Collection[UUID]) -> Sequence[Task]:
    """Those of these tasks that are the project's and lead to no milestone, locked."""
    query = select(Task).where(Task.project_id == project_id, Task.id.in_(ids), Task.milestone_id.is_(None))
    return (await session.scalars(query.order_by(Task.id).with_for_update())).all()


async def milestone_belongs(session: AsyncSession, milestone_id: UUID, project_id: UUID) -> bool:
    """Whether the milestone is one of the project's."""
    query = select(Milestone.id).where(Milestone.id == milestone_id, Milestone.project_id == project_id)
    return await session.scalar(query) is not None


async def may_be_assigned(session: AsyncSession, actor: Actor, person_id: UUID) -> bool:
    """Whether there is such a person, not archived."""
    query = select(Person.id).where(Person.workspace_id == actor.workspace_id, Person.id == person_id)
    return await session.scalar(query.where(Person.archived_at.is_(None))) is not None


async def has_time(session: AsyncSession, task_id: UUID) -> bool:
    """Whether somebody has entered time on the task."""
    return await session.scalar(select(TimeEntry.id).where(TimeEntry.task_id == task_id).limit(1)) is not None


def findable_projects(actor: Actor) -> Findable:
    """Projects by name and external id."""
    return Findable(
        kind="project",
        needs=Action.project_read,
        rows=visible_projects(actor),
        ident=Project.id,
        title=Project.name,
        detail=Client.name,
        within=(Project.name, Project.external_id),
        archived=Project.archived_at.is_not(None),
    )


def findable_tasks(actor: Actor) -> Findable:
    """Tasks by title and external id; they stand under their project."""
    return Findable(
        kind="task",
        needs=Action.project_read,
        rows=visible_tasks(actor),
        ident=Task.id,
        parent=Task.project_id,
        title=Task.title,
        detail=Project.name,
        within=(Task.title, Task.external_id),
        archived=Task.completed_on.is_not(None),
    )
