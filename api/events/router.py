"""Reading events: the smallest complete example of a domain's router."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from sqlalchemy import select

from api.events.listing import ACTIVITY, EVENTS
from api.events.models import Event
from api.events.schemas import ActivityOut, EventOut
from api.events.service import joined_to_origin, visible_to
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


@router.get(
    "/activity",
    response_model=lists.Page[ActivityOut],
    responses=documented(Unauthenticated, Forbidden, Malformed),
)
async def list_activity(
    actor: Annotated[Actor, allowed(Action.activity_read)],
    params: Annotated[lists.ListParams, Depends(lists.parameters(ACTIVITY))],
    session: ReadSession,
) -> Response:
    """Who did what, when and from where, newest first. Addresses are kept for 180 days."""
    return await lists.page(session, joined_to_origin(visible_to(actor)), ACTIVITY, params)


@router.get(
    "/own",
    response_model=lists.Page[ActivityOut],
    responses=documented(Unauthenticated, Forbidden, Malformed),
)
async def list_own_activity(
    actor: Annotated[Actor, allowed(Action.session_own)],
    params: Annotated[lists.ListParams, Depends(lists.parameters(ACTIVITY))],
    session: ReadSession,
) -> Response:
    """What one did oneself in this workspace, when and from where."""
    own = select(Event).where(Event.workspace_id == actor.workspace_id, Event.actor_id == actor.user_id)
    return await lists.page(session, joined_to_origin(own), ACTIVITY, params)
