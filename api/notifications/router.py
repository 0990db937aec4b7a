"""Routes of the bell."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.kit import lists
from api.kit.access import allowed
from api.kit.clock import AppClock
from api.kit.database import ReadSession, WriteSession
from api.kit.errors import Forbidden, NotFound, documented
from api.kit.idempotency import IdempotencyKey, IdempotentRoute
from api.notifications import repository, service
from api.notifications.models import Notification
from api.notifications.schemas import NotificationOut, Unread, Wanted
from imisofts.access import Action, Actor

router = APIRouter(tags=["notifications"], route_class=IdempotentRoute)
Own = Annotated[Actor, allowed(Action.session_own)]
NOTIFICATIONS = lists.ListSpec(
    columns={
        **{name: getattr(Notification, name) for name in NotificationOut.model_fields},
        "is_read": Notification.read_at.is_not(None),
    },
    default_sort="-occurred_at",
    sortable=("occurred_at",),
    filterable=("kind", "is_read", "subject_kind"),
)


@router.get("/notifications", response_model=lists.Page[NotificationOut])
async def list_notifications(
    actor: Own, session: ReadSession, params: Annotated[lists.ListParams, Depends(lists.parameters(NOTIFICATIONS))]
) -> Response:
    """What one was told in the last ninety days, newest first."""
    return await lists.page(session, repository.visible_to(actor), NOTIFICATIONS, params)


@router.get("/notifications/unread")
async def count_unread(actor: Own, session: ReadSession) -> Unread:
    """How many are unread; a hundred stands for a hundred or more."""
    return Unread(unread=await repository.unread(session, actor))


@router.post("/notifications/read-all")
async def read_all(actor: Own, session: WriteSession, clock: AppClock, key: IdempotencyKey = None) -> Unread:
    """Take note of everything."""
    await service.read_all(session, actor, clock)
    return Unread(unread=await repository.unread(session, actor))


@router.post("/notifications/{notification_id}/read", responses=documented(NotFound))
async def read_notification(
    actor: Own, session: WriteSession, clock: AppClock, notification_id: UUID, key: IdempotencyKey = None
) -> NotificationOut:
    """Take note of one."""
    found = await service.read_one(session, actor, notification_id, clock)
    return NotificationOut(**{name: getattr(found, name) for name in NotificationOut.model_fields})


@router.get("/notification-choices")
async def read_choices(actor: Own, session: ReadSession) -> Wanted:
    """Which kinds one is told."""
    return await service.wanted(session, actor)


@router.put("/notification-choices", responses=documented(Forbidden))
async def set_choices(actor: Own, session: WriteSession, given: Wanted) -> Wanted:
    """Choose what one is told; kinds that are not sent stay as they are."""
    if actor.user_id is None:
        raise Forbidden("Sign in as somebody: the operator is told nothing.")
    return await service.choose(session, actor, given)
