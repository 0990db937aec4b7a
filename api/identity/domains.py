"""A workspace's own host: named, proven by a record in its zone, and only then used."""

import asyncio
import re
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.identity import place_schemas, repository, secrets
from api.identity.authentication import system_of
from api.identity.errors import HostRefused, HostTaken
from api.identity.models import Workspace
from api.identity.place_models import Domain
from api.kit import dns
from api.kit.clock import Clock
from api.kit.concurrency import require_match
from api.kit.database import Database
from api.kit.errors import NotFound
from imisofts import hosts
from imisofts.access import Actor
from imisofts.settings import Settings

PREFIX: Final = "_imisofts"
MARK: Final = "imisofts-domain="
_LABEL = r"(?!-)[a-z0-9-]{1,63}(?<!-)"
_HOST = re.compile(rf"^(?=.{{4,253}}$)(?:{_LABEL}\.)+(?!\d+$){_LABEL}$")
"""At least two labels, the last not a number: an address is no name."""


def _shown(workspace: Workspace, row: Domain | None, settings: Settings) -> place_schemas.DomainOut:
    return place_schemas.DomainOut(
        url=hosts.origin(settings, workspace.slug, workspace.host),
        host=row.host if row else None,
        record_name=f"{PREFIX}.{row.host}" if row else None,
        record_value=MARK + row.token if row else None,
        checked_at=row.checked_at if row else None,
        verified_at=row.verified_at if row else None,
        problem=row.problem if row else None,
        version=row.version if row else None,
    )


async def _row(session: AsyncSession, *, lock: bool = False) -> Domain | None:
    query = select(Domain)
    return await session.scalar(query.with_for_update() if lock else query)


async def get(session: AsyncSession, actor: Actor, settings: Settings) -> place_schemas.DomainOut:
    """Where the workspace is, and what its own host still needs."""
    return _shown(await repository.workspace_of(session, actor), await _row(session), settings)


async def choose(session: AsyncSession, actor: Actor, host: str, settings: Settings) -> place_schemas.DomainOut:
    """Name the host to have. One that is in use stays in use until the new one is proven."""
    wrong = _refusal(host, settings)
    if wrong:
        raise HostRefused("This host cannot be used.", fields=[("host", wrong)])
    workspace = await repository.workspace_of(session, actor, lock=True)
    row = await _row(session, lock=True)
    before = {"host": row.host if row else None}
    if row is None:
        row = Domain(workspace_id=actor.workspace_id, host=host, token=secrets.new_secret())
        session.add(row)
    elif row.host != host:
        row.host, row.token = host, secrets.new_secret()
        row.checked_at = row.verified_at = row.problem = None
        row.version += 1
    await session.flush()
    await events.record(session, actor, EventName.DOMAIN_CHOSEN, row, before=before, after={"host": host})
    return _shown(workspace, row, settings)


def _refusal(host: str, settings: Settings) -> str | None:
    """Why a workspace cannot have this host, or None."""
    reason = None
    if not _HOST.match(host):
        reason = "is no host name; write it like portal.example.com, without https:// and without a path"
    elif hosts.is_own(host, settings) or host.endswith(".localhost"):
        reason = "is the installation's own"
    elif settings.base_domain and f".{host}".endswith(f".{settings.base_domain}"):
        reason = "lies below the installation's own domain"
    return reason


async def verify(database: Database, clock: Clock, actor: Actor, settings: Settings) -> place_schemas.DomainOut:
    """Look for the record, with no transaction open meanwhile; note what was found, and use the host once proven."""
    async with database.begin(actor.workspace_id, read_only=True) as session:
        asked = await _row(session)
        if asked is None:
            raise NotFound("No host was named.")
        wanted, host = MARK + asked.token, asked.host
    problem = await asyncio.to_thread(missing, f"{PREFIX}.{host}", wanted, settings)
    async with database.begin(None, read_only=True) as session:
        taken = await repository.workspace_by_host(session, host)
    async with database.begin(actor.workspace_id) as session:
        workspace = await repository.workspace_of(session, actor, lock=True)
        row = await _row(session, lock=True)
        if row is None or row.token != asked.token:
            raise NotFound("Another host was named meanwhile.")
        if problem is None and taken not in (None, actor.workspace_id):
            raise HostTaken("Another workspace uses this host.")
        now = clock.now()
        row.checked_at, row.problem = now, problem
        row.version += 1
        if problem is None:
            row.verified_at, before, workspace.host = row.verified_at or now, workspace.host, host
            await session.flush()
            await events.record(
                session, actor, EventName.DOMAIN_VERIFIED, row, before={"host": before}, after={"host": host}
            )
        return _shown(workspace, row, settings)


async def look_again(database: Database, clock: Clock, workspace_id: UUID, settings: Settings) -> None:
    """Whether the record of a host in use is still there. Where it is gone the page says so and administrators are
    told, once; the host stays in use, since a zone that is being moved comes back. No answer says nothing."""
    async with database.begin(workspace_id, read_only=True) as session:
        asked, workspace = await _row(session), await repository.workspace(session)
    if asked is None or workspace.host != asked.host:
        return
    try:
        reason = await asyncio.to_thread(_absence, f"{PREFIX}.{asked.host}", MARK + asked.token, settings)
    except dns.NoAnswer:
        return
    async with database.begin(workspace_id) as session:
        row = await _row(session, lock=True)
        if row is None or row.token != asked.token:
            return
        newly = reason is not None and row.problem is None
        row.checked_at, row.problem = clock.now(), reason
        row.version += 1
        await session.flush()
        if newly:
            actor = system_of(workspace_id)
            await events.record(session, actor, EventName.DOMAIN_LOST, row, after={"host": row.host})


def missing(name: str, wanted: str, settings: Settings) -> str | None:
    """Why the record does not prove the host, or None."""
    try:
        reason = _absence(name, wanted, settings)
    except dns.NoAnswer as error:
        reason = f"The domain name system gave no answer; try again in a few minutes. ({error})"
    return reason


def _absence(name: str, wanted: str, settings: Settings) -> str | None:
    """In what way the record is not there, or None where it is; :class:`dns.NoAnswer` where nobody can say."""
    found, reason = dns.txt(name, dns.Resolver.of(settings.nameserver)), None
    if not found:
        reason = "The record is not there yet. New records take from a few minutes to some hours to spread."
    elif wanted not in found:
        reason = "The record is there with another text. Copy the text once more and wait until it has spread."
    return reason


async def remove(session: AsyncSession, actor: Actor, if_match: str | None) -> None:
    """Give the own host up; the workspace is at the installation's address again."""
    row = await _row(session, lock=True)
    if row is None:
        raise NotFound("No host was named.")
    require_match(if_match, row.version)
    workspace = await repository.workspace_of(session, actor, lock=True)
    workspace.host = None
    await events.record(session, actor, EventName.DOMAIN_REMOVED, row, before={"host": row.host})
    await session.delete(row)
