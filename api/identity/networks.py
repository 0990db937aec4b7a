"""From where a workspace may be used."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.identity import repository, schemas
from api.identity.errors import NetworkRefused
from api.identity.models import WorkspaceNetwork
from api.kit.concurrency import require_match
from api.kit.errors import NotFound
from api.kit.rows import facts_of
from imisofts.access import Actor

MOST = 100


def is_within(address: str, networks: Sequence[str]) -> bool:
    """Whether an address lies in one of the networks (CIDR, IPv4 and IPv6); what is no address lies in none."""
    found = parsed(address)
    return found is not None and any(found in ip_network(network) for network in networks)


def parsed(address: str) -> IPv4Address | IPv6Address | None:
    """The address; an IPv4 one that came in IPv6 clothes is the IPv4 one."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


async def every(session: AsyncSession, actor: Actor) -> list[WorkspaceNetwork]:
    """The workspace's networks, in their order."""
    return list(await session.scalars(visible_to(actor).order_by(WorkspaceNetwork.network)))


def visible_to(actor: Actor) -> Select[WorkspaceNetwork]:
    """The networks of the actor's workspace."""
    return select(WorkspaceNetwork).where(WorkspaceNetwork.workspace_id == actor.workspace_id)


async def add(session: AsyncSession, actor: Actor, given: schemas.NetworkCreate, address: str) -> WorkspaceNetwork:
    """Let a network in; with the first one, everybody else is out from the next request on."""
    known = await _locked(session, actor)
    if given.network in known:
        raise NetworkRefused("This network is in the list already.", fields=[("network", "is in the list")])
    if len(known) >= MOST:
        raise NetworkRefused(f"A workspace has at most {MOST} networks.")
    _require_inside(actor, address, [*known, given.network])
    row = WorkspaceNetwork(workspace_id=actor.workspace_id, network=given.network, note=given.note)
    session.add(row)
    after = facts_of(row, "network", "note")
    await events.record(session, actor, EventName.NETWORK_ADDED, row, after=after)
    await session.refresh(row)
    return row


async def remove(session: AsyncSession, actor: Actor, network_id: UUID, if_match: str | None, address: str) -> None:
    """Take a network out; without any, the workspace may be used from everywhere."""
    known = await _locked(session, actor)
    row = await session.scalar(visible_to(actor).where(WorkspaceNetwork.id == network_id))
    if row is None:
        raise NotFound("There is no such network.")
    require_match(if_match, row.version)
    _require_inside(actor, address, [network for network in known if network != row.network])
    await events.record(session, actor, EventName.NETWORK_REMOVED, row, before=facts_of(row, "network", "note"))
    await session.delete(row)
    await session.flush()


async def _locked(session: AsyncSession, actor: Actor) -> list[str]:
    """The networks, under the workspace's lock: two who shorten the list at once see each other's work."""
    await repository.workspace_of(session, actor, lock=True)
    return [row.network for row in await every(session, actor)]


def _require_inside(actor: Actor, address: str, networks: Sequence[str]) -> None:
    if actor.kind != "operator" and networks and not is_within(address, networks):
        detail = f"You would lock yourself out: your own address, {address}, is in none of the networks."
        raise NetworkRefused(detail, fields=[("network", f"has to include {address}, or come after one that does")])
