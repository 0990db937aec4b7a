"""What the operator does from the command line, where nobody is signed in. Plain functions over settings."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import AfterValidator, StringConstraints, TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.identity import factors, founding, letters, members, repository, schemas, secrets, service
from api.identity.authentication import operator
from api.identity.models import Membership, Workspace
from api.kit.clock import SystemClock
from api.kit.database import Database
from api.kit.errors import Conflict, NotFound
from api.kit.ids import new_id
from api.migrations.catalogue import metadata
from api.plans import service as plans
from api.plans.catalogue import PLANS
from imisofts.access import ACTIONS_OF_ROLE, Role
from imisofts.settings import Settings

Result = TypeVar("Result")
LIFE = timedelta(minutes=10)
Reason: TypeAdapter[str] = TypeAdapter(
    Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=10, max_length=300),
        AfterValidator(schemas.one_line),
    ]
)
"""Why the operator comes in: a sentence that the agency's people understand."""


class SlugTaken(Conflict):
    """Another workspace has this slug."""

    code = "slug_taken"


def token(settings: Settings, workspace_slug: str) -> str:
    """A bearer credential for ten minutes with an owner's rights in one workspace."""
    return secrets.operator_token(workspace_slug, SystemClock().now() + LIFE, settings.secret_key)


def create_workspace(
    settings: Settings,
    slug: str,
    *,
    name: str,
    currency: str,
    timezone: str,
    week_starts_on: int = 0,
    plan: str = "enterprise",
    ask_for_factors: bool = False,
) -> UUID:
    """Make a workspace; :class:`SlugTaken` when there is one of that slug. Who makes it by hand need not sell plans:
    it has the largest unless told otherwise. ``ask_for_factors`` gives it the rule of those that sign up."""
    schemas.WorkspaceUpdate(name=name, timezone=timezone, week_starts_on=week_starts_on)

    async def run(database: Database) -> UUID:
        async with database.begin(None) as session:
            if await repository.workspace_by_slug(session, slug):
                raise SlugTaken(f"There is already a workspace “{slug}”.")
        workspace_id = new_id()
        async with database.begin(workspace_id) as session:
            row = Workspace(
                id=workspace_id, slug=slug, name=name, currency=currency, timezone=timezone,
                week_starts_on=week_starts_on,
            )  # fmt: skip
            await founding.found(session, operator(workspace_id), row, plan)
            if ask_for_factors:
                await founding.ask_for_factors(session, operator(workspace_id))
        return workspace_id

    return _run(settings, run)


def create_user(settings: Settings, email: str, *, workspace: str, role: Role, name: str = "", **standing: Any) -> str:
    """Make somebody a member; the one-time link that sets a password, or the sign-in page for who has one.
    ``standing``: the other fields of :class:`schemas.Standing`; a client's team member has every right there is, unless
    told otherwise."""
    if role is Role.client_team:
        standing.setdefault("rights", sorted(ACTIONS_OF_ROLE[role]))
    asked = schemas.UserCreate(email=email, name=name or email.partition("@")[0], role=role, **standing)

    async def run(database: Database) -> str:
        workspace_id = await _known(database, workspace)
        async with database.begin(workspace_id) as session:
            made = await members.add_user(session, operator(workspace_id), asked, settings)
            return made.link or f"{settings.public_url}{letters.SIGN_IN_PATH}"

    return _run(settings, run)


def reset_factors(settings: Settings, email: str, workspace: str) -> str:
    """Remove somebody's second factors and recovery codes, end every session and tell them by mail; their name. The
    person is a member of the workspace; factors are the person's own, and so go everywhere."""

    async def run(database: Database) -> str:
        workspace_id = await _known(database, workspace)
        async with database.begin(workspace_id) as session:
            user = await repository.user_by_email(session, email.lower())
            member = await repository.membership_of(session, user["id"]) if user else None
            person = await repository.person(session, member.user_id) if member else None
            if member is None or person is None:
                raise NotFound(f"Nobody signs in to “{workspace}” as {email}.")
            await factors.reset(session, operator(workspace_id), member.id)
            return str(person["name"])

    return _run(settings, run)


def set_plan(settings: Settings, workspace: str, plan: str, day: date | None = None, extra_seats: int = 0) -> date:
    """Give a workspace a plan from ``day`` (today in its zone) on; the day it begins."""

    async def run(database: Database) -> date:
        workspace_id = await _known(database, workspace)
        async with database.begin(workspace_id) as session:
            start = day or await plans.today(session)
            await plans.set_plan(session, operator(workspace_id), PLANS[plan], start, extra_seats)
            return start

    return _run(settings, run)


@dataclass(frozen=True, slots=True)
class Overview:
    """One workspace as whoever runs the installation sees it: nothing of its contents. ``seats`` and ``clients`` are
    (used, included), without limit where the latter is None; ``last_act`` is the last that a person or a token did."""

    slug: str
    name: str
    is_open: bool
    plan: str
    seats: tuple[int, int | None]
    clients: tuple[int, int | None]
    last_act: datetime | None


def overview(settings: Settings) -> list[Overview]:
    """Every workspace, by slug. ``is_open`` once its owner has come in."""

    async def run(database: Database) -> list[Overview]:
        found = []
        for workspace_id in await service.workspace_ids(database):
            async with database.begin(workspace_id, read_only=True) as session:
                found.append(await _overview(session))
        return sorted(found, key=lambda each: each.slug)

    return _run(settings, run)


async def _overview(session: AsyncSession) -> Overview:
    row, plan = await repository.workspace(session), await plans.plan_out(session)
    owners = select(Membership.id).where(Membership.role == Role.owner.value, Membership.joined_at.is_not(None))
    return Overview(
        row.slug,
        row.name,
        await session.scalar(owners.limit(1)) is not None,
        plan.plan,
        (plan.seats.used, plan.seats.included),
        (plan.clients.used, plan.clients.included),
        await events.last_act(session),
    )


def enter(settings: Settings, workspace: str, reason: str) -> str:
    """:func:`token`, once the reason stands in the workspace's activity, where its people read it."""
    why = Reason.validate_python(reason)

    async def run(database: Database) -> None:
        workspace_id = await _known(database, workspace)
        async with database.begin(workspace_id) as session:
            row = await repository.workspace(session)
            await events.record(session, operator(workspace_id), EventName.OPERATOR_ENTERED, row, after={"reason": why})

    _run(settings, run)
    return token(settings, workspace)


async def _known(database: Database, slug: str) -> UUID:
    async with database.begin(None) as session:
        workspace_id = await repository.workspace_by_slug(session, slug)
    if workspace_id is None:
        raise NotFound(f"There is no workspace “{slug}”.")
    return workspace_id


def workspace_ids(settings: Settings) -> list[UUID]:
    """All workspaces, for schedules."""

    return _run(settings, service.workspace_ids)


def _run(settings: Settings, work: Callable[[Database], Awaitable[Result]]) -> Result:
    metadata()  # a command imports no router: without every table known, a foreign key has nothing to point at

    async def run() -> Result:
        database = Database(settings.app_database_url, pool_size=1)
        try:
            return await work(database)
        finally:
            await database.close()

    return asyncio.run(run())
