"""A console rerun over three million rows: by the gateway, and by a cached frame as one would write it first."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb

from bench import child
from bench.page import Page
from imisofts.settings import Settings
from warehouse import lake
from warehouse.lake import literal
from warehouse.publish import CheckResult, publications, publish

ROWS, SECONDS = 3_000_000, 150
TIME_GOAL, MEMORY_GOAL = 0.1, 0.15
SCRATCH = "three_million.duckdb"


def measure(settings: Settings, workspace: str, page: Page) -> None:
    """Publishes the invoices many times over, so that no other figure of this lake is worth anything afterwards."""
    _publish_many(settings)
    ours, frame = _rerun(workspace, "gateway"), _rerun(workspace, "frame")
    if ours["answer"] != frame["answer"]:
        raise RuntimeError(f"the two figures differ: {ours['answer']} and {frame['answer']}")
    faster, smaller = ours["seconds"] / frame["seconds"], ours["memory"] / frame["memory"]
    page.add(
        f"console rerun over {ROWS:,} rows",
        f"{faster:.2f} ×",
        f"{ours['seconds'] * 1000:.0f} ms to {frame['seconds'] * 1000:.0f} ms of a cached pandas frame,"
        f" {ROWS / ours['cpu']:,.0f} rows a CPU second",
        goal=f"≤ {TIME_GOAL} × the time of a cached frame",
        met=faster <= TIME_GOAL,
    )
    page.add(
        "its process at most, in memory",
        f"{smaller:.2f} ×",
        f"{ours['memory']:.0f} MB to {frame['memory']:.0f} MB",
        goal=f"≤ {MEMORY_GOAL} × that of a cached frame",
        met=smaller <= MEMORY_GOAL,
    )


def _publish_many(settings: Settings) -> None:
    """By the product's own publisher, from a scratch file as dbt would leave it."""
    file = settings.home / SCRATCH
    file.unlink(missing_ok=True)
    with lake.writing(settings) as connection:
        snapshot = lake.current_snapshot(connection)
        newest = publications(connection, 1)[0]
        _copies(connection, file)
    publish(
        settings,
        file,
        source_lsn=newest.source_lsn,
        lake_snapshot=snapshot,
        data_at=newest.data_at or datetime.now(UTC),
        metric_version=newest.metric_version,
        checks=[CheckResult("many invoices", "dbt", "fct_invoices", passed=True)],
    )
    file.unlink()


def _copies(connection: duckdb.DuckDBPyConnection, file: Path) -> None:
    connection.execute(f"attach {literal(str(file))} as scratch; create schema scratch.marts")
    row = connection.execute("select count(*) from lake.marts.fct_invoices").fetchone()
    assert row is not None
    connection.execute(
        "create table scratch.marts.fct_invoices as select * replace (uuid() as invoice_id)"
        f" from lake.marts.fct_invoices, range({ROWS // row[0] + 1}) limit {ROWS}"
    )
    connection.execute("detach scratch")


def _rerun(workspace: str, way: str) -> dict[str, float]:
    given = {"RERUN_WORKSPACE": workspace, "RERUN_WAY": way}
    return child.ours("bench.rerun", given, seconds=SECONDS)
