"""Signing in and out, tokens and the workspace's own facts."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.identity import repository, schemas, secrets
from api.identity.actors import members_here as members_here
from api.identity.actors import session_lives as session_lives
from api.identity.entrance import Challenge, Device, Entrance, SignedIn, complete_sign_in
from api.identity.errors import SignInRefused, UnknownScope
from api.identity.models import ApiToken, Workspace
from api.identity.passwords import Passwords
from api.identity.repository import findable as findable
from api.kit import rate_limit
from api.kit.clock import Clock
from api.kit.concurrency import require_match
from api.kit.database import Database
from api.kit.errors import Forbidden, NotFound
from api.kit.rate_limit import Limit
from api.kit.rows import facts_of
from imisofts.access import Action, Actor, Role

EACH_ADDRESS = Limit(burst=300, interval=timedelta(milliseconds=100))
EACH_EMAIL = Limit(burst=10, interval=timedelta(seconds=30))
TOKEN_LIFE = timedelta(days=366)


async def sign_in(
    database: Database, passwords: Passwords, clock: Clock, asked: schemas.SignIn, device: Device, secret_key: str
) -> SignedIn | Challenge:
    """The first step by password. Every refusal costs one hash and reads the same."""
    now, email = clock.now(), asked.email.lower()
    async with database.begin(None) as session:
        await rate_limit.take(session, f"sign-in:{device.address}", EACH_ADDRESS, now)
        await rate_limit.take(session, f"sign-in:{email}", EACH_EMAIL, now)
        user = await repository.user_by_email(session, email)
        memberships = await repository.memberships_of(session, user["id"]) if user else []
    good = await passwords.matches(asked.password, user["password_hash"] if user else None)
    chosen = [row for row in memberships if is_meant(row, asked.workspace, device.place)]
    if user is None or not good or not chosen:
        raise SignInRefused("Address or password is wrong.")
    fresh = await passwords.hash(asked.password) if passwords.is_outdated(user["password_hash"]) else None
    async with database.begin(chosen[0]["workspace_id"]) as session:
        await rate_limit.forget(session, f"sign-in:{email}")
        if fresh:
            await repository.rehash(session, user["id"], user["password_hash"], fresh)
        return await complete_sign_in(session, user["id"], Entrance(device, secret_key, asked.remember))


def is_meant(membership: RowMapping, slug: str | None, place: UUID | None) -> bool:
    """Whether somebody means this workspace: the one of the host they are at, else the one they name, else any."""
    return membership["workspace_id"] == place if place else slug in (None, membership["slug"])


async def workspace_ids(database: Database) -> list[UUID]:
    """All workspaces: work that goes through them does one transaction in each."""
    async with database.begin(None, read_only=True) as session:
        return await repository.workspace_ids(session)


async def sign_out(session: AsyncSession, actor: Actor, session_id: UUID | None) -> None:
    """End the session; the next request with its cookie is nobody's."""
    row = await repository.living_session(session, session_id) if session_id else None
    if row is None:
        return
    row.revoked_at = session.info["clock"].now()
    await events.record(session, actor, EventName.SESSION_ENDED, row)


async def update_workspace(
    session: AsyncSession, actor: Actor, if_match: str | None, change: schemas.WorkspaceUpdate
) -> Workspace:
    """Change the workspace's facts; documents already written keep theirs."""
    row = await repository.workspace_of(session, actor, lock=True)
    require_match(if_match, row.version)
    wanted = {name: value for name, value in change.model_dump(exclude_unset=True).items() if value is not None}
    before = facts_of(row, *wanted)
    for name, value in wanted.items():
        setattr(row, name, value)
    row.version += 1
    await events.record(session, actor, EventName.WORKSPACE_UPDATED, row, before=before, after=wanted)
    return row


async def create_token(
    session: AsyncSession, actor: Actor, asked: schemas.TokenCreate, secret_key: str
) -> schemas.TokenCreated:
    """A token for the actor's own programs or the workspace's, never stronger than the actor."""
    if actor.user_id is None or actor.kind != "user":
        raise UnknownScope("Only a person makes tokens.")
    if asked.of_workspace and not actor.may(Action.workspace_token_manage):
        raise Forbidden("You do not make tokens of the workspace.")
    if asked.of_workspace and not asked.scopes:
        raise UnknownScope("A token of the workspace says what it may do.", fields=[("scopes", "choose at least one")])
    beyond = [scope for scope in asked.scopes if not actor.may(scope)]
    if beyond:
        raise UnknownScope("You do not have these rights.", fields=[("scopes", ", ".join(beyond))])
    token = secrets.new_api_token()
    row = ApiToken(
        workspace_id=actor.workspace_id,
        user_id=None if asked.of_workspace else actor.user_id,
        expires_at=_end_of(actor, asked.expires_at, session.info["clock"].now()),
        name=asked.name,
        prefix=token[:10],
        token_hash=secrets.keyed_hash(token, secret_key),
        scopes=[scope.value for scope in asked.scopes],
    )
    session.add(row)
    await events.record(session, actor, EventName.TOKEN_CREATED, row, after={"name": asked.name, "scopes": row.scopes})
    await session.refresh(row)
    return schemas.TokenCreated(**facts_of(row, *schemas.TokenOut.model_fields), token=token)


def _end_of(actor: Actor, asked: datetime | None, now: datetime) -> datetime | None:
    """When a token ends: only an owner's may never. Pure."""
    if asked is None:
        return None if actor.role is Role.owner else now + TOKEN_LIFE
    if asked <= now:
        raise UnknownScope("A token ends in the future.", fields=[("expires_at", "lies in the past")])
    if asked > now + TOKEN_LIFE and actor.role is not Role.owner:
        raise UnknownScope("Only an owner's token lasts longer than a year.", fields=[("expires_at", "is too far off")])
    return asked


async def revoke_token(session: AsyncSession, actor: Actor, token_id: UUID, if_match: str | None) -> None:
    """Make a token useless from the next request on."""
    query = repository.visible_tokens(actor).where(ApiToken.id == token_id).with_for_update()
    row = await session.scalar(query)
    if row is None or row.revoked_at is not None:
        raise NotFound
    require_match(if_match, row.version)
    row.revoked_at = session.info["clock"].now()
    row.version += 1
    await events.record(session, actor, EventName.TOKEN_REVOKED, row)
