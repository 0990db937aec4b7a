"""Milestones: made, changed, completed, deleted, brought back."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.concurrency import require_match
from api.kit.ids import new_id
from api.kit.rows import changes, require_free
from api.projects import repository
from api.projects.models import Milestone, Task
from api.projects.schemas import MilestoneCreate, MilestoneUpdate
from api.projects.service.projects import usable
from api.projects.service.shared import facts, require_past
from api.undo import service as undo
from imisofts.access import Actor


async def create_milestone(
    session: AsyncSession, actor: Actor, project_id: UUID, given: MilestoneCreate, clock: Clock
) -> Milestone:
    """A new milestone of a project that takes new work."""
    project = await usable(session, actor, project_id)
    await require_free(session, Milestone, given.external_id)
    await require_past(session, actor, clock, given.completed_on)
    milestone = Milestone(
        id=new_id(), workspace_id=actor.workspace_id, project_id=project.id, source="api", **given.model_dump()
    )
    session.add(milestone)
    await session.flush()
    await events.record(session, actor, EventName.MILESTONE_CREATED, milestone, after=facts(milestone))
    return milestone


async def update_milestone(
    session: AsyncSession, actor: Actor, milestone_id: UUID, given: MilestoneUpdate, if_match: str | None, clock: Clock
) -> Milestone:
    """Change what was sent."""
    milestone = await repository.lock_milestone(session, actor, milestone_id)
    require_match(if_match, milestone.version)
    changed = changes(milestone, given.model_dump(exclude_unset=True), needed=("title",))
    await require_past(session, actor, clock, changed.get("completed_on"))
    await events.change(session, actor, EventName.MILESTONE_UPDATED, milestone, changed, facts, clock)
    return milestone


async def delete_milestone(
    session: AsyncSession, actor: Actor, milestone_id: UUID, if_match: str | None, clock: Clock
) -> None:
    """Take a promise away; its tasks stay and lead to no milestone. For ten minutes it can be brought back."""
    milestone = await repository.lock_milestone(session, actor, milestone_id)
    require_match(if_match, milestone.version)
    await undo.keep(session, Milestone, milestone.id, {Task: "milestone_id"})
    for task in await repository.tasks_of_milestone(session, milestone.id):
        async with events.changing(session, actor, EventName.TASK_UPDATED, task, facts, clock):
            task.milestone_id = None
    await events.record(session, actor, EventName.MILESTONE_DELETED, milestone, before=facts(milestone))
    await session.delete(milestone)
    await session.flush()


async def restore_milestone(session: AsyncSession, actor: Actor, milestone_id: UUID, clock: Clock) -> Milestone:
    """Bring back a milestone that was just deleted; its tasks lead to it again, but for those that lead elsewhere."""
    led = {UUID(row["id"]) for row in await undo.kept(session, Milestone, milestone_id, Task)}
    await undo.bring_back(session, Milestone, milestone_id)
    milestone = await repository.lock_milestone(session, actor, milestone_id)
    await usable(session, actor, milestone.project_id)
    for task in await repository.tasks_without_milestone(session, milestone.project_id, led):
        async with events.changing(session, actor, EventName.TASK_UPDATED, task, facts, clock):
            task.milestone_id = milestone.id
    await events.record(session, actor, EventName.MILESTONE_RESTORED, milestone, after=facts(milestone))
    return milestone
