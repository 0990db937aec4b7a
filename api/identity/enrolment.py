"""A first second factor on the way in, for who passed the first step where the workspace asks for one and has none."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.identity import factor_queries, factor_schemas, factors, keys, proofs, secrets
from api.identity.entrance import Challenge, Device, SignedIn
from api.identity.errors import ChallengeSpent
from api.identity.models import LoginSession
from api.kit.clock import Clock
from api.kit.database import Database
from imisofts.access import Actor

Keep = Callable[[AsyncSession, Actor, UUID | None], Awaitable[factor_schemas.FactorOut]]
"""Keeps the new factor of the person who has just come in, in the session that has just begun."""


async def totp_setup(
    database: Database, clock: Clock, asked: factor_schemas.EnrolmentStart, secret_key: str
) -> factor_schemas.TotpSetup:
    """The secret of a first authenticator."""
    challenge = proofs.opened(asked.challenge, secret_key, clock, enrol=True)
    async with database.begin(UUID(challenge.claims["workspace"]), read_only=True) as session:
        return await factors.start_totp(session, UUID(challenge.claims["user"]), secret_key)


async def key_question(
    database: Database, clock: Clock, asked: factor_schemas.EnrolmentStart, at: keys.Party, secret_key: str
) -> factor_schemas.KeyQuestion:
    """What to ask the browser to make a first key for this host."""
    challenge = proofs.opened(asked.challenge, secret_key, clock, enrol=True)
    async with database.begin(UUID(challenge.claims["workspace"]), read_only=True) as session:
        return await keys.new_question(session, UUID(challenge.claims["user"]), at, secret_key)


async def by_totp(
    database: Database, clock: Clock, asked: factor_schemas.Enrolment, device: Device, secret_key: str
) -> SignedIn | Challenge:
    """Keep a first authenticator and begin the session."""

    async def keep(session: AsyncSession, actor: Actor, current: UUID | None) -> factor_schemas.FactorOut:
        return await factors.add_totp(session, actor, asked, secret_key, current)

    return await _enrol(database, clock, asked.challenge, device, secret_key, keep)


async def by_key(
    database: Database, clock: Clock, asked: factor_schemas.KeyEnrolment, device: Device, secret_key: str
) -> SignedIn | Challenge:
    """Keep a first key and begin the session."""

    async def keep(session: AsyncSession, actor: Actor, current: UUID | None) -> factor_schemas.FactorOut:
        return await factors.add_key(session, actor, asked, secret_key, current)

    return await _enrol(database, clock, asked.challenge, device, secret_key, keep)


async def _enrol(
    database: Database, clock: Clock, token: str, device: Device, secret_key: str, keep: Keep
) -> SignedIn | Challenge:
    """Who got a factor in between proves that one instead."""
    challenge = proofs.opened(token, secret_key, clock, enrol=True)
    user_id = UUID(challenge.claims["user"])
    await proofs.count(database, user_id, clock)
    async with database.begin(UUID(challenge.claims["workspace"])) as session:
        if await factor_queries.has_factor(session, user_id):
            raise ChallengeSpent("There is a second factor now. Sign in once more.")
        came = await proofs.let_in(session, challenge, device, secret_key)
        await keep(session, came.actor, await _session_of(session, came))
        return came


async def _session_of(session: AsyncSession, came: SignedIn | Challenge) -> UUID | None:
    """The session that has just begun."""
    if isinstance(came, Challenge):
        return None
    return await session.scalar(select(LoginSession.id).where(LoginSession.id_hash == secrets.sha256(came.cookie)))
