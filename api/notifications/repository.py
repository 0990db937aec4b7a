"""Reads of notifications, and what their subjects are called."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Select, false, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.events.models import Event
from api.kit.errors import NotFound
from api.notifications.kinds import RULES, Kind, Subject
from api.notifications.models import Notification, Unwanted
from imisofts.access import Actor

_SUBJECTS: Mapping[str, str] = {
    "invoice": "select coalesce(number, external_id, '') as label, client_id, null::uuid as assignee"
    " from invoice where id = :id",
    "ticket": "select t.number as label, t.client_id, p.user_id as assignee from ticket t"
    " left join person p on p.workspace_id = t.workspace_id and p.id = t.assignee_id where t.id = :id",
    "task": "select t.title as label, j.client_id, p.user_id as assignee from task t"
    " join project j on j.workspace_id = t.workspace_id and j.id = t.project_id"
    " left join person p on p.workspace_id = t.workspace_id and p.id = t.assignee_id where t.id = :id",
    "report_delivery": "select period as label, client_id, null::uuid as assignee from report_delivery where id = :id",
    "domain": "select host as label, null::uuid as client_id, null::uuid as assignee from domain where id = :id",
    "import_run": "select file_name as label, null::uuid as client_id, started_by as assignee"
    " from import_run where id = :id",
    "membership": "select '' as label, client_id, null::uuid as assignee from membership where id = :id",
}


def visible_to(actor: Actor) -> Select[Notification]:
    """What the actor was told and may still see: rights that were taken away take their notifications along."""
    kinds = [kind.value for kind, rule in RULES.items() if actor.may(rule.action)]
    query = select(Notification).where(
        Notification.workspace_id == actor.workspace_id, Notification.user_id == actor.user_id
    )
    query = query.where(Notification.kind.in_(kinds) if kinds else false())
    if actor.client_ids is not None:
        query = query.where(Notification.client_id.in_(actor.client_ids))
    return query


async def lock(session: AsyncSession, actor: Actor, notification_id: UUID) -> Notification:
    """One of one's own; :class:`NotFound` for every other id."""
    found = await session.scalar(visible_to(actor).where(Notification.id == notification_id).with_for_update())
    if found is None:
        raise NotFound("There is no such notification.")
    return found


async def unread(session: AsyncSession, actor: Actor) -> int:
    """How many were not read, counted up to a hundred."""
    open_ones = visible_to(actor).where(Notification.read_at.is_(None)).with_only_columns(Notification.id).limit(100)
    return int(await session.scalar(select(func.count()).select_from(open_ones.subquery())) or 0)


async def since(session: AsyncSession, actor: Actor, last: UUID, most: int) -> list[Notification]:
    """What came after the notification ``last``, the oldest first."""
    query = visible_to(actor).where(Notification.id > last, Notification.read_at.is_(None))
    return list(await session.scalars(query.order_by(Notification.id).limit(most)))


async def event(session: AsyncSession, event_id: UUID) -> Event | None:
    """The event to tell of."""
    return await session.scalar(select(Event).where(Event.id == event_id))


async def subject(session: AsyncSession, kind: str, subject_id: UUID) -> Subject | None:
    """What the subject is called now; none when it is gone."""
    if kind not in _SUBJECTS:
        return None
    row = (await session.execute(text(_SUBJECTS[kind]), {"id": subject_id})).first()
    return Subject(row.label, row.client_id, row.assignee) if row else None


async def unwanted(
    session: AsyncSession, *, kind: Kind | None = None, user_id: UUID | None = None
) -> set[tuple[UUID, str]]:
    """Who does not want what, as pairs of user and kind."""
    query = select(Unwanted.user_id, Unwanted.kind)
    query = query.where(Unwanted.kind == kind) if kind else query
    query = query.where(Unwanted.user_id == user_id) if user_id else query
    return {(row.user_id, row.kind) for row in await session.execute(query)}
