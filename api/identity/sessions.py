"""A person's own sessions and password: looked at, ended, proved once more, changed."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.identity import factor_queries, factor_schemas, notices, proofs, repository, secrets, standings
from api.identity.entrance import SignedIn
from api.identity.errors import OwnMembership, PasswordRefused, ProofRefused
from api.identity.factors import own_membership, who_of
from api.identity.models import LoginSession
from api.identity.passwords import Passwords
from api.kit.errors import NotFound
from imisofts.access import Actor


@dataclass(frozen=True, slots=True)
class Caller:
    """Who acts in which of their sessions, with what a proof needs."""

    actor: Actor
    session_id: UUID
    secret_key: str
    passwords: Passwords


async def own(session: AsyncSession, actor: Actor, current: UUID) -> list[factor_schemas.SessionRow]:
    """The person's living sessions in every workspace, the one seen last first."""
    rows = await factor_queries.sessions_of(session, who_of(actor), session.info["clock"].now())
    return [factor_schemas.SessionRow(**row, current=row["id"] == current) for row in rows]


async def end(session: AsyncSession, actor: Actor, ident: UUID) -> None:
    """End one of the person's own sessions; another's is as unknown as any."""
    if not await factor_queries.end_sessions(session, who_of(actor), session.info["clock"].now(), only=ident):
        raise NotFound
    await events.record(session, actor, EventName.SESSION_ENDED, LoginSession(id=ident))


async def end_others(session: AsyncSession, actor: Actor, current: UUID) -> int:
    """End all of the person's sessions but this one, each with its event; how many."""
    others = [row for row in await own(session, actor, current) if not row.current]
    await factor_queries.end_sessions(session, who_of(actor), session.info["clock"].now(), spared=current)
    for row in others:
        await events.record(session, actor, EventName.SESSION_ENDED, LoginSession(id=row.id))
    return len(others)


async def end_of(session: AsyncSession, actor: Actor, membership_id: UUID) -> None:
    """End all sessions of a member in this workspace, each with its event. Access and factors stay, and so do sessions
    in other workspaces."""
    owners = await repository.lock_owners(session)
    row = await repository.member(session, membership_id)
    if row is None:
        raise NotFound
    if row.user_id == actor.user_id:
        raise OwnMembership("End your own sessions on your sessions page.")
    await standings.require_governable(session, actor, row, owners)
    living = select(LoginSession).where(LoginSession.user_id == row.user_id, LoginSession.revoked_at.is_(None))
    for ended in (await session.scalars(living.with_for_update())).all():
        ended.revoked_at = session.info["clock"].now()
        await events.record(session, actor, EventName.SESSION_ENDED, ended)


async def methods(session: AsyncSession, actor: Actor) -> list[factor_schemas.Method]:
    """How the person can prove who she is: by her second factor, or, without any, by her password."""
    user_id = who_of(actor)
    kinds = dict.fromkeys(row["kind"] for row in await factor_queries.factors_of(session, user_id))
    if kinds:
        left = await factor_queries.recovery_codes_left(session, user_id)
        return [*kinds, *(("recovery_code",) if left else ())]
    return ["password"] if await factor_queries.password_of(session, user_id) else []


async def step_up(session: AsyncSession, caller: Caller, proof: factor_schemas.StepUp) -> SignedIn:
    """Prove who one is once more. The session goes on under a new cookie; the one before is worth nothing."""
    row = await session.scalar(select(LoginSession).where(LoginSession.id == caller.session_id).with_for_update())
    if row is None or row.revoked_at is not None:
        raise NotFound
    if proof.password is not None:
        await _by_password(session, caller, proof.password)
    else:
        await proofs.prove(session, who_of(caller.actor), proof, caller.secret_key)
    await proofs.forget(session, who_of(caller.actor))
    cookie = secrets.new_secret()
    row.id_hash, row.proved_at = secrets.sha256(cookie), session.info["clock"].now()
    await events.record(session, caller.actor, EventName.SESSION_PROVED, row)
    return SignedIn(cookie, caller.actor, row.expires_at, row.remember)


async def _by_password(session: AsyncSession, caller: Caller, password: str) -> None:
    user_id = who_of(caller.actor)
    stored = await factor_queries.password_of(session, user_id)
    good = await caller.passwords.matches(password, stored)
    if await factor_queries.has_factor(session, user_id):
        raise ProofRefused("You have a second factor: show that.", fields=[("password", "is not enough")])
    if not good:
        raise ProofRefused("The password is wrong.", fields=[("password", "is wrong")])


async def change_password(session: AsyncSession, caller: Caller, asked: factor_schemas.PasswordChange) -> None:
    """Another password, for who knows the one before; every other session ends, and the person is told by mail."""
    user_id = who_of(caller.actor)
    stored, person = await factor_queries.password_of(session, user_id), await repository.person(session, user_id)
    assert person is not None
    if stored is not None and not await caller.passwords.matches(asked.current, stored):
        raise ProofRefused("The password of until now is wrong.", fields=[("current", "is wrong")])
    weak = secrets.weakness(asked.password, person["email"])
    if weak:
        raise PasswordRefused("Choose another password.", fields=[("password", weak)])
    fresh = await caller.passwords.hash(asked.password)
    if not await factor_queries.set_password(session, user_id, stored, fresh):
        raise ProofRefused("The password was changed in between.", fields=[("current", "is wrong")])
    await end_others(session, caller.actor, caller.session_id)
    await proofs.forget(session, user_id)
    membership = await own_membership(session, user_id)
    await events.record(session, caller.actor, EventName.PASSWORD_SET, membership)
    await notices.tell(session, membership, "password_changed")
