"""The route of the first page."""

from typing import Annotated

from fastapi import APIRouter

from api.home import service
from api.home.schemas import Home
from api.kit.access import allowed
from api.kit.clock import AppClock
from api.kit.database import ReadSession
from imisofts.access import Action, Actor

router = APIRouter(prefix="/home", tags=["home"])


@router.get("")
async def read_home(
    actor: Annotated[Actor, allowed(Action.workspace_read)], session: ReadSession, clock: AppClock
) -> Home:
    """What stands open now for whoever asks: balance, work, hours left, tickets, reports, and what waits for them."""
    return await service.home(session, actor, clock)
