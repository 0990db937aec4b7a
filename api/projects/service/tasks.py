"""Tasks: made, changed, completed, deleted, brought back."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.concurrency import require_match
from api.kit.ids import new_id
from api.kit.rows import changes, require_free
from api.projects import repository
from api.projects.errors import OtherProject, TaskHasTime
from api.projects.models import Task
from api.projects.schemas import TaskCreate, TaskUpdate
from api.projects.service.projects import usable
from api.projects.service.shared import facts, require_order, require_past
from api.undo import service as undo
from imisofts.access import Actor


async def project_of_task(session: AsyncSession, actor: Actor, task_id: UUID) -> UUID:
    """The project that a visible task belongs to; the task is kept from being deleted until the transaction ends."""
    return (await repository.lock_task(session, actor, task_id)).project_id


async def create_task(session: AsyncSession, actor: Actor, project_id: UUID, given: TaskCreate, clock: Clock) -> Task:
    """A new task of a project that takes new work."""
    project = await usable(session, actor, project_id)
    await require_free(session, Task, given.external_id)
    task = Task(id=new_id(), workspace_id=actor.workspace_id, project_id=project.id, source="api", **given.model_dump())
    await _check(session, actor, task, set(given.model_fields_set), clock)
    session.add(task)
    await session.flush()
    await events.record(session, actor, EventName.TASK_CREATED, task, after=facts(task))
    return task


async def update_task(
    session: AsyncSession, actor: Actor, task_id: UUID, given: TaskUpdate, if_match: str | None, clock: Clock
) -> Task:
    """Change what was sent."""
    task = await repository.lock_task(session, actor, task_id)
    require_match(if_match, task.version)
    changed = changes(task, given.model_dump(exclude_unset=True), needed=("title", "priority"))
    if changed:
        async with events.changing(session, actor, EventName.TASK_UPDATED, task, facts, clock):
            with session.no_autoflush:
                for name, value in changed.items():
                    setattr(task, name, value)
                await _check(session, actor, task, set(changed), clock)
    return task


async def delete_task(session: AsyncSession, actor: Actor, task_id: UUID, if_match: str | None) -> None:
    """Throw a task away that nobody has worked on."""
    task = await repository.lock_task(session, actor, task_id)
    require_match(if_match, task.version)
    if await repository.has_time(session, task.id):
        raise TaskHasTime("Time was entered on this task; complete it instead of deleting it.")
    await undo.keep(session, Task, task.id)
    await events.record(session, actor, EventName.TASK_DELETED, task, before=facts(task))
    await session.delete(task)
    await session.flush()


async def restore_task(session: AsyncSession, actor: Actor, task_id: UUID) -> Task:
    """Bring back a task that was just deleted, to a project that takes new work."""
    await undo.bring_back(session, Task, task_id)
    task = await repository.lock_task(session, actor, task_id)
    await usable(session, actor, task.project_id)
    await events.record(session, actor, EventName.TASK_RESTORED, task, after=facts(task))
    return task


async def _check(session: AsyncSession, actor: Actor, task: Task, changed: set[str], clock: Clock) -> None:
    """What a task points at belongs to it; its dates stand in order."""
    require_order(task.started_on, task.due_on)
    if "completed_on" in changed:
        await require_past(session, actor, clock, task.completed_on)
    milestone_id = task.milestone_id if "milestone_id" in changed else None
    if milestone_id and not await repository.milestone_belongs(session, milestone_id, task.project_id):
        detail = "The project has no such milestone."
        raise OtherProject(detail, fields=[("milestone_id", "is none of this project's")])
    assignee_id = task.assignee_id if "assignee_id" in changed else None
    if assignee_id and not await repository.may_be_assigned(session, actor, assignee_id):
        raise OtherProject("There is no such person to assign.", fields=[("assignee_id", "is nobody here")])
