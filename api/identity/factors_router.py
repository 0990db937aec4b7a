"""Routes of second factors: the second step of a sign-in, and a person's own factors."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from api.identity import enrolment, factor_schemas, factors, keys, proofs
from api.identity.entering import CHALLENGED, entered
from api.identity.entrance import device_of
from api.identity.errors import ChallengeSpent, FactorRequired, KeysUnavailable, ProofRefused, SignInRefused
from api.identity.factor_schemas import Entered
from api.identity.freshness import require_person
from api.kit.access import allowed, public
from api.kit.clock import AppClock
from api.kit.concurrency import IfMatch, tagged
from api.kit.database import ReadSession, WriteSession, of
from api.kit.errors import NotFound, PreconditionFailed, PreconditionRequired, TooMany, documented
from api.kit.idempotency import IdempotencyKey, IdempotentRoute
from imisofts.access import Action, Actor

router = APIRouter(tags=["second factors"], route_class=IdempotentRoute)
Person = Annotated[Actor, allowed(Action.session_own)]
Trusted = Annotated[Actor, allowed(Action.session_own, fresh=True)]
SECOND_STEP = {**CHALLENGED, **documented(ChallengeSpent, ProofRefused, TooMany, SignInRefused)}


def _secret(request: Request) -> str:
    key: str = request.app.state.settings.secret_key
    return key


def _party(request: Request) -> keys.Party:
    return keys.party(request.headers.get("host", ""), request.app.state.settings.public_url)


@router.post("/session/factor", dependencies=[public()], responses=SECOND_STEP)
async def prove_factor(
    request: Request, response: Response, asked: factor_schemas.FactorAnswer, clock: AppClock
) -> Entered:
    """Complete a sign-in with the second factor. A code, a recovery code and the challenge each count once."""
    came = await proofs.answer(of(request), clock, asked, device_of(request), _secret(request))
    return await entered(request, response, came)


@router.post(
    "/session/factor/key", dependencies=[public()], responses=documented(ChallengeSpent, KeysUnavailable, TooMany)
)
async def ask_for_key(
    request: Request, asked: factor_schemas.EnrolmentStart, clock: AppClock
) -> factor_schemas.KeyQuestion:
    """What to ask the browser, where the second step is a key."""
    return await proofs.key_question(of(request), clock, asked, _party(request), _secret(request))


@router.post("/session/passkey/question", dependencies=[public()], responses=documented(KeysUnavailable, TooMany))
async def ask_for_passkey(request: Request) -> factor_schemas.KeyQuestion:
    """What to ask the browser for a sign-in by passkey, which needs no address."""
    async with of(request).begin(None, read_only=True) as session:
        return await keys.question(session, None, _party(request), _secret(request))


@router.post("/session/passkey", dependencies=[public()], responses=SECOND_STEP)
async def sign_in_by_passkey(
    request: Request, response: Response, asked: factor_schemas.PasskeySignIn, clock: AppClock
) -> Entered:
    """Sign in with a passkey. It proves both factors: it is had, and it has verified its user."""
    came = await proofs.by_passkey(of(request), clock, asked, device_of(request), _secret(request))
    return await entered(request, response, came)


@router.post("/session/enrolment", dependencies=[public()], responses=documented(ChallengeSpent, TooMany))
async def start_enrolment(
    request: Request, asked: factor_schemas.EnrolmentStart, clock: AppClock
) -> factor_schemas.TotpSetup:
    """Set up an authenticator before the first session, where the workspace asks for a second factor."""
    return await enrolment.totp_setup(of(request), clock, asked, _secret(request))


@router.post("/session/enrolment/totp", dependencies=[public()], responses={**SECOND_STEP, **documented(NotFound)})
async def enrol(request: Request, response: Response, asked: factor_schemas.Enrolment, clock: AppClock) -> Entered:
    """Complete the first sign-in with the authenticator's first code."""
    came = await enrolment.by_totp(of(request), clock, asked, device_of(request), _secret(request))
    return await entered(request, response, came)


@router.post(
    "/session/enrolment/key-question",
    dependencies=[public()],
    responses=documented(ChallengeSpent, KeysUnavailable, TooMany),
)
async def start_key_enrolment(
    request: Request, asked: factor_schemas.EnrolmentStart, clock: AppClock
) -> factor_schemas.KeyQuestion:
    """What to ask the browser to make a key before the first session, where the workspace asks for a second factor."""
    return await enrolment.key_question(of(request), clock, asked, _party(request), _secret(request))


@router.post("/session/enrolment/key", dependencies=[public()], responses={**SECOND_STEP, **documented(NotFound)})
async def enrol_key(
    request: Request, response: Response, asked: factor_schemas.KeyEnrolment, clock: AppClock
) -> Entered:
    """Complete the first sign-in with a key that the browser made."""
    came = await enrolment.by_key(of(request), clock, asked, device_of(request), _secret(request))
    return await entered(request, response, came)


@router.get("/account/security")
async def security(actor: Person, session: ReadSession) -> factor_schemas.SecurityOut:
    """One's own password, second factors and recovery codes, without their secrets."""
    require_person(actor)
    return await factors.overview(session, actor)


@router.get("/account/totp-setup")
async def start_totp(request: Request, actor: Trusted, session: ReadSession) -> factor_schemas.TotpSetup:
    """A new authenticator's secret; nothing is kept of it until its first code comes back."""
    require_person(actor)
    return await factors.start_totp(session, factors.who_of(actor), _secret(request))


@router.get("/account/key-setup", responses=documented(KeysUnavailable))
async def start_key(request: Request, actor: Trusted, session: ReadSession) -> factor_schemas.KeyQuestion:
    """What to ask the browser to make a key for this host."""
    require_person(actor)
    return await keys.new_question(session, factors.who_of(actor), _party(request), _secret(request))


@router.get("/account/key-question", responses=documented(KeysUnavailable))
async def ask_for_own_key(request: Request, actor: Person, session: ReadSession) -> factor_schemas.KeyQuestion:
    """What to ask the browser, to prove once more by a key who one is."""
    require_person(actor)
    return await keys.question(session, factors.who_of(actor), _party(request), _secret(request))


@router.post("/account/key", status_code=201, responses=documented(ChallengeSpent, ProofRefused, NotFound))
async def add_key(
    request: Request,
    response: Response,
    asked: factor_schemas.NewKey,
    actor: Trusted,
    session: WriteSession,
    key: IdempotencyKey = None,
) -> factor_schemas.FactorOut:
    """Keep a key that the browser made."""
    require_person(actor)
    return tagged(response, await factors.add_key(session, actor, asked, _secret(request), request.state.session_id))


@router.post("/account/totp", status_code=201, responses=documented(ChallengeSpent, ProofRefused, NotFound))
async def add_totp(
    request: Request,
    response: Response,
    asked: factor_schemas.NewTotp,
    actor: Trusted,
    session: WriteSession,
    key: IdempotencyKey = None,
) -> factor_schemas.FactorOut:
    """Keep an authenticator that was set up."""
    require_person(actor)
    await proofs.count(of(request), factors.who_of(actor), request.app.state.clock)
    return tagged(response, await factors.add_totp(session, actor, asked, _secret(request), request.state.session_id))


@router.get("/account/factors/{factor_id}", responses=documented(NotFound))
async def get_factor(
    factor_id: UUID, response: Response, actor: Person, session: ReadSession
) -> factor_schemas.FactorOut:
    """One of one's own second factors."""
    require_person(actor)
    return tagged(response, await factors.one(session, factors.who_of(actor), factor_id))


@router.patch("/account/factors/{factor_id}", responses=documented(NotFound, PreconditionRequired, PreconditionFailed))
async def rename_factor(
    factor_id: UUID,
    response: Response,
    change: factor_schemas.FactorUpdate,
    actor: Trusted,
    session: WriteSession,
    if_match: IfMatch = None,
) -> factor_schemas.FactorOut:
    """Give one of one's own second factors another name."""
    require_person(actor)
    return tagged(response, await factors.rename(session, actor, factor_id, if_match, change.name))


@router.delete(
    "/account/factors/{factor_id}",
    status_code=204,
    responses=documented(NotFound, FactorRequired, PreconditionRequired, PreconditionFailed),
)
async def remove_factor(
    factor_id: UUID,
    actor: Trusted,
    session: WriteSession,
    if_match: IfMatch = None,
) -> None:
    """Remove one of one's own second factors; the recovery codes go with the last one."""
    require_person(actor)
    await factors.remove(session, actor, factor_id, if_match)


@router.post("/account/recovery-codes", responses=documented(FactorRequired))
async def new_recovery_codes(
    request: Request,
    actor: Trusted,
    session: WriteSession,
    key: IdempotencyKey = None,
) -> factor_schemas.RecoveryCodes:
    """Ten new recovery codes; they are shown this once, and those before are no good any more."""
    require_person(actor)
    return factor_schemas.RecoveryCodes(codes=await factors.new_recovery_codes(session, actor, _secret(request)))
