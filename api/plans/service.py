"""What a workspace may use, and whether it still may."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.kit.rows import facts_of
from api.plans import repository, schemas
from api.plans.catalogue import PLANS, Plan
from api.plans.errors import LimitReached
from api.plans.models import Entitlement
from imisofts.access import Actor

_FACTS = ("plan", "started_on", "ended_on", "seats", "extra_seats", "clients", "white_label", "requests_per_minute")


@dataclass(frozen=True, slots=True)
class Entitlements:
    """What a workspace may use on one day; ``None`` is without limit."""

    plan: str
    seats: int | None
    clients: int | None
    white_label: bool
    requests_per_minute: int


async def today(session: AsyncSession) -> date:
    """Today in the workspace's zone."""
    return day_in(session, await repository.timezone(session))


def day_in(session: AsyncSession, timezone: str) -> date:
    """Today in ``timezone``, for who knows the workspace's already."""
    found: date = session.info["clock"].today(timezone)
    return found


async def entitlements(session: AsyncSession, day: date, *, lock: bool = False) -> Entitlements:
    """The one answer to what the session's workspace may use on ``day``; a workspace without a row has the least.

    With ``lock`` nobody else counts against the same limits until the transaction ends.
    """
    row = await repository.on(session, day, lock=lock) or _row(PLANS["starter"], day, 0)
    return Entitlements(row.plan, row.seats, row.clients, row.white_label, row.requests_per_minute)


async def hold(session: AsyncSession, what: Literal["seats", "clients"]) -> None:
    """After adding: :class:`LimitReached` where there are more than the plan includes, and so the addition is undone.

    Two who add at once are let through one after the other, so that the last place is given once.
    """
    await session.flush()
    included = await entitlements(session, await today(session), lock=True)
    limit = getattr(included, what)
    if limit is None:
        return
    used = await (repository.seats if what == "seats" else repository.clients)(session)
    if used > limit:
        raise LimitReached(_words(what, included.plan, limit, used - 1))


async def require_seats(session: AsyncSession, more: int) -> None:
    """Before several are added: :class:`LimitReached` where the plan has no seats for all of them."""
    included = await entitlements(session, await today(session), lock=True)
    used = await repository.seats(session)
    if included.seats is not None and used + more > included.seats:
        name = included.plan.capitalize()
        way = "Ask for a larger plan or further seats under Settings, Plan."
        raise LimitReached(
            f"The plan {name} includes {included.seats} seats, and {used} are taken: the file brings {more} people who"
            f" take one. {way}"
        )


def _words(what: str, plan: str, limit: int, used: int) -> str:
    name = plan.capitalize()
    if what == "seats":
        way = "Take access away from somebody, or ask for a larger plan or another seat under Settings, Plan."
        return f"The plan {name} includes {limit} seats, and {used} are taken. {way}"
    way = "Archive a client, or ask for a larger plan under Settings, Plan."
    return f"The plan {name} includes {limit} clients, and there are {used}. {way}"


async def plan_out(session: AsyncSession) -> schemas.PlanOut:
    """The plan page's facts."""
    day = await today(session)
    now = await entitlements(session, day)
    first = datetime(day.year, day.month, 1, tzinfo=ZoneInfo(await repository.timezone(session)))
    return schemas.PlanOut(
        plan=now.plan,  # type: ignore[arg-type]  # a check of the table
        seats=schemas.Usage(used=await repository.seats(session), included=now.seats),
        seats_this_month=await repository.seats_since(session, first),
        clients=schemas.Usage(used=await repository.clients(session), included=now.clients),
        white_label=now.white_label,
        requests_per_minute=now.requests_per_minute,
        history=[
            schemas.Held(**facts_of(row, *schemas.Held.model_fields)) for row in await repository.history(session)
        ],
        offers=[schemas.Offer(**facts_of(plan, *schemas.Offer.model_fields)) for plan in PLANS.values()],
    )


async def set_plan(session: AsyncSession, actor: Actor, plan: Plan, day: date, extra_seats: int = 0) -> Entitlement:
    """The plan from ``day`` on: what is in force then ends, what was to begin later does not begin."""
    before = await repository.on(session, day, lock=True)
    told = facts_of(before, "plan", "seats", "clients") if before else {}
    if before is not None and before.started_on < day:
        before.ended_on = day
        before.version += 1
        await session.flush()
    await repository.drop_from(session, day)
    row = _row(plan, day, extra_seats)
    row.workspace_id = actor.workspace_id
    session.add(row)
    await events.record(session, actor, EventName.PLAN_SET, row, before=told, after=facts_of(row, *_FACTS))
    return row


def _row(plan: Plan, day: date, extra_seats: int) -> Entitlement:
    return Entitlement(
        plan=plan.name,
        started_on=day,
        seats=None if plan.seats is None else plan.seats + extra_seats,
        extra_seats=extra_seats,
        clients=plan.clients,
        white_label=plan.white_label,
        requests_per_minute=plan.requests_per_minute,
    )
