"""The route of the plan. Plans are set by who runs the installation."""

from typing import Annotated

from fastapi import APIRouter

from api.kit.access import allowed
from api.kit.database import ReadSession
from api.kit.errors import Forbidden, Unauthenticated, documented
from api.plans import schemas, service
from imisofts.access import Action, Actor

router = APIRouter(tags=["plans"])


@router.get("/workspace/plan", responses=documented(Unauthenticated, Forbidden))
async def get_plan(_: Annotated[Actor, allowed(Action.workspace_manage)], session: ReadSession) -> schemas.PlanOut:
    """The workspace's plan, what is used of it, and what others include."""
    return await service.plan_out(session)
