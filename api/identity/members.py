"""Members of a workspace: invited, changed and removed."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.identity import letters, links, repository, schemas, standings
from api.identity.errors import AlreadyMember, OwnMembership
from api.identity.models import Membership
from api.kit.concurrency import require_match
from api.kit.errors import NotFound
from api.kit.rows import facts_of
from api.plans import service as plans
from imisofts.access import CLIENT_ROLES, Actor
from imisofts.settings import Settings


async def add_user(
    session: AsyncSession, actor: Actor, asked: schemas.UserCreate, settings: Settings
) -> schemas.UserCreated:
    """Invite somebody. The membership waits, and opens nothing, until the person says yes by the link in the mail. Who
    opens the mail owns the address: nobody who invites ever sees the link. Only the operator, who can read the
    database anyway, gets it in the answer, and not that of a person who has a password.
    """
    row = await _added(session, actor, asked)
    known = await repository.user_by_email(session, asked.email)
    shown = actor.kind == "operator" and not (known and known["password_hash"])
    link = await links.new(session, row, settings.secret_key, "invitation", by_mail=not shown)
    told = letters.address(link, await repository.workspace(session), settings) if shown else None
    member = facts_of(row, "id", "user_id", "created_at", "joined_at", "version") | await standings.facts(session, row)
    return schemas.UserCreated(
        **member,
        role_name=await standings.role_name(session, row),
        email=asked.email,
        name=asked.name,
        link_made_at=link.created_at,
        link_problem=None,
        link=told,
    )


async def invite(session: AsyncSession, actor: Actor, asked: schemas.UserCreate, secret_key: str) -> Membership:
    """Invite somebody whose link leaves by mail, whoever invites."""
    row = await _added(session, actor, asked)
    await links.new(session, row, secret_key, "invitation")
    return row


async def _added(session: AsyncSession, actor: Actor, asked: schemas.UserCreate) -> Membership:
    """A membership that waits, with its event; staff take a seat of the plan."""
    await standings.require_givable(session, actor, asked)
    user_id = await repository.ensure_user(session, asked.email, asked.name)
    if await repository.membership_of(session, user_id):
        raise AlreadyMember("This person already belongs to the workspace.")
    row = Membership(
        workspace_id=actor.workspace_id, user_id=user_id, invited_by=actor.user_id, invited_name=asked.name
    )
    session.add(row)
    await standings.give(session, row, asked)
    after = await standings.facts(session, row) | {"user_id": user_id}
    await events.record(session, actor, EventName.USER_ADDED, row, after=after)
    if asked.role not in CLIENT_ROLES:
        await plans.hold(session, "seats")
    await session.refresh(row)
    return row


async def invite_again(session: AsyncSession, actor: Actor, membership_id: UUID, secret_key: str) -> None:
    """Mail somebody who has not come in yet the link anew; the one before is no good any more."""
    row = await repository.member(session, membership_id)
    if row is None:
        raise NotFound
    if row.joined_at is not None:
        raise AlreadyMember("This person has come in already.")
    await links.new(session, row, secret_key, "invitation")
    await events.record(session, actor, EventName.LINK_REQUESTED, row)


async def update_user(
    session: AsyncSession, actor: Actor, membership_id: UUID, if_match: str | None, change: schemas.UserUpdate
) -> Membership:
    """Change what somebody is here; their sessions count the change from their next request on."""
    row = await _of_somebody_else(session, actor, membership_id, if_match)
    await standings.require_givable(session, actor, change)
    before = await standings.facts(session, row)
    row.version += 1
    await standings.give(session, row, change)
    after = await standings.facts(session, row)
    await events.record(session, actor, EventName.USER_UPDATED, row, before=before, after=after)
    if before["role"] in CLIENT_ROLES and after["role"] not in CLIENT_ROLES:
        await plans.hold(session, "seats")
    return row


async def remove_user(session: AsyncSession, actor: Actor, membership_id: UUID, if_match: str | None) -> None:
    """End a membership, and with it the person's sessions, links and tokens here."""
    row = await _of_somebody_else(session, actor, membership_id, if_match)
    await events.record(
        session, actor, EventName.USER_REMOVED, row, before=facts_of(row, "role", "client_id", "user_id")
    )
    await session.flush()
    await session.delete(row)


async def _of_somebody_else(
    session: AsyncSession, actor: Actor, membership_id: UUID, if_match: str | None
) -> Membership:
    """Somebody else's membership; owners are changed by owners only, nobody changes what they are themselves, or
    somebody who may do more than they."""
    owners = await repository.lock_owners(session)
    row = await repository.member(session, membership_id)
    if row is None:
        raise NotFound
    require_match(if_match, row.version)
    if row.user_id == actor.user_id:
        raise OwnMembership("Somebody else has to change your own access.")
    await standings.require_governable(session, actor, row, owners)
    return row
