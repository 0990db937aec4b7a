"""Tickets from a file. An imported ticket has its instants, not the messages between them."""

from typing import Any, Final

from sqlalchemy import select

from api.events.schemas import EventName
from api.imports import generic
from api.imports.fields import Field, Target, instant, key, priority, text, whole, yes
from api.imports.plan import Context, Plan
from api.imports.schemas import Kind
from api.imports.subject import Row, RowRefused, Subject
from api.support.models import Ticket

_INSTANTS: Final = ("opened_at", "first_response_at", "resolved_at")


async def _plan(context: Context, subject: Subject, rows: list[Row]) -> Plan:
    """A ticket's number is its external id, so that may not be the number of a ticket made here."""
    numbers = [row["external_id"] for row in rows]
    query = select(Ticket.number).where(Ticket.number.in_(numbers), Ticket.external_id.is_distinct_from(Ticket.number))
    taken = set(await context.session.scalars(query))
    made = await generic.plan(context, subject, [row for row in rows if row["external_id"] not in taken])
    for row in rows:
        if row["external_id"] in taken:
            made.refuse(row, "external_id", "is the number of a ticket that was made here")
    return made


def _complete(context: Context, row: Row, ours: Any) -> None:
    """Instants in UTC, the state that follows from them, and when the answer to "satisfied?" counts."""
    for name in _INSTANTS:
        if row.get(name) is not None:
            row[name] = context.instant(row[name])
    if ours is None:
        row["number"] = row["external_id"]
        row["subject"] = row.get("subject") or f"Ticket {row['external_id']}"
    moments: dict[str, Any] = {name: row[name] if name in row else getattr(ours, name, None) for name in _INSTANTS}
    for name in _INSTANTS[1:]:
        if moments[name] is not None and moments[name] < moments["opened_at"]:
            raise RowRefused(name, "lies before opened_at")
    row["status"] = "open" if moments["resolved_at"] is None else "resolved"
    if "satisfied" in row:
        rated = moments["resolved_at"] or moments["first_response_at"] or moments["opened_at"]
        row["rated_at"] = None if row["satisfied"] is None else rated


TICKETS: Final = Subject(
    kind=Kind.tickets,
    about="Clients' questions; resolved once they have resolved_at.",
    noun="ticket",
    fields=(
        Field("external_id", key, required=True, about="Also the ticket's number."),
        Field("client", key, required=True, to="client_id", target=Target.client),
        Field("opened_at", instant, required=True),
        Field("subject", text, about="What it is about. Default: Ticket and its number."),
        Field("priority", priority, about="Default: normal."),
        Field("first_response_at", instant),
        Field("resolved_at", instant, about="Empty: open."),
        Field("reopened", whole, to="reopened_count", about="How often. Default: 0."),
        Field("satisfied", yes, to="is_satisfied", about="Counts from resolved_at; unresolved, from the last instant."),
    ),
    model=Ticket,
    event=EventName.TICKET_IMPORTED,
    plan=_plan,
    complete=_complete,
    derived=("number", "status", "rated_at"),
    dated="opened_at",
)
