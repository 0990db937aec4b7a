"""A job lives and dies with the transaction that enqueued it; a silent worker's job runs again."""

import logging

import psycopg
import pytest
from anyio import run

from api import jobs
from api.jobs.sweep import free_stalled
from api.jobs.worker import show_failures
from api.kit.database import Database
from api.kit.ids import new_id
from api.reports.jobs import deliver_report
from imisofts.settings import Settings


def _jobs(settings: Settings) -> list[str]:
    with psycopg.connect(settings.owner_database_url) as owner:
        return [str(row[0]) for row in owner.execute("select status from queue.procrastinate_jobs").fetchall()]


def test_a_rollback_leaves_no_job_and_a_commit_leaves_one(fresh_settings: Settings) -> None:
    async def enqueue(fail: bool) -> None:
        database = Database(fresh_settings.app_database_url)
        try:
            async with database.begin(new_id()) as session:
                await jobs.enqueue(session, deliver_report, workspace_id=str(new_id()), report_id=str(new_id()))
                if fail:
                    raise LookupError
        except LookupError:
            pass
        finally:
            await database.close()

    run(enqueue, True)
    assert _jobs(fresh_settings) == []
    run(enqueue, False)
    assert _jobs(fresh_settings) == ["todo"]


def test_a_job_that_fails_is_seen_with_its_name_ids_attempt_and_error(
    fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The real worker meets a report that does not exist; the queue's own record of that is INFO."""
    monkeypatch.setenv("IMISOFTS_HOME", str(fresh_settings.home))
    for name, value in fresh_settings.environment().items():
        monkeypatch.setenv(name, value)
    report_id = str(new_id())

    async def work() -> None:
        database = Database(fresh_settings.app_database_url)
        async with database.begin(new_id()) as session:
            await jobs.enqueue(session, deliver_report, workspace_id=str(new_id()), report_id=report_id)
        await database.close()
        async with jobs.worker_app(fresh_settings.app_database_url) as worker:
            await worker.run_worker_async(wait=False, install_signal_handlers=False)

    chatter = logging.getLogger("procrastinate.worker")
    before = chatter.level
    try:
        show_failures()
        run(work)
    finally:
        chatter.setLevel(before)
        chatter.filters.clear()
    told = [record for record in caplog.records if record.name.startswith("procrastinate")]
    assert [record.levelname for record in told] == ["WARNING"]
    assert "reports.deliver(" in told[0].message
    assert f"report_id={report_id}" in told[0].message
    assert "), attempt 1, failed and is tried again: UnknownReport(" in told[0].message


def test_the_sweep_gives_back_the_job_of_a_silent_worker(fresh_settings: Settings) -> None:
    with psycopg.connect(fresh_settings.app_database_url, options="-c search_path=queue,public") as app:
        app.execute("insert into procrastinate_workers (last_heartbeat) values (now() - interval '10 minutes')")
        app.execute(
            "insert into procrastinate_jobs (queue_name, task_name, status, worker_id)"
            " select 'default', 'reports.deliver', 'doing', id from procrastinate_workers"
        )

    async def sweep() -> int:
        async with jobs.worker_app(fresh_settings.app_database_url) as worker:
            return await free_stalled(worker)

    assert run(sweep) == 1
    assert _jobs(fresh_settings) == ["todo"]
    assert run(sweep) == 0
