"""Changing the address one signs in with: the new and the old one each confirm, and the old one may undo it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.identity import repository, request_schemas, requests
from api.identity.authentication import actor_from
from api.identity.errors import AddressTaken, SameAddress
from api.identity.requests import Asked
from api.identity.service import EACH_ADDRESS
from api.kit import rate_limit
from api.kit.clock import Clock
from api.kit.database import Database
from api.kit.errors import NotFound
from api.kit.ids import new_id
from api.kit.rate_limit import Limit
from imisofts.access import Actor

EACH_PERSON = Limit(burst=3, interval=timedelta(minutes=5))


async def ask(session: AsyncSession, actor: Actor, email: str, secret_key: str) -> None:
    """Mail a link to each address. One that somebody has is answered like one that nobody has, and gets no mail."""
    person = await repository.person(session, actor.user_id) if actor.user_id else None
    if person is None:
        raise NotFound("Only a person has an address.")
    if person["email"].lower() == email.lower():
        raise SameAddress("This is your address.", fields=[("email", "is your address already")])
    await rate_limit.take(session, f"email:{actor.user_id}", EACH_PERSON, session.info["clock"].now())
    change, facts = new_id(), {"email": email, "workspace_id": str(actor.workspace_id), "locale": person["locale"]}
    taken = await repository.user_by_email(session, email) is not None
    await requests.keep(session, Asked("email_new", email, facts, person["id"], change), secret_key, by_mail=not taken)
    await requests.keep(session, Asked("email_old", person["email"], facts, person["id"], change), secret_key)
    member = await repository.membership_of(session, person["id"])
    assert member is not None
    await events.record(session, actor, EventName.EMAIL_CHANGE_REQUESTED, member)


async def look(database: Database, clock: Clock, token: str, address: str) -> request_schemas.EmailChangeOut:
    """What a link confirms; it stays as it is."""
    row = await _living(database, clock, token, address)
    part = row["kind"].removeprefix("email_")
    return request_schemas.EmailChangeOut(part=part, email=row["email"] if part == "undo" else row["facts"]["email"])


async def _living(database: Database, clock: Clock, token: str, address: str) -> RowMapping:
    async with database.begin(None) as session:
        await rate_limit.take(session, f"sign-in:{address}", EACH_ADDRESS, clock.now())
        return await requests.living(session, token, clock.now(), "email_new", "email_old", "email_undo")


async def confirm(
    database: Database, clock: Clock, token: str, address: str, secret_key: str
) -> request_schemas.EmailConfirmed:
    """Spend one half, or the undo. With both halves the address is changed, and everybody is signed out."""
    row, now = await _living(database, clock, token, address), clock.now()
    async with database.begin(UUID(row["facts"]["workspace_id"])) as session:
        await requests.spend(session, token, now)
        changed = await (_put_back if row["kind"] == "email_undo" else _change)(session, row, now, secret_key)
        member = await repository.membership_of(session, row["user_id"]) if changed else None
        if member is not None:
            actor = actor_from(await repository.standing(session, member.id))
            await events.record(session, actor, EventName.EMAIL_CHANGED, member)
        return request_schemas.EmailConfirmed(changed=changed)


async def _change(session: AsyncSession, row: RowMapping, now: datetime, secret_key: str) -> bool:
    """Change it if this was the second half; the old address gets the way back."""
    query = text("select signin.change_email(:change, :who, :now)")
    old = await session.scalar(query, {"change": row["change_id"], "who": row["user_id"], "now": now})
    if old is not None:
        await requests.keep(session, Asked("email_undo", old, row["facts"], row["user_id"]), secret_key)
    return old is not None


async def _put_back(session: AsyncSession, row: RowMapping, now: datetime, _: str) -> bool:
    query = text("select signin.undo_email(:who, :old, :now)")
    if not await session.scalar(query, {"who": row["user_id"], "old": row["email"], "now": now}):
        raise AddressTaken("This address belongs to somebody else by now.")
    return True
