"""The weights of client health: the workspace's own, else the defaults."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.health.errors import NothingWeighs
from api.health.models import HealthWeight
from api.health.schemas import HealthWeights
from api.identity.models import Workspace
from api.kit.ids import new_id
from imisofts.access import Actor


async def weights(session: AsyncSession) -> HealthWeights:
    """What each input weighs."""
    rows = await session.scalars(select(HealthWeight))
    return HealthWeights(**{row.input: row.weight for row in rows})


async def set_weights(session: AsyncSession, actor: Actor, given: HealthWeights) -> HealthWeights:
    """Set all weights; scores follow with the next publication, those of past days too."""
    wanted = given.model_dump()
    if not any(wanted.values()):
        raise NothingWeighs("At least one input has to weigh something.", fields=[("payment", "is 0 like all others")])
    before = (await weights(session)).model_dump()
    if wanted == before:
        return given
    rows = {row.input: row for row in await session.scalars(select(HealthWeight))}
    for name, weight in wanted.items():
        if name in rows:
            rows[name].weight = weight
        else:
            session.add(HealthWeight(id=new_id(), workspace_id=actor.workspace_id, input=name, weight=weight))
    workspace = Workspace(id=actor.workspace_id)
    await events.record(session, actor, EventName.HEALTH_WEIGHT_SET, workspace, before=before, after=wanted)
    return given
