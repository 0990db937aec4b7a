"""Recording what happened, in the transaction in which it happened."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import ColumnElement, Select, Table, Uuid, inspect, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from api.events.models import Event, EventOrigin
from api.events.schemas import TOLD, EventName
from api.jobs import enqueue_named
from api.kit.clock import Clock
from api.kit.models import Base
from api.kit.rows import touch
from imisofts.access import Actor

__all__ = ["EventName", "change", "changing", "event_of", "last_act", "of_rows", "of_subject", "record", "visible_to"]

_NEVER = {"password_hash", "token_hash", "id_hash", "workspace_id", "updated_at"}


async def record(
    session: AsyncSession,
    actor: Actor,
    name: EventName,
    subject: Base,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Event:
    """Write the event of a change to ``subject``.

    ``before`` and ``after`` map columns to values; only those that differ are kept, and of personal or secret columns
    only the name. With neither the event says just that it happened.
    """
    await session.flush()
    event = event_of(actor, name, subject, session.info["clock"].now(), before=before, after=after)
    session.add(event)
    if address := session.info.get("address"):
        await session.flush()
        origin = {"workspace_id": event.workspace_id, "event_id": event.id, "occurred_at": event.occurred_at}
        session.add(EventOrigin(**origin, address=address))
    session.info["recorded"] = session.info.get("recorded", 0) + 1
    if name in TOLD:
        await session.flush()
        await enqueue_named(session, "notifications.tell", workspace_id=str(event.workspace_id), event_id=str(event.id))
    return event


Facts = Callable[[Any], Mapping[str, Any]]
"""A row as events tell it: its columns with what anybody may read of them."""


@asynccontextmanager
async def changing(
    session: AsyncSession, actor: Actor, name: EventName, row: Any, facts: Facts, clock: Clock
) -> AsyncIterator[None]:
    """What the block changes in ``row`` is its next version and an event with its ``facts`` before and after."""
    before = facts(row)
    yield
    await touch(session, row, clock)
    await record(session, actor, name, row, before=before, after=facts(row))


async def change(
    session: AsyncSession,
    actor: Actor,
    name: EventName,
    row: Any,
    changed: Mapping[str, Any],
    facts: Facts,
    clock: Clock,
) -> None:
    """Give ``row`` the fields of ``changed``, as :func:`changing` does; where none differs nothing happened."""
    if changed:
        async with changing(session, actor, name, row, facts, clock):
            for field, value in changed.items():
                setattr(row, field, value)


async def of_subject(
    session: AsyncSession, subject: Base, names: Collection[EventName]
) -> list[tuple[str, dict[str, Any]]]:
    """Name and data of what happened to ``subject`` by these names, the oldest first."""
    found = await session.execute(
        select(Event.name, Event.data)
        .where(
            Event.workspace_id == subject.workspace_id,  # type: ignore[attr-defined]  # every subject is a tenant's
            Event.subject_id == subject.id,  # type: ignore[attr-defined]
            Event.name.in_([name.value for name in names]),
        )
        .order_by(Event.id)
    )
    return [(row.name, row.data) for row in found]


async def last_act(session: AsyncSession) -> datetime | None:
    """When a person or a token last did anything in the session's workspace."""
    query = select(Event.occurred_at).where(Event.actor_kind.in_(("user", "token")))
    return await session.scalar(query.order_by(Event.occurred_at.desc(), Event.id.desc()).limit(1))


def of_rows(column: Literal["client_id", "project_id"], ids: Collection[UUID]) -> ColumnElement[bool]:
    """Whether an event tells of one of these clients or projects, or of a row that names one, whatever its table."""
    tables = [t for t in Base.metadata.sorted_tables if _names(t, column) and "id" in t.columns]
    rows = union_all(*(select(t.c.id).where(t.c[column].in_(ids)) for t in tables))
    return or_(Event.subject_id.in_(ids), Event.subject_id.in_(rows))


def _names(table: Table, column: str) -> bool:
    """Whether the column names a row of ours; a provider's ``client_id`` is a word of its own."""
    return column in table.columns and isinstance(table.columns[column].type, Uuid)


def visible_to(actor: Actor) -> Select[Event]:
    """The events of the workspace; to narrowed staff their own, and those of their clients and projects."""
    query = select(Event).where(Event.workspace_id == actor.workspace_id)
    if actor.client_ids is None:
        return query
    seen = [of_rows("client_id", actor.client_ids), of_rows("project_id", actor.project_ids)]
    return query.where(or_(Event.actor_id == actor.user_id, *seen))


def joined_to_origin(query: Select[Event]) -> Select[Event]:
    """Events with the addresses that they came from, where these are kept."""
    same = (EventOrigin.workspace_id == Event.workspace_id) & (EventOrigin.event_id == Event.id)
    return query.outerjoin(EventOrigin, same)


def event_of(
    actor: Actor,
    name: EventName,
    subject: Base,
    at: datetime,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> Event:
    """The event, not yet written; a bulk writer inserts many at once and counts them as recorded itself."""
    table = inspect(type(subject)).local_table
    assert isinstance(table, Table)
    return Event(
        workspace_id=actor.workspace_id,
        name=name.value,
        actor_kind=actor.kind,
        actor_id=actor.user_id,
        subject_kind=table.name,
        subject_id=subject.id,  # type: ignore[attr-defined]  # every table with events has an id
        occurred_at=at,
        data=_data(table, before or {}, after or {}),
    )


def _data(table: Table, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    changed: dict[str, Any] = {}
    personal: list[str] = []
    for field in [*before, *(name for name in after if name not in before)]:
        if field in _NEVER or (field in before and field in after and before[field] == after[field]):
            continue
        column = table.columns.get(field)
        if column is not None and column.info.get("lake") in {"personal", "secret"}:
            personal.append(field)
        else:
            changed[field] = to_jsonable_python({"before": before.get(field), "after": after.get(field)})
    return {"changed": changed, "personal": personal} if changed or personal else {}
