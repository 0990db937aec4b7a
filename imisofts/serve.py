"""One ASGI application for one address: the API below ``/v1``, its stream at ``/events``, the portal elsewhere."""

import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from api import app as api_app
from api.client import Client
from api.kit.proxies import TrustedProxies
from imisofts.settings import Settings, load
from portal import app as portal_app

_WAITING = 2048
"""Connections that wait to be taken."""
_GRACE_SECONDS = 3
"""Streams of live updates never end by themselves."""
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


def listener(port: int) -> socket.socket:
    """A door on this machine; several processes have one each at the same ``port``, and the system chooses for every
    connection. Only processes of the same user may."""
    return socket.create_server(("127.0.0.1", port), reuse_port=True, backlog=_WAITING)


def main() -> None:
    """One web process of the installation that the environment names."""
    settings = load()
    config = uvicorn.Config(
        create(settings),
        proxy_headers=False,  # who came is told by ``trusted_proxies`` alone
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = uvicorn.Server(config)
    with listener(settings.port_base) as door:
        server.run(sockets=[door])
    sys.exit(0 if server.started else 1)


if __name__ == "__main__":
    main()
