"""Reading events: the smallest complete example of a domain's router."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy import Select, select

from api.events.listing import EVENTS
from api.events.models import Event
from api.events.schemas import EventOut
from api.kit import lists
from api.kit.access import allowed
from api.kit.database import ReadSession
from api.kit.errors import Forbidden, Malformed, Unauthenticated, documented
from imisofts.access import Action, Actor

router = APIRouter(prefix="/events", tags=["events"])


def visible_to(actor: Actor) -> Select[Event]:
    """The events an actor may see: those of its workspace."""
    return select(Event).where(Event.workspace_id == actor.workspace_id)


@router.get("", response_model=lists.Page[EventOut], responses=documented(Unauthenticated, Forbidden, Malformed))
async def list_events(
    actor: Annotated[Actor, allowed(Action.event_read)],
    params: Annotated[lists.ListParams, Depends(lists.parameters(EVENTS))],
    session: ReadSession,
) -> Response:
    """What happened, newest first."""
    return await lists.page(session, visible_to(actor), EVENTS, params)
