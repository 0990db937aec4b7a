"""A small lake for questions about numbers: DuckLake in a folder, ``raw`` filled by hand, marts built by the real dbt.

The catalogue is a file and not Postgres, so that a test needs no server; everything else is what the product runs.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID, uuid5

import duckdb

from warehouse import lake

ROOT = Path(__file__).resolve().parents[3]
NAMES = UUID("6f1c1f1e-0000-4000-8000-000000000000")

SCHEMA = """
create schema lake.raw; create schema lake.marts; create schema lake.meta;
create table lake.raw.workspace (id uuid, slug varchar, name varchar, currency varchar, timezone varchar,
    week_starts_on integer, brand varchar);
create table lake.raw.client (id uuid, workspace_id uuid, external_id varchar, name varchar, email varchar,
    currency varchar, created_on date, archived_at timestamptz, source varchar, touched_at timestamptz);
create table lake.raw.invoice (id uuid, workspace_id uuid, client_id uuid, external_id varchar, number varchar,
    status varchar, currency varchar, issued_on date, due_on date, subtotal_minor bigint, tax_minor bigint,
    total_minor bigint, paid_minor bigint, credited_minor bigint, settled_on date, voided_on date, note varchar,
    source varchar, touched_at timestamptz);
create table lake.raw.payment (id uuid, workspace_id uuid, invoice_id uuid, client_id uuid, external_id varchar,
    paid_on date, amount_minor bigint, currency varchar, method varchar, reference varchar, source varchar,
    touched_at timestamptz);
create table lake.raw.credit_note (id uuid, workspace_id uuid, invoice_id uuid, client_id uuid, number varchar,
    external_id varchar, issued_on date, amount_minor bigint, currency varchar, reason varchar, source varchar,
    touched_at timestamptz);
create table lake.raw.heartbeat (id int, beaten_at timestamptz);
create table lake.meta.publication (id bigint, published_at timestamptz, source_lsn varchar, lake_snapshot bigint,
    marts_snapshot bigint, data_at timestamptz, data_on date, metric_version varchar, checks_passed bigint,
    checks_failed bigint, checks varchar);
create table lake.meta.audit (id bigint, "at" timestamptz, lake_snapshot bigint, passed boolean, checks varchar);
create table lake.meta.watermark (slot varchar, system_identifier varchar, timeline bigint, publication varchar,
    lsn varchar, committed_at timestamptz, written_at timestamptz);
"""


def key(name: str) -> UUID:
    """The same id for the same words, in every run."""
    return uuid5(NAMES, name)


@dataclass
class FixtureLake:
    """A lake in ``folder``; rows go in by ``add``, ``publish`` builds and publishes what is there."""

    folder: Path
    now: datetime = datetime(2026, 6, 15, 12, tzinfo=UTC)
    publications: int = field(default=0)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        connection = self.connect(read_only=False)
        connection.execute(SCHEMA)
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

    def build(self, *arguments: str, snapshot: int | None = None) -> Path:
        """Run dbt from the command line, as ``transforms/README.md`` says, into a new scratch file."""
        scratch = self.folder / f"scratch-{self.publications}" / "imisofts.duckdb"
        scratch.parent.mkdir(exist_ok=True)
        environment = os.environ | {
            "LAKE_CATALOG": self.catalog,
            "LAKE_SNAPSHOT": str(self.snapshot() if snapshot is None else snapshot),
            "LAKE_SCRATCH": str(scratch),
            "DBT_TARGET_PATH": str(self.folder / "target"),
            "DBT_LOG_PATH": str(self.folder / "logs"),
        }
        command = [str(Path(sys.executable).parent / "dbt"), "--quiet", "--no-use-colors", "build", *arguments]
        command += ["--project-dir", str(ROOT / "transforms"), "--profiles-dir", str(ROOT / "transforms")]
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            raise AssertionError(done.stdout[-6000:] + done.stderr[-2000:])
        return scratch

    def publish(self, *arguments: str, data_on: date | None = None) -> int:
        """Build everything and write marts and the publication row in one transaction."""
        built_from = self.snapshot()
        scratch = self.build(*arguments, snapshot=built_from)
        self.publications += 1
        connection = self.connect(read_only=False)
        connection.execute(f"attach '{scratch}' as scratch (read_only)")
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'scratch' and schema_name = 'marts'"
        ).fetchall()
        connection.execute("begin")
        for (table,) in tables:
            connection.execute(f"create or replace table lake.marts.{table} as select * from scratch.marts.{table}")
        data_at = datetime.combine(data_on, self.now.timetz()) if data_on else self.now
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
