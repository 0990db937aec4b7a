"""First load of N rows against draining a binary COPY of the same table: what the lake adds to reading the source."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from warehouse import replication

if TYPE_CHECKING:
    from imisofts.settings import Settings

TABLE = "first_load_bench"
_CREATE = """
drop publication if exists imisofts_lake;
drop table if exists first_load_bench;
create table first_load_bench (id uuid primary key, workspace_id uuid not null, number text, issued_on date,
    amount numeric(24,8), amount_minor bigint, created_at timestamptz);
insert into first_load_bench
    select gen_random_uuid(), gen_random_uuid(), 'INV-' || i, date '2020-01-01' + (i % 2000), i * 1.01, i, now()
    from generate_series(1, {rows}) i;
analyze first_load_bench;
grant select on first_load_bench to imisofts_loader;
create publication imisofts_lake for table first_load_bench;
"""


@dataclass(frozen=True)
class FirstLoad:
    """Seconds for the same rows: into raw and history with the watermark, and read away by a binary COPY."""

    rows: int
    load_seconds: float
    copy_seconds: float

    @property
    def ratio(self) -> float:
        """How many COPY drains one first load takes."""
        return self.load_seconds / self.copy_seconds


def measure(settings: "Settings", superuser_url: str, rows: int = 1_000_000) -> FirstLoad:
    """Replace the product's publication by one table of ``rows`` rows and load it; only for an empty sandbox."""
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        connection.execute(_CREATE.format(rows=rows).encode())
    began = time.perf_counter()
    batch = replication.catch_up(settings)
    loaded = time.perf_counter() - began
    if not batch.first_load or batch.rows != rows:
        raise RuntimeError(f"expected a first load of {rows} rows, got {batch}")
    return FirstLoad(rows, loaded, _drain(settings))


def _drain(settings: "Settings") -> float:
    began = time.perf_counter()
    statement = f"copy {TABLE} to stdout (format binary)".encode()
    with psycopg.connect(settings.loader_database_url) as connection, connection.cursor().copy(statement) as copy:
        for _ in copy:
            pass
    return time.perf_counter() - began
