"""The measurements: the same calls that the product makes, timed with the clock on the wall."""

import asyncio
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bench import builders, changes, console, refresh, superuser
from bench.clock import timed
from bench.page import Page
from imisofts.cli.house import open_house
from imisofts.cli.reports import request
from imisofts.operator import Api
from imisofts.settings import Settings
from warehouse import lake, pipeline, replication
from warehouse.models import dbt
from warehouse.publish import publishing

SLUG, PERIOD = "retail", "2011-11"
IMPORT_GOAL = 30.0
REQUESTS, WARM_UP = 60, 5


def everything(data: Path, page: Page) -> None:
    """All measurements of an agency's day, in the order in which a newcomer meets them."""
    with open_house(jobs=True) as settings:
        for measurement in (_import, _first_load, _pipeline, _lists, _report, _refresh, _console):
            with page.tried(measurement.__name__.strip("_").replace("_", " ")):
                measurement(settings, data, page)


def replication_alone(page: Page) -> None:
    """Replication of one large table, in a sandbox of its own."""
    with open_house() as settings, page.tried("replication of a large table"):
        changes.measure(settings, page)


def builders_together(page: Page) -> None:
    """One lake built by one process and by two, in a sandbox of its own."""
    with open_house() as settings, page.tried("marts by two builders"):
        builders.measure(settings, page)


def _import(settings: Settings, data: Path, page: Page) -> None:
    from api.identity import operator

    operator.create_workspace(settings, SLUG, name="Retail", currency="GBP", timezone="Europe/London")
    mapping = {"external_id": "InvoiceNo", "issued_on": "InvoiceDate", "client": "CustomerID", "total": "TotalPrice"}
    options = {"map": mapping, "set": {"currency": "GBP"}, "create_missing": True, "skip_bad": False}
    content = data.read_bytes()
    with Api(settings, SLUG) as api, timed() as spent:
        run = api.upload("invoices", data.name, content, options)
    if run["status"] == "failed":
        raise RuntimeError(json.dumps(run["result"])[:200])
    rows = sum(1 for _ in csv.reader(data.open(encoding="utf-8"))) - 1
    page.add(
        f"import of {rows:,} invoices",
        f"{spent.wall:.1f} s",
        goal=f"≤ {IMPORT_GOAL:.0f} s",
        met=spent.wall <= IMPORT_GOAL,
    )


def _first_load(settings: Settings, _data: Path, page: Page) -> None:
    """Our first load of every table against draining a binary COPY of the same tables, rows thrown away."""
    drained, tables = _drain_copies(settings)
    with timed() as spent:
        batch = replication.catch_up(settings)
    page.add(
        "first load into the lake",
        f"{spent.wall:.2f} s",
        f"{batch.rows:,} rows, raw and history, {batch.rows / spent.cpu:,.0f} a CPU second",
    )
    page.add("draining a binary COPY of the same tables", f"{drained:.2f} s", f"{tables} tables, rows thrown away")


def _drain_copies(settings: Settings) -> tuple[float, int]:
    with psycopg.connect(settings.loader_database_url) as connection:
        rows = connection.execute(
            "select tablename::text, attnames::text[] from pg_publication_tables where pubname = 'imisofts_lake'"
        ).fetchall()
        with timed() as spent:
            for table, columns in rows:
                chosen = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
                statement = sql.SQL("copy (select {} from {}) to stdout (format binary)").format(
                    chosen, sql.Identifier(table)
                )
                with connection.cursor() as cursor, cursor.copy(statement) as copy:
                    for _ in copy:
                        pass
    return spent.wall, len(rows)


def _pipeline(settings: Settings, _data: Path, page: Page) -> None:
    with timed() as first:
        result = pipeline.run(settings)
    if not result.published:
        raise RuntimeError(f"the first publication failed: {[c for c in result.checks if not c.passed]}"[:300])
    page.add("pipeline: first publication, cold", f"{first.wall:.2f} s", _steps(result))
    with timed() as nothing:
        pipeline.run(settings)
    page.add("pipeline: nothing changed", f"{nothing.wall:.2f} s")
    # As the worker has them.
    with closing(replication.Sessions(settings, kept=True)) as sessions, closing(publishing(settings)) as connections:
        _change(settings, "Changed once")
        pipeline.run(settings, sessions=sessions, connections=connections)
        _change(settings, "Changed twice")
        with timed() as small:
            result = pipeline.run(settings, sessions=sessions, connections=connections)
    page.add("pipeline: one client renamed, warm", f"{small.wall:.2f} s", _steps(result))
    with timed() as full:
        result = pipeline.run(settings, full_refresh=True)
    page.add("pipeline: everything anew, warm", f"{full.wall:.2f} s", _steps(result))
    page.add("small change / everything, both warm", f"{small.wall / full.wall:.2f} ×")
    with timed() as by_hand:
        _dbt_run(settings)
    ratio = by_hand.wall / small.wall
    page.add(
        "the same change by `dbt run` of everything",
        f"{ratio:.1f} ×",
        f"{by_hand.wall:.1f} s, from the command line",
        goal="≥ 10 × as slow as ours",
        met=ratio >= 10,
    )


def _dbt_run(settings: Settings) -> None:
    """What an engineer would type: a fresh process, a fresh scratch file, models only."""
    with tempfile.TemporaryDirectory() as folder, lake.writing(settings) as connection:
        snapshot = lake.current_snapshot(connection)
        profile = dbt.profile(settings.lake_catalog_url, Path(folder) / dbt.SCRATCH_FILE, snapshot, datetime.now(UTC))
        profile |= {"LAKE_MEMORY": lake.memory_limit(settings)}
        place = ["--project-dir", str(dbt.PROJECT), "--profiles-dir", str(dbt.PROJECT)]
        command = [str(Path(sys.executable).with_name("dbt")), "--quiet", "run", *place, "--target-path", folder]
        command += ["--log-path", folder]
        subprocess.run(command, env={**os.environ, **profile}, check=True, stdout=subprocess.DEVNULL)


def _steps(result: pipeline.PipelineResult) -> str:
    return ", ".join(f"{step.name} {step.seconds:.2f}" for step in result.steps)


def _change(settings: Settings, name: str) -> None:
    with Api(settings, SLUG) as api:
        client = api.call("GET", "/v1/clients", params={"limit": "1"})["items"][0]
        api.call("PATCH", f"/v1/clients/{client['id']}", fresh=True, json={"name": name})


def _lists(settings: Settings, _data: Path, page: Page) -> None:
    """The list endpoint, the same rows as ORM entities through a response_model, and a bare `select 1`."""
    from bench import lists

    _know_the_tables(settings)
    ours, entities, bare = asyncio.run(lists.compare(settings, SLUG, _median))
    page.add("list of 50 invoices: GET /v1/invoices", f"{ours * 1000:.1f} ms", f"{ours / bare:.1f} × `select 1`")
    ratio = entities / ours
    page.add(
        "the same by ORM entities and response_model",
        f"{ratio:.1f} ×",
        f"{entities * 1000:.1f} ms; both pass the doors that `select 1` passes: with rows for nothing ours would be at"
        f" {entities / bare:.1f} ×",
        goal="≥ 3 × as slow as ours",
        met=ratio >= 3,
    )
    page.add("bare endpoint: `select 1`", f"{bare * 1000:.1f} ms")


def _know_the_tables(settings: Settings) -> None:
    """What autovacuum does within a minute of an import: a plan made before it knows nothing of the tables."""
    with superuser.connect(settings, autocommit=True) as connection:
        connection.execute("analyze")


async def _median(request: Callable[[], Awaitable[Any]]) -> float:
    spent = []
    for number in range(WARM_UP + REQUESTS):
        started = time.perf_counter()
        await request()
        if number >= WARM_UP:
            spent.append(time.perf_counter() - started)
    return statistics.median(spent)


def _report(settings: Settings, _data: Path, page: Page) -> None:
    """Asked for through the API, built by the job worker; then its figures alone, for the comparison."""
    with lake.connect(settings) as connection:
        row = connection.execute(
            "select client_id::varchar from lake.marts.fct_invoices where issued_on between '2011-11-01'"
            " and '2011-11-30' group by 1 order by count(*) desc, 1 limit 1"
        ).fetchone()
    assert row is not None
    with Api(settings, SLUG) as api:  # one, as the server stays
        with timed() as spent:
            pdf = _asked(api, row[0])
        first = f"report PDF for {PERIOD}, the first of its worker"
        page.add(first, f"{spent.wall:.2f} s", f"{len(pdf) / 1000:.0f} kB")
        for _ in range(2):
            with timed() as spent:
                _asked(api, row[0])
    page.add(
        "the same once more: queued, asked, drawn, kept and read",
        f"{spent.wall:.2f} s",
        goal="≤ 0.5 s",
        met=spent.wall <= 0.5,
    )


def _asked(api: Api, client: str) -> bytes:
    report = request(api, client, PERIOD, deliver=False)
    return api.content(f"/v1/reports/{report['id']}/pdf")


def _refresh(settings: Settings, data: Path, page: Page) -> None:
    refresh.measure(settings, SLUG, data, page)


def _console(settings: Settings, _data: Path, page: Page) -> None:
    console.measure(settings, SLUG, page)
