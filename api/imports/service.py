"""Running an import: read, plan, write in one transaction, and tell how far it is in short ones of its own."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import anyio.to_thread
from sqlalchemy import Table, text
from sqlalchemy.exc import SQLAlchemyError

from api.billing.service import Invoice, InvoiceLine
from api.events import service as events
from api.identity.service import workspace_ids
from api.imports import bulk, clients, invoices, money, reading, repository
from api.imports.plan import Change, Context, Plan
from api.imports.schemas import ImportOptions, ImportResult, Kind, RowError
from api.kit.clock import Clock
from api.kit.database import Database
from imisofts.access import Actor

log = logging.getLogger(__name__)
CHUNK = 2000
_YOUNG = timedelta(minutes=1)
_ABANDONED = "Nothing was imported: the service stopped in the middle. Import the file again."
Tell = Callable[[int, int], Awaitable[None]]


class StoppedError(Exception):
    """The import ends without having written anything; ``result`` says why."""

    def __init__(self, result: ImportResult) -> None:
        super().__init__(result.detail)
        self.result = result


async def run(
    database: Database, clock: Clock, actor: Actor, run_id: UUID, kind: Kind, file_name: str, content: bytes,
    options: ImportOptions,
) -> None:  # fmt: skip
    """Carry out the import of ``run_id`` to its end; never raises: what went wrong stands in the run's row."""

    async def tell(done: int, total: int) -> None:
        async with database.begin(actor.workspace_id) as session:
            await repository.progress(session, run_id, done, total)

    try:
        async with repository.alive(database, run_id):
            parsed = await anyio.to_thread.run_sync(reading.read, kind, file_name, content, options)
            await tell(0, parsed.total)
            await _write(database, clock, actor, run_id, kind, parsed, options, tell)
        return
    except reading.UnreadableFileError as error:
        result = ImportResult(detail=f"Nothing was imported: {error.where} {error}.")
    except StoppedError as stopped:
        result = stopped.result
    except SQLAlchemyError as error:
        log.exception("import %s", run_id)
        result = ImportResult(detail=f"Nothing was imported: the database refused ({type(error).__name__}).")
    except Exception:
        log.exception("import %s", run_id)
        result = ImportResult(detail="Nothing was imported: the fault is ours and has been logged.")
    async with database.begin(actor.workspace_id) as session:
        await repository.finish(session, run_id, "failed", result, clock.now())


async def fail_abandoned(database: Database, now: datetime, *, older_than: timedelta = _YOUNG) -> int:
    """Fail the runs that no process works on any more, and say so in their rows; answers how many.

    An import's rows and its ``done`` are one transaction, so a run that was left ``running`` has written nothing.
    """
    failed = 0
    for workspace_id in await workspace_ids(database):
        async with database.begin(workspace_id) as session:
            for run_id in await repository.abandoned(session, now - older_than):
                await repository.finish(session, run_id, "failed", ImportResult(detail=_ABANDONED), now)
                log.warning("import %s was left by a process that died; nothing of it was written", run_id)
                failed += 1
    return failed


async def _write(
    database: Database,
    clock: Clock,
    actor: Actor,
    run_id: UUID,
    kind: Kind,
    parsed: reading.Parsed,
    options: ImportOptions,
    tell: Tell,
) -> None:
    """Plan, write and finish in one transaction, one import of a workspace at a time."""
    async with database.begin(actor.workspace_id) as session:
        lock = "select pg_advisory_xact_lock(hashtextextended('import:' || :workspace, 0))"
        await session.execute(text(lock), {"workspace": str(actor.workspace_id)})
        facts = await repository.workspace_facts(session, actor)
        today = clock.today(facts.timezone)
        context = Context(session, actor, clock.now(), today, facts.currency, options)
        plan = await _plan(context, kind, parsed.rows)
        errors = sorted([*parsed.errors, *plan.errors], key=lambda error: error.line)
        result = plan.result(errors, dry_run=options.dry_run)
        if errors and not options.skip_bad:
            raise StoppedError(_refused(result, errors))
        if not options.dry_run:
            await _carry_out(context, plan, parsed.total, tell)
        await repository.progress(session, run_id, parsed.total, parsed.total)
        await repository.finish(session, run_id, "done", result, clock.now())


def _refused(result: ImportResult, errors: list[RowError]) -> ImportResult:
    rows = len({error.line for error in errors})
    detail = f"{rows} bad row{'s' if rows > 1 else ''}: nothing was imported. Correct the file, or skip bad rows."
    return ImportResult(skipped=rows, detail=detail, errors=result.errors, notes=result.notes)


async def _plan(context: Context, kind: Kind, rows: list[reading.Row]) -> Plan:
    if kind is Kind.clients:
        return await clients.plan(context, rows)
    if kind is Kind.invoices:
        return await invoices.plan(context, rows)
    return await money.plan(context, rows, kind)


async def _carry_out(context: Context, plan: Plan, total: int, tell: Tell) -> None:
    await _each_chunk(context, plan.clients, _create)
    done = total - len(plan.created) - len(plan.changed)
    for changes, write in ((plan.created, _create), (plan.changed, _change)):
        for start in range(0, len(changes), CHUNK):
            chunk = changes[start : start + CHUNK]
            await write(context, chunk)
            done += len(chunk)
            await tell(done, total)
    await bulk.update(context.session, _table(Invoice), plan.settled)


async def _each_chunk(
    context: Context, changes: Sequence[Change], write: Callable[[Context, Sequence[Change]], Awaitable[None]]
) -> None:
    for start in range(0, len(changes), CHUNK):
        await write(context, changes[start : start + CHUNK])


async def _create(context: Context, changes: Sequence[Change]) -> None:
    await bulk.insert(context.session, _table(changes[0].model), [change.values for change in changes])
    await bulk.insert(context.session, _table(InvoiceLine), [change.lines for change in changes if change.lines])
    await _record(context, changes)


async def _change(context: Context, changes: Sequence[Change]) -> None:
    await bulk.update(context.session, _table(changes[0].model), [change.values for change in changes])
    if changes[0].model is Invoice:
        await repository.replace_lines(context.session, [change.lines for change in changes if change.lines])
        await repository.follow_client(context.session, [change.id for change in changes])
    await _record(context, changes)


async def _record(context: Context, changes: Sequence[Change]) -> None:
    """One event each, and nothing else: an import is silent."""
    made = [
        events.event_of(
            context.actor,
            change.event,
            change.model(id=change.id),
            context.now,
            before=change.before,
            after=change.after,
        )
        for change in changes
    ]
    table = _table(type(made[0]))
    await bulk.insert(context.session, table, [repository.event_values(event) for event in made])


def _table(model: Any) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table
