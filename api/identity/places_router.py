"""Routes of hosts: who answers here, a workspace's own domain, and going from one workspace to another."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from api.identity import domains, place_schemas, repository, schemas, switching
from api.identity.entering import CHALLENGED, entered
from api.identity.entrance import device_of
from api.identity.errors import HostRefused, HostTaken, LinkSpent, SignInRefused
from api.identity.faces import face_of
from api.identity.factor_schemas import ChallengeOut
from api.identity.places import Misdirected, place_of
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
Manager = Annotated[Actor, allowed(Action.workspace_manage)]
Trusted = Annotated[Actor, allowed(Action.workspace_manage, fresh=True)]
Person = Annotated[Actor, allowed(Action.session_own)]
SIGNED_IN = documented(Unauthenticated, Forbidden, Malformed)
SPENT = documented(LinkSpent, SignInRefused, TooMany, Malformed)


@router.get("/host", dependencies=[public()], responses=documented(Misdirected))
async def get_host(request: Request) -> place_schemas.HostOut:
    """Whose address this is: a workspace's, with its brand, or (null) the installation's; 421 where it is nobody's."""
    place = place_of(request)
    if place is None:
        return place_schemas.HostOut(workspace=None)
    async with of(request).begin(place, read_only=True) as session:
        return place_schemas.HostOut(workspace=await face_of(session, await repository.workspace(session)))


@router.get("/workspace/domain", responses=SIGNED_IN)
async def get_domain(
    request: Request, response: Response, actor: Manager, session: ReadSession
) -> place_schemas.DomainOut:
    """Where the workspace is, and what its own host still needs."""
    return tagged(response, await domains.get(session, actor, request.app.state.settings))


@router.put("/workspace/domain", responses={**SIGNED_IN, **documented(HostRefused)})
async def choose_domain(
    request: Request, response: Response, asked: place_schemas.DomainPut, actor: Trusted, session: WriteSession
) -> place_schemas.DomainOut:
    """Name the host to have. It is used once its record was found; one in use stays until then."""
    return tagged(response, await domains.choose(session, actor, asked.host, request.app.state.settings))


@router.post("/workspace/domain/verify", responses={**SIGNED_IN, **documented(NotFound, HostTaken)})
async def verify_domain(
    request: Request, response: Response, actor: Manager, clock: AppClock, key: IdempotencyKey = None
) -> place_schemas.DomainOut:
    """Look for the record, and use the host if it is there; ``problem`` says why not."""
    return tagged(response, await domains.verify(of(request), clock, actor, request.app.state.settings))


@router.delete(
    "/workspace/domain",
    status_code=204,
    responses={**SIGNED_IN, **documented(NotFound, PreconditionRequired, PreconditionFailed)},
)
async def remove_domain(actor: Trusted, session: WriteSession, if_match: IfMatch = None) -> None:
    """Give the own host up, from the next request on."""
    await domains.remove(session, actor, if_match)


@router.get("/session/workspaces", responses=SIGNED_IN)
async def list_homes(request: Request, actor: Person) -> list[place_schemas.HomeOut]:
    """The workspaces that one belongs to."""
    return await switching.homes(of(request), actor, request.app.state.settings)


@router.post("/session/switch", responses={**CHALLENGED, **SIGNED_IN, **documented(NotFound, SignInRefused)})
async def switch(
    request: Request,
    response: Response,
    asked: place_schemas.SwitchAsk,
    actor: Person,
    clock: AppClock,
    key: IdempotencyKey = None,
) -> place_schemas.SwitchOut | ChallengeOut:
    """Go to another workspace of one's own: the address to go on at, or this host's new session with its cookie."""
    settings, session_id = request.app.state.settings, getattr(request.state, "session_id", None)
    device = device_of(request)
    came = await switching.leave_for(of(request), clock, actor, session_id, asked.workspace, device, settings)
    if isinstance(came, str):
        return place_schemas.SwitchOut(url=came)
    there = await entered(request, response, came)
    return there if isinstance(there, ChallengeOut) else place_schemas.SwitchOut(url=None)


@router.post("/session/switch/open", dependencies=[public()], responses=SPENT)
async def open_switch(request: Request, asked: place_schemas.SwitchCodeIn, clock: AppClock) -> place_schemas.SwitchFace:
    """Who would come in, and where; the code works as before."""
    return await switching.look(of(request), clock, asked.code, device_of(request))


@router.post("/session/switch/arrive", dependencies=[public()], responses={**CHALLENGED, **SPENT})
async def arrive(
    request: Request, response: Response, asked: place_schemas.SwitchCodeIn, clock: AppClock
) -> schemas.SessionOut | ChallengeOut:
    """Come in with a code, at the host it was made for."""
    secret_key = request.app.state.settings.secret_key
    came = await switching.arrive(of(request), clock, asked.code, device_of(request), secret_key)
    return await entered(request, response, came)
