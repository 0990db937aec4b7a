"""One lake built by one process, and by two, each with a processor of its own: ``two builders / one builder``.

The lake is the sample agency many times over, so that what is measured is its SQL and not its start. Publisher and
builder are pinned to a core each, as if each were a machine with one; they share the catalogue and the lake's files.
"""

import json
import os
import resource
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from bench.clock import Spent, timed
from bench.page import Page
from imisofts import sample
from imisofts.settings import PROJECT_ROOT, Settings, load
from warehouse import build, lake, replication
from warehouse.models import compiled, dbt
from warehouse.parts import board

AGENCIES = 72
GOAL = 0.65
TODAY = date(2026, 11, 21)


def measure(settings: Settings, page: Page) -> None:
    """Only for an empty sandbox: rows are copied in the lake, past replication."""
    sample.create(settings, TODAY, lambda _: None)
    replication.catch_up(settings)
    rows = multiply(settings, AGENCIES)
    command = [sys.executable, "-m", "bench.builders"]
    done = subprocess.run(command, cwd=PROJECT_ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip()[-300:])
    told = json.loads(done.stdout.splitlines()[-1])
    ratio = told["two"]["wall"] / told["one"]["wall"]
    page.add(
        f"marts of {AGENCIES} agencies, {rows:,} raw rows, by two builders of one core each",
        f"{ratio:.2f} ×",
        f"{told['two']['wall']:.1f} s {told['shared']} (CPU {told['two']['cpu']:.1f} and {told['helper']:.1f} s), not"
        f" {told['one']['wall']:.1f} s alone (CPU {told['one']['cpu']:.1f} s); tests included, marts equal",
        goal=f"≤ {GOAL} × the time of one",
        met=ratio <= GOAL,
    )


def multiply(settings: Settings, agencies: int) -> int:
    """Copy the lake's only agency under other ids until there are so many; every raw row then."""
    with lake.writer_lock(settings), lake.writing(settings, inline_rows=0) as connection:
        found = connection.execute(
            "select table_name, list(column_name), list(column_name) filter (data_type = 'UUID') from duckdb_columns()"
            " where database_name = 'lake' and schema_name = 'raw' group by 1"
        ).fetchall()
        connection.execute("begin")
        for table, names, ids in found:
            if "workspace_id" in names or table == "workspace":
                other = [f'if("{name}" is null, null, md5(concat("{name}", n))::uuid) as "{name}"' for name in ids]
                other += ["concat(slug, n) as slug"] if table == "workspace" else []
                connection.execute(
                    f'insert into lake.raw."{table}" by name select * exclude (n) replace ({", ".join(other)})'
                    f' from lake.raw."{table}" cross join range(1, {agencies}) as copies(n)'
                )
        connection.execute("commit")
        counts = (connection.execute(f'select count(*) from lake.raw."{table}"').fetchone() for table, _, _ in found)
        return sum(int(row[0]) for row in counts if row)


def main() -> None:
    """The publisher, alone and then with a builder on the next core; prints what each took as JSON."""
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])
    settings = load()
    dbt.project(settings)
    one, alone = _timed(settings)
    command = [sys.executable, "-c", _BUILDER, str(cores[-1])]
    with subprocess.Popen(command, cwd=PROJECT_ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as builder:
        try:
            with board.session(settings) as catalogue:
                while not board.present(catalogue):
                    time.sleep(0.1)
            two, together = _timed(settings)
        finally:
            builder.kill()
    if not together.shared or _content(alone.scratch) != _content(together.scratch):
        raise RuntimeError("the build was not shared, or its marts differ")
    for result in (alone, together):
        build.discard(result)
    helped = resource.getrusage(resource.RUSAGE_CHILDREN)
    helper = helped.ru_utime + helped.ru_stime
    print(json.dumps({"one": vars(one), "two": vars(two), "helper": helper, "shared": together.shared}))


_BUILDER = """
import os, sys
os.sched_setaffinity(0, [int(sys.argv[1])])
from warehouse.parts import builder
builder.main()
"""


def _timed(settings: Settings) -> tuple[Spent, build.BuildResult]:
    with lake.connect(settings) as connection:
        snapshot = lake.current_snapshot(connection)
    with timed() as spent:
        result = build.build(
            settings, snapshot, data_at=datetime(2026, 11, 21, 12, tzinfo=UTC), changed=None, share=True
        )
    if not result.ok:
        raise RuntimeError(str([check for check in result.results if not check.passed])[:300])
    return spent, result


def _content(scratch: Path) -> dict[str, tuple[object, ...] | None]:
    """Rows of each mart, and the sum of their hashes."""
    with closing(duckdb.connect(str(scratch), read_only=True)) as connection:
        return {
            mart: connection.execute(f"select count(*), sum(hash(m)::hugeint) from marts.{mart} m").fetchone()
            for mart in lake.tables(connection, "marts", compiled.DATABASE)
        }


if __name__ == "__main__":
    main()
