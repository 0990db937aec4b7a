"""Reading events: the smallest complete example of a domain's router."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.events.listing import EVENTS
from api.events.schemas import EventOut
from api.events.service import visible_to
from api.kit import lists
from api.kit.access import allowed
from api.kit.database import ReadSession
from api.kit.errors import Forbidden, Malformed, Unauthenticated, documented
from imisofts.access import Action, Actor

router = APIRouter(prefix="/events", tags=["events"])


@router.get("", response_model=lists.Page[EventOut], responses=documented(Unauthenticated, Forbidden, Malformed))
async def list_events(
    actor: Annotated[Actor, allowed(Action.event_read)],
    params: Annotated[lists.ListParams, Depends(lists.parameters(EVENTS))],
    session: ReadSession,
) -> Response:
    """What happened, newest first."""
    return await lists.page(session, visible_to(actor), EVENTS, params)
