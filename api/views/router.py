"""Routes of views and columns."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.kit import lists
from api.kit.access import allowed
from api.kit.clock import AppClock
from api.kit.concurrency import IfMatch, etag
from api.kit.database import ReadSession, WriteSession
from api.kit.errors import Conflict, Forbidden, NotFound, PreconditionFailed, PreconditionRequired, documented
from api.kit.idempotency import IdempotencyKey, IdempotentRoute
from api.views import repository, service
from api.views.models import SavedView
from api.views.schemas import ColumnsChosen, ListName, ListState, ViewCreate, ViewOut, ViewUpdate
from imisofts.access import Action, Actor

router = APIRouter(tags=["views"], route_class=IdempotentRoute)
Own = Annotated[Actor, allowed(Action.session_own)]
EDIT = documented(NotFound, Forbidden, Conflict, PreconditionFailed, PreconditionRequired)
_PLAIN = [name for name in ViewOut.model_fields if name != "mine"]
VIEWS = lists.ListSpec(
    columns={name: getattr(SavedView, name) for name in _PLAIN},
    default_sort="name",
    sortable=("name",),
    filterable=("list_name", "shared"),
)


def _view(actor: Actor, view: SavedView) -> ViewOut:
    named = {name: getattr(view, name) for name in _PLAIN}
    return ViewOut(**named, mine=view.user_id == actor.user_id)


@router.get("/views", response_model=lists.Page[ViewOut])
async def list_views(
    actor: Own, session: ReadSession, params: Annotated[lists.ListParams, Depends(lists.parameters(VIEWS))]
) -> Response:
    """The views that one may use, one's own and those shared, by name unless sorted otherwise."""
    shown = replace(VIEWS, columns={**VIEWS.columns, "mine": SavedView.user_id == actor.user_id})
    return await lists.page(session, repository.visible_to(actor), shown, params)


@router.post("/views", status_code=201, responses=documented(Forbidden, Conflict))
async def create_view(
    actor: Own, session: WriteSession, given: ViewCreate, response: Response, _: IdempotencyKey = None
) -> ViewOut:
    """Keep a list's filters, order and columns under a name."""
    view = await service.create(session, actor, given)
    response.headers["Location"] = f"/v1/views/{view.id}"
    response.headers["ETag"] = etag(view.version)
    return _view(actor, view)


@router.get("/views/{view_id}", responses=documented(NotFound))
async def read_view(actor: Own, session: ReadSession, view_id: UUID, response: Response) -> ViewOut:
    """One view, with its ETag."""
    view = await repository.get(session, actor, view_id)
    response.headers["ETag"] = etag(view.version)
    return _view(actor, view)


@router.patch("/views/{view_id}", responses=EDIT)
async def update_view(
    actor: Own,
    session: WriteSession,
    clock: AppClock,
    view_id: UUID,
    given: ViewUpdate,
    response: Response,
    if_match: IfMatch = None,
) -> ViewOut:
    """Change one's own view; needs If-Match."""
    view = await service.update(session, actor, view_id, given, if_match, clock)
    response.headers["ETag"] = etag(view.version)
    return _view(actor, view)


@router.delete("/views/{view_id}", status_code=204, responses=EDIT)
async def delete_view(actor: Own, session: WriteSession, view_id: UUID, if_match: IfMatch = None) -> None:
    """Delete one's own view; needs If-Match."""
    await service.remove(session, actor, view_id, if_match)


@router.get("/lists/{list_name}")
async def read_list(actor: Own, session: ReadSession, list_name: ListName) -> ListState:
    """What one has made of a list: chosen columns and usable views."""
    views = await repository.of_list(session, actor, list_name.value)
    columns = await repository.columns(session, actor, list_name.value)
    return ListState(list_name=list_name, columns=columns, views=[_view(actor, view) for view in views])


@router.put("/list-columns", status_code=204, responses=documented(Forbidden))
async def choose_columns(actor: Own, session: WriteSession, given: ColumnsChosen) -> None:
    """Remember which columns of a list one wants to see."""
    await service.choose_columns(session, actor, given)
