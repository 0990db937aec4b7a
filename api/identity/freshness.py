"""Sensitive acts need a proof that is not old: a session may have been left open, or its cookie stolen."""

from datetime import timedelta

from fastapi import Request
from sqlalchemy import select

from api.identity.models import LoginSession
from api.kit.database import of
from api.kit.errors import Forbidden
from imisofts.access import Actor

FRESH = timedelta(minutes=10)


class StepUpNeeded(Forbidden):
    """The person has to show once more who is asking."""

    code = "step_up"


class PersonNeeded(Forbidden):
    """A program cannot do what a person has to do."""

    code = "person_needed"


async def require_fresh(request: Request, actor: Actor) -> None:
    """:class:`StepUpNeeded` unless the session's person proved who she is in the last ten minutes; a token never did.
    The operator, who can read the installation's secret, is asked for nothing more."""
    if actor.kind == "operator":
        return
    require_person(actor)
    query = select(LoginSession.proved_at).where(LoginSession.id == request.state.session_id)
    async with of(request).begin(actor.workspace_id, read_only=True) as session:
        proved_at = await session.scalar(query)
    if proved_at is None or request.app.state.clock.now() - proved_at > FRESH:
        raise StepUpNeeded("Show once more that it is you.")


def require_person(actor: Actor) -> None:
    """:class:`PersonNeeded` for a token and for the operator."""
    if actor.kind != "user" or actor.user_id is None:
        raise PersonNeeded("Only a person who is signed in can do this.")
