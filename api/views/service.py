"""What may be done with views and columns."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.concurrency import require_match
from api.kit.ids import new_id
from api.kit.rows import changes, facts_of
from api.views import repository
from api.views.errors import NameTaken, NobodyInParticular, NotYourView, TooManyViews
from api.views.models import ListColumns, SavedView
from api.views.schemas import ColumnsChosen, ViewCreate, ViewUpdate
from imisofts.access import Action, Actor

MOST_OF_A_LIST = 50


def person(actor: Actor) -> UUID:
    """Whose view it would be."""
    if actor.user_id is None:
        raise NobodyInParticular("Sign in as somebody: the operator has no views.")
    return actor.user_id


def facts(view: SavedView) -> dict[str, Any]:
    """A view as its events tell it."""
    return facts_of(view, "list_name", "name", "filters", "sort", "columns", "shared")


async def create(session: AsyncSession, actor: Actor, given: ViewCreate) -> SavedView:
    """Keep a view under a name that is not in use."""
    owner = person(actor)
    _may_share(actor, given.shared)
    if await repository.count_of(session, actor, given.list_name) >= MOST_OF_A_LIST:
        raise TooManyViews(f"You have {MOST_OF_A_LIST} views of this list already; delete one first.")
    await _require_free(session, actor, given.list_name, given.name, None)
    view = SavedView(id=new_id(), workspace_id=actor.workspace_id, user_id=owner, **given.model_dump())
    session.add(view)
    await session.flush()
    await events.record(session, actor, EventName.VIEW_CREATED, view, after=facts(view))
    return view


async def update(
    session: AsyncSession, actor: Actor, view_id: UUID, given: ViewUpdate, if_match: str | None, clock: Clock
) -> SavedView:
    """Change what was sent of one's own view."""
    view = await repository.lock(session, actor, view_id)
    if view.user_id != actor.user_id:
        raise NotYourView("Somebody else saved this view; save one of your own.")
    require_match(if_match, view.version)
    changed = changes(view, given.model_dump(exclude_unset=True), needed=("name", "filters", "shared"))
    _may_share(actor, bool(changed.get("shared")))
    if "name" in changed:
        await _require_free(session, actor, view.list_name, changed["name"], view.id)
    await events.change(session, actor, EventName.VIEW_UPDATED, view, changed, facts, clock)
    return view


async def remove(session: AsyncSession, actor: Actor, view_id: UUID, if_match: str | None) -> None:
    """Delete one's own view, or with the right to manage the workspace one that is shared."""
    view = await repository.lock(session, actor, view_id)
    if view.user_id != actor.user_id and not actor.may(Action.workspace_manage):
        raise NotYourView("Somebody else saved this view.")
    require_match(if_match, view.version)
    await events.record(session, actor, EventName.VIEW_DELETED, view, before=facts(view))
    await session.delete(view)
    await session.flush()


async def choose_columns(session: AsyncSession, actor: Actor, given: ColumnsChosen) -> None:
    """Remember the columns that one wants of a list."""
    owner = person(actor)
    if given.columns is None:
        own = (ListColumns.user_id == owner, ListColumns.list_name == given.list_name.value)
        await session.execute(delete(ListColumns).where(*own))
        return
    row = {
        "workspace_id": actor.workspace_id,
        "user_id": owner,
        "list_name": given.list_name.value,
        "columns": given.columns,
    }
    statement = insert(ListColumns).values(id=new_id(), **row)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["workspace_id", "user_id", "list_name"], set_={"columns": statement.excluded["columns"]}
        )
    )


def _may_share(actor: Actor, shared: bool) -> None:
    if shared and actor.is_client:
        raise NotYourView("Only staff share views.")


async def _require_free(session: AsyncSession, actor: Actor, list_name: str, name: str, own: UUID | None) -> None:
    known = await repository.named(session, actor, list_name, name)
    if known is not None and known != own:
        raise NameTaken(f"You have a view “{name}” of this list already.", fields=[("name", "is taken")])
