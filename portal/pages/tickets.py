"""Tickets: list, file, and one ticket as a conversation with what was promised; a client reads its own."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.responses import Response

from imisofts.access import Action
from portal import bulk_verbs, export, lists, tables
from portal.door import Json
from portal.forms import Form
from portal.language import as_instant, instant, zone
from portal.language import gettext as _
from portal.lists import Choice
from portal.pages.invoice_forms import new_key
from portal.pages.tasks import own_person, people_choices
from portal.tables import Column
from portal.web import Page, Visit
from portal.words import Status, Tone, priority_choices, priority_words, ticket_status

SORTABLE = ("opened_at", "updated_at", "client_name", "resolved_at")
UNRESOLVED = "open,waiting"
SHOWN = {"": UNRESOLVED, "open": "open", "waiting": "waiting", "resolved": "resolved", "all": ""}


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket in a list; instants as ISO texts, empty for what has not happened."""

    id: str
    number: str
    subject: str
    client_id: str
    client_name: str
    status: Status
    priority: str
    priority_label: str
    assignee_id: str
    opened_at: str
    first_response_at: str
    resolved_at: str
    updated_at: str
    reopened_count: int
    is_satisfied: bool | None
    version: int

    @classmethod
    def of(cls, row: Json, to_client: bool) -> "Ticket":
        """From an API object."""
        texts = ("assignee_id", "opened_at", "first_response_at", "resolved_at", "updated_at")
        return cls(
            id=str(row["id"]),
            number=row["number"],
            subject=row["subject"],
            client_id=str(row["client_id"]),
            client_name=row["client_name"],
            status=ticket_status(row["status"], to_client),
            priority=row["priority"],
            priority_label=priority_words(row["priority"]),
            reopened_count=row["reopened_count"],
            is_satisfied=row.get("is_satisfied"),
            version=int(row["version"]),
            **{name: str(row.get(name) or "") for name in texts},
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a message with its ``body``, or without one what happened in ``what``. ``side`` is who speaks:
    ``staff``, ``client``, or ``note`` for a word among staff."""

    side: str
    who: str
    at: str
    what: str
    body: str


@dataclass(frozen=True, slots=True)
class Promised:
    """By when something is promised (an ISO instant, empty when no clock runs); ``note`` says it in words."""

    label: str
    at: str
    note: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class TicketsPage:
    """The list; ``client_name`` when it is narrowed to one client, ``has_person`` whether the one who looks may have
    tickets of their own."""

    state: lists.ListState
    table: tables.Table
    rows: tuple[Ticket, ...]
    assignees: Mapping[str, str]
    priorities: tuple[Choice, ...]
    client_name: str
    has_person: bool
    may_write: bool
    may_set: bool


@dataclass(frozen=True, slots=True)
class TicketPage:
    """One ticket. ``answer``, ``note``, ``reply`` and ``edit`` are its forms, opened again when refused; ``key`` makes
    a message sent twice count once."""

    ticket: Ticket
    steps: tuple[Step, ...]
    promises: tuple[Promised, ...]
    assignee_name: str
    people: tuple[Choice, ...]
    priorities: tuple[Choice, ...]
    turns: tuple[Choice, ...]
    answer: Form
    note: Form
    reply: Form
    edit: Form
    etag: str
    key: str
    may_write: bool


def _state(visit: Visit) -> lists.ListState:
    return lists.read(
        visit.request,
        "/tickets",
        filters=("show", "priority", "who", "client_id"),
        sortable=SORTABLE,
        default_sort="-opened_at",
    )


def _query(state: lists.ListState, me: str) -> dict[str, str]:
    status = SHOWN.get(state.filters["show"], UNRESOLVED)
    asked = {
        "q": state.q,
        "cursor": state.cursor,
        "status": status,
        "client_id": state.filters["client_id"],
        "assignee_id": me if state.filters["who"] == "mine" else "",
    }
    query = {"sort": state.sort, "limit": str(lists.LIMIT)} | {name: value for name, value in asked.items() if value}
    if state.filters["priority"] in {choice.value for choice in priority_choices()}:
        query["priority"] = state.filters["priority"]
    return query


async def _my_id(visit: Visit) -> str:
    return await own_person(visit) if visit.me.may(Action.ticket_write) else ""


async def _people(visit: Visit) -> tuple[Choice, ...]:
    return await people_choices(visit) if visit.me.may(Action.ticket_write) else ()


def _columns(visit: Visit) -> tuple[Column, ...]:
    to_client = visit.me.is_client
    client = () if to_client else (Column("client_name", _("Client"), sort=True),)
    assignee = () if to_client else (Column("assignee", _("Assigned to")),)
    return (
        Column("ticket", _("Ticket"), fixed=True),
        Column("status", _("Status")),
        *client,
        Column("priority", _("Priority")),
        *assignee,
        Column("opened_at", _("Opened"), sort=True),
        Column("updated_at", _("Last change"), sort=True),
        Column("first_response_at", _("First answer"), usual=False),
        Column("resolved_at", _("Resolved"), sort=True, usual=False),
    )


async def show_tickets(visit: Visit) -> Response:
    """The list; what is not resolved, unless asked otherwise."""
    state = _state(visit)
    me, people = await asyncio.gather(_my_id(visit), _people(visit))
    last = ("reopen",) if state.filters["show"] == "resolved" else ("resolve",)
    bar = bulk_verbs.TICKETS.bar(visit, "assign", *last, choices=people)
    answer, table = await asyncio.gather(
        visit.api.get("/tickets", params=_query(state, me)), tables.of(visit, state, _columns(visit), bar)
    )
    client_name = ""
    if state.filters["client_id"] and not visit.me.is_client:
        client_name = str((await visit.api.get(f"/clients/{state.filters['client_id']}")).object["name"])
    page = TicketsPage(
        state=lists.moved(state, answer.next_cursor),
        table=table,
        rows=tuple(Ticket.of(row, visit.me.is_client) for row in answer.items),
        assignees={choice.value: choice.label for choice in people},
        priorities=priority_choices(),
        client_name=client_name,
        has_person=bool(me),
        may_write=visit.me.may(Action.ticket_write),
        may_set=visit.me.may(Action.support_manage),
    )
    return visit.page("tickets/list.html", page)


async def export_tickets(visit: Visit) -> Response:
    """The same rows as CSV or Excel; instants in the workspace's zone."""
    rows = await export.all_rows(visit.api, "/tickets", _query(_state(visit), await _my_id(visit)))
    times = ("opened_at", "first_response_at", "resolved_at")
    columns = {
        "number": _("Number"),
        "subject": _("Subject"),
        "client_name": _("Client"),
        "priority": _("Priority"),
        "status": _("Status"),
        "opened_at": _("Opened"),
        "first_response_at": _("First answer"),
        "resolved_at": _("Resolved"),
        "reopened_count": _("Opened again"),
    }
    if visit.me.is_client:
        del columns["client_name"]
    lines = [row | {name: _local(row.get(name)) for name in times} for row in rows]
    return export.table_file(visit, "tickets", columns, lines)


def _local(text: str | None) -> str:
    moment = as_instant(text)
    return moment.astimezone(zone()).strftime("%Y-%m-%d %H:%M") if moment else ""


async def show_ticket(visit: Visit) -> Response:
    """One ticket."""
    return await ticket_page(visit, str(visit.request.path_params["id"]))


async def ticket_page(visit: Visit, ticket_id: str, *, status: int = 200, **forms: Form) -> Response:
    """The page of one ticket; ``forms`` (by their names in :class:`TicketPage`) stand open again when refused."""
    answer, people, users = await asyncio.gather(visit.api.get(f"/tickets/{ticket_id}"), _people(visit), _users(visit))
    row = answer.object
    ticket = Ticket.of(row, visit.me.is_client)
    names = {str(user["user_id"]): str(user["name"]) for user in users}
    edit = forms.get("edit", stored_form(ticket))
    page = TicketPage(
        ticket=ticket,
        steps=tuple(_step(visit, step, ticket, names) for step in row["events"]),
        promises=_promises(row, ticket, visit.me.is_client),
        assignee_name=next((choice.label for choice in people if choice.value == ticket.assignee_id), ""),
        people=people,
        priorities=priority_choices(),
        turns=_turns(),
        answer=forms.get("answer", Form({"then": "wait"})),
        note=forms.get("note", Form()),
        reply=forms.get("reply", Form()),
        edit=edit,
        etag=edit.value("etag") or answer.etag,
        key=new_key(),
        may_write=visit.me.may(Action.ticket_write),
    )
    return visit.page("tickets/detail.html", page, status)


def stored_form(ticket: Ticket) -> Form:
    """What of a ticket may be edited."""
    return Form({"subject": ticket.subject, "priority": ticket.priority, "assignee_id": ticket.assignee_id})


async def _users(visit: Visit) -> list[Json]:
    if not visit.me.may(Action.user_read):
        return []
    return (await visit.api.get("/users", params={"limit": "200"})).items


def _turns() -> tuple[Choice, ...]:
    return (
        Choice("wait", _("then wait for the client")),
        Choice("open", _("and keep it open")),
        Choice("resolve", _("and resolve it")),
    )


def _step(visit: Visit, row: Json, ticket: Ticket, names: Mapping[str, str]) -> Step:
    kind, by_client = row["kind"], row["author_kind"] == "client"
    who = names.get(str(row["author_id"]), "")
    if not who:
        who = (_("You") if visit.me.is_client else ticket.client_name) if by_client else visit.me.brand.name
    side = "note" if kind == "noted" else "client" if by_client else "staff"
    return Step(side, who, str(row["occurred_at"]), _happened(kind, ticket, visit.me.is_client), row.get("body") or "")


def _happened(kind: str, ticket: Ticket, to_client: bool) -> str:
    rated = _("rated it: satisfied") if ticket.is_satisfied else _("rated it: not satisfied")
    known = {
        "opened": _("opened the ticket"),
        "answered": _("answered"),
        "replied": _("replied"),
        "noted": _("noted, among staff"),
        "waiting": _("waits for you") if to_client else _("waits for the client"),
        "resumed": _("took it up again"),
        "resolved": _("resolved it"),
        "reopened": _("opened it again"),
        "rated": rated,
    }
    return known.get(kind, kind)


def _promises(row: Json, ticket: Ticket, to_client: bool) -> tuple[Promised, ...]:
    """First answer and resolution: done, promised for an instant, late, or standing still."""
    first, last = row.get("first_response_due_at"), row.get("resolution_due_at")
    still = _("No clock runs while it is your turn") if to_client else _("No clock runs while it is the client's turn")
    silent = _("Resolved without an answer") if ticket.resolved_at else still
    return (
        _promised(_("First answer"), ticket.first_response_at, first, silent),
        _promised(_("Resolution"), ticket.resolved_at, last, still),
    )


def _promised(label: str, done_at: str, due_at: str | None, still: str) -> Promised:
    if done_at:
        return Promised(label, "", _("Done %(when)s", when=instant(done_at)), "good")
    due = as_instant(due_at)
    if due is None:
        return Promised(label, "", still, "idle")
    if due < datetime.now(UTC):
        return Promised(label, str(due_at), _("Late: promised by %(when)s", when=instant(due)), "bad")
    return Promised(label, str(due_at), _("Promised by %(when)s", when=instant(due)), "information")


ROUTES = (
    Page("/tickets", show_tickets, action=Action.ticket_read),
    Page("/tickets.csv", export_tickets, action=Action.ticket_read),
    Page("/tickets/{id:uuid}", show_ticket, action=Action.ticket_read),
)
