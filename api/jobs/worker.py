"""``python -m api.jobs.worker``: run jobs until told to stop."""

import asyncio
import importlib
import logging

from api.jobs.queue import JOB_MODULES, worker_app
from imisofts import settings as settings_module

CONCURRENCY = 4
GRACEFUL_SECONDS = 20
log = logging.getLogger(__name__)


def import_tasks() -> None:
    """Declare every domain's tasks."""
    for name in JOB_MODULES:
        importlib.import_module(name)


async def run() -> None:
    """Work until SIGTERM or SIGINT; a job in hand gets time to end and is tried again if that is too short."""
    settings = settings_module.load()
    import_tasks()
    async with worker_app(settings.app_database_url) as worker:
        log.info("working on %d tasks", len(worker.tasks))
        await worker.run_worker_async(
            concurrency=CONCURRENCY,
            install_signal_handlers=True,
            shutdown_graceful_timeout=GRACEFUL_SECONDS,
            listen_notify=True,
            delete_jobs="successful",
        )


def main() -> None:
    """Set up logging and run."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    asyncio.run(run())


if __name__ == "__main__":
    main()
