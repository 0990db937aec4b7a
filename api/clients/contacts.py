"""People at a client and words by which clients are grouped: lock the client, change, record."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.clients import repository
from api.clients.models import Client, ClientTag, Contact
from api.clients.schemas import ContactCreate, ContactUpdate
from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.concurrency import require_match
from api.kit.errors import NotFound
from api.kit.ids import new_id
from api.kit.rows import changes
from api.kit.search import Findable
from api.undo import service as undo
from imisofts.access import Action, Actor

_FIELDS = ("name", "email", "phone", "title", "is_primary")


def visible_contacts(actor: Actor) -> Select[Contact]:
    """The contacts that ``actor`` may see: those of the clients that it may see."""
    query = select(Contact).where(Contact.workspace_id == actor.workspace_id)
    return query if actor.client_ids is None else query.where(Contact.client_id.in_(actor.client_ids))


async def of_client(session: AsyncSession, actor: Actor, client_id: UUID) -> Sequence[Contact]:
    """A client's contacts, the primary one first."""
    await repository.get(session, actor, client_id)
    query = visible_contacts(actor).where(Contact.client_id == client_id)
    return (await session.scalars(query.order_by(Contact.is_primary.desc(), Contact.name, Contact.id))).all()


async def add(session: AsyncSession, actor: Actor, client_id: UUID, given: ContactCreate, clock: Clock) -> Contact:
    """A new contact; a primary one takes that place from the others."""
    client = await repository.lock(session, actor, client_id)
    if given.is_primary:
        await _unmark(session, actor, client.id, clock)
    contact = Contact(id=new_id(), workspace_id=actor.workspace_id, client_id=client.id, **given.model_dump())
    session.add(contact)
    await session.flush()
    await events.record(session, actor, EventName.CONTACT_CREATED, contact, after=_facts(contact))
    return contact


async def update(
    session: AsyncSession, actor: Actor, contact_id: UUID, given: ContactUpdate, if_match: str | None, clock: Clock
) -> Contact:
    """Change what was sent."""
    contact = await _lock(session, actor, contact_id)
    require_match(if_match, contact.version)
    changed = changes(contact, given.model_dump(exclude_unset=True), needed=("name", "is_primary"))
    if changed:
        if changed.get("is_primary"):
            await _unmark(session, actor, contact.client_id, clock)
        async with events.changing(session, actor, EventName.CONTACT_UPDATED, contact, _facts, clock):
            for name, value in changed.items():
                setattr(contact, name, value)
    return contact


async def remove(session: AsyncSession, actor: Actor, contact_id: UUID, if_match: str | None) -> None:
    """Forget a contact; for ten minutes it can be brought back."""
    contact = await _lock(session, actor, contact_id)
    require_match(if_match, contact.version)
    await undo.keep(session, Contact, contact.id)
    await events.record(session, actor, EventName.CONTACT_DELETED, contact, before=_facts(contact))
    await session.delete(contact)
    await session.flush()


async def restore(session: AsyncSession, actor: Actor, contact_id: UUID) -> Contact:
    """Bring back a contact that was just removed; the first place goes to whoever has it by now."""
    await undo.bring_back(session, Contact, contact_id)
    contact = await _lock(session, actor, contact_id)
    await repository.lock(session, actor, contact.client_id)
    if contact.is_primary and await _has_primary(session, contact):
        contact.is_primary = False
        await session.flush()
    await events.record(session, actor, EventName.CONTACT_RESTORED, contact, after=_facts(contact))
    return contact


async def _has_primary(session: AsyncSession, contact: Contact) -> bool:
    others = (Contact.client_id == contact.client_id, Contact.is_primary, Contact.id != contact.id)
    return bool(await session.scalar(select(Contact.id).where(*others).limit(1)))


async def tags(session: AsyncSession, actor: Actor, client_id: UUID) -> list[str]:
    """A client's tags, by name."""
    await repository.get(session, actor, client_id)
    query = select(ClientTag.tag).where(ClientTag.client_id == client_id).order_by(ClientTag.tag)
    return list(await session.scalars(query))


async def set_tags(session: AsyncSession, actor: Actor, client_id: UUID, wanted: Sequence[str]) -> list[str]:
    """Give the client exactly these tags; what is there already stays as it is."""
    client = await repository.lock(session, actor, client_id)
    rows = {row.tag: row for row in await session.scalars(select(ClientTag).where(ClientTag.client_id == client_id))}
    for tag in sorted(set(rows) - set(wanted)):
        await events.record(session, actor, EventName.CLIENT_UNTAGGED, client, before={"tag": tag})
        await session.delete(rows[tag])
    for tag in sorted(set(wanted) - set(rows)):
        session.add(ClientTag(id=new_id(), workspace_id=actor.workspace_id, client_id=client.id, tag=tag))
        await events.record(session, actor, EventName.CLIENT_TAGGED, client, after={"tag": tag})
    await session.flush()
    return sorted(set(wanted))


async def _lock(session: AsyncSession, actor: Actor, contact_id: UUID) -> Contact:
    query = visible_contacts(actor).where(Contact.id == contact_id).with_for_update()
    found = await session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such contact.")
    return found


async def _unmark(session: AsyncSession, actor: Actor, client_id: UUID, clock: Clock) -> None:
    """A client has one primary contact."""
    query = select(Contact).where(Contact.client_id == client_id, Contact.is_primary)
    for other in await session.scalars(query):
        async with events.changing(session, actor, EventName.CONTACT_UPDATED, other, _facts, clock):
            other.is_primary = False


def _facts(contact: Contact) -> dict[str, Any]:
    """Of a person the events keep no more than that something changed."""
    return {"client_id": str(contact.client_id), **{name: getattr(contact, name) for name in _FIELDS}}


def findable(actor: Actor) -> Findable:
    """Contacts by name, e-mail and phone; they stand on their client's page."""
    return Findable(
        kind="contact",
        needs=Action.event_read,
        rows=visible_contacts(actor).join(Client, Client.id == Contact.client_id),
        ident=Contact.id,
        parent=Contact.client_id,
        title=Contact.name,
        detail=Client.name,
        within=(Contact.name, Contact.email, Contact.phone),
    )
