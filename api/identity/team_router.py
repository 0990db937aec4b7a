"""Routes of a client's people."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.identity import repository, team
from api.identity.errors import (
    AlreadyMember,
    BeyondOwnRights,
    LastInCharge,
    OwnMembership,
    RoleRefused,
    UnknownClient,
)
from api.identity.listing import TEAM
from api.identity.team_schemas import TeamInvitation, TeamMember, TeamStanding
from api.kit import lists
from api.kit.access import allowed
from api.kit.concurrency import IfMatch, etag
from api.kit.database import ReadSession, WriteSession, of
from api.kit.errors import (
    Forbidden,
    Malformed,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    TooMany,
    Unauthenticated,
    documented,
)
from api.kit.idempotency import IdempotencyKey, IdempotentRoute
from imisofts.access import Action, Actor

router = APIRouter(prefix="/team", tags=["team"], route_class=IdempotentRoute)
SIGNED_IN = documented(Unauthenticated, Forbidden, Malformed)
CHANGED = documented(NotFound, OwnMembership, LastInCharge, BeyondOwnRights, PreconditionRequired, PreconditionFailed)
Manager = Annotated[Actor, allowed(Action.team_manage)]
ManagerProved = Annotated[Actor, allowed(Action.team_manage, fresh=True)]


@router.get("", response_model=lists.Page[TeamMember], responses=SIGNED_IN)
async def list_team(
    actor: Manager, params: Annotated[lists.ListParams, Depends(lists.parameters(TEAM))], session: ReadSession
) -> Response:
    """The people of one's own client; for staff, those of all clients that they see."""
    return await lists.page(session, repository.visible_team(actor), TEAM, params)


@router.post(
    "",
    status_code=201,
    responses={
        **SIGNED_IN,
        **documented(NotFound, AlreadyMember, UnknownClient, RoleRefused, BeyondOwnRights, TooMany),
    },
)
async def invite_colleague(
    request: Request,
    response: Response,
    asked: TeamInvitation,
    actor: Manager,
    session: WriteSession,
    key: IdempotencyKey = None,
) -> TeamMember:
    """Invite a colleague to a client, with chosen rights; the one-time link goes by mail to the person alone."""
    made = await team.invite(of(request), session, actor, asked, request.app.state.settings.secret_key)
    return await _member(response, actor, session, made)


@router.get("/{user_id}", responses={**SIGNED_IN, **documented(NotFound)})
async def get_colleague(user_id: UUID, response: Response, actor: Manager, session: ReadSession) -> TeamMember:
    """One of them."""
    return await _member(response, actor, session, user_id)


async def _member(response: Response, actor: Actor, session: AsyncSession, user_id: UUID) -> TeamMember:
    found = await lists.one(session, repository.visible_team(actor), TEAM, user_id, "There is no such member.")
    response.headers["ETag"] = etag(found["version"])
    return TeamMember(**found)


@router.patch("/{user_id}", responses={**SIGNED_IN, **CHANGED, **documented(RoleRefused)})
async def update_colleague(
    user_id: UUID,
    response: Response,
    change: TeamStanding,
    actor: ManagerProved,
    session: WriteSession,
    if_match: IfMatch = None,
) -> TeamMember:
    """Give a colleague other rights; this takes a fresh proof. Nobody changes their own, or gives what they lack."""
    await team.update(session, actor, user_id, if_match, change)
    await session.flush()
    return await _member(response, actor, session, user_id)


@router.delete("/{user_id}", status_code=204, responses={**SIGNED_IN, **CHANGED})
async def remove_colleague(user_id: UUID, actor: Manager, session: WriteSession, if_match: IfMatch = None) -> None:
    """Take a colleague's access away, from the next request on; or an invitation back."""
    await team.remove(session, actor, user_id, if_match)


@router.post("/{user_id}/link", status_code=204, responses={**SIGNED_IN, **documented(NotFound, AlreadyMember)})
async def invite_colleague_again(
    request: Request, user_id: UUID, actor: Manager, session: WriteSession, key: IdempotencyKey = None
) -> None:
    """Mail a colleague who has not come in yet a new link; the one before no longer works."""
    await team.invite_again(session, actor, user_id, request.app.state.settings.secret_key)
