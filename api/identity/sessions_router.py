"""Routes of a person's own sessions, proofs and password, and of what a workspace asks of its people's sign-in."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import func

from api.identity import factor_schemas, factors, proofs, repository, sessions
from api.identity.entering import AppPasswords, signed_in
from api.identity.errors import BelongsElsewhere, OwnMembership, PasswordRefused, ProofRefused
from api.identity.freshness import require_fresh, require_person
from api.identity.listing import NAME
from api.identity.models import AppUser, Membership
from api.identity.schemas import SessionOut
from api.kit import lists
from api.kit.access import allowed
from api.kit.concurrency import IfMatch, etag
from api.kit.database import ReadSession, WriteSession, of
from api.kit.errors import NotFound, PreconditionFailed, PreconditionRequired, documented
from api.kit.idempotency import IdempotencyKey, IdempotentRoute
from imisofts.access import Action, Actor

router = APIRouter(tags=["sessions"], route_class=IdempotentRoute)
WITHOUT_FACTOR = lists.ListSpec(
    columns={
        "id": Membership.id,
        "user_id": Membership.user_id,
        "name": NAME,
        "email": AppUser.email,
        "role": Membership.role,
    },
    default_sort="name",
    sortable=("name", "email"),
    filterable=("role",),
    search=(NAME, AppUser.email),
)


def caller(request: Request, actor: Actor, passwords: AppPasswords) -> sessions.Caller:
    """The person and the session of a request; :class:`PersonNeeded` for a program."""
    require_person(actor)
    return sessions.Caller(actor, request.state.session_id, request.app.state.settings.secret_key, passwords)


@router.get("/sessions")
async def list_sessions(
    request: Request, actor: Annotated[Actor, allowed(Action.session_own)], session: ReadSession
) -> factor_schemas.Sessions:
    """One's own sessions and devices in every workspace."""
    require_person(actor)
    return factor_schemas.Sessions(items=await sessions.own(session, actor, request.state.session_id))


@router.delete("/sessions/{session_id}", status_code=204, responses=documented(NotFound))
async def end_session(
    session_id: UUID, actor: Annotated[Actor, allowed(Action.session_own)], session: WriteSession
) -> None:
    """End one of one's own sessions; its next request is nobody's."""
    require_person(actor)
    await sessions.end(session, actor, session_id)


@router.post("/sessions/end-others", status_code=204)
async def end_other_sessions(
    request: Request,
    actor: Annotated[Actor, allowed(Action.session_own)],
    session: WriteSession,
    key: IdempotencyKey = None,
) -> None:
    """End all of one's own sessions but this one."""
    require_person(actor)
    await sessions.end_others(session, actor, request.state.session_id)


@router.get("/session/step-up")
async def how_to_step_up(
    actor: Annotated[Actor, allowed(Action.session_own)], session: ReadSession
) -> factor_schemas.StepUpOut:
    """How the person can prove once more who she is."""
    require_person(actor)
    return factor_schemas.StepUpOut(methods=await sessions.methods(session, actor))


@router.post("/session/step-up", responses=documented(ProofRefused, NotFound))
async def step_up(
    request: Request,
    response: Response,
    asked: factor_schemas.StepUp,
    actor: Annotated[Actor, allowed(Action.session_own)],
    session: WriteSession,
    passwords: AppPasswords,
    key: IdempotencyKey = None,
) -> SessionOut:
    """Prove once more who one is: sensitive acts are open for ten minutes. The session's cookie is a new one."""
    who = caller(request, actor, passwords)
    await proofs.count(of(request), factors.who_of(actor), request.app.state.clock)
    signed = await sessions.step_up(session, who, asked)
    return await signed_in(request, response, signed)


@router.post("/account/password", status_code=204, responses=documented(ProofRefused, PasswordRefused))
async def change_password(
    request: Request,
    asked: factor_schemas.PasswordChange,
    actor: Annotated[Actor, allowed(Action.session_own)],
    session: WriteSession,
    passwords: AppPasswords,
    key: IdempotencyKey = None,
) -> None:
    """Change one's own password; every other session ends. The password of until now is the proof; who has a second
    factor, or no password yet, needs a fresh one besides."""
    who = caller(request, actor, passwords)
    if await sessions.methods(session, actor) != ["password"]:
        await require_fresh(request, actor)
    await proofs.count(of(request), factors.who_of(actor), request.app.state.clock)
    await sessions.change_password(session, who, asked)


@router.post(
    "/users/{user_id}/reset-factors", status_code=204, responses=documented(NotFound, OwnMembership, BelongsElsewhere)
)
async def reset_factors(
    user_id: UUID,
    actor: Annotated[Actor, allowed(Action.user_manage, fresh=True)],
    session: WriteSession,
    key: IdempotencyKey = None,
) -> None:
    """Remove a member's second factors, for who has lost them; the person is signed out and told by mail."""
    await factors.reset(session, actor, user_id)


@router.post("/users/{user_id}/end-sessions", status_code=204, responses=documented(NotFound, OwnMembership))
async def end_sessions_of(
    user_id: UUID,
    actor: Annotated[Actor, allowed(Action.user_manage, fresh=True)],
    session: WriteSession,
    key: IdempotencyKey = None,
) -> None:
    """Sign a member out everywhere in this workspace, as after a lost laptop; they may sign in again."""
    await sessions.end_of(session, actor, user_id)


@router.get("/sign-in-policy")
async def get_policy(
    response: Response, actor: Annotated[Actor, allowed(Action.user_manage)], session: ReadSession
) -> factor_schemas.PolicyOut:
    """Whose sign-in takes a second factor in this workspace."""
    found = await factors.policy(session)
    response.headers["ETag"] = etag(found.version)
    return found


@router.put("/sign-in-policy", responses=documented(PreconditionRequired, PreconditionFailed))
async def set_policy(
    response: Response,
    asked: factor_schemas.PolicyUpdate,
    actor: Annotated[Actor, allowed(Action.user_manage, fresh=True)],
    session: WriteSession,
    if_match: IfMatch = None,
) -> factor_schemas.PolicyOut:
    """Ask people of some roles, or all, for a second factor; it counts from their next sign-in on."""
    found = await factors.set_policy(session, actor, if_match, asked)
    response.headers["ETag"] = etag(found.version)
    return found


@router.get("/sign-in-policy/without-factor", response_model=lists.Page[factor_schemas.WithoutFactor])
async def list_without_factor(
    actor: Annotated[Actor, allowed(Action.user_manage)],
    params: Annotated[lists.ListParams, Depends(lists.parameters(WITHOUT_FACTOR))],
    session: ReadSession,
) -> Response:
    """Members who have no second factor; of who has not come in nothing is said."""
    query = repository.visible_members(actor).where(Membership.joined_at.is_not(None))
    query = query.where(~func.signin.has_factor(Membership.user_id))
    return await lists.page(session, query, WITHOUT_FACTOR, params)
