"""Reads and writes around an import run."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Table, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.billing.service import InvoiceLine
from api.clients.service import workspace_facts
from api.imports import bulk
from api.imports.models import ImportFile, ImportRun
from api.imports.schemas import ImportOptions, ImportResult, ImportShape, Kind, closed_to
from api.kit.database import Database
from api.kit.errors import NotFound
from api.kit.ids import new_id
from imisofts.access import Actor

__all__ = [
    "abandoned",
    "alive",
    "describe",
    "event_values",
    "finish",
    "follow_client",
    "get",
    "is_kept",
    "kept_file",
    "last_options",
    "progress",
    "replace_lines",
    "visible_to",
    "workspace_facts",
]


def visible_to(actor: Actor) -> Select[ImportRun]:
    """The workspace's imports; the right to import is what opens them, for some kinds with another one."""
    return select(ImportRun).where(
        ImportRun.workspace_id == actor.workspace_id, ImportRun.kind.not_in([kind.value for kind in closed_to(actor)])
    )


async def get(session: AsyncSession, actor: Actor, run_id: UUID) -> ImportRun:
    """One import; :class:`NotFound` for every other id."""
    found: ImportRun | None = await session.scalar(visible_to(actor).where(ImportRun.id == run_id))
    if found is None:
        raise NotFound("There is no such import.")
    return found


_LOCK = "hashtextextended('import-run:' || :run, 0)"


@asynccontextmanager
async def alive(database: Database, run_id: UUID) -> AsyncIterator[None]:
    """Show that a process works on the import: a lock that Postgres lets go when the process dies, however it dies."""
    async with database.begin(None) as session:
        await session.execute(text(f"select pg_advisory_xact_lock({_LOCK})"), {"run": str(run_id)})
        yield


async def abandoned(session: AsyncSession, before: datetime) -> list[UUID]:
    """The workspace's running imports, begun before ``before``, on which nobody works; kept from others meanwhile."""
    running = select(ImportRun.id).where(ImportRun.status == "running", ImportRun.created_at < before)
    free = text(f"select pg_try_advisory_xact_lock({_LOCK})")
    candidates = list(await session.scalars(running.with_for_update(skip_locked=True)))
    return [run_id for run_id in candidates if await session.scalar(free, {"run": str(run_id)})]


async def progress(session: AsyncSession, run_id: UUID, done: int, total: int) -> None:
    """How far the import is."""
    await session.execute(update(ImportRun).where(ImportRun.id == run_id).values(done_rows=done, total_rows=total))


async def describe(session: AsyncSession, run_id: UUID, options: ImportOptions, shape: ImportShape) -> None:
    """How the file is read, and what it looks like."""
    values = {"options": options.model_dump(mode="json"), "shape": shape.model_dump(mode="json")}
    await session.execute(update(ImportRun).where(ImportRun.id == run_id).values(**values))


async def last_options(session: AsyncSession, kind: Kind) -> dict[str, Any] | None:
    """How a file of this kind was last read when it was imported for real."""
    done = select(ImportRun.options).where(
        ImportRun.kind == kind.value, ImportRun.status == "done", ~ImportRun.dry_run, ImportRun.options.is_not(None)
    )
    return await session.scalar(done.order_by(ImportRun.created_at.desc()).limit(1))


async def kept_file(session: AsyncSession, actor: Actor, run_id: UUID) -> ImportFile | None:
    """The file of an import, while it is kept; :class:`NotFound` where there is no such import."""
    run = await get(session, actor, run_id)
    found: ImportFile | None = await session.get(ImportFile, run.file_id) if run.file_id else None
    return found


async def is_kept(session: AsyncSession, run: ImportRun) -> bool:
    """Whether the file of an import is still there."""
    query = select(ImportFile.id).where(ImportFile.id == run.file_id)
    return run.file_id is not None and await session.scalar(query) is not None


async def finish(session: AsyncSession, run_id: UUID, status: str, result: ImportResult, at: datetime) -> None:
    """The import's end."""
    values = {"status": status, "result": result.model_dump(mode="json"), "finished_at": at}
    await session.execute(update(ImportRun).where(ImportRun.id == run_id).values(**values))


async def replace_lines(session: AsyncSession, lines: Sequence[dict[str, Any]]) -> None:
    """New amounts for the one line of each changed invoice."""
    table = InvoiceLine.__table__
    assert isinstance(table, Table)
    query = select(InvoiceLine.invoice_id, InvoiceLine.id).where(
        InvoiceLine.invoice_id.in_([line["invoice_id"] for line in lines])
    )
    ids = {row.invoice_id: row.id for row in await session.execute(query)}
    await bulk.update(session, table, [{"id": ids[line["invoice_id"]], **line} for line in lines])


async def follow_client(session: AsyncSession, invoice_ids: Sequence[UUID]) -> None:
    """Payments and credit notes go with their invoice where it went to another client."""
    for table in ("payment", "credit_note"):
        statement = (
            f"update {table} set client_id = invoice.client_id, version = {table}.version + 1, updated_at = now()"
            f" from invoice where invoice.id = {table}.invoice_id and invoice.id = any(:ids)"
            f" and {table}.client_id <> invoice.client_id"
        )
        await session.execute(text(statement), {"ids": list(invoice_ids)})


def event_values(event: Any) -> dict[str, Any]:
    """An event's columns, for a bulk insert."""
    names = [column.name for column in event.__table__.columns]
    return {name: new_id() if name == "id" else getattr(event, name) for name in names}
