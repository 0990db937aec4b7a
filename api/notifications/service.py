"""Telling members of events, and what they do with what they were told."""

import json
from uuid import UUID

from sqlalchemy import delete, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.identity import service as identity
from api.kit.clock import Clock
from api.kit.ids import new_id
from api.notifications import repository
from api.notifications.kinds import RULES, Kind, kind_of, reaches
from api.notifications.models import Notification, Unwanted
from api.notifications.repository import since as since
from api.notifications.repository import unread as unread
from api.notifications.schemas import Wanted
from imisofts.access import Actor

CHANNEL = "imisofts_live"
"""Where every process of the installation listens."""


async def tell(session: AsyncSession, workspace_id: UUID, event_id: UUID) -> int:
    """Tell everybody whom an event reaches, once; how many were told. Telling twice is telling once."""
    event = await repository.event(session, event_id)
    kind = kind_of(event.name, event.data) if event else None
    subject = await repository.subject(session, event.subject_kind, event.subject_id) if event and kind else None
    if event is None or kind is None or subject is None:
        return 0
    unwanted = await repository.unwanted(session, kind=kind)
    reached = [
        actor.user_id
        for actor in await identity.members_here(session)
        if actor.user_id and (actor.user_id, kind) not in unwanted and reaches(actor, kind, subject, event.actor_id)
    ]
    told = {
        "workspace_id": workspace_id, "event_id": event.id, "kind": kind.value, "client_id": subject.client_id,
        "subject_kind": event.subject_kind, "subject_id": event.subject_id, "label": subject.label,
        "occurred_at": event.occurred_at,
    }  # fmt: skip
    for user_id in reached:
        statement = insert(Notification).values(id=new_id(), user_id=user_id, **told).on_conflict_do_nothing()
        ident = await session.scalar(statement.returning(Notification.id))
        if ident is not None:
            await _announce(session, workspace_id, user_id, ident)
    return len(reached)


async def _announce(session: AsyncSession, workspace_id: UUID, user_id: UUID, ident: UUID) -> None:
    """Let the processes that this user is connected to know, as soon as this is committed."""
    word = json.dumps({"workspace": str(workspace_id), "user": str(user_id), "notification": str(ident)})
    await session.execute(text("select pg_notify(:channel, :word)"), {"channel": CHANNEL, "word": word})


async def read_one(session: AsyncSession, actor: Actor, notification_id: UUID, clock: Clock) -> Notification:
    """Take note of one."""
    found = await repository.lock(session, actor, notification_id)
    found.read_at = found.read_at or clock.now()
    await session.flush()
    return found


async def read_all(session: AsyncSession, actor: Actor, clock: Clock) -> None:
    """Take note of everything."""
    own = (Notification.user_id == actor.user_id, Notification.read_at.is_(None))
    await session.execute(update(Notification).where(*own).values(read_at=clock.now()))


async def wanted(session: AsyncSession, actor: Actor) -> Wanted:
    """The kinds meant for the actor, and which of them it is told."""
    off = {kind for _, kind in await repository.unwanted(session, user_id=actor.user_id)} if actor.user_id else set()
    return Wanted(kinds={kind: kind.value not in off for kind in _meant(actor)})


async def choose(session: AsyncSession, actor: Actor, given: Wanted) -> Wanted:
    """Switch kinds on and off; what is not meant for the actor stays without effect."""
    assert actor.user_id is not None
    for kind, on in given.kinds.items():
        own = {"workspace_id": actor.workspace_id, "user_id": actor.user_id, "kind": kind.value}
        if on:
            match = (Unwanted.user_id == actor.user_id, Unwanted.kind == kind.value)
            await session.execute(delete(Unwanted).where(*match))
        else:
            await session.execute(insert(Unwanted).values(id=new_id(), **own).on_conflict_do_nothing())
    return await wanted(session, actor)


def _meant(actor: Actor) -> list[Kind]:
    meant = [kind for kind, rule in RULES.items() if actor.is_client == (rule.audience == "client")]
    return [kind for kind in meant if actor.may(RULES[kind].action)]
