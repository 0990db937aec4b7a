"""Routes of the weights of client health."""

from typing import Annotated

from fastapi import APIRouter

from api.health import service
from api.health.schemas import HealthWeights
from api.kit.access import allowed
from api.kit.database import ReadSession, WriteSession
from imisofts.access import Action, Actor

router = APIRouter(prefix="/health-weights", tags=["health"])


@router.get("")
async def read_weights(_: Annotated[Actor, allowed(Action.metric_leadership)], session: ReadSession) -> HealthWeights:
    """How much each input of a client's health weighs."""
    return await service.weights(session)


@router.put("")
async def set_weights(
    actor: Annotated[Actor, allowed(Action.workspace_manage)], session: WriteSession, given: HealthWeights
) -> HealthWeights:
    """Set the weights; an input left out goes back to its default."""
    return await service.set_weights(session, actor, given)
