"""Going from one workspace to another without typing a password again.

On one host the session is replaced by one in the other workspace. Between hosts, which share no cookie, a code goes
along in the address: it is good once and for half a minute, and only its hash is stored. A session that came by a code
ends when the one it came from would have: going to and fro makes nothing longer.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.identity import factor_queries, place_schemas, repository, secrets, service
from api.identity.entrance import Challenge, Device, Entrance, SignedIn, begin, complete_sign_in
from api.identity.errors import LinkSpent
from api.identity.faces import face_of
from api.identity.models import LoginSession
from api.identity.place_models import SwitchCode
from api.kit import rate_limit
from api.kit.clock import Clock
from api.kit.database import Database
from api.kit.errors import Malformed, NotFound
from imisofts import hosts
from imisofts.access import Actor, Role
from imisofts.settings import Settings

CODE_LIFE = timedelta(seconds=30)
Came = SignedIn | Challenge
SPENT = "This way in has been used or took too long. Go back and choose the workspace again."


@dataclass(frozen=True, slots=True)
class _Old:
    """What goes along from the session that is left."""

    remember: bool
    proved_at: datetime
    expires_at: datetime


async def homes(database: Database, actor: Actor, settings: Settings) -> list[place_schemas.HomeOut]:
    """The workspaces that the person has joined."""
    return [
        place_schemas.HomeOut(
            workspace_id=row["workspace_id"],
            slug=row["slug"],
            name=row["name"],
            role=Role(row["role"]),
            url=hosts.origin(settings, row["slug"], row["host"]),
            current=row["workspace_id"] == actor.workspace_id,
        )
        for row in await _homes(database, actor)
    ]


async def _homes(database: Database, actor: Actor) -> list[RowMapping]:
    if actor.user_id is None:
        return []
    async with database.begin(None, read_only=True) as session:
        return await repository.homes_of(session, actor.user_id)


async def leave_for(
    database: Database,
    clock: Clock,
    actor: Actor,
    session_id: UUID | None,
    slug: str,
    device: Device,
    settings: Settings,
) -> str | Came:
    """Begin to go to another workspace: the address to go on at, or the session there where this host serves it."""
    home = next((row for row in await _homes(database, actor) if row["slug"] == slug), None)
    if home is None:
        raise NotFound("You belong to no such workspace.")
    if session_id is None or actor.user_id is None:
        raise Malformed("Only a person who is signed in goes to another workspace.")
    async with database.begin(actor.workspace_id) as session:
        here = await repository.living_session(session, session_id)
        if here is None:
            raise NotFound("The session has ended.")
        if here.confined and home["workspace_id"] != actor.workspace_id:
            raise NotFound("You came in by single sign-on, which counts here alone. Sign in there.")
        old = _Old(here.remember, here.proved_at, here.expires_at)
        there = hosts.origin(settings, home["slug"], home["host"])
        stays = urlsplit(there).hostname == hosts.name_of(device.host) or (
            device.place is None and there == settings.public_url.rstrip("/")
        )
        if stays:
            await service.sign_out(session, actor, session_id)
    if stays:
        async with database.begin(home["workspace_id"]) as session:
            return await _begin(session, actor.user_id, old, device, settings.secret_key)
    code = secrets.new_secret()
    async with database.begin(home["workspace_id"]) as session:
        session.add(
            SwitchCode(
                workspace_id=home["workspace_id"],
                user_id=actor.user_id,
                code_hash=secrets.sha256(code),
                remember=here.remember,
                proved_at=here.proved_at,
                session_expires_at=here.expires_at,
                expires_at=clock.now() + CODE_LIFE,
            )
        )
    return f"{there}/switch?code={code}"


async def look(database: Database, clock: Clock, code: str, device: Device) -> place_schemas.SwitchFace:
    """Who would come in where; the code stays good."""
    async with database.begin(None) as session:
        await rate_limit.take(session, f"sign-in:{device.address}", service.EACH_ADDRESS, clock.now())
    async with database.begin(await _place(database, clock, code, device.place), read_only=True) as session:
        row = await _living(session, clock, code)
        person = await repository.person(session, row.user_id)
        workspace = await repository.workspace(session)
        assert person is not None
        return place_schemas.SwitchFace(email=person["email"], workspace=await face_of(session, workspace))


async def arrive(database: Database, clock: Clock, code: str, device: Device, secret_key: str) -> Came:
    """Spend the code and come in."""
    async with database.begin(None) as session:
        await rate_limit.take(session, f"sign-in:{device.address}", service.EACH_ADDRESS, clock.now())
    async with database.begin(await _place(database, clock, code, device.place)) as session:
        row = await _living(session, clock, code)
        spent = update(SwitchCode).where(SwitchCode.id == row.id, SwitchCode.used_at.is_(None))
        spending = spent.values(used_at=clock.now()).returning(SwitchCode.id)
        if await session.scalar(spending) is None:
            raise LinkSpent(SPENT)
        old = _Old(row.remember, row.proved_at, row.session_expires_at)
        return await _begin(session, row.user_id, old, device, secret_key)


async def _place(database: Database, clock: Clock, code: str, place: UUID | None) -> UUID:
    """The workspace that a code leads into; at another workspace's host it is no code at all."""
    async with database.begin(None, read_only=True) as session:
        found = await repository.workspace_of_switch(session, secrets.sha256(code), clock.now())
    if found is None or place not in (None, found):
        raise LinkSpent(SPENT)
    return found


async def _living(session: AsyncSession, clock: Clock, code: str) -> SwitchCode:
    good = (SwitchCode.used_at.is_(None), SwitchCode.expires_at > clock.now())
    row = await session.scalar(select(SwitchCode).where(SwitchCode.code_hash == secrets.sha256(code), *good))
    if row is None:
        raise LinkSpent(SPENT)
    return row


async def _begin(session: AsyncSession, user_id: UUID, old: _Old, device: Device, secret_key: str) -> Came:
    """A session that ends no later than the one it came from, and has proved what that one had: a person with second
    factors showed one there. Where one is asked for and the person has none, the challenge says so."""
    entrance = Entrance(device, secret_key, old.remember)
    if not await factor_queries.factors_of(session, user_id):
        came = await complete_sign_in(session, user_id, entrance)
        if isinstance(came, Challenge):
            return came
    else:
        came = await begin(session, user_id, entrance, old.proved_at)
    query = select(LoginSession).where(LoginSession.id_hash == secrets.sha256(came.cookie))
    row = (await session.scalars(query)).one()
    row.expires_at, row.proved_at = min(row.expires_at, old.expires_at), old.proved_at
    return replace(came, expires_at=row.expires_at)
