"""Queries of second factors, sessions and passwords of one person, all through the functions in schema ``signin``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.identity.factor_models import SignInPolicy, SpentMark
from api.kit.ids import new_id


async def _rows(session: AsyncSession, query: str, **values: Any) -> list[RowMapping]:
    return list((await session.execute(text(query), values)).mappings())


async def _says(session: AsyncSession, query: str, **values: Any) -> bool:
    return bool(await session.scalar(text(query), values))


async def factors_of(session: AsyncSession, who: UUID) -> list[RowMapping]:
    """Every second factor of a person, the oldest first."""
    return await _rows(session, "select * from signin.factors_of(:who)", who=who)


async def has_factor(session: AsyncSession, who: UUID) -> bool:
    """Whether a person has a second factor."""
    return bool(await session.scalar(select(func.signin.has_factor(who))))


async def key_by_credential(session: AsyncSession, credential_id: bytes) -> RowMapping | None:
    """The key (id, user_id, public_key, sign_count, passkey, rp_id) that a browser names."""
    found = await _rows(session, "select * from signin.key_by_credential(:credential)", credential=credential_id)
    return found[0] if found else None


async def add_totp(session: AsyncSession, who: UUID, name: str, sealed: bytes, step: int, at: datetime) -> UUID:
    """An authenticator, set up by the code of ``step``."""
    ident = new_id()
    query = text("select signin.add_totp(:id, :who, :name, :sealed, :step, :at)")
    values = {"id": ident, "who": who, "name": name, "sealed": sealed, "step": step, "at": at}
    await session.execute(query, values)
    return ident


async def add_key(
    session: AsyncSession,
    who: UUID,
    name: str,
    *,
    credential_id: bytes,
    public_key: bytes,
    sign_count: int,
    passkey: bool,
    rp_id: str,
) -> UUID | None:
    """A key for the host ``rp_id``; None where somebody has this very key already."""
    ident = new_id()
    query = text("select signin.add_key(:id, :who, :name, :credential, :key, :count, :passkey, :rp, '{}', :at)")
    values = {"id": ident, "who": who, "name": name, "credential": credential_id, "key": public_key}
    more = {"count": sign_count, "passkey": passkey, "rp": rp_id, "at": session.info["clock"].now()}
    return ident if await session.scalar(query, {**values, **more}) else None


async def use_totp(session: AsyncSession, ident: UUID, who: UUID, step: int, at: datetime) -> bool:
    """Spend the code of ``step``; False when it or a later one was used."""
    return await _says(session, "select signin.use_totp(:id, :who, :step, :at)", id=ident, who=who, step=step, at=at)


async def use_key(session: AsyncSession, ident: UUID, who: UUID, count: int, at: datetime) -> bool:
    """Keep a key's new count; False when it is not later than the last one."""
    query = "select signin.use_key(:id, :who, :count, :at)"
    return await _says(session, query, id=ident, who=who, count=count, at=at)


async def rename_factor(session: AsyncSession, ident: UUID, who: UUID, known: int, name: str) -> bool:
    """Give a factor another name, in the version that is known."""
    query = "select signin.rename_factor(:id, :who, :known, :name)"
    return await _says(session, query, id=ident, who=who, known=known, name=name)


async def remove_factors(session: AsyncSession, who: UUID, ident: UUID | None) -> int:
    """Remove one factor of a person, or all; with the last one the recovery codes go too."""
    query = text("select signin.remove_factors(:who, :id)")
    return int(await session.scalar(query, {"who": who, "id": ident}) or 0)


async def put_recovery_codes(session: AsyncSession, who: UUID, hashes: Sequence[bytes], at: datetime) -> None:
    """These recovery codes in place of those before."""
    query = text("select signin.put_recovery_codes(:who, :hashes, :at)")
    await session.execute(query, {"who": who, "hashes": list(hashes), "at": at})


async def recovery_codes_left(session: AsyncSession, who: UUID) -> int:
    """How many recovery codes a person has not used."""
    return int(await session.scalar(text("select signin.recovery_codes_left(:who)"), {"who": who}) or 0)


async def use_recovery_code(session: AsyncSession, who: UUID, code_hash: bytes, at: datetime) -> bool:
    """Spend a recovery code; False when there is none like it, or it was used."""
    return await _says(session, "select signin.use_recovery_code(:who, :hash, :at)", who=who, hash=code_hash, at=at)


async def password_of(session: AsyncSession, who: UUID) -> str | None:
    """A person's password hash; None for who has no password."""
    found: str | None = await session.scalar(text("select signin.password_of(:who)"), {"who": who})
    return found


async def set_password(session: AsyncSession, who: UUID, known: str | None, new: str) -> bool:
    """Another password hash in place of the one that is known; False when it was changed in between."""
    return await _says(session, "select signin.set_password(:who, :known, :new)", who=who, known=known, new=new)


async def sessions_of(session: AsyncSession, who: UUID, at: datetime) -> list[RowMapping]:
    """A person's living sessions in every workspace, the one seen last first."""
    return await _rows(session, "select * from signin.sessions_of(:who, :at)", who=who, at=at)


async def end_sessions(
    session: AsyncSession, who: UUID, at: datetime, *, only: UUID | None = None, spared: UUID | None = None
) -> int:
    """End one of a person's sessions, or all but one, in every workspace; how many ended."""
    query = text("select signin.end_sessions(:who, :only, :spared, :at)")
    return int(await session.scalar(query, {"who": who, "only": only, "spared": spared, "at": at}) or 0)


async def spend(session: AsyncSession, mark: bytes, until: datetime) -> bool:
    """Use a mark up; False when somebody did before."""
    query = insert(SpentMark).values(mark=mark, expires_at=until).on_conflict_do_nothing().returning(SpentMark.mark)
    return await session.scalar(query) is not None


async def policy(session: AsyncSession, *, lock: bool = False) -> SignInPolicy | None:
    """Whose sign-in takes a second factor in the session's workspace; None when nobody was asked yet."""
    query = select(SignInPolicy)
    return await session.scalar(query.with_for_update() if lock else query)
