"""Routes of single sign-on."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from api.identity import sign_off, sign_on, sign_on_schemas
from api.identity.entering import CHALLENGED, entered
from api.identity.entrance import device_of
from api.identity.errors import LinkSpent, SignInRefused, SignOffRefused, SignOnRefused
from api.identity.factor_schemas import Entered
from api.kit.access import allowed, public
from api.kit.clock import AppClock
from api.kit.concurrency import IfMatch, tagged
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

router = APIRouter(tags=["identity"], route_class=IdempotentRoute)
Manager = Annotated[Actor, allowed(Action.sign_on_manage)]
Trusted = Annotated[Actor, allowed(Action.sign_on_manage, fresh=True)]
SIGNED_IN = documented(Unauthenticated, Forbidden, Malformed)


@router.get("/workspace/sign-on", responses=SIGNED_IN)
async def get_sign_on(
    request: Request, response: Response, _: Manager, session: ReadSession
) -> sign_on_schemas.SignOnOut:
    """The workspace's provider, without its secret."""
    return tagged(response, await sign_on.get(session, request.app.state.settings))


@router.put("/workspace/sign-on", responses={**SIGNED_IN, **documented(SignOnRefused)})
async def put_sign_on(
    request: Request, response: Response, asked: sign_on_schemas.SignOnPut, actor: Trusted, session: WriteSession
) -> sign_on_schemas.SignOnOut:
    """Name the provider; it is used once it was checked."""
    return tagged(response, await sign_on.put(session, actor, asked, request.app.state.settings))


@router.post("/workspace/sign-on/check", responses={**SIGNED_IN, **documented(NotFound)})
async def check_sign_on(
    request: Request, response: Response, actor: Manager, clock: AppClock, key: IdempotencyKey = None
) -> sign_on_schemas.SignOnOut:
    """Ask the provider what it is, and each domain for its record; ``problem`` says what is wrong."""
    return tagged(response, await sign_on.check(of(request), clock, actor, request.app.state.settings))


@router.delete(
    "/workspace/sign-on",
    status_code=204,
    responses={**SIGNED_IN, **documented(NotFound, PreconditionRequired, PreconditionFailed)},
)
async def remove_sign_on(actor: Trusted, session: WriteSession, if_match: IfMatch = None) -> None:
    """No single sign-on any more."""
    await sign_on.remove(session, actor, if_match)


@router.post("/session/sign-on", dependencies=[public()], responses=documented(SignOnRefused, TooMany, Malformed))
async def begin_sign_on(
    request: Request, asked: sign_on_schemas.SignOnAsk, clock: AppClock
) -> sign_on_schemas.SignOnGo:
    """Where the browser goes to come in by single sign-on."""
    return await sign_on.go(of(request), clock, asked, device_of(request), request.app.state.settings)


@router.post(
    "/session/sign-on/callback",
    dependencies=[public()],
    responses={**CHALLENGED, **documented(SignOnRefused, SignInRefused, LinkSpent, TooMany, Malformed)},
)
async def end_sign_on(
    request: Request, response: Response, brought: sign_on_schemas.SignOnBack, clock: AppClock
) -> Entered:
    """Come in with what the provider sent the browser back with, by the second factor as ever (202)."""
    came = await sign_on.come_back(of(request), clock, brought, device_of(request), request.app.state.settings)
    return await entered(request, response, came)


@router.get("/session/sign-on", responses=documented(Unauthenticated, Forbidden))
async def where_sign_on_ends(
    request: Request, _: Annotated[Actor, allowed(Action.session_own)], session: ReadSession
) -> sign_on_schemas.SignOnEnd:
    """Where to sign out of the provider, too, for who came in by it."""
    return await sign_off.there(session, getattr(request.state, "session_id", None))


@router.post(
    "/session/sign-on/signed-out",
    status_code=204,
    dependencies=[public()],
    responses=documented(SignOffRefused, TooMany, Malformed),
)
async def signed_out_there(
    request: Request,
    clock: AppClock,
    order: Annotated[sign_on_schemas.SignOnOrder, Form()],
    workspace: Annotated[str | None, Query(max_length=63, description="The workspace's short name.")] = None,
) -> None:
    """The provider has signed somebody out (OpenID Connect Back-Channel Logout 1.0): what began by it ends here."""
    settings = request.app.state.settings
    await sign_off.told(of(request), clock, workspace, order.logout_token, device_of(request), settings)
