"""Publishing: the audited marts of a scratch file become what readers see, all in one lake transaction.

A reader that asks without a pin sees the whole old set or the whole new one; a failed audit publishes nothing and
leaves its record, so that every surface can say so.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from warehouse import lake
from warehouse.connections import Connections
from warehouse.lake import literal, quoted
from warehouse.replication import failpoints

if TYPE_CHECKING:
    from imisofts.settings import Settings

ROWS_EXCHANGED = 100_000
"""Up to so many rows a mart stays the same table: another one makes whoever has the lake open read its whole catalogue
again, which costs more than to delete these."""


@dataclass(frozen=True)
class CheckResult:
    """One audit check. ``kind`` is ``dbt``, ``expectation`` or ``reconciliation``; ``table`` the mart it is about."""

    name: str
    kind: str
    table: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True)
class PublicationRow:
    """A publication as the lake keeps it, newest first in :func:`publications`.

    ``lake_snapshot`` is the version that the marts were built from, ``marts_snapshot`` the one that holds them.
    """

    id: int
    published_at: datetime
    source_lsn: str
    lake_snapshot: int
    marts_snapshot: int
    data_at: datetime | None
    data_on: date | None
    metric_version: str
    checks_passed: int
    checks_failed: int
    checks: tuple[CheckResult, ...]


@dataclass(frozen=True)
class AuditRow:
    """An audit as the lake keeps it, the failed ones too."""

    id: int
    at: datetime
    lake_snapshot: int
    passed: bool
    checks: tuple[CheckResult, ...]


class NothingToPublish(lake.LakeError):
    """The scratch file holds no mart, or a check failed: readers keep what they have."""


def publishing(settings: "Settings") -> Connections:
    """Connections of whoever publishes: rows of whole marts are files, not catalogue rows."""
    return Connections(settings, inline_rows=0)


def publish(
    settings: "Settings",
    scratch: Path,
    *,
    source_lsn: str,
    lake_snapshot: int,
    data_at: datetime | None,
    metric_version: str,
    checks: Sequence[CheckResult],
    marts: Sequence[str] | None = None,
    connections: Connections | None = None,
) -> int:
    """Put these marts of the scratch file, else all that it holds, in front of readers; the publication's id.

    All others stay as they are. The checks are kept as a passed audit, too. ``connections`` are those of
    :func:`publishing` where they are kept. Raises :class:`NothingToPublish` where a check failed.
    """
    failed = [check.name for check in checks if not check.passed]
    if failed:
        raise NothingToPublish(f"checks failed: {', '.join(failed)}")
    with _writing(settings, connections) as connection:
        connection.execute(f"attach {literal(str(scratch))} as scratch (read_only)")
        connection.execute("begin")
        found = lake.tables(connection, "marts", "scratch") if marts is None else marts
        if marts is None and not found:
            raise NothingToPublish("the scratch file has no table in its schema marts")
        _replace_marts(connection, found)
        _insert_audit(connection, lake_snapshot, True, checks)
        publication = _next_id(connection, "publication")
        snapshot = lake.current_snapshot(connection) + 1  # ours: every writer holds the lock
        data_on = data_at.astimezone(UTC).date() if data_at else None
        values = [publication, datetime.now(UTC), source_lsn, lake_snapshot, snapshot, data_at, data_on]
        values += [metric_version, len(checks), 0, _dump(checks)]
        connection.execute(f"insert into lake.meta.publication values ({', '.join('?' * len(values))})", values)
        _sign(connection, publication, len(found))
        failpoints.reach("before_publication_commit")
        connection.execute("commit")
        failpoints.reach("after_publication_commit")
        _confirm(connection, snapshot)
        connection.execute("detach scratch")
    return publication


@contextmanager
def _writing(settings: "Settings", connections: Connections | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """The lake for writing, under the writer's lock."""
    with ExitStack() as stack:
        own = connections or stack.enter_context(closing(publishing(settings)))
        stack.enter_context(lake.locked(own.catalogue))
        yield stack.enter_context(own.writing())


def _replace_marts(connection: duckdb.DuckDBPyConnection, marts: Sequence[str]) -> None:
    """Other rows in the same table where that is worth it, else another table."""
    there, made = (_columns(connection, database) for database in ("lake", "scratch"))
    for mart in marts:
        new, old = f"scratch.marts.{quoted(mart)}", f"lake.marts.{quoted(mart)}"
        row = connection.execute(f"select count(*) <= {ROWS_EXCHANGED} from {new}").fetchone()
        if row and row[0] and there.get(mart) == made[mart]:
            connection.execute(f"delete from {old}")
            connection.execute(f"insert into {old} from {new}")
        else:
            connection.execute(f"create or replace table {old} as from {new}")


def _columns(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[tuple[str, str]]]:
    """Names and types of the marts' columns, in their order."""
    rows = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where database_name = ? and schema_name = 'marts' order by table_name, column_index",
        [database],
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in rows.fetchall():
        found.setdefault(table, []).append((column, kind))
    return found


def _sign(connection: duckdb.DuckDBPyConnection, publication: int, marts: int) -> None:
    extra = literal(json.dumps({"publication": publication}))
    message = literal(f"publication {publication}: {marts} marts")
    connection.execute(f"call lake.set_commit_message('publisher', {message}, extra_info => {extra})")


def _confirm(connection: duckdb.DuckDBPyConnection, snapshot: int) -> None:
    found = lake.current_snapshot(connection)
    if found != snapshot:
        raise lake.LakeError(
            f"the publication is version {found}, noted as {snapshot}: somebody wrote without the lock"
        )


def record_failure(
    settings: "Settings",
    *,
    lake_snapshot: int,
    checks: Sequence[CheckResult],
    connections: Connections | None = None,
) -> int:
    """Keep the outcome of an audit that failed, and return its id."""
    with _writing(settings, connections) as connection:
        connection.execute("begin")
        audit = _insert_audit(connection, lake_snapshot, False, checks)
        connection.execute("commit")
    return audit


def _insert_audit(
    connection: duckdb.DuckDBPyConnection, lake_snapshot: int, passed: bool, checks: Sequence[CheckResult]
) -> int:
    audit = _next_id(connection, "audit")
    values = [audit, datetime.now(UTC), lake_snapshot, passed, _dump(checks)]
    connection.execute("insert into lake.meta.audit values (?, ?, ?, ?, ?)", values)
    return audit


def publications(connection: duckdb.DuckDBPyConnection, limit: int = 50) -> list[PublicationRow]:
    """The newest publications first; ``connection`` comes from :func:`warehouse.lake.connect`."""
    rows = connection.execute(
        "select id, published_at, source_lsn, lake_snapshot, marts_snapshot, data_at, data_on, metric_version,"
        " checks_passed, checks_failed, checks from lake.meta.publication order by id desc limit ?",
        [limit],
    )
    return [PublicationRow(*_loaded(row)) for row in rows.fetchall()]


def audits(connection: duckdb.DuckDBPyConnection, limit: int = 50) -> list[AuditRow]:
    """The newest audits first."""
    rows = connection.execute(
        'select id, "at", lake_snapshot, passed, checks from lake.meta.audit order by id desc limit ?', [limit]
    )
    return [AuditRow(*_loaded(row)) for row in rows.fetchall()]


def _next_id(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    row = connection.execute(f"select coalesce(max(id), 0) + 1 from lake.meta.{table}").fetchone()
    assert row is not None
    return int(row[0])


def _dump(checks: Sequence[CheckResult]) -> str:
    return json.dumps([asdict(check) for check in checks], ensure_ascii=False)


def _loaded(row: tuple[Any, ...]) -> list[Any]:
    """A kept row with its last value, the checks, read back."""
    return [*row[:-1], tuple(CheckResult(**check) for check in json.loads(row[-1]))]
