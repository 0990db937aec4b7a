"""At which host a request arrives, and so in which workspace: a name that is nobody's is answered plainly with 421.

The installation's own names serve every workspace. Every other name serves one, and nothing of another is done there:
its sign-in page signs in to it alone, and a session or token of another workspace counts for nothing.
"""

from uuid import UUID

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.identity import repository
from api.kit.database import Database
from api.kit.errors import ApiError, problem
from imisofts import hosts
from imisofts.settings import Settings

ANYWHERE = ("/health",)
"""Paths that answer at every name: a load balancer asks by the machine's address."""


class Misdirected(ApiError):
    """No workspace has this host."""

    status = 421
    code = "unknown_host"
    title = "Nothing is served at this address"


async def workspace_at(name: str, database: Database, settings: Settings) -> UUID | None:
    """The workspace that answers at a name which is not the installation's own."""
    async with database.begin(None, read_only=True) as session:
        slug = hosts.slug_of(name, settings)
        if slug is not None:
            return await repository.workspace_by_slug(session, slug)
        return await repository.workspace_by_host(session, name)


def place_of(request: Request) -> UUID | None:
    """The workspace of the request's host; None at the installation's own names."""
    found: UUID | None = getattr(request.state, "place", None)
    return found


class Places:
    """Finds the workspace of the host before anything else looks at the request."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or say that nothing is served at its host."""
        if scope["type"] != "http" or scope["path"] in ANYWHERE:
            await self.app(scope, receive, send)
            return
        state = scope["app"].state
        name = hosts.name_of(Headers(scope=scope).get("host", ""))
        if not hosts.is_own(name, state.settings):
            place = await workspace_at(name, state.database, state.settings)
            if place is None:
                await problem(Misdirected("No workspace answers at this address."))(scope, receive, send)
                return
            scope.setdefault("state", {})["place"] = place
        await self.app(scope, receive, send)
