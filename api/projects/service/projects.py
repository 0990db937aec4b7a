"""Projects: made, changed, completed, reopened, archived, restored."""

from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.billing import service as billing
from api.clients import service as clients
from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.concurrency import require_match
from api.kit.ids import new_id
from api.kit.rows import changes, require_free, touch
from api.projects import repository
from api.projects.errors import BadDate, BadFee, ProjectArchived, ProjectCompleted
from api.projects.models import Project
from api.projects.schemas import ProjectComplete, ProjectCreate, ProjectUpdate
from api.projects.service.shared import facts, require_order, require_past
from imisofts.access import Actor


async def usable(session: AsyncSession, actor: Actor, project_id: UUID) -> Project:
    """A visible project that takes new work, kept from being archived until the transaction ends."""
    project = await repository.lock_project(session, actor, project_id)
    if project.archived_at is not None:
        raise ProjectArchived("This project is archived; it takes nothing new.")
    return project


async def create(session: AsyncSession, actor: Actor, given: ProjectCreate) -> Project:
    """A new project; its currency is the given one, else its client's, else the workspace's."""
    await require_free(session, Project, given.external_id)
    require_order(given.started_on, given.due_on)
    currency = given.currency
    if given.client_id is not None:
        client = await clients.usable(session, actor, given.client_id)
        currency = currency or client.currency
    currency = currency or (await clients.workspace_facts(session, actor)).currency
    project = Project(
        id=new_id(),
        workspace_id=actor.workspace_id,
        fixed_fee_minor=_fee(given.fixed_fee, currency),
        currency=currency,
        source="api",
        **given.model_dump(exclude={"fixed_fee", "currency"}),
    )
    session.add(project)
    await session.flush()
    await events.record(session, actor, EventName.PROJECT_CREATED, project, after=facts(project))
    return project


def _fee(amount: Decimal | None, currency: str) -> int | None:
    """Minor units of a typed fee: one finer than the currency is refused, never rounded."""
    if amount is None:
        return None
    try:
        minor = billing.amounts.to_minor(amount, currency)
    except billing.amounts.AmountTooLargeError as error:
        raise BadFee("The fee is too large.", fields=[("fixed_fee", "is too large")]) from error
    if billing.amounts.to_units(minor, currency) != amount:
        raise BadFee(f"{currency} has no such fraction.", fields=[("fixed_fee", f"is finer than {currency} allows")])
    return minor


async def update(
    session: AsyncSession, actor: Actor, project_id: UUID, given: ProjectUpdate, if_match: str | None, clock: Clock
) -> Project:
    """Change what was sent; sending what is already there changes nothing and records nothing."""
    project = await repository.lock_project(session, actor, project_id)
    require_match(if_match, project.version)
    before = facts(project)
    sent = given.model_dump(exclude_unset=True, exclude={"fixed_fee"})
    changed = changes(project, sent, needed=("name",))
    if "fixed_fee" in given.model_fields_set:
        changed["fixed_fee_minor"] = _fee(given.fixed_fee, project.currency)
    for name, value in changed.items():
        setattr(project, name, value)
    require_order(project.started_on, project.due_on)
    if facts(project) != before:
        await touch(session, project, clock)
        await events.record(session, actor, EventName.PROJECT_UPDATED, project, before=before, after=facts(project))
    return project


async def complete(
    session: AsyncSession, actor: Actor, project_id: UUID, given: ProjectComplete, clock: Clock
) -> Project:
    """The work is done; its time and tasks stay as they are."""
    project = await repository.lock_project(session, actor, project_id)
    if project.completed_on is not None:
        raise ProjectCompleted(f"The project was completed on {project.completed_on}; reopen it first.")
    day = given.completed_on or await clients.today(session, actor, clock)
    await require_past(session, actor, clock, day)
    if project.started_on is not None and day < project.started_on:
        detail = "The project would be completed before it begins."
        raise BadDate(detail, fields=[("completed_on", "lies before started_on")])
    async with events.changing(session, actor, EventName.PROJECT_UPDATED, project, facts, clock):
        project.completed_on = day
    return project


async def reopen(session: AsyncSession, actor: Actor, project_id: UUID, clock: Clock) -> Project:
    """Take a completion back; an open project stays open."""
    project = await usable(session, actor, project_id)
    if project.completed_on is not None:
        async with events.changing(session, actor, EventName.PROJECT_UPDATED, project, facts, clock):
            project.completed_on = None
    return project


async def archive(session: AsyncSession, actor: Actor, project_id: UUID, if_match: str | None, clock: Clock) -> Project:
    """Take the project out of daily use; its time and figures stay. Archiving twice is one archiving."""
    project = await repository.lock_project(session, actor, project_id)
    require_match(if_match, project.version)
    if project.archived_at is None:
        async with events.changing(session, actor, EventName.PROJECT_ARCHIVED, project, facts, clock):
            project.archived_at = clock.now()
    return project


async def restore(session: AsyncSession, actor: Actor, project_id: UUID, clock: Clock) -> Project:
    """Bring an archived project back into daily use; one in use stays as it is."""
    project = await repository.lock_project(session, actor, project_id)
    if project.archived_at is not None:
        async with events.changing(session, actor, EventName.PROJECT_RESTORED, project, facts, clock):
            project.archived_at = None
    return project
