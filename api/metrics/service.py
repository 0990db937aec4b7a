"""The gateway of this process, asked in a thread of its own because it blocks."""

from collections.abc import Callable
from typing import TypeVar

from anyio import to_thread
from fastapi import FastAPI

from api.metrics.errors import problem
from imisofts.settings import Settings
from warehouse.gateway import Gateway, GatewayError

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
