"""The queue: procrastinate in schema ``queue`` of the product's database."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, cast

import procrastinate
from procrastinate.tasks import Task
from sqlalchemy.ext.asyncio import AsyncSession

JOB_MODULES: Final = (
    "api.jobs.sweep",
    "api.jobs.expire",
    "api.identity.domain_jobs",
    "api.identity.jobs",
    "api.identity.request_jobs",
    "api.imports.jobs",
    "api.metrics.jobs",
    "api.notifications.jobs",
    "api.reports.jobs",
)
"""Where tasks are declared; the worker imports all of them."""

RETRY: Final = procrastinate.RetryStrategy(max_attempts=8, wait=5, exponential_wait=3)
"""Seconds before a further try: 8, 14, 32, 86, … for about an hour and a half; then the job stays failed."""

SEARCH_PATH: Final = "-c search_path=queue,public -c TimeZone=UTC"

app = procrastinate.App(connector=procrastinate.PsycopgConnector())
"""Knows the tasks. It has no address of its own: jobs are written on the connection of whoever enqueues them."""

TaskFunction = Callable[..., Awaitable[None]]


def task(name: str, *, lock: str | None = None) -> Callable[[TaskFunction], Task[..., Any, Any]]:
    """Declare a task ``<domain>.<verb>``. Every task can be tried again: a worker stopped halfway must not lose it."""

    def declare(function: TaskFunction) -> Task[..., Any, Any]:
        made = app.task(name=name, retry=RETRY, lock=lock)(function)
        return cast("Task[..., Any, Any]", made)

    return declare


async def enqueue(
    session: AsyncSession, chosen: Task[..., Any, Any], *, queueing_lock: str | None = None, **ids: str
) -> int:
    """Write the job in the session's own transaction: it exists if and only if that commits. Returns its number.

    Of one ``queueing_lock`` only one job waits at a time: :class:`procrastinate.exceptions.AlreadyEnqueued` says that
    one does, and the transaction is over unless a savepoint held it.
    """
    connection = await (await session.connection()).get_raw_connection()
    deferrer = chosen.configure(connection=connection.driver_connection, queueing_lock=queueing_lock)
    return await deferrer.defer_async(**ids)


async def enqueue_named(session: AsyncSession, name: str, **ids: str) -> int:
    """The same for a task known by its name: what follows from an event is no business of who records it."""
    connection = await (await session.connection()).get_raw_connection()
    deferrer = app.configure_task(name, connection=connection.driver_connection)
    return await deferrer.defer_async(**ids)


@asynccontextmanager
async def worker_app(app_database_url: str) -> AsyncIterator[procrastinate.App]:
    """The app with a connection of its own, for the worker. Not a copy: periodic tasks hold on to the app itself."""
    connector = procrastinate.PsycopgConnector(conninfo=app_database_url, kwargs={"options": SEARCH_PATH})
    with app.replace_connector(connector):
        async with app.open_async() as opened:
            yield opened
