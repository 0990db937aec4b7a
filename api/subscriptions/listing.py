"""What the list of subscriptions shows, and may be sorted, filtered and searched by."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, exists, literal, or_

from api.clients.models import Client
from api.kit.lists import ListSpec
from api.subscriptions.models import Subscription, SubscriptionPause
from api.subscriptions.schedule import Status
from api.subscriptions.schemas import SubscriptionListed

COMPLETED = ("next_charge_on", "next_charge_minor")


def status_on(day: date) -> ColumnElement[str]:
    """:func:`api.subscriptions.schedule.status` in SQL, so that lists filter by it; a test compares the two."""
    pause = SubscriptionPause
    paused = exists().where(
        pause.subscription_id == Subscription.id,
        pause.started_on <= day,
        or_(pause.ended_on.is_(None), pause.ended_on > day),
    )
    return case(
        (Subscription.ended_on <= day, _said(Status.ended)),
        (Subscription.ended_on.is_not(None), _said(Status.cancelled)),
        (Subscription.started_on > day, _said(Status.scheduled)),
        (paused, _said(Status.paused)),
        (and_(Subscription.trial_ends_on.is_not(None), Subscription.trial_ends_on > day), _said(Status.trial)),
        else_=_said(Status.active),
    )


def _said(status: Status) -> ColumnElement[str]:
    return cast(literal(status.value), String)


def subscriptions(day: date) -> ListSpec:
    """The list as of ``day``; the columns of ``COMPLETED`` are added to a page's rows afterwards."""
    special: dict[str, Any] = {"client_name": Client.name, "status": status_on(day)}
    names = [name for name in SubscriptionListed.model_fields if name not in COMPLETED]
    return ListSpec(
        columns={name: special[name] if name in special else getattr(Subscription, name) for name in names},
        default_sort="-started_on",
        sortable=("started_on", "ended_on", "client_name", "name", "created_at"),
        filterable=("client_id", "status", "currency", "started_on", "ended_on", "external_id", "source"),
        search=(Subscription.name, Subscription.external_id, Client.name),
    )
