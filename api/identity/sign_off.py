"""Where a single sign-on ends: here, there, and what the provider says about it.

Who signs out here is told that the provider still knows them, and where that ends. A provider that signs somebody out
says so in a logout token (OpenID Connect Back-Channel Logout 1.0), which ends their sessions that began by it.
"""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.identity import factor_queries, provider, repository, sign_on_schemas
from api.identity.authentication import system_of
from api.identity.entrance import Device
from api.identity.errors import SignOffRefused
from api.identity.models import LoginSession
from api.identity.provider import Provider, ProviderProblem
from api.identity.service import EACH_ADDRESS
from api.identity.sign_on_models import ExternalIdentity, SignOn
from api.kit import rate_limit
from api.kit.clock import Clock
from api.kit.database import Database
from imisofts.settings import Settings


async def there(session: AsyncSession, session_id: UUID | None) -> sign_on_schemas.SignOnEnd:
    """Where the provider by which this session began signs people out; nowhere for any other session."""
    row = await repository.living_session(session, session_id) if session_id else None
    set_up = await session.scalar(select(SignOn)) if row is not None and row.confined else None
    if set_up is None or set_up.discovered is None:
        return sign_on_schemas.SignOnEnd(url=None)
    return sign_on_schemas.SignOnEnd(url=Provider.of(set_up.discovered).sign_out_url(set_up.client_id))


async def told(
    database: Database, clock: Clock, slug: str | None, token: str, device: Device, settings: Settings
) -> None:
    """End whom the provider of this workspace has signed out. A token counts once; a person whom nobody knows here has
    no sessions to end. :class:`SignOffRefused` for anything that the provider did not say."""
    now = clock.now()
    async with database.begin(None) as session:
        await rate_limit.take(session, f"sign-in:{device.address}", EACH_ADDRESS, now)
        workspace_id = device.place or (await repository.workspace_by_slug(session, slug) if slug else None)
    row = None
    if workspace_id is not None:
        async with database.begin(workspace_id, read_only=True) as session:
            row = await session.scalar(select(SignOn))
    if workspace_id is None or row is None or row.discovered is None:
        raise SignOffRefused("There is no single sign-on here.")
    try:
        order = await provider.signed_out(Provider.of(row.discovered), token, row.client_id, now, settings)
    except ProviderProblem as problem:
        raise SignOffRefused(str(problem)) from problem
    mark = hashlib.sha256(f"logout\0{row.issuer}\0{order.ident}".encode()).digest()
    async with database.begin(workspace_id) as session:
        if not await factor_queries.spend(session, mark, order.until):
            raise SignOffRefused("This order was followed already.")
        await _end(session, row, order.subject, now)


async def _end(session: AsyncSession, row: SignOn, subject: str, now: datetime) -> None:
    """Every living session that the person began by single sign-on, each with its event."""
    theirs = (ExternalIdentity.issuer == row.issuer, ExternalIdentity.subject == subject)
    query = select(LoginSession).join(ExternalIdentity, ExternalIdentity.user_id == LoginSession.user_id)
    living = query.where(*theirs, LoginSession.confined, LoginSession.revoked_at.is_(None)).with_for_update(
        of=LoginSession
    )
    for ended in (await session.scalars(living)).all():
        ended.revoked_at = now
        await events.record(session, system_of(row.workspace_id), EventName.SESSION_ENDED, ended)
