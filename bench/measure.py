"""The measurements: the same calls that the product makes, timed with the clock on the wall."""

import asyncio
import csv
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from imisofts.cli.house import open_house
from imisofts.cli.reports import request
from imisofts.operator import Api
from imisofts.settings import Settings
from warehouse import lake, pipeline, replication

SLUG, PERIOD = "retail", "2011-11"
IMPORT_GOAL = 30.0
REQUESTS, WARM_UP = 60, 5


def everything(data: Path) -> int:
    """All measurements in the order in which a newcomer meets them; 1 when one of them failed."""
    failures = 0
    with open_house(jobs=True) as settings:
        for measurement in (_import, _first_load, _pipeline, _lists, _report):
            try:
                measurement(settings, data)
            except Exception as error:  # noqa: BLE001 - the other figures are still worth printing
                failures += 1
                _line(measurement.__name__.strip("_"), "failed", f"{type(error).__name__}: {error}"[:300])
    return 1 if failures else 0


def _line(what: str, figure: str, note: str = "") -> None:
    print(f"{what:<58} {figure:>12}  {note}", flush=True)


@contextmanager
def _timed() -> Iterator[list[float]]:
    started, spent = time.perf_counter(), [0.0]
    yield spent
    spent[0] = time.perf_counter() - started


def _import(settings: Settings, data: Path) -> None:
    from api.identity import operator

    operator.create_workspace(settings, SLUG, name="Retail", currency="GBP", timezone="Europe/London")
    mapping = {"external_id": "InvoiceNo", "issued_on": "InvoiceDate", "client": "CustomerID", "total": "TotalPrice"}
    options = {"map": mapping, "set": {"currency": "GBP"}, "create_missing": True, "skip_bad": False}
    content = data.read_bytes()
    with Api(settings, SLUG) as api, _timed() as spent:
        run = api.upload("invoices", data.name, content, options)
    if run["status"] == "failed":
        raise RuntimeError(json.dumps(run["result"])[:200])
    rows = sum(1 for _ in csv.reader(data.open(encoding="utf-8"))) - 1
    verdict = "within" if spent[0] <= IMPORT_GOAL else "beyond"
    _line(f"import of {rows:,} invoices", f"{spent[0]:.1f} s", f"{verdict} the goal of {IMPORT_GOAL:.0f} s")


def _first_load(settings: Settings, _data: Path) -> None:
    """Our first load of every table against draining a binary COPY of the same tables, rows thrown away."""
    drained, tables = _drain_copies(settings)
    with _timed() as spent:
        batch = replication.catch_up(settings)
    _line("first load into the lake", f"{spent[0]:.2f} s", f"{batch.rows:,} rows, raw and history")
    _line("draining a binary COPY of the same tables", f"{drained:.2f} s", f"{tables} tables, rows thrown away")
    _line("first load / COPY", f"{spent[0] / drained:.1f} ×")


def _drain_copies(settings: Settings) -> tuple[float, int]:
    with psycopg.connect(settings.loader_database_url) as connection:
        rows = connection.execute(
            "select tablename::text, attnames::text[] from pg_publication_tables where pubname = 'imisofts_lake'"
        ).fetchall()
        with _timed() as spent:
            for table, columns in rows:
                chosen = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
                statement = sql.SQL("copy (select {} from {}) to stdout (format binary)").format(
                    chosen, sql.Identifier(table)
                )
                with connection.cursor() as cursor, cursor.copy(statement) as copy:
                    for _ in copy:
                        pass
    return spent[0], len(rows)


def _pipeline(settings: Settings, _data: Path) -> None:
    with _timed() as first:
        result = pipeline.run(settings)
    if not result.published:
        raise RuntimeError(f"the first publication failed: {[c for c in result.checks if not c.passed]}"[:300])
    _line("pipeline: first publication, cold", f"{first[0]:.2f} s", _steps(result))
    with _timed() as nothing:
        pipeline.run(settings)
    _line("pipeline: nothing changed", f"{nothing[0]:.2f} s")
    _change(settings, "Changed once")
    pipeline.run(settings)
    _change(settings, "Changed twice")
    with _timed() as small:
        result = pipeline.run(settings)
    _line("pipeline: one client renamed, warm", f"{small[0]:.2f} s", _steps(result))
    with _timed() as full:
        result = pipeline.run(settings, full_refresh=True)
    _line("pipeline: everything anew, warm", f"{full[0]:.2f} s", _steps(result))
    _line("small change / everything", f"{small[0] / full[0]:.2f} ×")


def _steps(result: pipeline.PipelineResult) -> str:
    return ", ".join(f"{step.name} {step.seconds:.2f}" for step in result.steps)


def _change(settings: Settings, name: str) -> None:
    with Api(settings, SLUG) as api:
        client = api.call("GET", "/v1/clients", params={"limit": "1"})["items"][0]
        api.call("PATCH", f"/v1/clients/{client['id']}", fresh=True, json={"name": name})


def _lists(settings: Settings, _data: Path) -> None:
    """The list endpoint, the same rows as ORM entities through a response_model, and a bare `select 1`."""
    from bench import lists

    ours, entities, bare = asyncio.run(lists.compare(settings, SLUG, _median))
    _line("list of 50 invoices: GET /v1/invoices", f"{ours * 1000:.1f} ms", f"{ours / bare:.1f} × select 1")
    _line("the same by ORM entities and response_model", f"{entities * 1000:.1f} ms", f"{entities / ours:.1f} × ours")
    _line("bare endpoint: select 1", f"{bare * 1000:.1f} ms")


async def _median(request: Callable[[], Awaitable[Any]]) -> float:
    spent = []
    for number in range(WARM_UP + REQUESTS):
        started = time.perf_counter()
        await request()
        if number >= WARM_UP:
            spent.append(time.perf_counter() - started)
    return statistics.median(spent)


def _report(settings: Settings, _data: Path) -> None:
    """Asked for through the API, built by the job worker; then its figures alone, for the comparison."""
    with lake.connect(settings) as connection:
        row = connection.execute(
            "select client_id::varchar from lake.marts.fct_invoices where issued_on between '2011-11-01'"
            " and '2011-11-30' group by 1 order by count(*) desc, 1 limit 1"
        ).fetchone()
    assert row is not None
    with Api(settings, SLUG) as api, _timed() as spent:
        report = request(api, row[0], PERIOD, deliver=False)
        pdf = api.content(f"/v1/reports/{report['id']}/pdf")
    _line(f"report PDF for {PERIOD}, asked for and read", f"{spent[0]:.2f} s", f"{len(pdf) / 1000:.0f} kB")
