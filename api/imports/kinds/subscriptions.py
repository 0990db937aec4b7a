"""Subscriptions from a file: each has one item. Importing one again with another price corrects it."""

from collections import defaultdict
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from api.events.schemas import EventName
from api.imports import generic, references
from api.imports.fields import Field, Target, count, currency, day, interval, key, price
from api.imports.plan import Change, Context, Plan
from api.imports.schemas import Kind
from api.imports.subject import Row, RowRefused, Subject, blank
from api.kit.ids import new_id
from api.subscriptions.models import Subscription, SubscriptionItem, SubscriptionPause

_ITEM: Final = ("service_id", "quantity", "unit_price", "currency", "interval", "interval_count")
_SPAN: Final = ("started_on", "ended_on")
_NEVER_EMPTY: Final = ("quantity", "interval_count")


async def _plan(context: Context, subject: Subject, rows: list[Row]) -> Plan:
    made = Plan()
    rows = await references.resolve(context, subject, rows, made)
    present = await generic.present(context, subject, rows)
    items = await _items(context, [ours.id for ours in present.values()])
    grown = await _grown(context, [ours.id for ours in present.values()])
    for row in rows:
        ours = present.get(generic.key_of(subject, row))
        theirs = items[ours.id] if ours is not None else []
        try:
            _check(row, ours)
        except RowRefused as refused:
            made.refuse(row, refused.field, str(refused))
            continue
        if ours is not None and ours.source == "import" and (len(theirs) != 1 or ours.id in grown):
            made.keep(row, "this subscription has a history of changes or pauses here; correct it here")
        else:
            _decide(context, subject, row, ours, theirs[0] if theirs else None, made)
    return made


async def _items(context: Context, ids: list[UUID]) -> dict[UUID, list[Any]]:
    query = select(*SubscriptionItem.__table__.columns).where(SubscriptionItem.subscription_id.in_(ids))
    found: dict[UUID, list[Any]] = defaultdict(list)
    for item in await context.session.execute(query.order_by(SubscriptionItem.id).with_for_update()):
        found[item.subscription_id].append(item)
    return found


async def _grown(context: Context, ids: list[UUID]) -> set[UUID]:
    query = select(SubscriptionPause.subscription_id).where(SubscriptionPause.subscription_id.in_(ids))
    return set(await context.session.scalars(query))


def _check(row: Row, ours: Any) -> None:
    ended_on = row["ended_on"] if "ended_on" in row else getattr(ours, "ended_on", None)
    trial_ends_on = row["trial_ends_on"] if "trial_ends_on" in row else getattr(ours, "trial_ends_on", None)
    if ended_on is not None and ended_on < row["started_on"]:
        raise RowRefused("ended_on", "lies before started_on; it is the first day without the subscription")
    if trial_ends_on is not None and trial_ends_on < row["started_on"]:
        raise RowRefused("trial_ends_on", "lies before started_on; it is the first paid day")
    if "ended_on" in row:
        row["cancelled_on"] = ended_on


def _decide(context: Context, subject: Subject, row: Row, ours: Any, item: Any, made: Plan) -> None:
    """Subscription and item are compared as one, so that either's difference is a change with one event."""
    given = {name: row[name] for name in _ITEM if name in row and not (name in _NEVER_EMPTY and row[name] is None)}
    item_before = {name: getattr(item, name) for name in given} if item is not None else {}
    differs = item is not None and item_before != given
    change = generic.decide(context, subject, row, ours, made, differs=differs)
    if change is None:
        return
    if change.before is None:
        made.inserts[SubscriptionItem].append(_new_item(context, row, change, given))
    else:
        change.before.update(item_before)
        values = {name: given.get(name, getattr(item, name)) for name in _ITEM}
        made.updates[SubscriptionItem].append({"id": item.id, **values, **_spans(change)})
    change.after.update(given)


def _new_item(context: Context, row: Row, change: Change, given: Row) -> Row:
    item_id = new_id()
    service = row["found"].get("service")
    described = service["name"] if service else f"Subscription {row['external_id']}"
    identity = {"id": item_id, "workspace_id": context.actor.workspace_id, "line_id": item_id}
    belongs = {"subscription_id": change.id, "description": described}
    return {**blank(SubscriptionItem), "quantity": 1, **given, **identity, **belongs, **_spans(change)}


def _spans(change: Change) -> Row:
    """The item's days are the subscription's; each was agreed on the day itself."""
    span = {name: change.values[name] for name in _SPAN}
    decided = {"decided_on": span["started_on"], "end_decided_on": span["ended_on"]}
    return {"client_id": change.values["client_id"], **span, **decided}


SUBSCRIPTIONS: Final = Subject(
    kind=Kind.subscriptions,
    about="Standing agreements with one item each.",
    noun="subscription",
    fields=(
        Field("external_id", key, required=True),
        Field("client", key, required=True, to="client_id", target=Target.client),
        Field("started_on", day, required=True),
        Field("unit_price", price, required=True, about="Without tax."),
        Field("currency", currency, required=True),
        Field("interval", interval, required=True),
        Field("interval_count", count, about="Default: 1."),
        Field("quantity", price, about="Default: 1."),
        Field("service", key, to="service_id", target=Target.service),
        Field("ended_on", day, about="The first day without it, not the last day with it. Empty: it goes on."),
        Field("trial_ends_on", day, about="The first paid day."),
    ),
    model=Subscription,
    event=EventName.SUBSCRIPTION_IMPORTED,
    plan=_plan,
    derived=("cancelled_on",),
    dated="started_on",
)
