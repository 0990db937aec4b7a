"""Running an import: read, plan, write in one transaction, and tell how far it is in short ones of its own."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

import anyio.to_thread
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.identity.service import workspace_ids
from api.imports import files, guessing, reading, repository, writing
from api.imports.kinds import SUBJECTS
from api.imports.models import ImportRun
from api.imports.plan import Context
from api.imports.schemas import ImportOptions, ImportResult, Kind, RowError
from api.kit.clock import Clock
from api.kit.database import Database
from api.plans.errors import LimitReached
from imisofts.access import Actor, Role, actor_of_role

log = logging.getLogger(__name__)
_YOUNG = timedelta(minutes=1)
_ABANDONED = "Nothing was imported: the service stopped in the middle. Import the file again."


class StoppedError(Exception):
    """The import ends without having written anything; ``result`` says why."""

    def __init__(self, result: ImportResult) -> None:
        super().__init__(result.detail)
        self.result = result


async def run(
    database: Database, clock: Clock, actor: Actor, run_id: UUID, kind: Kind, file_name: str, content: bytes,
    options: ImportOptions, secret_key: str,
) -> None:  # fmt: skip
    """Carry out the import of ``run_id`` to its end; never raises: what went wrong stands in the run's row."""

    async def tell(done: int, total: int) -> None:
        async with database.begin(actor.workspace_id) as session:
            await repository.progress(session, run_id, done, total)

    try:
        async with repository.alive(database, run_id):
            table = await anyio.to_thread.run_sync(files.split, content, options.sheet)
            options = await _described(database, actor, run_id, kind, table, options)
            parsed = await anyio.to_thread.run_sync(reading.read, kind, file_name, table, options)
            await tell(0, parsed.total)
            await _write(database, clock, actor, run_id, kind, parsed, options, tell, secret_key)
        return
    except files.UnreadableFileError as error:
        result = ImportResult(detail=f"Nothing was imported: {error.where} {error}.")
    except StoppedError as stopped:
        result = stopped.result
    except LimitReached as error:
        result = ImportResult(detail=f"Nothing was imported: {error.detail}")
    except SQLAlchemyError as error:
        log.exception("import %s", run_id)
        result = ImportResult(detail=f"Nothing was imported: the database refused ({type(error).__name__}).")
    except Exception:
        log.exception("import %s", run_id)
        result = ImportResult(detail="Nothing was imported: the fault is ours and has been logged.")
    async with database.begin(actor.workspace_id) as session:
        await _end(session, actor, run_id, "failed", result, clock.now())


async def _end(
    session: AsyncSession, actor: Actor, run_id: UUID, status: str, result: ImportResult, at: datetime
) -> None:
    """The import's end, and the event that tells who started it; a dry run is looked at by who waits for it."""
    await repository.finish(session, run_id, status, result, at)
    run = await session.get_one(ImportRun, run_id)
    if not run.dry_run:
        name = EventName.IMPORT_FINISHED if status == "done" else EventName.IMPORT_FAILED
        await events.record(session, actor, name, run)


async def fail_abandoned(database: Database, now: datetime, *, older_than: timedelta = _YOUNG) -> int:
    """Fail the runs that no process works on any more, and say so in their rows; answers how many.

    An import's rows and its ``done`` are one transaction, so a run that was left ``running`` has written nothing.
    """
    failed = 0
    for workspace_id in await workspace_ids(database):
        async with database.begin(workspace_id) as session:
            service = actor_of_role(workspace_id, Role.owner, kind="system")
            for run_id in await repository.abandoned(session, now - older_than):
                await _end(session, service, run_id, "failed", ImportResult(detail=_ABANDONED), now)
                log.warning("import %s was left by a process that died; nothing of it was written", run_id)
                failed += 1
    return failed


async def _described(
    database: Database, actor: Actor, run_id: UUID, kind: Kind, table: files.Table, options: ImportOptions
) -> ImportOptions:
    """The options with which the file is read, guesses included; they stand in the run with the file's shape."""
    async with database.begin(actor.workspace_id) as session:
        if options.guess:
            before = await repository.last_options(session, kind)
            options = guessing.guess(SUBJECTS[kind], table.columns, options, before)
        await repository.describe(session, run_id, options, table.shape())
    return options


async def _write(
    database: Database,
    clock: Clock,
    actor: Actor,
    run_id: UUID,
    kind: Kind,
    parsed: reading.Parsed,
    options: ImportOptions,
    tell: writing.Tell,
    secret_key: str,
) -> None:
    """Plan, write and finish in one transaction, one import of a workspace at a time."""
    async with database.begin(actor.workspace_id) as session:
        lock = "select pg_advisory_xact_lock(hashtextextended('import:' || :workspace, 0))"
        await session.execute(text(lock), {"workspace": str(actor.workspace_id)})
        facts = await repository.workspace_facts(session, actor)
        today = clock.today(facts.timezone)
        context = Context(session, actor, clock.now(), today, facts.currency, facts.timezone, options, secret_key)
        subject = SUBJECTS[kind]
        plan = await subject.plan(context, subject, parsed.rows)
        plan.notes[:0] = parsed.notes
        errors = sorted([*parsed.errors, *plan.errors], key=lambda error: error.line)
        result = plan.result(errors, dry_run=options.dry_run)
        if errors and not options.skip_bad:
            raise StoppedError(_refused(result, errors))
        await writing.require_seats(context, plan)
        if not options.dry_run:
            await writing.carry_out(context, plan, parsed.total, tell)
        await repository.progress(session, run_id, parsed.total, parsed.total)
        await _end(session, actor, run_id, "done", result, clock.now())


def _refused(result: ImportResult, errors: list[RowError]) -> ImportResult:
    rows = len({error.line for error in errors})
    detail = f"{rows} bad row{'s' if rows > 1 else ''}: nothing was imported. Correct the file, or skip bad rows."
    return ImportResult(skipped=rows, detail=detail, errors=result.errors, notes=result.notes)
