"""Clients from a file, and clients that a file of invoices only names."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from api.clients.service import Client
from api.events.schemas import EventName
from api.imports.plan import Change, Context, Plan
from api.kit.ids import new_id

Row = dict[str, Any]
_FIELDS = ("name", "email", "currency", "created_on")
_NEVER_EMPTY = ("currency", "created_on")


async def by_external_id(context: Context, names: Iterable[str]) -> dict[str, Any]:
    """The clients of these external ids, locked against other changes."""
    columns = (Client.id, Client.external_id, Client.source, Client.touched_at, *(getattr(Client, f) for f in _FIELDS))
    query = select(*columns).where(Client.external_id.in_(set(names))).order_by(Client.id)
    rows = await context.session.execute(query.with_for_update(key_share=True))
    return {row.external_id: row for row in rows}


async def plan(context: Context, rows: list[Row]) -> Plan:
    """Compare each row with the client of its external id. A field that the file does not give is left alone."""
    made = Plan()
    present = await by_external_id(context, (row["external_id"] for row in rows))
    for row in rows:
        given = {f: row[f] for f in _FIELDS if f in row and not (f in _NEVER_EMPTY and row[f] is None)}
        ours = present.get(row["external_id"])
        if ours is None:
            made.created.append(new(context, row["external_id"], given, line=row["line"]))
            continue
        before = {f: getattr(ours, f) for f in given}
        if before == given:
            made.unchanged += 1
        elif ours.source != "import":
            made.keep(row, "this client was made here; an import does not change it")
        elif ours.touched_at is not None:
            made.keep(row, "this client was changed here since it was imported")
        else:
            values = {"id": ours.id, **{f: given.get(f, getattr(ours, f)) for f in _FIELDS}}
            event = EventName.CLIENT_IMPORTED
            made.changed.append(Change(Client, event, row["line"], row["external_id"], values, before, given))
    return made


def new(context: Context, external_id: str, given: Row, *, line: int = 0) -> Change:
    """A client to be made; without a name it is called by its external id."""
    facts = {
        "external_id": external_id,
        "name": given.get("name") or external_id,
        "email": given.get("email"),
        "currency": given.get("currency") or context.currency,
        "created_on": given.get("created_on") or context.today,
    }
    values = {"id": new_id(), "workspace_id": context.actor.workspace_id, **facts, "source": "import"}
    return Change(Client, EventName.CLIENT_IMPORTED, line, external_id, values, None, facts)
