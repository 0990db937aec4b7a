"""Subscriptions: list, file, and one subscription with its lines, pauses, next charge and history."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from starlette.responses import Response

from imisofts.access import Action
from portal import export, lists, tables
from portal.door import Json
from portal.language import amount, day, money, number
from portal.language import gettext as _
from portal.tables import Column
from portal.timeline import Entry, timeline
from portal.web import Page, Visit
from portal.words import Status, every_words, subscription_status

SORTABLE = ("client_name", "name", "started_on", "ended_on")
STATUSES = ("active", "trial", "paused", "cancelled", "scheduled", "ended")


@dataclass(frozen=True, slots=True)
class SubscriptionRow:
    """A subscription in a list; ``next_charge_minor`` in minor units of ``currency``, None when nothing is to come."""

    id: str
    name: str
    client_id: str
    client_name: str
    status: Status
    currency: str
    started_on: str
    trial_ends_on: str
    cancelled_on: str
    ended_on: str
    next_charge_on: str
    next_charge_minor: int | None

    @classmethod
    def of(cls, row: Json) -> "SubscriptionRow":
        """From an API object."""
        days = ("started_on", "trial_ends_on", "cancelled_on", "ended_on", "next_charge_on")
        return cls(
            id=str(row["id"]),
            name=row.get("name") or row.get("external_id") or "",
            client_id=str(row["client_id"]),
            client_name=row["client_name"],
            status=subscription_status(row["status"]),
            currency=row["currency"],
            next_charge_minor=row.get("next_charge_minor"),
            **{name: row.get(name) or "" for name in days},
        )

    @property
    def title(self) -> str:
        """Its name, or what it is."""
        return self.name or _("Subscription")


@dataclass(frozen=True, slots=True)
class LineRow:
    """A row of a line: its terms from ``started_on`` until before ``ended_on``; prices in units of ``currency``."""

    id: str
    line_id: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal
    currency: str
    interval: str
    interval_count: int
    started_on: str
    ended_on: str

    @classmethod
    def of(cls, row: Json) -> "LineRow":
        """From an API object."""
        return cls(
            id=str(row["id"]),
            line_id=str(row["line_id"]),
            description=row["description"],
            quantity=Decimal(str(row["quantity"])),
            unit_price=Decimal(str(row["unit_price"])),
            discount_percent=Decimal(str(row["discount_rate"])) * 100,
            currency=row["currency"],
            interval=row.get("interval") or "",
            interval_count=int(row["interval_count"]),
            started_on=row["started_on"],
            ended_on=row.get("ended_on") or "",
        )

    @property
    def every(self) -> str:
        """How often it is charged, in words."""
        return every_words(self.interval, self.interval_count)

    @property
    def charge(self) -> Decimal:
        """What one charge comes to, in units, discounted, without tax."""
        return self.quantity * self.unit_price * (100 - self.discount_percent) / 100

    @property
    def terms(self) -> str:
        """Quantity, price, discount and interval in one phrase."""
        price = f"{number(self.quantity)} × {money(self.unit_price, self.currency)}"
        if self.discount_percent:
            price = _("%(price)s less %(discount)s %%", price=price, discount=number(self.discount_percent))
        return f"{price} {self.every}"

    def holds(self, on: str) -> bool:
        """Whether the ISO date ``on`` is one of its days."""
        return self.started_on <= on and (not self.ended_on or on < self.ended_on)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that the agreement says about a day; ``ahead`` when the day is still to come."""

    on: str
    what: str
    ahead: bool


@dataclass(frozen=True, slots=True)
class SubscriptionsPage:
    """The list; ``client_name`` when it is narrowed to one client."""

    state: lists.ListState
    table: tables.Table
    rows: tuple[SubscriptionRow, ...]
    statuses: tuple[lists.Choice, ...]
    client_name: str
    may_write: bool


@dataclass(frozen=True, slots=True)
class SubscriptionPage:
    """One subscription. ``lines`` are in force, ``coming`` begin later, ``steps`` are its changes, newest first."""

    subscription: SubscriptionRow
    cancel_reason: str
    lines: tuple[LineRow, ...]
    coming: tuple[LineRow, ...]
    steps: tuple[Step, ...]
    paused_until: str
    entries: tuple[Entry, ...]
    may_write: bool
    may_see_events: bool
    may_open_client: bool

    @property
    def is_going(self) -> bool:
        """Whether it still takes changes."""
        return self.subscription.status.code != "ended"

    @property
    def is_paused(self) -> bool:
        """Whether nothing is charged today."""
        return self.paused_until != ""


def _state(visit: Visit) -> lists.ListState:
    return lists.read(
        visit.request,
        "/subscriptions",
        filters=("status", "client_id"),
        sortable=SORTABLE,
        default_sort="-started_on",
    )


def _query(state: lists.ListState) -> dict[str, str]:
    asked = {"q": state.q, "cursor": state.cursor, "client_id": state.filters["client_id"]}
    query = {"sort": state.sort, "limit": str(lists.LIMIT)} | {name: value for name, value in asked.items() if value}
    if state.filters["status"] in STATUSES:
        query["status"] = state.filters["status"]
    return query


def _columns(visit: Visit) -> tuple[Column, ...]:
    client = () if visit.me.is_client else (Column("client_name", _("Client"), sort=True),)
    return (
        Column("name", _("Name"), sort=True, fixed=True),
        *client,
        Column("status", _("Status")),
        Column("started_on", _("Started"), sort=True),
        Column("ended_on", _("Ends"), sort=True),
        Column("next_charge_on", _("Next charge")),
        Column("amount", _("Amount"), numeric=True),
    )


async def show_subscriptions(visit: Visit) -> Response:
    """The list."""
    state = _state(visit)
    answer, table = await asyncio.gather(
        visit.api.get("/subscriptions", params=_query(state)), tables.of(visit, state, _columns(visit))
    )
    client_name = ""
    if state.filters["client_id"] and not visit.me.is_client:
        client_name = (await visit.api.get(f"/clients/{state.filters['client_id']}")).object["name"]
    page = SubscriptionsPage(
        lists.moved(state, answer.next_cursor),
        table,
        tuple(SubscriptionRow.of(row) for row in answer.items),
        tuple(lists.Choice(code, subscription_status(code).label) for code in STATUSES),
        client_name,
        visit.me.may(Action.subscription_write),
    )
    return visit.page("subscriptions/list.html", page)


async def export_subscriptions(visit: Visit) -> Response:
    """The same rows as CSV or Excel, amounts as decimals."""
    found = await export.all_rows(visit.api, "/subscriptions", _query(_state(visit)))
    rows = [
        row
        | {
            "next_charge": None
            if row["next_charge_minor"] is None
            else amount(row["next_charge_minor"], row["currency"])
        }
        for row in found
    ]
    columns = {
        "client_name": _("Client"),
        "name": _("Name"),
        "status": _("Status"),
        "started_on": _("Started on"),
        "trial_ends_on": _("Trial ends on"),
        "cancelled_on": _("Cancelled on"),
        "ended_on": _("Ends on"),
        "next_charge_on": _("Next charge on"),
        "currency": _("Currency"),
        "next_charge": _("Next charge"),
        "external_id": _("External id"),
    }
    return export.table_file(visit, "subscriptions", columns, rows)


async def show_subscription(visit: Visit) -> Response:
    """One subscription."""
    subscription_id = str(visit.request.path_params["id"])
    may_see_events = visit.me.may(Action.event_read)
    answer, entries = await asyncio.gather(
        visit.api.get(f"/subscriptions/{subscription_id}"),
        timeline(visit.api, subscription_id) if may_see_events else _nothing(),
    )
    body, today = answer.object, visit.me.today.isoformat()
    rows = tuple(LineRow.of(row) for row in body["items"] if row["ended_on"] != row["started_on"])
    page = SubscriptionPage(
        subscription=SubscriptionRow.of(body),
        cancel_reason=body.get("cancel_reason") or "",
        lines=tuple(row for row in rows if row.holds(today)),
        coming=tuple(row for row in rows if row.started_on > today),
        steps=steps(body, rows, visit.me.today),
        paused_until=_paused_until(body, today),
        entries=entries,
        may_write=visit.me.may(Action.subscription_write),
        may_see_events=may_see_events,
        may_open_client=visit.me.may(Action.client_write),
    )
    return visit.page("subscriptions/detail.html", page)


async def _nothing() -> tuple[Entry, ...]:
    return ()


def _paused_until(body: Json, today: str) -> str:
    """The first day that is charged again, "open" without one, nothing when it is not paused."""
    for pause in body["pauses"]:
        if pause["started_on"] <= today and (pause["ended_on"] is None or today < pause["ended_on"]):
            return pause["ended_on"] or "open"
    return ""


def steps(body: Json, rows: Iterable[LineRow], today: date) -> tuple[Step, ...]:
    """What the agreement says about days, newest first: lines that begin, change and end, trial, pauses, the end."""
    found: list[tuple[str, str]] = []
    lines: dict[str, list[LineRow]] = {}
    for row in rows:
        lines.setdefault(row.line_id, []).append(row)
    for own in lines.values():
        found += _line_steps(own, body.get("ended_on") or "")
    if body.get("trial_ends_on"):
        found.append((body["trial_ends_on"], _("The trial is over: first paid day")))
    for pause in body["pauses"]:
        if pause["ended_on"] == pause["started_on"]:
            continue
        words = _("Paused until %(day)s", day=day(pause["ended_on"])) if pause["ended_on"] else _("Paused")
        found.append((pause["started_on"], words))
        if pause["ended_on"]:
            found.append((pause["ended_on"], _("Charged again")))
    if body.get("ended_on"):
        found.append((body["ended_on"], _("The subscription ends")))
    ordered = sorted(found, key=lambda step: step[0], reverse=True)
    return tuple(Step(on, what, on > today.isoformat()) for on, what in ordered)


def _line_steps(own: list[LineRow], ended_on: str) -> list[tuple[str, str]]:
    own = sorted(own, key=lambda row: row.started_on)
    first, last = own[0], own[-1]
    begins = _("%(line)s begins: %(terms)s", line=first.description, terms=first.terms)
    found = [(first.started_on, begins)]
    for before, after in pairwise(own):
        words = _("%(line)s: %(old)s becomes %(new)s", line=after.description, old=before.terms, new=after.terms)
        found.append((after.started_on, words))
    if last.ended_on and last.ended_on != ended_on:
        found.append((last.ended_on, _("%(line)s ends", line=last.description)))
    return found


ROUTES = (
    Page("/subscriptions", show_subscriptions, action=Action.subscription_read),
    Page("/subscriptions.csv", export_subscriptions, action=Action.subscription_read),
    Page("/subscriptions/{id:uuid}", show_subscription, action=Action.subscription_read),
)
