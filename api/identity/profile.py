"""What a person tells us of themselves."""

from typing import Any

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.identity import factor_queries, repository
from api.identity.freshness import require_person
from api.identity.models import AppUser
from api.identity.profile_schemas import ProfileOut, ProfileUpdate, Step
from api.kit.concurrency import require_match
from imisofts.access import Actor

COLUMNS = (AppUser.id, AppUser.name, AppUser.email, AppUser.locale, AppUser.timezone, AppUser.phone, AppUser.version)
"""What the service may read of a person; the password hash is not among it."""


async def read(session: AsyncSession, actor: Actor) -> ProfileOut:
    """One's own profile."""
    require_person(actor)
    return await _shown(session, await _row(session, actor))


async def change(session: AsyncSession, actor: Actor, if_match: str | None, wanted: ProfileUpdate) -> ProfileOut:
    """Change it, for all workspaces one belongs to. The event keeps language and zone, and of the rest nothing."""
    require_person(actor)
    row = await _row(session, actor, lock=True)
    require_match(if_match, row["version"])
    values: dict[str, Any] = wanted.model_dump(exclude_unset=True)
    changed = {**values, "version": row["version"] + 1}
    await session.execute(update(AppUser).where(AppUser.id == row["id"]).values(changed))
    member = await repository.membership_of(session, row["id"])
    assert member is not None
    habits = {name for name in values if name in {"locale", "timezone"}}
    before, after = ({name: source[name] for name in habits} for source in (row, values))
    await events.record(session, actor, EventName.PROFILE_UPDATED, member, before=before, after=after)
    return await _shown(session, await _row(session, actor))


async def _row(session: AsyncSession, actor: Actor, *, lock: bool = False) -> RowMapping:
    query = select(*COLUMNS).where(AppUser.id == actor.user_id)
    return (await session.execute(query.with_for_update() if lock else query)).mappings().one()


async def _shown(session: AsyncSession, row: RowMapping) -> ProfileOut:
    done = {name: bool(row[name]) for name in ("name", "locale", "timezone", "phone")}
    done["second_factor"] = await factor_queries.has_factor(session, row["id"])
    steps = [Step.model_validate({"step": name, "done": is_done}) for name, is_done in done.items()]
    return ProfileOut(**row, completion=steps)
