"""Coming in. Every way in (password, link, single sign-on, passkey) ends in :func:`complete_sign_in`: whoever proved
who they are gets a session, or is asked for the second factor first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.clients.service import Client
from api.events import service as events
from api.events.schemas import EventName
from api.identity import factor_queries, repository, sealing, secrets
from api.identity.authentication import actor_from
from api.identity.errors import SignInRefused
from api.identity.models import LoginSession, Membership
from api.identity.places import place_of
from api.kit.database import address_of
from imisofts.access import Actor

ABSOLUTE = timedelta(hours=12)
REMEMBERED = timedelta(days=30)
CHALLENGE, CHALLENGE_LIFE = "second factor", timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Device:
    """Where a request comes from: the address at the other end, what the browser says it is, the host it asked for and
    the workspace that this host belongs to (None at the installation's own names)."""

    address: str
    user_agent: str
    host: str
    place: UUID | None = None


@dataclass(frozen=True, slots=True)
class Entrance:
    """How somebody comes in. ``whole`` says that what was shown proves both factors, as a passkey does."""

    device: Device
    secret_key: str
    remember: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session just begun; ``cookie`` is known to the browser alone."""

    cookie: str
    actor: Actor
    expires_at: datetime
    remember: bool


@dataclass(frozen=True, slots=True)
class Challenge:
    """Not in yet: ``token`` goes on to the second step and is good once, for five minutes. ``methods`` are those the
    person has (``totp``, ``key``, ``recovery_code``); with ``enrol``, those to choose one of, because the workspace
    asks for a second factor and there is none."""

    token: str
    actor: Actor
    methods: tuple[str, ...]
    enrol: bool


def device_of(request: Request) -> Device:
    """The device that sent this request."""
    agent = request.headers.get("user-agent", "")[:400].replace("\0", "")
    return Device(address_of(request), agent, request.headers.get("host", "").lower(), place_of(request))


async def complete_sign_in(session: AsyncSession, user_id: UUID, entrance: Entrance) -> SignedIn | Challenge:
    """Let in who proved who they are, or challenge them. ``session`` is bound to the workspace they come into;
    :class:`SignInRefused` for who is no member of it."""
    membership = await _membership(session, user_id)
    if not entrance.whole:
        factors = await factor_queries.factors_of(session, user_id)
        if factors:
            left = await factor_queries.recovery_codes_left(session, user_id)
            methods = [*dict.fromkeys(row["kind"] for row in factors), *(["recovery_code"] if left else [])]
            return await _challenge(session, membership, entrance, tuple(methods), enrol=False)
        if await is_required(session, membership.role):
            return await _challenge(session, membership, entrance, ("totp", "key"), enrol=True)
    return await begin(session, user_id, entrance, session.info["clock"].now())


async def is_required(session: AsyncSession, role: str) -> bool:
    """Whether the session's workspace asks people of ``role`` for a second factor by now."""
    policy = await factor_queries.policy(session)
    if policy is None or role not in policy.required_of:
        return False
    return policy.starts_at is None or policy.starts_at <= session.info["clock"].now()


async def asked_from(session: AsyncSession, role: str, user_id: UUID) -> datetime | None:
    """When the session's workspace begins to ask this person for a second factor; None where it asks already, never
    will, or there is one."""
    policy = await factor_queries.policy(session)
    if policy is None or policy.starts_at is None or role not in policy.required_of:
        return None
    if policy.starts_at <= session.info["clock"].now() or await factor_queries.has_factor(session, user_id):
        return None
    return policy.starts_at


async def begin(session: AsyncSession, user_id: UUID, entrance: Entrance, proved_at: datetime) -> SignedIn:
    """Begin a session for somebody who has proved all that is asked for, at ``proved_at``. Who has not accepted the
    invitation has none."""
    membership, now, cookie = await _membership(session, user_id), session.info["clock"].now(), secrets.new_secret()
    row = LoginSession(
        workspace_id=membership.workspace_id,
        user_id=user_id,
        id_hash=secrets.sha256(cookie),
        remember=entrance.remember,
        created_at=now,
        last_seen_at=now,
        expires_at=now + (REMEMBERED if entrance.remember else ABSOLUTE),
        address=entrance.device.address,
        user_agent=entrance.device.user_agent,
        proved_at=proved_at,
    )
    session.add(row)
    session.info["address"] = entrance.device.address
    actor = await _actor(session, membership)
    await events.record(session, actor, EventName.SESSION_STARTED, row)
    if membership.client_id is not None:
        await events.record(session, actor, EventName.CLIENT_SIGNED_IN, Client(id=membership.client_id))
    return SignedIn(cookie, actor, row.expires_at, entrance.remember)


async def _membership(session: AsyncSession, user_id: UUID) -> Membership:
    found = await repository.membership_of(session, user_id)
    if found is None or found.joined_at is None:
        raise SignInRefused("Address or password is wrong.")
    return found


async def _actor(session: AsyncSession, membership: Membership) -> Actor:
    return actor_from(await repository.standing(session, membership.id))


async def _challenge(
    session: AsyncSession, membership: Membership, entrance: Entrance, methods: tuple[str, ...], *, enrol: bool
) -> Challenge:
    claims = {
        "user": str(membership.user_id),
        "workspace": str(membership.workspace_id),
        "remember": entrance.remember,
        "enrol": enrol,
    }
    now = session.info["clock"].now()
    token = sealing.seal(CHALLENGE, claims, now, CHALLENGE_LIFE, entrance.secret_key)
    return Challenge(token, await _actor(session, membership), methods, enrol)
