"""The gateway of this process, asked in a thread of its own because it blocks."""

from collections.abc import Callable
from typing import TypeVar

from anyio import to_thread
from fastapi import FastAPI

from api.kit.database import Database
from api.metrics import jobs
from api.metrics.errors import problem
from imisofts.access import Actor
from imisofts.settings import Settings
from warehouse.gateway import BeingPrepared, Gateway, GatewayError, MetricAnswer, MetricQuery

Answer = TypeVar("Answer")


def install(app: FastAPI, settings: Settings) -> None:
    """Give the service its gateway; no connection is opened before the first question."""
    app.state.gateway = Gateway(settings)


async def ask(question: Callable[[], Answer]) -> Answer:
    """Run a question beside the event loop; a refusal becomes a problem."""
    try:
        return await to_thread.run_sync(question)
    except GatewayError as error:
        raise problem(error) from error


async def ask_metric(gateway: Gateway, database: Database, actor: Actor, question: MetricQuery) -> MetricAnswer:
    """Ask for a metric; what was known and has to be built first is ordered, and the problem says to come back."""

    async def order(refusal: BeingPrepared) -> None:
        async with database.begin(actor.workspace_id) as session:
            await jobs.order(session, actor.workspace_id, str(refusal.moment))

    try:
        return await to_thread.run_sync(gateway.metric, actor, question)
    except GatewayError as error:
        if isinstance(error, BeingPrepared):
            await order(error)
        raise problem(error) from error
