"""From a request to an actor: session cookie, API token or operator token."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from fastapi import Request
from sqlalchemy import RowMapping

from api.identity import callers, secrets
from api.identity.errors import ForeignNetwork
from api.identity.networks import parsed
from api.identity.places import place_of
from api.kit import rate_limit
from api.kit.database import address_of, of
from api.kit.errors import Unauthenticated
from api.kit.rate_limit import Limit
from api.kit.security import cookie_name, require_form_token
from api.plans.catalogue import PLANS
from imisofts.access import ACTIONS_OF_ROLE, CLIENT_ROLES, Action, Actor, ActorKind, Role, actions_of

EACH_CALLER = Limit(burst=1000, interval=timedelta(milliseconds=5))
"""Of a person's session: pages ask many times."""
A_MINUTE = timedelta(minutes=1)
"""Of a token: as many requests as its workspace's plan says."""


_OF_CALLER = ("actor", "caller", "session_id")
"""What the state of a request knows of who asks."""


async def actor_of(request: Request) -> Actor:
    """Who asks; resolved once a request, and once for all that a page of this process reads. 401 when nobody, 429 when
    too often.
    """
    if not hasattr(request.state, "actor"):
        memory: dict[str, Any] = getattr(request.state, "memory", {})
        if request.method != "GET":
            memory.clear()  # what is written may end the session, or change what its person may do
        elif "actor" in memory:
            for name, known in memory.items():
                setattr(request.state, name, known)
            return cast(Actor, request.state.actor)
        request.state.actor = await _authenticate(request)
        if request.method == "GET":
            memory.update((name, getattr(request.state, name, None)) for name in _OF_CALLER)
    return cast(Actor, request.state.actor)


async def _authenticate(request: Request) -> Actor:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    cookie = request.cookies.get(cookie_name(request.app.state.settings.public_url))
    if scheme.lower() == "bearer":
        return await _by_bearer(request, bearer.strip())
    if not cookie or "authorization" in request.headers:  # never in place of credentials that we do not know
        raise Unauthenticated("Sign in, or send a token.")
    actor = await _by_cookie(request, cookie)
    require_form_token(request, cookie)
    return actor


async def _found(request: Request, statement: str, **values: object) -> RowMapping | None:
    """The caller's row by one of :mod:`api.identity.callers`."""
    address = parsed(address_of(request))
    circumstances = {"place": address and str(address), "workspace": place_of(request)}
    return await of(request).first(statement, {**circumstances, "now": request.app.state.clock.now(), **values})


async def _let_in(request: Request, found: RowMapping, caller: str, limit: Limit) -> rate_limit.Left:
    """Refuse who comes from a foreign network, to another workspace's host, or too often."""
    request.state.caller = caller
    if not found["let_in"]:
        raise ForeignNetwork("This workspace is used from chosen networks only, and yours is none of them.")
    if place_of(request) not in (None, found["workspace_id"]):
        raise Unauthenticated("You are signed in to another workspace; sign in to this one.")
    now: datetime = request.app.state.clock.now()
    return await rate_limit.counted(of(request), caller, limit, now, found["allowed_from"])


async def _by_cookie(request: Request, cookie: str) -> Actor:
    limit: Limit = request.app.state.limit
    hashed = secrets.sha256(cookie)
    found = await _found(request, callers.SESSION, hash=hashed, interval=limit.interval, window=limit.window)
    if found is None:
        raise Unauthenticated("The session has ended; sign in again.")
    request.state.session_id = found["id"]
    await _let_in(request, found, f"session:{found['id']}", limit)
    return actor_from(found)


async def _by_bearer(request: Request, token: str) -> Actor:
    if token.startswith(secrets.OPERATOR_PREFIX):
        return await _by_operator(request, token)
    if not secrets.is_api_token(token):
        raise Unauthenticated("The token is not valid.")
    found = await _found(
        request,
        callers.TOKEN,
        hash=secrets.keyed_hash(token, request.app.state.settings.secret_key),
        address=address_of(request),
        day=request.app.state.clock.now().date(),
        least=PLANS["starter"].requests_per_minute,
        window=A_MINUTE,
    )
    if found is None:
        raise Unauthenticated("The token is not valid.")
    each = found["requests_per_minute"] or 1
    limit = Limit(each, A_MINUTE / each)
    request.state.heads = rate_limit.Left(limit, 0, 60).heads()  # of a refusal
    request.state.heads = (await _let_in(request, found, f"token:{found['id']}", limit)).heads()
    return actor_from(found, "token")


async def _by_operator(request: Request, token: str) -> Actor:
    now, limit = request.app.state.clock.now(), request.app.state.limit
    slug = secrets.operator_workspace(token, now, request.app.state.settings.secret_key)
    found = slug and await _found(request, callers.OPERATOR, slug=slug, interval=limit.interval, window=limit.window)
    if not found:
        raise Unauthenticated("The operator's token is not valid.")
    await _let_in(request, found, f"operator:{found['workspace_id']}", limit)
    return operator(found["workspace_id"])


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
