"""One-time links: asked for, looked at, and spent. A link proves that its mail was read, and nothing else.

Looking never spends: programs that read mail open every address in it. Spending and what follows from it are one
transaction, in the workspace that the link belongs to.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.identity import jobs, repository, schemas, secrets
from api.identity.authentication import actor_from, system_of
from api.identity.entrance import Challenge, Device, Entrance, SignedIn, complete_sign_in
from api.identity.errors import LinkSpent, PasswordRefused
from api.identity.faces import face_of
from api.identity.models import Membership, SignInLink
from api.identity.passwords import Passwords
from api.identity.service import EACH_ADDRESS, is_meant
from api.jobs import enqueue
from api.kit import rate_limit
from api.kit.clock import Clock
from api.kit.database import Database
from api.kit.ids import new_id
from api.kit.rate_limit import Limit
from api.kit.rows import facts_of
from imisofts.access import Role

LIFE = {"invitation": timedelta(days=7), "reset": timedelta(minutes=30), "sign_in": timedelta(minutes=10)}
EACH_REQUEST = Limit(burst=3, interval=timedelta(minutes=5))


async def new(
    session: AsyncSession, member: Membership, secret_key: str, purpose: str, *, by_mail: bool = True
) -> SignInLink:
    """The newest link of a member for this purpose, which ends those before; mailed once the transaction commits."""
    now, link_id = session.info["clock"].now(), new_id()
    await repository.end_links(session, member.user_id, purpose, now)
    row = SignInLink(
        id=link_id,
        workspace_id=member.workspace_id,
        user_id=member.user_id,
        token_hash=secrets.sha256(secrets.link_token(link_id, secret_key)),
        purpose=purpose,
        created_at=now,
        expires_at=now + LIFE[purpose],
    )
    session.add(row)
    await session.flush()
    if by_mail:
        await enqueue(session, jobs.mail_link, workspace_id=str(member.workspace_id), link_id=str(link_id))
    return row


async def request(
    database: Database, clock: Clock, asked: schemas.LinkRequest, purpose: str, device: Device, secret_key: str
) -> None:
    """Mail a link (*reset* or *sign_in*) to whoever has this address and belongs to a workspace. An unknown address
    costs the same work and is answered alike: its job finds nothing to do."""
    now, email = clock.now(), asked.email.lower()
    async with database.begin(None) as session:
        await rate_limit.take(session, f"sign-in:{device.address}", EACH_ADDRESS, now)
        await rate_limit.take(session, f"{purpose}:{email}", EACH_REQUEST, now)
        user = await repository.user_by_email(session, email)
        memberships = await repository.memberships_of(session, user["id"] if user else new_id())
    chosen = [row for row in memberships if is_meant(row, asked.workspace, device.place)]
    async with database.begin(chosen[0]["workspace_id"] if chosen else None) as session:
        member = await repository.membership_of(session, user["id"]) if user and chosen else None
        if member is None:
            await enqueue(session, jobs.mail_link, workspace_id=str(new_id()), link_id=str(new_id()))
            return
        await new(session, member, secret_key, purpose)
        await events.record(session, system_of(member.workspace_id), EventName.LINK_REQUESTED, member)


async def _living(database: Database, now: datetime, token: str, device: Device) -> RowMapping:
    """What a link that still works is for; :class:`LinkSpent` for any other, and at another workspace's host."""
    async with database.begin(None) as session:
        await rate_limit.take(session, f"sign-in:{device.address}", EACH_ADDRESS, now)
        found = await repository.look_at_link(session, secrets.sha256(token), now)
    if found is None or device.place not in (None, found["workspace_id"]):
        raise LinkSpent("This link has been used or is too old.")
    return found


async def look(database: Database, clock: Clock, token: str, device: Device) -> schemas.LinkOut:
    """What a link does, for the page that asks before it does it; the link stays as it is."""
    found = await _living(database, clock.now(), token, device)
    async with database.begin(found["workspace_id"], read_only=True) as session:
        workspace = await repository.workspace(session)
        member = await repository.membership_of(session, found["user_id"])
        link = await repository.link_of(session, found["id"])
        assert member is not None
        inviter = await repository.person(session, member.invited_by) if member.invited_by else None
        return schemas.LinkOut(
            purpose=found["purpose"],
            email=found["email"],
            needs_password=found["purpose"] == "reset"
            or (found["purpose"] == "invitation" and not found["has_password"]),
            role=Role(member.role),
            invited_by=inviter["name"] if inviter and found["purpose"] == "invitation" else None,
            expires_at=link.expires_at,
            workspace=await face_of(session, workspace),
        )


async def sign_in(
    database: Database, clock: Clock, asked: schemas.LinkSignIn, device: Device, secret_key: str
) -> SignedIn | Challenge:
    """Come in with a *sign_in* link; a second factor is asked for as ever."""
    now = clock.now()
    found = await _living(database, now, asked.token, device)
    async with database.begin(found["workspace_id"]) as session:
        await _spend(session, found, "sign_in", now)
        return await complete_sign_in(session, found["user_id"], Entrance(device, secret_key, asked.remember))


async def accept(database: Database, clock: Clock, token: str, device: Device, secret_key: str) -> SignedIn | Challenge:
    """Say yes to an invitation, as somebody who has a password already, and come in."""
    now = clock.now()
    found = await _living(database, now, token, device)
    if not found["has_password"]:
        raise LinkSpent("This invitation asks for a password first.")
    async with database.begin(found["workspace_id"]) as session:
        await _spend(session, found, "invitation", now)
        await join(session, found["user_id"], now)
        return await complete_sign_in(session, found["user_id"], Entrance(device, secret_key))


async def set_password(
    database: Database, passwords: Passwords, clock: Clock, asked: schemas.LinkUse, device: Device, secret_key: str
) -> SignedIn | Challenge:
    """Set the password with a link (*reset*, or the *invitation* of somebody who has none), end all other sessions and
    come in; a second factor is asked for as ever."""
    now = clock.now()
    looked = await _living(database, now, asked.token, device)
    weak = secrets.weakness(asked.password, looked["email"])
    if weak:
        raise PasswordRefused("Choose another password.", fields=[("password", weak)])
    hashed = await passwords.hash(asked.password)
    async with database.begin(None) as session:
        found = await repository.use_link(session, secrets.sha256(asked.token), now, hashed)
        if found is None:
            raise LinkSpent("This link has been used or is too old.")
        user_id, workspace_id = found["user_id"], found["workspace_id"]
    async with database.begin(workspace_id) as session:
        member = await join(session, user_id, now)
        came = await complete_sign_in(session, user_id, Entrance(device, secret_key))
        await events.record(session, came.actor, EventName.PASSWORD_SET, member)
        return came


async def decline(database: Database, clock: Clock, token: str, device: Device) -> None:
    """Say no to an invitation: the membership that waited is gone."""
    now = clock.now()
    found = await _living(database, now, token, device)
    async with database.begin(found["workspace_id"]) as session:
        await _spend(session, found, "invitation", now)
        member = await repository.membership_of(session, found["user_id"])
        if member is None or member.joined_at is not None:
            raise LinkSpent("This invitation was accepted.")
        before = facts_of(member, "role", "client_id", "user_id")
        await events.record(session, system_of(member.workspace_id), EventName.USER_DECLINED, member, before=before)
        await session.delete(member)


async def _spend(session: AsyncSession, found: RowMapping, purpose: str, now: datetime) -> None:
    """Of two who come at once with one link, one comes in; reading its mail proves the address."""
    if found["purpose"] != purpose or not await repository.spend_link(session, found["id"], now):
        raise LinkSpent("This link has been used or is too old.")
    await repository.verify_email(session, found["user_id"], now)


async def join(session: AsyncSession, user_id: UUID, now: datetime) -> Membership:
    """From now on the invited person belongs to the session's workspace; until then the membership opens nothing."""
    member = await repository.membership_of(session, user_id)
    if member is None:
        raise LinkSpent("This invitation was taken back.")
    if member.joined_at is None:
        member.joined_at, member.invited_name = now, None
        actor = actor_from(await repository.standing(session, member.id))
        await events.record(session, actor, EventName.USER_JOINED, member)
    return member
