"""One ASGI application for one address: the API below ``/v1``, its stream at ``/events``, the portal elsewhere."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from api import app as api_app
from api.client import Client
from api.kit.proxies import TrustedProxies
from imisofts.settings import Settings, load
from portal import app as portal_app

API_PATHS = ("/v1", "/openapi.json", "/health", "/docs", "/events")


class Doorway:
    """Sends a request to the API or to the portal, by its path."""

    def __init__(self, api: ASGIApp, portal: ASGIApp) -> None:
        self._api, self._portal = api, portal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Paths are compared by whole segments: ``/v1x`` is the portal's."""
        path = str(scope.get("path", ""))
        mine = any(path == prefix or path.startswith(f"{prefix}/") for prefix in API_PATHS)
        await (self._api if mine else self._portal)(scope, receive, send)


def create(settings: Settings) -> Starlette:
    """The whole address; the API's own start and stop run with it."""
    api = api_app.create(settings)
    portal = portal_app.create(settings, Client.in_process(api))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with api.router.lifespan_context(api):
            yield

    door = TrustedProxies(Doorway(api, portal), settings.proxy_networks)
    return Starlette(routes=[Mount("/", app=door)], lifespan=lifespan)


def application() -> Starlette:
    """For ``uvicorn --factory``: the installation that the environment names."""
    return create(load())
