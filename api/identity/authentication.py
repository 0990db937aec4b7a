"""From a request to an actor: session cookie, API token or operator token."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.identity import repository, secrets
from api.identity.networks import require_network
from api.identity.places import place_of
from api.kit import rate_limit
from api.kit.database import address_of, of
from api.kit.errors import Unauthenticated
from api.kit.rate_limit import Limit
from api.kit.security import cookie_name, require_form_token
from imisofts.access import ACTIONS_OF_ROLE, CLIENT_ROLES, Action, Actor, ActorKind, Role, actions_of

EACH_CALLER = Limit(burst=1000, interval=timedelta(milliseconds=5))
"""Of a person's session: pages ask many times."""
PLAN_REMEMBERED = timedelta(minutes=1)


async def actor_of(request: Request) -> Actor:
    """Who asks; resolved once a request. 401 when nobody, 429 when too often."""
    known = getattr(request.state, "actor", None)
    if known is None:
        known = await _authenticate(request)
        request.state.actor = known
    return cast(Actor, known)


async def _authenticate(request: Request) -> Actor:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    cookie = request.cookies.get(cookie_name(request.app.state.settings.public_url))
    async with of(request).begin(None) as session:
        if scheme.lower() == "bearer":
            actor = await _by_bearer(request, session, bearer.strip())
        elif cookie and "authorization" not in request.headers:  # never in place of credentials that we do not know
            actor = await _by_cookie(request, session, cookie)
        else:
            raise Unauthenticated("Sign in, or send a token.")
        if place_of(request) not in (None, actor.workspace_id):
            raise Unauthenticated("You are signed in to another workspace; sign in to this one.")
        await _count(request, session, actor)
    if cookie and scheme.lower() != "bearer":
        require_form_token(request, cookie)
    return actor


async def _count(request: Request, session: AsyncSession, actor: Actor) -> None:
    """One more request of this caller. A token's limit is its workspace's plan's, and the answer tells what is left."""
    now: datetime = request.app.state.clock.now()
    if actor.kind != "token":
        await rate_limit.take(session, request.state.caller, request.app.state.limit, now)
        return
    limit = await _limit_of_plan(request, session, actor.workspace_id, now)
    request.state.heads = rate_limit.Left(limit, 0, 60).heads()  # of a refusal
    request.state.heads = (await rate_limit.take(session, request.state.caller, limit, now)).heads()


async def _limit_of_plan(request: Request, session: AsyncSession, workspace_id: UUID, now: datetime) -> Limit:
    """Remembered for a minute: a plan changes seldom, and every request asks."""
    known: dict[UUID, tuple[datetime, Limit]] = request.app.state.plan_limits
    found = known.get(workspace_id)
    if found is None or not found[0] <= now < found[0] + PLAN_REMEMBERED:
        each = await repository.requests_per_minute(session, workspace_id, now.date())
        found = known[workspace_id] = (now, Limit(each, timedelta(minutes=1) / each))
    return found[1]


async def _by_cookie(request: Request, session: AsyncSession, cookie: str) -> Actor:
    now = request.app.state.clock.now()
    found = await repository.session_by_hash(session, secrets.sha256(cookie), now)
    if found is None:
        raise Unauthenticated("The session has ended; sign in again.")
    request.state.caller = f"session:{found['id']}"
    request.state.session_id = found["id"]
    require_network(address_of(request), found["networks"])
    return actor_from(found)


async def _by_bearer(request: Request, session: AsyncSession, token: str) -> Actor:
    now, key = request.app.state.clock.now(), request.app.state.settings.secret_key
    if token.startswith(secrets.OPERATOR_PREFIX):
        slug = secrets.operator_workspace(token, now, key)
        workspace_id = await repository.workspace_by_slug(session, slug) if slug else None
        if workspace_id is None:
            raise Unauthenticated("The operator's token is not valid.")
        request.state.caller = f"operator:{workspace_id}"
        return operator(workspace_id)
    found = None
    if secrets.is_api_token(token):
        hashed = secrets.keyed_hash(token, key)
        found = await repository.token_by_hash(session, hashed, now, address_of(request))
    if found is None:
        raise Unauthenticated("The token is not valid.")
    request.state.caller = f"token:{found['id']}"
    require_network(address_of(request), found["networks"])
    return actor_from(found, "token")


def operator(workspace_id: UUID) -> Actor:
    """Who runs the installation, acting in one workspace with an owner's rights."""
    return Actor(workspace_id, None, Role.owner, "operator", ACTIONS_OF_ROLE[Role.owner])


def system_of(workspace_id: UUID) -> Actor:
    """The service itself, acting for somebody who is not signed in."""
    return Actor(workspace_id, None, Role.owner, "system", ACTIONS_OF_ROLE[Role.owner])


def actor_from(row: Mapping[Any, Any], kind: ActorKind = "user") -> Actor:
    """The actor of a row that says what somebody is here: of a session, of a token (whose ``scopes`` narrow it), or
    of :func:`repository.standing`."""
    role, scopes = Role(row["role"]), row.get("scopes")
    actions = actions_of(role, own=row["role_actions"], rights=row["rights"], narrowed=row["narrowed"])
    if scopes:
        actions &= frozenset(Action(name) for name in scopes if name in set(Action))
    clients = [row["client_id"]] if role in CLIENT_ROLES else row["clients"] if row["narrowed"] else None
    return Actor(
        row["workspace_id"],
        row["user_id"],
        role,
        kind,
        actions,
        None if clients is None else frozenset(clients),
        frozenset(row["projects"]) if row["narrowed"] else frozenset(),
    )
