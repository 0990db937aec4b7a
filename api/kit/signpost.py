"""The way from an address to its routes by one look, instead of asking every route of the service in turn.

FastAPI asks its routers one after the other, and each of them its routes: with some two hundred that takes as long as
what most of them do. Whatever is not found here, a wrong method among it, goes the long way and is answered as ever.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

_CHOSEN = "imisofts.chosen"


class Signpost(BaseRoute):
    """``known`` are the routes of an address by its first two words (``v1/invoices``), in the order of asking."""

    def __init__(self, known: Mapping[str, Iterable[BaseRoute]]) -> None:
        self._known = {words: tuple(routes) for words, routes in known.items()}

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """The first route that takes the request; none where only the long way can tell."""
        if scope["type"] == "http":
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            for route in self._known.get(_words(path), ()):
                match, found = route.matches(scope)
                if match is Match.FULL:
                    return match, {**found, _CHOSEN: route}
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on to the route that was found."""
        await scope.pop(_CHOSEN).handle(scope, receive, send)


def include(app: FastAPI, routers: Iterable[APIRouter], prefix: str) -> None:
    """Include the routers below ``prefix`` (one word), and put up the post in front of them.

    ``RuntimeError`` for a route whose first word is a parameter: it would have to be asked about every address.
    """
    known: dict[str, list[BaseRoute]] = defaultdict(list)
    for router in routers:
        app.include_router(router, prefix=prefix)
        for words in sorted({_words(f"{prefix}{getattr(route, 'path')}") for route in router.routes}):  # noqa: B009
            if "{" in words:
                raise RuntimeError(f"{words} leads everywhere")
            known[words].append(app.router.routes[-1])
    app.router.routes.insert(0, Signpost(known))


def _words(path: str) -> str:
    """``/v1/invoices/7/pay`` → ``v1/invoices``."""
    return "/".join(path.split("/", 3)[1:3])
