"""Requests that wait for a mail to be read: kept, mailed, looked at, spent."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from api.identity import request_jobs, secrets
from api.identity.errors import LinkSpent
from api.jobs import enqueue
from api.kit.ids import new_id

Kind = Literal["sign_up", "email_new", "email_old", "email_undo"]
LIFE: Mapping[Kind, timedelta] = {
    "sign_up": timedelta(hours=24),
    "email_new": timedelta(hours=24),
    "email_old": timedelta(hours=24),
    "email_undo": timedelta(days=7),
}
_ADD = text(
    "select signin.add_account_request(:id, :kind, :email, :facts, :user, :change, :hash, :at, :ends)"
).bindparams(bindparam("facts", type_=JSONB))
SPENT = "This link has been used or is too old."


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to keep: ``change_id`` ties the halves of one change."""

    kind: Kind
    email: str
    facts: Mapping[str, Any]
    user_id: UUID | None = None
    change_id: UUID | None = None


async def keep(session: AsyncSession, asked: Asked, secret_key: str, *, by_mail: bool = True) -> None:
    """Keep a request, in place of a living one of its kind and person; its mail leaves once the transaction commits."""
    now, request_id = session.info["clock"].now(), new_id()
    values = {
        "id": request_id,
        "kind": asked.kind,
        "email": asked.email,
        "user": asked.user_id,
        "change": asked.change_id,
        "hash": secrets.sha256(secrets.link_token(request_id, secret_key)),
        "at": now,
        "ends": now + LIFE[asked.kind],
    }
    await session.execute(_ADD, {**values, "facts": dict(asked.facts)})
    if by_mail:
        await enqueue(session, request_jobs.mail_request, request_id=str(request_id))


async def living(session: AsyncSession, token: str, now: datetime, *kinds: Kind) -> RowMapping:
    """The request of a token, unspent; :class:`LinkSpent` for any other, or one of another kind."""
    query = text("select * from signin.account_request_by_hash(:hash, :now)")
    found = (await session.execute(query, {"hash": secrets.sha256(token), "now": now})).mappings().first()
    if found is None or found["kind"] not in kinds:
        raise LinkSpent(SPENT)
    return found


async def spend(session: AsyncSession, token: str, now: datetime) -> None:
    """Use it up: of two who come at once one goes on."""
    query = text("select signin.spend_account_request(:hash, :now)")
    if not cast(bool, await session.scalar(query, {"hash": secrets.sha256(token), "now": now})):
        raise LinkSpent(SPENT)
