"""The worker's two threads."""

import threading
import time
from collections.abc import Callable
from typing import NoReturn

import psycopg

from imisofts.settings import Settings
from orchestration import assets, reporting
from orchestration.worker import Worker
from tests.orchestration.conftest import Agency
from warehouse import lake, pipeline

PATIENCE = 120
_OTHERS = (
    f" from pg_locks where (classid::bigint << 32) + objid::bigint = {pipeline._PIPELINE_LOCK} and not granted"
    " and database = (select oid from pg_database where datname = current_database())"
)


def until(found: Callable[[], bool], what: str) -> None:
    for _ in range(PATIENCE * 5):
        if found():
            return
        time.sleep(0.2)
    raise AssertionError(f"{what} did not come about")


def test_replication_goes_on_while_models_build(fresh_settings: Settings) -> None:
    """Somebody else builds, so that this worker's own build waits: what is committed meanwhile reaches raw."""
    agency = Agency(fresh_settings)
    worker = Worker(fresh_settings, reporting.Reporter(_no_dagster, assets.KEEP_REPLICATING))
    life = threading.Thread(target=worker.loop)
    with psycopg.connect(fresh_settings.lake_catalog_url, autocommit=True) as builder:
        builder.execute("select pg_advisory_lock(%s)", [pipeline._PIPELINE_LOCK])

        def waits() -> bool:
            return builder.execute(f"select 1 {_OTHERS}").fetchone() is not None

        life.start()
        try:
            until(waits, "a build that waits")
            agency.invoice(12_345)
            until(lambda: _invoices(fresh_settings) == 1, "the invoice in raw")
            assert waits(), "the build has not gone on"
        finally:
            worker.stop()
            builder.execute(f"select pg_terminate_backend(pid) {_OTHERS}")
            life.join(PATIENCE)
    assert not life.is_alive()


def _no_dagster() -> NoReturn:
    raise AssertionError("nothing is told here")


def _invoices(settings: Settings) -> int:
    with lake.connect(settings) as connection:
        row = connection.execute("select count(*) from lake.raw.invoice").fetchone()
    assert row is not None
    return int(row[0])
