"""Routes of what waits for a mail: signing up, and another address to sign in with."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.identity import addresses, founding, request_schemas, schemas
from api.identity.entering import CHALLENGED, AppPasswords, entered
from api.identity.entrance import device_of
from api.identity.errors import AddressTaken, LinkSpent, PasswordRefused, SameAddress, SignInRefused
from api.identity.factor_schemas import Entered
from api.kit.access import allowed, public
from api.kit.clock import AppClock
from api.kit.database import WriteSession, address_of, of
from api.kit.errors import Forbidden, Malformed, NotFound, TooMany, Unauthenticated, documented
from api.kit.idempotency import IdempotencyKey, IdempotentRoute
from imisofts.access import Action, Actor

router = APIRouter(tags=["identity"], route_class=IdempotentRoute)
OPEN = documented(NotFound, Malformed, TooMany)
SPENT = documented(LinkSpent, Malformed, TooMany)


def _secret(request: Request) -> str:
    key: str = request.app.state.settings.secret_key
    return key


@router.post("/sign-up", status_code=204, dependencies=[public()], responses={**OPEN, **documented(AddressTaken)})
async def sign_up(request: Request, asked: request_schemas.SignUp, clock: AppClock) -> None:
    """Ask for an agency; the link that opens it goes by mail. Known and unknown addresses are answered alike."""
    founding.require_open(request.app.state.settings)
    await founding.ask(of(request), clock, asked, address_of(request), _secret(request))


@router.get("/sign-up/address", dependencies=[public()], responses=OPEN)
async def check_slug(
    request: Request, slug: Annotated[schemas.Slug, Query(examples=["engine"])], clock: AppClock
) -> request_schemas.SlugOut:
    """Whether a short name can be had."""
    founding.require_open(request.app.state.settings)
    return await founding.check_slug(of(request), clock, slug, address_of(request))


@router.post("/sign-up/open", dependencies=[public()], responses={**OPEN, **SPENT})
async def open_sign_up(
    request: Request, asked: request_schemas.RequestToken, clock: AppClock
) -> request_schemas.SignUpOut:
    """What a link of a sign-up makes; it works as before."""
    founding.require_open(request.app.state.settings)
    return await founding.look(of(request), clock, asked.token, address_of(request))


@router.post(
    "/sign-up/confirm",
    dependencies=[public()],
    responses={**CHALLENGED, **OPEN, **documented(LinkSpent, AddressTaken, PasswordRefused, SignInRefused)},
)
async def confirm_sign_up(
    request: Request,
    response: Response,
    asked: request_schemas.SignUpConfirm,
    clock: AppClock,
    passwords: AppPasswords,
) -> Entered:
    """Make the agency with a link, and come in as its owner."""
    founding.require_open(request.app.state.settings)
    came = await founding.confirm(of(request), passwords, clock, asked, device_of(request), _secret(request))
    return await entered(request, response, came)


@router.post(
    "/account/email",
    status_code=204,
    responses=documented(Unauthenticated, Forbidden, NotFound, SameAddress, TooMany, Malformed),
)
async def change_email(
    request: Request,
    asked: request_schemas.EmailChange,
    actor: Annotated[Actor, allowed(Action.session_own, fresh=True)],
    session: WriteSession,
    key: IdempotencyKey = None,
) -> None:
    """Ask for another address to sign in with: it changes once the new and the old one have confirmed."""
    await addresses.ask(session, actor, asked.email, _secret(request))


@router.post("/account/email/open", dependencies=[public()], responses=SPENT)
async def open_email_change(
    request: Request, asked: request_schemas.RequestToken, clock: AppClock
) -> request_schemas.EmailChangeOut:
    """What a link confirms; it works as before."""
    return await addresses.look(of(request), clock, asked.token, address_of(request))


@router.post("/account/email/confirm", dependencies=[public()], responses={**SPENT, **documented(AddressTaken)})
async def confirm_email_change(
    request: Request, asked: request_schemas.RequestToken, clock: AppClock
) -> request_schemas.EmailConfirmed:
    """Confirm one half of a change, or undo a change that was made."""
    return await addresses.confirm(of(request), clock, asked.token, address_of(request), _secret(request))
