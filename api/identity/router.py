"""Routes of identity."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.identity import members, repository, schemas, service
from api.identity.entering import CHALLENGED, AppPasswords, entered, session_out, workspace_out
from api.identity.entrance import device_of
from api.identity.errors import AlreadyMember, OwnMembership, RoleRefused, SignInRefused, UnknownClient
from api.identity.factor_schemas import Entered
from api.identity.freshness import require_fresh
from api.identity.listing import USERS
from api.identity.models import ApiToken
from api.kit import lists, security
from api.kit.access import allowed, public
from api.kit.clock import AppClock
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
from imisofts.access import Action, Actor, Role

router = APIRouter(tags=["identity"], route_class=IdempotentRoute)


TOKENS = lists.ListSpec(
    columns={name: getattr(ApiToken, name) for name in schemas.TokenOut.model_fields},
    default_sort="-created_at",
    sortable=("created_at", "name"),
)
SIGNED_IN = documented(Unauthenticated, Forbidden, Malformed)


@router.post(
    "/session", dependencies=[public()], responses={**CHALLENGED, **documented(SignInRefused, Malformed, TooMany)}
)
async def sign_in(
    request: Request, response: Response, asked: schemas.SignIn, clock: AppClock, passwords: AppPasswords
) -> Entered:
    """Sign in; the cookie is new each time, whatever came along. Unknown and known addresses are refused alike. Who
    has a second factor, or must have one, gets a challenge (202) in place of a session."""
    secret_key = request.app.state.settings.secret_key
    came = await service.sign_in(of(request), passwords, clock, asked, device_of(request), secret_key)
    return await entered(request, response, came)


@router.get("/session", responses=documented(Unauthenticated))
async def who_am_i(
    request: Request, actor: Annotated[Actor, allowed(Action.session_own)], session: ReadSession
) -> schemas.SessionOut:
    """Who is signed in, where, and with which rights."""
    cookie = request.cookies.get(security.cookie_name(request.app.state.settings.public_url))
    return await session_out(session, actor, cookie if actor.kind == "user" else None)


@router.delete("/session", status_code=204, responses=documented(Unauthenticated, Forbidden))
async def sign_out(
    request: Request, response: Response, actor: Annotated[Actor, allowed(Action.session_own)], session: WriteSession
) -> None:
    """Sign out."""
    await service.sign_out(session, actor, getattr(request.state, "session_id", None))
    response.delete_cookie(security.cookie_name(request.app.state.settings.public_url), path="/")


@router.get("/workspace", responses=documented(Unauthenticated, Forbidden))
async def get_workspace(
    response: Response, actor: Annotated[Actor, allowed(Action.workspace_read)], session: ReadSession
) -> schemas.WorkspaceOut:
    """The workspace one is signed in to."""
    row = await repository.workspace_of(session, actor)
    response.headers["ETag"] = etag(row.version)
    return await workspace_out(session, row)


@router.patch("/workspace", responses={**SIGNED_IN, **documented(PreconditionRequired, PreconditionFailed)})
async def update_workspace(
    response: Response,
    change: schemas.WorkspaceUpdate,
    actor: Annotated[Actor, allowed(Action.workspace_manage)],
    session: WriteSession,
    if_match: IfMatch = None,
) -> schemas.WorkspaceOut:
    """Change name, time zone or first weekday; the brand has a route of its own."""
    row = await service.update_workspace(session, actor, if_match, change)
    response.headers["ETag"] = etag(row.version)
    return await workspace_out(session, row)


@router.get("/users", response_model=lists.Page[schemas.UserOut], responses=SIGNED_IN)
async def list_users(
    actor: Annotated[Actor, allowed(Action.user_read)],
    params: Annotated[lists.ListParams, Depends(lists.parameters(USERS))],
    session: ReadSession,
) -> Response:
    """The workspace's members."""
    return await lists.page(session, repository.visible_members(actor), USERS, params)


@router.post(
    "/users", status_code=201, responses={**SIGNED_IN, **documented(AlreadyMember, UnknownClient, RoleRefused)}
)
async def add_user(
    request: Request,
    asked: schemas.UserCreate,
    actor: Annotated[Actor, allowed(Action.user_manage)],
    session: WriteSession,
    key: IdempotencyKey = None,
) -> schemas.UserCreated:
    """Invite somebody; the one-time link goes by mail to the person alone. To make an owner takes a fresh proof."""
    if asked.role is Role.owner:
        await require_fresh(request, actor)
    return await members.add_user(session, actor, asked, request.app.state.settings)


@router.get("/users/{user_id}", responses={**SIGNED_IN, **documented(NotFound)})
async def get_user(
    user_id: UUID,
    response: Response,
    actor: Annotated[Actor, allowed(Action.user_read)],
    session: ReadSession,
) -> schemas.UserOut:
    """One member."""
    return await _member(response, actor, session, user_id)


async def _member(response: Response, actor: Actor, session: AsyncSession, user_id: UUID) -> schemas.UserOut:
    found = await lists.one(session, repository.visible_members(actor), USERS, user_id, "There is no such member.")
    response.headers["ETag"] = etag(found["version"])
    return schemas.UserOut(**found)


@router.patch(
    "/users/{user_id}",
    responses={
        **SIGNED_IN,
        **documented(NotFound, OwnMembership, UnknownClient, RoleRefused, PreconditionRequired, PreconditionFailed),
    },
)
async def update_user(
    user_id: UUID,
    response: Response,
    change: schemas.UserUpdate,
    actor: Annotated[Actor, allowed(Action.user_manage, fresh=True)],
    session: WriteSession,
    if_match: IfMatch = None,
) -> schemas.UserOut:
    """Give a member another role, or another client; this takes a fresh proof."""
    await members.update_user(session, actor, user_id, if_match, change)
    await session.flush()
    return await _member(response, actor, session, user_id)


@router.delete(
    "/users/{user_id}",
    status_code=204,
    responses={**SIGNED_IN, **documented(NotFound, OwnMembership, PreconditionRequired, PreconditionFailed)},
)
async def remove_user(
    request: Request,
    user_id: UUID,
    actor: Annotated[Actor, allowed(Action.user_manage)],
    session: WriteSession,
    if_match: IfMatch = None,
) -> None:
    """Take a member's access away, from the next request on; an owner's takes a fresh proof."""
    if await repository.role_of(session, user_id) == Role.owner:
        await require_fresh(request, actor)
    await members.remove_user(session, actor, user_id, if_match)


@router.post("/users/{user_id}/link", status_code=204, responses={**SIGNED_IN, **documented(NotFound, AlreadyMember)})
async def invite_again(
    request: Request,
    user_id: UUID,
    actor: Annotated[Actor, allowed(Action.user_manage)],
    session: WriteSession,
    key: IdempotencyKey = None,
) -> None:
    """Mail somebody who has not come in yet a new link; the one before no longer works."""
    await members.invite_again(session, actor, user_id, request.app.state.settings.secret_key)


@router.get("/tokens", response_model=lists.Page[schemas.TokenOut], responses=SIGNED_IN)
async def list_tokens(
    actor: Annotated[Actor, allowed(Action.token_manage)],
    params: Annotated[lists.ListParams, Depends(lists.parameters(TOKENS))],
    session: ReadSession,
) -> Response:
    """API tokens, without their secrets."""
    return await lists.page(session, repository.visible_tokens(actor), TOKENS, params)


@router.post("/tokens", status_code=201, responses=SIGNED_IN)
async def create_token(
    request: Request,
    response: Response,
    asked: schemas.TokenCreate,
    actor: Annotated[Actor, allowed(Action.token_manage, fresh=True)],
    session: WriteSession,
    key: IdempotencyKey = None,
) -> schemas.TokenCreated:
    """Make an API token; it is shown this once, and takes a fresh proof of a person."""
    made = await service.create_token(session, actor, asked, request.app.state.settings.secret_key)
    response.headers["ETag"] = etag(made.version)
    return made


@router.delete(
    "/tokens/{token_id}",
    status_code=204,
    responses={**SIGNED_IN, **documented(NotFound, PreconditionRequired, PreconditionFailed)},
)
async def revoke_token(
    token_id: UUID,
    actor: Annotated[Actor, allowed(Action.token_manage)],
    session: WriteSession,
    if_match: IfMatch = None,
) -> None:
    """Revoke a token."""
    await service.revoke_token(session, actor, token_id, if_match)
