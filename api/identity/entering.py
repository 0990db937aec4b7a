"""What every route that lets somebody in answers: the session and its cookie, or the challenge."""

from typing import Annotated, Any, cast

from fastapi import Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.brand import service as brand
from api.identity import repository, schemas, secrets, service
from api.identity.authentication import actor_from
from api.identity.entrance import Challenge, SignedIn, asked_from
from api.identity.factor_schemas import ChallengeOut, Entered
from api.identity.models import Workspace
from api.identity.passwords import Passwords
from api.kit import security
from api.kit.database import of
from api.kit.rows import facts_of
from imisofts.access import Actor
from imisofts.languages import nearest

CHALLENGED: dict[int | str, dict[str, Any]] = {202: {"model": ChallengeOut, "description": "A second factor is needed"}}
"""``responses=`` of a route that lets somebody in."""


def _passwords(request: Request) -> Passwords:
    return cast(Passwords, request.app.state.passwords)


AppPasswords = Annotated[Passwords, Depends(_passwords)]
"""The process' password hasher, as a route's parameter."""


async def entered(request: Request, response: Response, came: SignedIn | Challenge) -> Entered:
    """The session, with its cookie; or the challenge, with status 202. The session that the browser had until now
    ends: whoever knew its cookie has nothing of the new one."""
    if isinstance(came, Challenge):
        response.status_code = 202
        return ChallengeOut.model_validate({"challenge": came.token, "methods": came.methods, "enrol": came.enrol})
    await _end_the_one_before(request)
    return await signed_in(request, response, came)


async def _end_the_one_before(request: Request) -> None:
    cookie = request.cookies.get(security.cookie_name(request.app.state.settings.public_url))
    if not cookie:
        return
    async with of(request).begin(None) as session:
        found = await repository.session_by_hash(session, secrets.sha256(cookie), request.app.state.clock.now())
    if found is not None:
        async with of(request).begin(found["workspace_id"]) as session:
            await service.sign_out(session, actor_from(found), found["id"])


async def signed_in(request: Request, response: Response, signed: SignedIn) -> schemas.SessionOut:
    """The session, with its cookie."""
    public_url: str = request.app.state.settings.public_url
    age = signed.expires_at - request.app.state.clock.now()
    response.set_cookie(
        security.cookie_name(public_url),
        signed.cookie,
        max_age=int(age.total_seconds()) if signed.remember else None,
        path="/",
        secure=public_url.startswith("https://"),
        httponly=True,
        samesite="lax",
    )
    async with of(request).begin(signed.actor.workspace_id, read_only=True) as session:
        shown = await session_out(session, signed.actor, signed.cookie)
        if signed.actor.user_id is not None:
            shown.second_factor_from = await asked_from(session, signed.actor.role, signed.actor.user_id)
        return shown


async def workspace_out(session: AsyncSession, row: Workspace) -> schemas.WorkspaceOut:
    """A workspace as its members see it, its brand as everybody may."""
    names = schemas.WorkspaceOut.model_fields.keys() - {"brand"}
    look = brand.shown(row.name, await brand.worn_settings(session, row.brand, row.timezone))
    return schemas.WorkspaceOut(**facts_of(row, *names), brand=look)


async def session_out(session: AsyncSession, actor: Actor, cookie: str | None) -> schemas.SessionOut:
    """Who is signed in, where, and what they may do."""
    workspace, person = await repository.workspace_and_person(session, actor)
    return schemas.SessionOut(
        user=schemas.PersonOut(**{name: person[name] for name in schemas.PersonOut.model_fields}) if person else None,
        workspace=await workspace_out(session, workspace),
        role=actor.role,
        role_name=person["role_name"] if person else None,
        actions=sorted(actor.actions),
        client_id=next(iter(actor.client_ids or ()), None) if actor.is_client else None,
        client_ids=None if actor.client_ids is None else sorted(actor.client_ids),
        project_ids=sorted(actor.project_ids),
        locale=nearest(person["locale"] if person else workspace.locale),
        timezone=(person and person["timezone"]) or workspace.timezone,
        form_token=security.form_token(cookie) if cookie else None,
        second_factor_from=None,
    )
