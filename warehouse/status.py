"""How the lake stands: rows on both sides, what waits in the slot, the last publication, and whether it is fresh.

:func:`pulse` asks one row of the catalogue and is cheap enough for every page; :func:`read` counts and peeks.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import duckdb
import psycopg

from warehouse import build, lake
from warehouse.lake import quoted
from warehouse.publish import AuditRow, CheckResult, PublicationRow, audits, publications
from warehouse.replication import pgoutput, progress, slots, source, verdicts
from warehouse.replication.errors import ReplicationError
from warehouse.replication.source import Connection, Table
from warehouse.replication.verdicts import Standing

if TYPE_CHECKING:
    from imisofts.settings import Settings

_PEEKED_CHANGES = 50_000
_BEGIN = ord("B")
_ROW_KINDS = frozenset(b"IUDT")
_PEEK = (
    "select get_byte(data, 0), case when get_byte(data, 0) = 66 then data end"
    " from pg_logical_slot_peek_binary_changes(%s, null, %s, 'proto_version', '1', 'publication_names', %s)"
)


@dataclass(frozen=True)
class Pulse:
    """Whether replication lives. ``replicated_at`` is the commit time of the newest replicated change, ``copying`` says
    which table of how many is being copied."""

    replicated_at: datetime | None
    polled_at: datetime | None
    fresh: bool
    reason: str | None
    copying: str | None = None


@dataclass(frozen=True)
class TableStatus:
    """Rows of one table in the source and in the lake; ``None`` where a side could not be asked.

    A table that was ``taken_out`` of the publication keeps its rows as they stood. ``verified`` is the newest
    verdict on whether both sides are equal row by row.
    """

    name: str
    source_rows: int | None
    lake_rows: int | None
    taken_out: bool = False
    verified: Standing | None = None


@dataclass(frozen=True)
class Undelivered:
    """Changes that wait in the slot, and the age of the oldest in seconds. ``at_least`` when there may be more."""

    rows: int
    seconds: float
    at_least: bool = False


@dataclass(frozen=True)
class HeldPublication:
    """Figures that were built and not published: the audit that failed, and the publication that stays instead."""

    audit_id: int
    audited_at: datetime
    lake_snapshot: int
    staying_publication_id: int | None
    failed: tuple[CheckResult, ...]


@dataclass(frozen=True)
class Status:
    """Everything that `imisofts status` prints about the lake; ``reason`` says why it is not ``fresh``."""

    tables: tuple[TableStatus, ...]
    undelivered: Undelivered | None
    slot_ok: bool
    replicated_at: datetime | None
    publication: PublicationRow | None
    publication_age_seconds: float | None
    audit: AuditRow | None
    held_publication: HeldPublication | None
    fresh: bool
    reason: str | None


def pulse(settings: "Settings") -> Pulse:
    """Replication's last sign of life, from the loader's notebook, and what its last verification found."""
    try:
        with psycopg.connect(settings.lake_catalog_url, autocommit=True) as catalogue:
            page = progress.page(catalogue, slots.slot_name(settings.loader_database_url))
            standing = verdicts.standing(catalogue)
    except psycopg.Error as error:
        return Pulse(None, None, False, f"the lake's catalogue does not answer: {error}".strip())
    if page is None:
        return Pulse(None, None, False, "nothing has been replicated yet")
    reason = page.error or _silence(settings, page) or _doubt(page, standing)
    return Pulse(page.committed_at, page.polled_at, reason is None, reason, page.copying)


def doubt(settings: "Settings", catalogue: progress.Catalogue) -> str | None:
    """Why the lake's rows may not be told to anybody, however new they are; ``None`` where nothing speaks against it.

    The loader stopped, the last verification found a difference, or a table that figures are made of was taken out.
    ``catalogue`` is a connection to the lake's catalogue.
    """
    page = progress.page(catalogue, slots.slot_name(settings.loader_database_url))
    return None if page is None else page.error or _doubt(page, verdicts.standing(catalogue))


def _doubt(page: progress.Progress, standing: tuple[Standing, ...]) -> str | None:
    taken_out = set(filter(None, page.taken_out.split(",")))
    apart = [one.verdict for one in standing if not one.verdict.equal and one.verdict.name not in taken_out]
    if apart:
        told = "; ".join(f"{verdict.name}: {verdict.told}" for verdict in apart[:3])
        return f"the lake differs from the source ({told}): run `imisofts lake repair`"
    if taken_out and (missed := sorted(taken_out & build.sources_read())):
        return f"{', '.join(missed)} no longer in the lake: figures are made of it, publish it again"
    return None


def _silence(settings: "Settings", page: progress.Progress) -> str | None:
    copying = f"; {page.copying}, is being copied" if page.copying else ""
    if page.committed_at is None:
        return f"nothing has been replicated yet{copying}"
    silent = datetime.now(UTC) - page.committed_at
    if silent <= settings.freshness_limit:
        return None
    return f"replication has been silent for {int(silent.total_seconds() // 60)} minutes{copying}"


def read(settings: "Settings") -> Status:
    """Count both sides and look into the slot; a side that does not answer is part of the reason, not an error."""
    beat = pulse(settings)
    reasons = [beat.reason] if beat.reason else []
    tables: dict[str, Table] = {}
    there: dict[str, int] = {}
    waiting: Undelivered | None = None
    slot_ok = False
    try:
        with source.connect(settings.loader_database_url) as connection:
            tables = source.tables(connection)
            if beat.reason and beat.copying:
                reasons.append(f"{source.sent(connection):,} rows of that table have come so far")
            there = {name: source.count(connection, name) for name in tables}
            waiting = _undelivered(settings, connection)
            slot_ok = True
    except (ReplicationError, psycopg.Error) as error:
        reasons.append(str(error).strip())
    here, publication, audit = _lake_side(settings, sorted(tables))
    verified = {one.verdict.name: one for one in _verified(settings)}
    held = _held(audit, publication)
    if held is not None:
        reasons.append(f"the last audit failed: {', '.join(check.name for check in held.failed)}")
    names = sorted({*tables, *here})
    age = (datetime.now(UTC) - publication.published_at).total_seconds() if publication else None
    return Status(
        tables=tuple(
            TableStatus(name, there.get(name), here.get(name), slot_ok and name not in tables, verified.get(name))
            for name in names
        ),
        undelivered=waiting,
        slot_ok=slot_ok,
        replicated_at=beat.replicated_at,
        publication=publication,
        publication_age_seconds=age,
        audit=audit,
        held_publication=held,
        fresh=not reasons,
        reason="; ".join(dict.fromkeys(reasons)) or None,
    )


def _verified(settings: "Settings") -> tuple[Standing, ...]:
    try:
        return verdicts.newest(settings)
    except psycopg.Error:
        return ()


@dataclass(frozen=True)
class SourceSide:
    """One workspace's rows at the source by table, and what waits in the slot; ``reason`` where it cannot be asked.

    ``verified`` is the newest row-by-row verdict on each table, which is about the rows of all workspaces.
    """

    rows_by_table: dict[str, int]
    undelivered: Undelivered | None
    reason: str | None
    verified: tuple[Standing, ...] = ()


def source_side(settings: "Settings", workspace_id: UUID) -> SourceSide:
    """Count a workspace's rows in the published tables that belong to workspaces, and look into the slot."""
    rows: dict[str, int] = {}
    try:
        with source.connect(settings.loader_database_url) as connection:
            rows = source.rows_of(connection, workspace_id)
            return SourceSide(rows, _undelivered(settings, connection), None, _verified(settings))
    except (ReplicationError, psycopg.Error) as error:
        return SourceSide(rows, None, str(error).strip(), _verified(settings))


def last_audit(settings: "Settings") -> AuditRow | None:
    """The newest audit, passed or not; ``None`` before the first."""
    try:
        connection = lake.connect(settings)
    except lake.LakeMissing:
        return None
    try:
        return next(iter(audits(connection, 1)), None)
    finally:
        connection.close()


def _held(audit: AuditRow | None, publication: PublicationRow | None) -> HeldPublication | None:
    if audit is None or audit.passed:
        return None
    staying = publication.id if publication else None
    failed = tuple(check for check in audit.checks if not check.passed)
    return HeldPublication(audit.id, audit.at, audit.lake_snapshot, staying, failed)


def _undelivered(settings: "Settings", connection: Connection) -> Undelivered:
    """Peek without consuming; the loader's own look may hold the slot for a moment."""
    name = slots.slot_name(settings.loader_database_url)
    slot = slots.require(connection, name)
    page = progress.read(settings, name)
    if page is not None and page.acknowledged and slot.confirmed > page.acknowledged:
        raise ReplicationError(f"slot {name} stands beyond what the lake acknowledged: it was made anew or moved")
    rows, messages, oldest, counted = 0, 0, None, True
    for kind, data in slots.when_free(connection, _PEEK, name, _PEEKED_CHANGES, source.PUBLICATION):
        messages += 1
        if kind == _BEGIN:
            begin = pgoutput.decode(data)
            assert isinstance(begin, pgoutput.Begin)
            counted = page is None or slots.from_number(begin.final_lsn) >= page.lsn
            if counted and oldest is None:
                oldest = begin.committed_at
        elif counted and kind in _ROW_KINDS:
            rows += 1
    seconds = (datetime.now(UTC) - oldest).total_seconds() if oldest and rows else 0.0
    return Undelivered(rows, max(seconds, 0.0), messages >= _PEEKED_CHANGES)


def _lake_side(
    settings: "Settings", tables: list[str]
) -> tuple[dict[str, int], PublicationRow | None, AuditRow | None]:
    try:
        connection = lake.connect(settings)
    except lake.LakeMissing:
        return {}, None, None
    try:
        counts = {name: _count(connection, name) for name in {*tables, *lake.tables(connection, "raw")}}
        published, audited = publications(connection, 1), audits(connection, 1)
    finally:
        connection.close()
    present = {name: rows for name, rows in counts.items() if rows is not None}
    return present, published[0] if published else None, audited[0] if audited else None


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int | None:
    try:
        row = connection.execute(f"select count(*) from lake.raw.{quoted(table)}").fetchone()
    except duckdb.CatalogException:
        return None
    return int(row[0]) if row else None
