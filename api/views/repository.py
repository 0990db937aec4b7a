"""Reads of views: one's own, and for staff those that are shared."""

from uuid import UUID

from sqlalchemy import Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from api.kit.errors import NotFound
from api.views.models import ListColumns, SavedView
from imisofts.access import Actor

MOST = 200


def visible_to(actor: Actor) -> Select[SavedView]:
    """The views that ``actor`` may use; what staff share is no business of clients."""
    query = select(SavedView).where(SavedView.workspace_id == actor.workspace_id)
    own = SavedView.user_id == actor.user_id
    return query.where(own if actor.is_client else or_(own, SavedView.shared))


async def get(session: AsyncSession, actor: Actor, view_id: UUID) -> SavedView:
    """One usable view; :class:`NotFound` for every other id."""
    return _found(await session.scalar(visible_to(actor).where(SavedView.id == view_id)))


async def lock(session: AsyncSession, actor: Actor, view_id: UUID) -> SavedView:
    """The same, locked until the transaction ends."""
    return _found(await session.scalar(visible_to(actor).where(SavedView.id == view_id).with_for_update()))


def _found(view: SavedView | None) -> SavedView:
    if view is None:
        raise NotFound("There is no such view.")
    return view


async def of_list(session: AsyncSession, actor: Actor, name: str) -> list[SavedView]:
    """The usable views of one list, by name."""
    query = visible_to(actor).where(SavedView.list_name == name).order_by(SavedView.name, SavedView.id).limit(MOST)
    return list(await session.scalars(query))


async def count_of(session: AsyncSession, actor: Actor, name: str) -> int:
    """How many views of a list the actor has saved."""
    query = select(func.count()).where(SavedView.user_id == actor.user_id, SavedView.list_name == name)
    return int(await session.scalar(query) or 0)


async def named(session: AsyncSession, actor: Actor, list_name: str, name: str) -> UUID | None:
    """The id of the actor's own view of this name."""
    own = (SavedView.user_id == actor.user_id, SavedView.list_name == list_name, SavedView.name == name)
    return await session.scalar(select(SavedView.id).where(*own))


async def columns(session: AsyncSession, actor: Actor, name: str) -> list[str] | None:
    """The columns that the actor chose of a list."""
    own = (ListColumns.user_id == actor.user_id, ListColumns.list_name == name)
    found = await session.scalar(select(ListColumns.columns).where(*own))
    return None if found is None else list(found)
