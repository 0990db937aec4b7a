"""Routes of one-time links: ask for one, look at it, spend it. All are for everybody, and limited per address."""

from fastapi import APIRouter, Request, Response

from api.identity import links, schemas
from api.identity.entering import CHALLENGED, AppPasswords, entered
from api.identity.entrance import device_of
from api.identity.errors import LinkSpent, PasswordRefused, SignInRefused
from api.identity.factor_schemas import Entered
from api.kit.access import public
from api.kit.clock import AppClock
from api.kit.database import of
from api.kit.errors import Malformed, TooMany, documented
from api.kit.idempotency import IdempotentRoute

router = APIRouter(tags=["identity"], route_class=IdempotentRoute, prefix="/session")
SPENT = documented(LinkSpent, SignInRefused, TooMany, Malformed)
ENTERED = {**CHALLENGED, **SPENT}


@router.post("/reset", status_code=204, dependencies=[public()], responses=documented(Malformed, TooMany))
async def reset_password(request: Request, asked: schemas.LinkRequest, clock: AppClock) -> None:
    """Mail a link that sets a new password. Known and unknown addresses are answered alike."""
    await _request(request, asked, clock, "reset")


@router.post("/link-request", status_code=204, dependencies=[public()], responses=documented(Malformed, TooMany))
async def request_link(request: Request, asked: schemas.LinkRequest, clock: AppClock) -> None:
    """Mail a link that signs in. Known and unknown addresses are answered alike."""
    await _request(request, asked, clock, "sign_in")


async def _request(request: Request, asked: schemas.LinkRequest, clock: AppClock, purpose: str) -> None:
    await links.request(of(request), clock, asked, purpose, device_of(request), _secret(request))


def _secret(request: Request) -> str:
    key: str = request.app.state.settings.secret_key
    return key


@router.post("/link", dependencies=[public()], responses={**ENTERED, **documented(PasswordRefused)})
async def use_link(
    request: Request, response: Response, asked: schemas.LinkUse, clock: AppClock, passwords: AppPasswords
) -> Entered:
    """Set a password with a one-time link and sign in, by the second factor as ever (202)."""
    came = await links.set_password(of(request), passwords, clock, asked, device_of(request), _secret(request))
    return await entered(request, response, came)


@router.post("/link/open", dependencies=[public()], responses=SPENT)
async def open_link(request: Request, asked: schemas.LinkToken, clock: AppClock) -> schemas.LinkOut:
    """What a link does and for whom; it works as before."""
    return await links.look(of(request), clock, asked.token, device_of(request))


@router.post("/link/sign-in", dependencies=[public()], responses=ENTERED)
async def sign_in_by_link(request: Request, response: Response, asked: schemas.LinkSignIn, clock: AppClock) -> Entered:
    """Sign in with a link that was asked for, by the second factor as ever (202)."""
    came = await links.sign_in(of(request), clock, asked, device_of(request), _secret(request))
    return await entered(request, response, came)


@router.post("/link/accept", dependencies=[public()], responses=ENTERED)
async def accept_invitation(request: Request, response: Response, asked: schemas.LinkToken, clock: AppClock) -> Entered:
    """Say yes to an invitation, as somebody who has a password, and sign in, by the second factor as ever (202)."""
    came = await links.accept(of(request), clock, asked.token, device_of(request), _secret(request))
    return await entered(request, response, came)


@router.post("/link/decline", status_code=204, dependencies=[public()], responses=SPENT)
async def decline_invitation(request: Request, asked: schemas.LinkToken, clock: AppClock) -> None:
    """Say no to an invitation."""
    await links.decline(of(request), clock, asked.token, device_of(request))
