"""Routes of roles and of the networks from which a workspace may be used."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.identity import networks, roles, schemas
from api.identity.errors import BeyondOwnRights, NetworkRefused, RoleInUse, RoleNameTaken, RoleRefused
from api.kit.access import allowed
from api.kit.concurrency import IfMatch, etag
from api.kit.database import ReadSession, WriteSession, address_of
from api.kit.errors import (
    Forbidden,
    Malformed,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Unauthenticated,
    documented,
)
from api.kit.idempotency import IdempotencyKey, IdempotentRoute
from imisofts.access import Action, Actor

router = APIRouter(tags=["rights"], route_class=IdempotentRoute)
SIGNED_IN = documented(Unauthenticated, Forbidden, Malformed)
CHANGED = documented(NotFound, PreconditionRequired, PreconditionFailed)
ROLE_REFUSED = documented(RoleRefused, RoleNameTaken, BeyondOwnRights)
Roles = Annotated[Actor, allowed(Action.role_manage)]
RolesProved = Annotated[Actor, allowed(Action.role_manage, fresh=True)]
Networks = Annotated[Actor, allowed(Action.network_manage)]
NetworksProved = Annotated[Actor, allowed(Action.network_manage, fresh=True)]


@router.get("/roles", responses=SIGNED_IN)
async def list_roles(actor: Annotated[Actor, allowed(Action.user_read)], session: ReadSession) -> list[schemas.RoleOut]:
    """Every role that a member may have: the built-in ones, then the workspace's own."""
    return await roles.every(session, actor)


@router.post("/roles", status_code=201, responses={**SIGNED_IN, **ROLE_REFUSED})
async def create_role(
    response: Response, given: schemas.RoleCreate, actor: RolesProved, session: WriteSession, key: IdempotencyKey = None
) -> schemas.RoleOut:
    """Make a role with no more than one's own rights; this takes a fresh proof, as changing one does."""
    row = await roles.create(session, actor, given)
    response.headers["ETag"] = etag(row.version)
    return roles.out(row, 0)


@router.get("/roles/{role_id}", responses={**SIGNED_IN, **documented(NotFound)})
async def get_role(role_id: UUID, response: Response, actor: Roles, session: ReadSession) -> schemas.RoleOut:
    """One role of the workspace's own."""
    row = await roles.one(session, actor, role_id)
    response.headers["ETag"] = etag(row.version)
    return roles.out(row, await roles.people_of(session, role_id))


@router.patch("/roles/{role_id}", responses={**SIGNED_IN, **CHANGED, **ROLE_REFUSED})
async def update_role(
    role_id: UUID,
    response: Response,
    change: schemas.RoleUpdate,
    actor: RolesProved,
    session: WriteSession,
    if_match: IfMatch = None,
) -> schemas.RoleOut:
    """Change a role; it counts for everybody who has it from their next request on."""
    row = await roles.update(session, actor, role_id, if_match, change)
    response.headers["ETag"] = etag(row.version)
    return roles.out(row, await roles.people_of(session, role_id))


@router.delete("/roles/{role_id}", status_code=204, responses={**SIGNED_IN, **CHANGED, **documented(RoleInUse)})
async def delete_role(role_id: UUID, actor: Roles, session: WriteSession, if_match: IfMatch = None) -> None:
    """Take away a role that nobody has."""
    await roles.delete(session, actor, role_id, if_match)


@router.get("/networks", responses=SIGNED_IN)
async def list_networks(request: Request, actor: Networks, session: ReadSession) -> schemas.NetworksOut:
    """The networks from which the workspace may be used."""
    rows = await networks.every(session, actor)
    shown = [schemas.NetworkOut.model_validate(row, from_attributes=True) for row in rows]
    return schemas.NetworksOut(address=address_of(request), networks=shown)


@router.post("/networks", status_code=201, responses={**SIGNED_IN, **documented(NetworkRefused)})
async def add_network(
    request: Request,
    response: Response,
    given: schemas.NetworkCreate,
    actor: NetworksProved,
    session: WriteSession,
    key: IdempotencyKey = None,
) -> schemas.NetworkOut:
    """Let a network in. The first one locks everybody else out, but never whoever adds it."""
    row = await networks.add(session, actor, given, address_of(request))
    response.headers["ETag"] = etag(row.version)
    return schemas.NetworkOut.model_validate(row, from_attributes=True)


@router.delete(
    "/networks/{network_id}", status_code=204, responses={**SIGNED_IN, **CHANGED, **documented(NetworkRefused)}
)
async def remove_network(
    request: Request, network_id: UUID, actor: NetworksProved, session: WriteSession, if_match: IfMatch = None
) -> None:
    """Take a network out, unless that would lock oneself out."""
    await networks.remove(session, actor, network_id, if_match, address_of(request))
