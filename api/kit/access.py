"""Who asks: the action a route needs stands in the route's signature."""

from collections.abc import Iterator
from typing import Any, cast

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant

from api.kit.errors import Forbidden
from imisofts.access import Action, Actor

PUBLIC = "public"


class Allowed:
    """A dependency that lets an actor pass who may do ``action``; with ``fresh``, who proved lately who she is."""

    def __init__(self, action: Action, *, fresh: bool = False) -> None:
        self.action = action
        self.fresh = fresh

    async def __call__(self, request: Request) -> Actor:
        actor = cast(Actor, await request.app.state.actor_of(request))
        if not actor.may(self.action):
            raise Forbidden(f"This needs the right “{self.action}”.")
        if self.fresh:
            await request.app.state.require_fresh(request, actor)
        return actor


class Public:
    """Says on purpose that a route is for everybody."""

    async def __call__(self) -> None:
        return None


def allowed(action: Action, *, fresh: bool = False) -> Any:
    """``actor: Annotated[Actor, allowed(Action.invoice_read)]``: 401 without sign-in, 403 without the right.

    ``fresh`` is for sensitive acts: 403 ``step_up`` when the person's last proof is older than ten minutes, 403
    ``person_needed`` for a token.
    """
    return Depends(Allowed(action, fresh=fresh))


def public() -> Any:
    """``dependencies=[public()]``: this route needs nobody to be signed in."""
    return Depends(Public())


def _calls(dependant: Dependant) -> Iterator[Any]:
    yield dependant.call
    for inner in dependant.dependencies:
        yield from _calls(inner)


def actions_of(dependant: Dependant) -> list[str]:
    """The actions a route declares (``public`` for none on purpose); what the permission matrix is made of."""
    found: list[str] = []
    for call in _calls(dependant):
        if isinstance(call, Allowed):
            found.append(call.action.value)
        elif isinstance(call, Public):
            found.append(PUBLIC)
    return found
