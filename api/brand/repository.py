"""Queries of brands. The settings stand in ``workspace.brand``; files are found by their hash."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.brand.models import BrandFile
from api.identity.models import Workspace

KEPT = 10
"""Files of each kind that a workspace keeps: the newest ones; older reports carry their own."""


@dataclass(frozen=True, slots=True)
class File:
    """A served file."""

    content: bytes
    media_type: str


async def of_session(session: AsyncSession, *, lock: bool = False) -> Workspace:
    """The session's own workspace."""
    query = select(Workspace)
    return (await session.scalars(query.with_for_update() if lock else query)).one()


async def stored(session: AsyncSession, kind: str, sha256: str | None) -> BrandFile | None:
    """This workspace's file with the hash."""
    if sha256 is None:
        return None
    return await session.scalar(select(BrandFile).where(BrandFile.kind == kind, BrandFile.sha256 == sha256))


async def prune(session: AsyncSession, kind: str) -> None:
    """Forget all but the newest files of a kind."""
    newest = select(BrandFile.id).where(BrandFile.kind == kind).order_by(BrandFile.id.desc()).limit(KEPT)
    await session.execute(delete(BrandFile).where(BrandFile.kind == kind, BrandFile.id.not_in(newest)))


async def by_hash(session: AsyncSession, sha256: str) -> File | None:
    """A file of any workspace, for who knows its hash: it is in the pages that its workspace shows to everybody."""
    row = (await session.execute(text("select * from signin.brand_file(:wanted)"), {"wanted": sha256})).first()
    return File(bytes(row.content), row.media_type) if row else None


async def workspace_at_door(session: AsyncSession, host: str) -> UUID | None:
    """The workspace of a host; of an unknown host the only one that the installation has."""
    query = text("select signin.workspace_at_door(:host) as id")
    row: RowMapping = (await session.execute(query, {"host": host})).mappings().one()
    found: Any = row["id"]
    return found if isinstance(found, UUID) else None
