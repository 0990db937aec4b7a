"""A killed import leaves no rows, and does not stay ``running``; one that lives is left alone."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest
from anyio import run
from psycopg import sql

from api.identity import operator
from api.imports import service
from api.kit.clock import SystemClock
from api.kit.database import Database
from api.kit.ids import new_id
from imisofts.settings import Settings

FILE = b"external_id,name\nA,Ada\nB,Bob\n"


@pytest.fixture
def workspace_id(fresh_settings: Settings) -> UUID:
    return operator.create_workspace(fresh_settings, "acme", name="Acme", currency="EUR", timezone="UTC")


def sweep(settings: Settings, older_than: timedelta = timedelta(0)) -> int:
    async def work() -> int:
        database = Database(settings.app_database_url)
        try:
            return await service.fail_abandoned(database, SystemClock().now(), older_than=older_than)
        finally:
            await database.close()

    return run(work)


def until(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def watch(fresh_settings: Settings) -> Iterator[psycopg.Connection]:
    with psycopg.connect(fresh_settings.owner_database_url, autocommit=True) as connection:
        yield connection


def one(connection: psycopg.Connection, query: str) -> tuple[object, ...]:
    row = connection.execute(sql.SQL(query)).fetchone()
    assert row is not None
    return tuple(row)


def test_a_killed_import_is_failed_with_a_reason_and_wrote_nothing(
    fresh_settings: Settings, workspace_id: UUID, watch: psycopg.Connection
) -> None:
    """The import is caught between its clients and their events: half of it is written, in its transaction."""
    arguments = [fresh_settings.model_dump_json(), str(workspace_id), str(new_id())]
    with psycopg.connect(fresh_settings.owner_database_url) as wall:
        wall.execute("lock table event in exclusive mode")
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.api.imports.importer", *arguments], stdin=subprocess.PIPE
        )
        assert child.stdin is not None
        child.stdin.write(FILE)
        child.stdin.close()
        until(lambda: one(watch, "select count(*) from pg_locks where not granted and relation = 'event'::regclass")[0])
        assert sweep(fresh_settings) == 0
        assert one(watch, "select status from import_run") == ("running",)
        child.kill()
        child.wait()
    until(lambda: sweep(fresh_settings))
    status, detail = one(watch, "select status, result ->> 'detail' from import_run")
    assert status == "failed"
    assert "the service stopped in the middle" in str(detail)
    assert one(watch, "select count(*) from client") == (0,)
    assert one(watch, "select count(*) from event where name = 'client.imported'") == (0,)


def test_a_run_that_has_just_begun_gets_its_minute(
    fresh_settings: Settings, workspace_id: UUID, watch: psycopg.Connection
) -> None:
    watch.execute(
        "insert into import_run (id, workspace_id, kind, file_name, dry_run, status, total_rows, done_rows)"
        " values (%s, %s, 'clients', 'c.csv', false, 'running', 0, 0)",
        (new_id(), workspace_id),
    )
    assert sweep(fresh_settings, timedelta(minutes=1)) == 0
    watch.execute("update import_run set created_at = created_at - interval '2 minutes'")
    assert sweep(fresh_settings, timedelta(minutes=1)) == 1
