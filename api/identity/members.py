"""Members of a workspace: invited, changed and removed; and the links by which people come in."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.identity import jobs, letters, repository, schemas, secrets
from api.identity.authentication import system_of
from api.identity.errors import AlreadyMember, OwnMembership, UnknownClient
from api.identity.models import Membership, SignInLink
from api.identity.service import EACH_ADDRESS
from api.jobs import enqueue
from api.kit import rate_limit
from api.kit.clock import Clock
from api.kit.concurrency import require_match
from api.kit.database import Database
from api.kit.errors import Forbidden, NotFound
from api.kit.ids import new_id
from api.kit.rate_limit import Limit
from api.kit.rows import facts_of
from imisofts.access import Actor, Role
from imisofts.settings import Settings

LINK_LIFE = timedelta(days=7)
RESET_LIFE = timedelta(minutes=30)
EACH_RESET = Limit(burst=3, interval=timedelta(minutes=5))


async def add_user(
    session: AsyncSession, actor: Actor, asked: schemas.UserCreate, settings: Settings
) -> schemas.UserCreated:
    """Make somebody a member. Who opens the mail owns the address: the link that sets the password goes there, and
    nobody who invites ever sees it. Only the operator, who can read the database anyway, gets it in the answer.

    A person who has a password keeps it, and is told of the new workspace.
    """
    await _check(session, actor, asked.role, asked.client_id)
    user_id = await repository.ensure_user(session, asked.email, asked.name)
    if await repository.membership_of(session, user_id):
        raise AlreadyMember("This person already belongs to the workspace.")
    row = Membership(workspace_id=actor.workspace_id, user_id=user_id, role=asked.role.value, client_id=asked.client_id)
    session.add(row)
    await events.record(session, actor, EventName.USER_ADDED, row, after=facts_of(row, "role", "client_id", "user_id"))
    await session.refresh(row)
    link = await _invite(session, row, asked.email, settings.secret_key, by_mail=actor.kind != "operator")
    shown = actor.kind == "operator" and link.purpose != "notice"
    told = letters.address(secrets.link_token(link.id, settings.secret_key), settings) if shown else None
    facts = facts_of(row, "id", "user_id", "role", "client_id", "created_at", "joined_at", "version")
    return schemas.UserCreated(
        **facts, email=asked.email, name=asked.name, link_made_at=link.created_at, link_problem=None, link=told
    )


async def invite_again(session: AsyncSession, actor: Actor, membership_id: UUID, secret_key: str) -> None:
    """Mail a member the link anew; the one before is no good any more."""
    row = await repository.member(session, membership_id)
    person = await repository.person(session, row.user_id) if row else None
    if row is None or person is None:
        raise NotFound
    await _invite(session, row, person["email"], secret_key, by_mail=True)
    await events.record(session, actor, EventName.LINK_REQUESTED, row)


async def reset_password(
    database: Database, clock: Clock, asked: schemas.PasswordReset, address: str, secret_key: str
) -> None:
    """Mail a link to whoever has this address. An unknown address costs the same work and is answered alike: its job
    finds nothing to do."""
    now, email = clock.now(), asked.email.lower()
    async with database.begin(None) as session:
        await rate_limit.take(session, f"sign-in:{address}", EACH_ADDRESS, now)
        await rate_limit.take(session, f"reset:{email}", EACH_RESET, now)
        user = await repository.user_by_email(session, email)
        memberships = await repository.memberships_of(session, user["id"] if user else new_id())
    async with database.begin(memberships[0]["workspace_id"] if memberships else None) as session:
        member = await repository.membership_of(session, user["id"]) if user and memberships else None
        if member is None:
            await enqueue(session, jobs.mail_link, workspace_id=str(new_id()), link_id=str(new_id()))
            return
        await _new_link(session, member, secret_key, "reset", RESET_LIFE, by_mail=True)
        await events.record(session, system_of(member.workspace_id), EventName.LINK_REQUESTED, member)


async def update_user(
    session: AsyncSession, actor: Actor, membership_id: UUID, if_match: str | None, change: schemas.UserUpdate
) -> Membership:
    """Change what somebody is here; their sessions count the change from their next request on."""
    row = await _of_somebody_else(session, actor, membership_id, if_match)
    await _check(session, actor, change.role, change.client_id)
    wanted = {"role": change.role.value, "client_id": change.client_id}
    before = facts_of(row, *wanted)
    for name, value in wanted.items():
        setattr(row, name, value)
    row.version += 1
    await events.record(session, actor, EventName.USER_UPDATED, row, before=before, after=wanted)
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
    """Somebody else's membership; owners are changed by owners only, and nobody changes what they are themselves."""
    row = await repository.member(session, membership_id)
    if row is None:
        raise NotFound
    require_match(if_match, row.version)
    if row.user_id == actor.user_id:
        raise OwnMembership("Somebody else has to change your own access.")
    if row.role == Role.owner and actor.role is not Role.owner:
        raise Forbidden("Only an owner changes an owner's access.")
    return row


async def _check(session: AsyncSession, actor: Actor, role: Role, client_id: UUID | None) -> None:
    """Whether the actor may give this role, with this client."""
    if role is Role.owner and actor.role is not Role.owner:
        raise Forbidden("Only an owner makes an owner.")
    if (role is Role.client) != (client_id is not None):
        raise UnknownClient(
            "A client user has a client, others have none.", fields=[("client_id", "does not fit the role")]
        )
    if client_id and not await repository.client_exists(session, client_id):
        raise UnknownClient("There is no such client.", fields=[("client_id", "is not a client of this workspace")])


async def _invite(
    session: AsyncSession, member: Membership, email: str, secret_key: str, *, by_mail: bool
) -> SignInLink:
    """The link of somebody without a password, the news of somebody with one."""
    user = await repository.user_by_email(session, email)
    purpose = "notice" if user and user["password_hash"] else "invitation"
    return await _new_link(session, member, secret_key, purpose, LINK_LIFE, by_mail=by_mail)


async def _new_link(
    session: AsyncSession, member: Membership, secret_key: str, purpose: str, life: timedelta, *, by_mail: bool
) -> SignInLink:
    """The newest link of a member, which ends those before; mailed once the transaction commits."""
    now, link_id = session.info["clock"].now(), new_id()
    await repository.end_links(session, member.user_id, now)
    # A notice opens nothing: nobody knows a token of its hash.
    token = secrets.new_secret() if purpose == "notice" else secrets.link_token(link_id, secret_key)
    row = SignInLink(
        id=link_id,
        workspace_id=member.workspace_id,
        user_id=member.user_id,
        token_hash=secrets.sha256(token),
        purpose=purpose,
        created_at=now,
        expires_at=now + life,
    )
    session.add(row)
    await session.flush()
    if by_mail:
        await enqueue(session, jobs.mail_link, workspace_id=str(member.workspace_id), link_id=str(link_id))
    return row
