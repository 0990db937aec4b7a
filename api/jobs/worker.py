"""``python -m api.jobs.worker``: run jobs until told to stop."""

import asyncio
import importlib
import logging

from api.jobs.queue import JOB_MODULES, worker_app
from api.reports import office
from imisofts import settings as settings_module

CONCURRENCY = 4
GRACEFUL_SECONDS = 20
log = logging.getLogger(__name__)
_FAILED = {
    "job_error_retry": "failed and is tried again",
    "job_error": "failed for good",
    "job_aborted_retry": "was cut short and is tried again",
    "job_aborted": "was cut short",
}


class Failures(logging.Filter):
    """Shows every job that did not end well as a warning; of the queue's own chatter, warnings only.

    The queue reports a job that it will try again at INFO, as if nothing had happened.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Raise and reword the record of a failed job; let it pass if it is worth seeing."""
        outcome = _FAILED.get(getattr(record, "action", ""))
        if outcome is not None:
            job = record.__dict__["job"]
            error = record.exc_info[1] if record.exc_info else None
            ids = ", ".join(f"{name}={value}" for name, value in job["task_kwargs"].items())
            record.msg = "job %s %s(%s), attempt %d, %s: %r"
            record.args = (job["id"], job["task_name"], ids, job["attempts"] + 1, outcome, error)
            record.levelno = max(record.levelno, logging.WARNING)
            record.levelname = logging.getLevelName(record.levelno)
        return record.levelno >= logging.WARNING


def import_tasks() -> None:
    """Declare every domain's tasks."""
    for name in JOB_MODULES:
        importlib.import_module(name)


async def run() -> None:
    """Work until SIGTERM or SIGINT; a job in hand gets time to end and is tried again if that is too short."""
    settings = settings_module.load()
    import_tasks()
    async with office.kept(settings), worker_app(settings.app_database_url) as worker:
        log.info("working on %d tasks", len(worker.tasks))
        await worker.run_worker_async(
            concurrency=CONCURRENCY,
            install_signal_handlers=True,
            shutdown_graceful_timeout=GRACEFUL_SECONDS,
            listen_notify=True,
            delete_jobs="successful",
        )


def show_failures() -> None:
    """Have the queue's own log tell of failed jobs and be silent about the rest."""
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    worker = logging.getLogger("procrastinate.worker")
    worker.setLevel(logging.INFO)
    worker.addFilter(Failures())
    worker.getChild("worker").setLevel(logging.WARNING)


def main() -> None:
    """Set up logging and run."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    show_failures()
    asyncio.run(run())


if __name__ == "__main__":
    main()
