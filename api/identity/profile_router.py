"""Routes of one's own profile."""

from typing import Annotated

from fastapi import APIRouter, Response

from api.identity import profile
from api.identity.freshness import PersonNeeded
from api.identity.profile_schemas import ProfileOut, ProfileUpdate
from api.kit.access import allowed
from api.kit.concurrency import IfMatch, etag
from api.kit.database import ReadSession, WriteSession
from api.kit.errors import Malformed, PreconditionFailed, PreconditionRequired, Unauthenticated, documented
from api.kit.idempotency import IdempotentRoute
from imisofts.access import Action, Actor

router = APIRouter(tags=["identity"], route_class=IdempotentRoute)


@router.get("/me", responses=documented(Unauthenticated, PersonNeeded))
async def get_me(
    response: Response, actor: Annotated[Actor, allowed(Action.session_own)], session: ReadSession
) -> ProfileOut:
    """One's own profile, and what is missing in it."""
    found = await profile.read(session, actor)
    response.headers["ETag"] = etag(found.version)
    return found


@router.patch(
    "/me", responses=documented(Unauthenticated, PersonNeeded, Malformed, PreconditionRequired, PreconditionFailed)
)
async def update_me(
    response: Response,
    change: ProfileUpdate,
    actor: Annotated[Actor, allowed(Action.session_own)],
    session: WriteSession,
    if_match: IfMatch = None,
) -> ProfileOut:
    """Change one's name, language, time zone or phone, in all workspaces one belongs to."""
    found = await profile.change(session, actor, if_match, change)
    response.headers["ETag"] = etag(found.version)
    return found
