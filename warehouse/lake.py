"""Opening the lake: DuckDB with DuckLake attached as ``lake``, its catalogue in a Postgres database of its own.

Schemas: ``raw`` (current state of the source tables), ``history`` (their append-only change log), ``marts``
(what readers see), ``meta`` (watermark, publications, audits).
"""

import contextlib
import functools
import importlib.util
import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import psycopg
from psycopg.conninfo import conninfo_to_dict

from imisofts import machine

if TYPE_CHECKING:
    from imisofts.settings import Settings

SCHEMAS = ("raw", "history", "marts", "meta")
CATALOGUE_SECRET = "lake_catalogue"
INLINE_ROWS = 200
"""Batches up to this many rows stay in the catalogue: a file for ten rows costs more than the rows."""

_WRITER_LOCK = 0x696D69736F667473  # "imisofts": one key for everything that writes to the lake
_FILES_LOCK = _WRITER_LOCK + 1
_numbers = itertools.count()
_EXTENSIONS = ("ducklake", "postgres_scanner", "httpfs")
_CREATE_META = """
create table if not exists lake.meta.watermark (
    slot varchar, system_identifier varchar, timeline bigint, publication varchar,
    lsn varchar, committed_at timestamptz, written_at timestamptz, epoch bigint);
create table if not exists lake.meta.replicated_table (
    name varchar, key_columns varchar, synced_lsn varchar, synced_at timestamptz, shape varchar, altered bigint,
    stored bigint, taken_out_at timestamptz);
create table if not exists lake.meta.publication (
    id bigint, published_at timestamptz, source_lsn varchar, lake_snapshot bigint, marts_snapshot bigint,
    data_at timestamptz, data_on date, metric_version varchar, checks_passed bigint, checks_failed bigint,
    checks varchar);
create table if not exists lake.meta.audit (
    id bigint, "at" timestamptz, lake_snapshot bigint, passed boolean, checks varchar);
create table if not exists lake.meta.maintenance (
    id bigint, "at" timestamptz, trail_from bigint, flushed_rows bigint, rewritten_files bigint, merged_files bigint,
    expired_versions bigint, deleted_files bigint);
"""


class LakeError(Exception):
    """The lake cannot be used as asked; the sentence says why."""


class LakeMissing(LakeError):
    """Nothing was ever replicated: the catalogue holds no lake yet."""


class WriterBusy(LakeError):
    """Another writer kept the lake longer than we were willing to wait."""


def quoted(name: str) -> str:
    """An identifier, safe inside SQL of DuckDB and Postgres alike."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string literal, safe inside SQL of DuckDB and of Postgres."""
    return "'" + text.replace("'", "''") + "'"


def keyword_conninfo(url: str) -> str:
    """A libpq URL as ``key='value'`` pairs, the only form that DuckDB passes on unchanged, without its password.

    DuckDB's errors print what was attached, also long after, when a connection is lost: see :func:`keep_password`.
    """

    def value(text: object) -> str:
        return "'" + str(text).replace("\\", "\\\\").replace("'", "\\'") + "'"

    return " ".join(f"{key}={value(text)}" for key, text in conninfo_to_dict(url).items() if key != "password")


def keep_password(connection: duckdb.DuckDBPyConnection, secret: str, url: str) -> None:
    """Give the URL's password to DuckDB as a secret in memory: attachments name the secret, no message shows it."""
    password = literal(str(conninfo_to_dict(url).get("password") or ""))
    connection.execute(f"create or replace secret {secret} (type postgres, password {password})")


def extension_file(name: str) -> Path:
    """The extension inside its wheel: nothing is downloaded at run time."""
    spec = importlib.util.find_spec(f"duckdb_extension_{name}")
    if spec is None or spec.origin is None:
        raise LakeError(f"the wheel duckdb-extension-{name.replace('_', '-')} is not installed")
    folder = Path(spec.origin).parent / "extensions" / f"v{duckdb.__version__}"
    return folder / f"{name}.duckdb_extension"


@functools.cache
def _check_signatures() -> None:
    """Load each extension once with its signature checked, which hashes 50 MB: a third of a second of a core.

    A file that was good when this process began is loaded without the check after that. Who could change it meanwhile
    could change this file, too.
    """
    connection = duckdb.connect(":memory:", config={"autoinstall_known_extensions": "false"})
    for name in _EXTENSIONS:
        connection.execute(f"load {literal(str(extension_file(name)))}")
    connection.close()


def bare(memory_limit: str | None = None, spill: Path | None = None) -> duckdb.DuckDBPyConnection:
    """A DuckDB in memory with our extensions and UTC, nothing attached."""
    _check_signatures()
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "allow_unsigned_extensions": "true",
    }
    if memory_limit:
        config["memory_limit"] = memory_limit
    if spill:
        config["temp_directory"] = str(spill)
    connection = duckdb.connect(":memory:", config=config)
    for name in _EXTENSIONS:
        connection.execute(f"load {literal(str(extension_file(name)))}")
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set pg_pool_enable_reaper_thread = false")  # a session that rested long is noticed when taken
    keep_to_own_cores(connection)
    return connection


def memory_limit(settings: "Settings") -> str:
    """What one process' DuckDB may hold in memory."""
    return settings.lake_memory or machine.of_lake(1)


def spill(settings: "Settings") -> Path:
    """A folder of this connection's own, made when first needed: DuckDB gives its files the same names everywhere, and
    at its end deletes all of them that it finds."""
    root = settings.home / "spill"
    root.mkdir(exist_ok=True)
    for left in root.iterdir():
        if not machine.is_running(int(left.name.partition("-")[0])):
            shutil.rmtree(left, ignore_errors=True)
    return root / f"{os.getpid()}-{next(_numbers)}"


def keep_to_own_cores(connection: duckdb.DuckDBPyConnection) -> None:
    """No more threads than processors that this process may use: DuckDB counts the machine's, and they wait busily."""
    own = machine.processors()
    if own < (os.cpu_count() or 1):
        connection.execute(f"set threads = {own}")


def connect(
    settings: "Settings",
    *,
    read_only: bool = True,
    snapshot: int | None = None,
    inline_rows: int | None = None,
    limit: str | None = None,
) -> duckdb.DuckDBPyConnection:
    """DuckDB with the lake attached as ``lake``; ``snapshot`` pins every read to one version (read only).

    ``limit`` is the memory of work that goes on all day beside everything else; without, :func:`memory_limit`.

    Raises :class:`LakeMissing` where a reader comes before the first replication.
    """
    connection = bare(limit or memory_limit(settings), spill(settings))
    try:
        inlined = INLINE_ROWS if inline_rows is None else inline_rows
        _attach(connection, settings, read_only or snapshot is not None, snapshot, inlined)
    except duckdb.Error as error:
        connection.close()
        if read_only and not exists(settings):
            raise LakeMissing("the lake is empty: nothing has been replicated yet") from error
        raise
    return connection


@contextmanager
def writing(
    settings: "Settings", *, inline_rows: int | None = None, limit: str | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The lake for one writer, under the writer's lock; what was not committed is rolled back here.

    Left to DuckDB, a rollback that fails because a database is away would end the process.
    """
    connection = connect(settings, read_only=False, inline_rows=inline_rows, limit=limit)
    try:
        yield connection
    except Exception:
        with contextlib.suppress(duckdb.Error):
            connection.execute("rollback")
        raise
    finally:
        connection.close()


@contextmanager
def one_look(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """For statements that only read: they see one version, which the lake's catalogue is asked for once and not each
    time."""
    connection.execute("begin")
    try:
        yield
    finally:
        with contextlib.suppress(duckdb.Error):  # what went wrong in the block is the error worth telling
            connection.execute("rollback")


@contextmanager
def one_thread(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """For statements that DuckDB cannot divide: a second thread waits for the first one at full speed.

    That costs as much processor time again as the statement, which the database on the same machine wants.
    """
    connection.execute("set threads = 1")
    try:
        yield
    finally:
        with contextlib.suppress(duckdb.Error):  # what went wrong in the block is the error worth telling
            connection.execute("reset threads")


def attach(connection: duckdb.DuckDBPyConnection, settings: "Settings", *, snapshot: int, name: str = "lake") -> None:
    """Attach one version of the lake to read from, under a name of the caller's.

    The catalogue may also be a file, as ``ducklake:<path>``: that of a lake made for one question.
    """
    if settings.lake_catalog_url.startswith("ducklake:"):
        options = f"read_only, snapshot_version {snapshot:d}"
        connection.execute(f"attach {literal(settings.lake_catalog_url)} as {quoted(name)} ({options})")
        return
    _attach(connection, settings, True, snapshot, INLINE_ROWS, name)


def _attach(
    connection: duckdb.DuckDBPyConnection,
    settings: "Settings",
    read_only: bool,
    snapshot: int | None,
    inline_rows: int,
    name: str = "lake",
) -> None:
    if "://" not in settings.lake_data_path:
        Path(settings.lake_data_path).mkdir(parents=True, exist_ok=True)
    keep_password(connection, CATALOGUE_SECRET, settings.lake_catalog_url)
    options = [f"data_path {literal(settings.lake_data_path)}", f"meta_secret {literal(CATALOGUE_SECRET)}"]
    if read_only:
        options.append("read_only")
    else:
        options.append(f"data_inlining_row_limit {inline_rows:d}")
    if snapshot is not None:
        options.append(f"snapshot_version {snapshot:d}")
    target = literal("ducklake:postgres:" + keyword_conninfo(settings.lake_catalog_url))
    connection.execute(f"attach {target} as {quoted(name)} ({', '.join(options)})")


def exists(settings: "Settings") -> bool:
    """Whether the catalogue database holds a lake."""
    with psycopg.connect(settings.lake_catalog_url, autocommit=True) as catalogue:
        row = catalogue.execute("select to_regclass('ducklake_snapshot') is not null").fetchone()
    return bool(row and row[0])


def create_schemas(connection: duckdb.DuckDBPyConnection) -> None:
    """Schemas and bookkeeping tables; call it inside the writer's lock, in or outside a transaction."""
    for schema in SCHEMAS:
        connection.execute(f"create schema if not exists lake.{schema}")
    connection.execute(_CREATE_META)


def ensure(settings: "Settings") -> None:
    """Create an empty lake where there is none; takes the writer's lock, so call it outside of one."""
    if exists(settings):
        return
    with writer_lock(settings):
        connection = connect(settings, read_only=False)
        try:
            create_schemas(connection)
        finally:
            connection.close()


def tables(connection: duckdb.DuckDBPyConnection, schema: str, database: str = "lake") -> list[str]:
    """Names of the tables of one schema of an attached database, the lake unless said otherwise.

    Asked by their columns: `duckdb_tables()` counts the rows of every table there is, a third of a second in a lake.
    """
    rows = connection.execute(
        "select distinct table_name from duckdb_columns() where database_name = ? and schema_name = ? order by 1",
        [database, schema],
    ).fetchall()
    return [str(name) for (name,) in rows]


def current_snapshot(connection: duckdb.DuckDBPyConnection) -> int:
    """The newest committed version of the lake."""
    row = connection.execute("select max(snapshot_id) from ducklake_snapshots('lake')").fetchone()
    if row is None or row[0] is None:
        raise LakeMissing("the lake has no snapshot")
    return int(row[0])


def version(settings: "Settings") -> int | None:
    """The lake's newest snapshot by one query of the catalogue: cheap enough to ask every few seconds."""
    with psycopg.connect(settings.lake_catalog_url, autocommit=True) as catalogue:
        found = catalogue.execute("select to_regclass('ducklake_snapshot') is not null").fetchone()
        if not found or not found[0]:
            return None
        row = catalogue.execute("select max(snapshot_id) from ducklake_snapshot").fetchone()
    return int(row[0]) if row and row[0] is not None else None


@contextmanager
def writer_lock(settings: "Settings", *, wait_seconds: float = 120.0) -> Iterator[None]:
    """The single writer's lock, for loader, publisher and maintenance alike.

    Two concurrent upserts of one new key both commit in DuckLake and leave two rows without an error, so writers take
    turns. The lock lives in the catalogue database and dies with the connection, that is, with its process.
    """
    with psycopg.connect(settings.lake_catalog_url, autocommit=True) as catalogue, locked(catalogue, wait_seconds):
        yield


@contextmanager
def locked(catalogue: psycopg.Connection[Any], wait_seconds: float = 120.0, lock: int = _WRITER_LOCK) -> Iterator[None]:
    """The single writer's lock, or another one, on a connection to the catalogue that is kept for longer.

    To wait for 0 seconds is to wait as long as it takes.
    """
    catalogue.execute("select set_config('lock_timeout', %s, false)", (f"{int(wait_seconds * 1000)}ms",))
    try:
        catalogue.execute("select pg_advisory_lock(%s)", (lock,))
    except psycopg.errors.LockNotAvailable as error:
        raise WriterBusy(f"another writer has held the lake for {wait_seconds:.0f} s") from error
    try:
        yield
    finally:
        with contextlib.suppress(psycopg.OperationalError):  # a lost connection has let the lock go
            catalogue.execute("select pg_advisory_unlock(%s)", (lock,))


@contextmanager
def files_kept(settings: "Settings") -> Iterator[None]:
    """No file of the lake is deleted while the block runs; everything else goes on. For whoever copies the folder."""
    with psycopg.connect(settings.lake_catalog_url, autocommit=True) as catalogue:
        catalogue.execute("select pg_advisory_lock_shared(%s)", (_FILES_LOCK,))
        yield


@contextmanager
def may_delete_files(settings: "Settings") -> Iterator[bool]:
    """Whether files may be deleted in the block: not while somebody copies them."""
    with psycopg.connect(settings.lake_catalog_url, autocommit=True) as catalogue:
        row = catalogue.execute("select pg_try_advisory_lock(%s)", (_FILES_LOCK,)).fetchone()
        yield bool(row and row[0])


def relocate(settings: "Settings") -> None:
    """Tell the catalogue where its files are now, of which it knows the names alone: a restored folder has moved."""
    if not exists(settings):
        return
    with psycopg.connect(settings.lake_catalog_url, autocommit=True) as catalogue:
        path = settings.lake_data_path.rstrip("/") + "/"
        catalogue.execute("update ducklake_metadata set value = %s where key = 'data_path'", (path,))
