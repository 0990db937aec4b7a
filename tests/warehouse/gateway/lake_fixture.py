"""A small lake for questions about numbers: DuckLake in a folder, ``raw`` filled by hand, marts built by the real dbt.

The catalogue is a file and not Postgres, so that a test needs no server; everything else is what the product runs.
"""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from uuid import UUID, uuid5

import duckdb
import pyarrow as pa
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from api.migrations import catalogue
from imisofts.settings import Settings
from warehouse import build as builder
from warehouse import lake
from warehouse.models import dbt, kept
from warehouse.models.kept import Stand
from warehouse.replication.source import lake_type

ROOT = Path(__file__).resolve().parents[3]
FAILED = ("error", "fail", "runtime error")
NAMES = UUID("6f1c1f1e-0000-4000-8000-000000000000")

META = """
create table lake.meta.publication (id bigint, published_at timestamptz, source_lsn varchar, lake_snapshot bigint,
    marts_snapshot bigint, data_at timestamptz, data_on date, metric_version varchar, checks_passed bigint,
    checks_failed bigint, checks varchar);
create table lake.meta.audit (id bigint, "at" timestamptz, lake_snapshot bigint, passed boolean, checks varchar);
create table lake.meta.watermark (slot varchar, system_identifier varchar, timeline bigint, publication varchar,
    lsn varchar, committed_at timestamptz, written_at timestamptz);
"""


@cache
def raw_tables() -> tuple[str, ...]:
    """The lake's copies of the product's tables, empty, with the columns and types that replication gives them."""
    replicated = (table for table in catalogue.metadata().sorted_tables if table.info.get("lake"))
    return tuple(f"create table lake.raw.{table.name} ({', '.join(_columns(table))});" for table in replicated)


def _columns(table: Table) -> Iterator[str]:
    for column in table.columns:
        if column.info.get("lake") != "secret":
            source_type = column.type.compile(postgresql.dialect()).lower()  # type: ignore[no-untyped-call]
            # Postgres prints a type's full name where SQLAlchemy says its short one.
            printed = {"varchar": "character varying", "char(3)": "character(3)"}.get(source_type, source_type)
            name = printed.replace(", ", ",")
            yield f'"{column.name}" {lake_type(table.name, column.name, name)}'


def key(name: str) -> UUID:
    """The same id for the same words, in every run."""
    return uuid5(NAMES, name)


@cache
def _workbench() -> Path:
    """One folder per process for dbt's own files, so that the project is parsed once for all lakes."""
    return Path(tempfile.mkdtemp(prefix="imisofts-dbt-"))


@dataclass
class FixtureLake:
    """A lake in ``folder``; rows go in by ``add``, ``publish`` builds and publishes what is there."""

    folder: Path
    now: datetime = datetime(2026, 6, 15, 12, tzinfo=UTC)
    publications: int = field(default=0)
    scratch: Path = field(init=False)
    """What was computed last."""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        connection = self.connect(read_only=False)
        connection.execute("create schema lake.raw; create schema lake.marts; create schema lake.meta")
        connection.execute(META + "".join(raw_tables()))
        connection.close()

    @property
    def catalog(self) -> str:
        """What DuckDB attaches."""
        return f"ducklake:{self.folder / 'catalog.ducklake'}"

    def connect(self, *, read_only: bool = True, snapshot: int | None = None) -> duckdb.DuckDBPyConnection:
        """DuckDB with this lake attached as ``lake``, the way ``warehouse.lake.connect`` does it."""
        connection = lake.bare()
        options = [] if read_only else [f"data_path '{self.folder / 'data'}'"]
        options += ["read_only"] if read_only else []
        options += [f"snapshot_version {snapshot}"] if snapshot is not None else []
        listed = f" ({', '.join(options)})" if options else ""
        connection.execute(f"attach '{self.catalog}' as lake{listed}")
        return connection

    def add(self, table: str, rows: Iterable[dict[str, object]]) -> None:
        """Insert rows given by column name; missing columns are null."""
        connection = self.connect(read_only=False)
        connection.execute("begin")
        for row in rows:
            names, marks = ", ".join(row), ", ".join("?" for _ in row)
            connection.execute(f"insert into lake.raw.{table} ({names}) values ({marks})", list(row.values()))
        connection.execute("commit")
        connection.close()

    def load(self, table: str, rows: Sequence[dict[str, object]]) -> None:
        """Insert many rows at once, all with the same columns."""
        texts = [
            {name: str(value) if isinstance(value, UUID) else value for name, value in row.items()} for row in rows
        ]
        connection = self.connect(read_only=False)
        connection.register("given", pa.Table.from_pylist(texts))
        connection.execute(f"insert into lake.raw.{table} by name select * from given")
        connection.close()

    def execute(self, sql: str, parameters: list[object] | None = None) -> None:
        """Any statement, for bulk loads."""
        connection = self.connect(read_only=False)
        connection.execute(sql, parameters or [])
        connection.close()

    def snapshot(self) -> int:
        """The newest version of the lake."""
        connection = self.connect()
        row = connection.execute("select max(snapshot_id) from ducklake_snapshots('lake')").fetchone()
        connection.close()
        assert row is not None
        return int(row[0])

    def build(self, *arguments: str, snapshot: int | None = None, data_at: datetime | None = None) -> Path:
        """Run dbt itself in this process, into a new scratch file. AssertionError names what failed."""
        scratch = self.folder / f"scratch-{self.publications}" / dbt.SCRATCH_FILE
        scratch.parent.mkdir(exist_ok=True)
        place = cast(Settings, SimpleNamespace(home=_workbench()))
        version = self.snapshot() if snapshot is None else snapshot
        with dbt.environment(dbt.profile(self.catalog, scratch, version, data_at or self.now)):
            asked = [*dbt.QUIETLY, "build", *dbt.places(_workbench()), *arguments]
            outcome = dbt.invoke(dbt.manifest(place), asked)
        failed = [f"{node.node.name}: {node.message}" for node in outcome if str(node.status) in FAILED]
        if failed:
            raise AssertionError("\n".join(failed))
        return scratch

    def computed(self, changed: set[str] | None = None, *, data_at: datetime | None = None) -> Path:
        """Build as the product does: dbt's text, run by this process. AssertionError names what failed."""
        self.scratch = self._computed(changed, data_at or self.now, None).scratch
        return self.scratch

    def recomputed(self, changed: set[str], earlier: Stand | None) -> Stand:
        """Build after a change as the product does, from what the build before it left, and leave it to the next."""
        built = self._computed(changed if earlier else None, self.now, earlier)
        stand = Stand(1 + (earlier.publication if earlier else 0), self.snapshot(), builder.fingerprint(), self.now)
        builder.keep(self._place, built, stand)
        self.scratch = kept.root(self._place) / stand.folder / dbt.SCRATCH_FILE
        return stand

    @property
    def _place(self) -> Settings:
        return cast(Settings, SimpleNamespace(home=self.folder, lake_catalog_url=self.catalog, lake_memory=""))

    def _computed(self, changed: set[str] | None, data_at: datetime, earlier: Stand | None) -> builder.BuildResult:
        built = builder.build(self._place, self.snapshot(), data_at=data_at, changed=changed, since=earlier)
        failed = [f"{check.name}: {check.detail}" for check in built.results if not check.passed]
        if failed:
            raise AssertionError("\n".join(failed))
        return built

    def publish(self, changed: set[str] | None = None, *, data_on: date | None = None) -> int:
        """Build everything, or what depends on these tables, and write marts and publication in one transaction."""
        built_from = self.snapshot()
        data_at = datetime.combine(data_on, self.now.timetz()) if data_on else self.now
        scratch = self.computed(changed, data_at=data_at)
        self.publications += 1
        connection = self.connect(read_only=False)
        connection.execute(f"attach '{scratch}' as scratch (read_only)")
        tables = lake.tables(connection, "marts", "scratch")
        connection.execute("begin")
        for table in tables:
            connection.execute(f"create or replace table lake.marts.{table} as select * from scratch.marts.{table}")
        connection.execute(
            "insert into lake.meta.publication values (?, ?, '0/1', ?, ?, ?, ?, 'v1', 10, 0, '[]')",
            [self.publications, self.now, built_from, built_from + 1, data_at, data_at.date()],
        )
        connection.execute(
            "insert into lake.meta.audit values (?, ?, ?, true, '[]')", [self.publications, self.now, built_from]
        )
        connection.execute("commit")
        connection.close()
        return self.publications
