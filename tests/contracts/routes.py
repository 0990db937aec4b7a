"""The service's routes, as data."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi.routing import APIRoute

from api.app import ROUTERS
from api.kit.access import actions_of

UNSAFE = {"POST", "PATCH", "PUT", "DELETE"}


@dataclass(frozen=True, order=True)
class Route:
    """One method of one path, and the actions its signature declares."""

    path: str
    method: str
    actions: tuple[str, ...]

    @property
    def writes(self) -> bool:
        return self.method in UNSAFE

    @property
    def ids(self) -> list[str]:
        """The path's parameters that name a row."""
        return re.findall(r"{(\w+_id)}", self.path)

    def address(self, ident: str) -> str:
        """The path with ``ident`` in place of every parameter."""
        return re.sub(r"{\w+}", ident, self.path)


def routes() -> list[Route]:
    """All routes of the API in a stable order."""
    return sorted(_routes())


def _routes() -> Iterator[Route]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for method in sorted((route.methods or set()) - {"HEAD"}):
                yield Route(f"/v1{route.path_format}", method, tuple(actions_of(route.dependant)))
