"""What happened to one thing, newest first, in words."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from portal.door import Door, Problem
from portal.language import gettext as _
from portal.words import event_words


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: what, when (an ISO instant), by whom, and the address of what it happened to, where that has one."""

    what: str
    at: str
    by: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Events:
    """A page of events, newest first, and where the older ones begin."""

    entries: tuple[Entry, ...]
    next_cursor: str | None


_ADDRESSES = {"invoice": "/invoices", "project": "/projects", "ticket": "/tickets", "subscription": "/subscriptions"}


async def timeline(api: Door, subject_id: str, limit: int = 20) -> tuple[Entry, ...]:
    """The newest events of a subject; a history that cannot be read must not hide the page."""
    try:
        found = await _read(api, "/events", {"subject_id": subject_id, "limit": str(limit)})
    except Problem:
        return ()
    return tuple(replace(entry, href="") for entry in found.entries)


async def client_timeline(api: Door, client_id: str, limit: int = 12, cursor: str = "") -> Events:
    """The newest events of a client and of all that belongs to it, each with the address of its subject."""
    query = {"limit": str(limit)} | ({"cursor": cursor} if cursor else {})
    return await _read(api, f"/clients/{client_id}/timeline", query)


async def _read(api: Door, path: str, query: Mapping[str, str]) -> Events:
    answer, people = await asyncio.gather(api.get(path, params=query), api.get("/users", params={"limit": "200"}))
    names = {str(person["user_id"]): str(person["name"]) for person in people.items}
    rows = sorted(answer.items, key=lambda row: str(row.get("occurred_at", "")), reverse=True)
    entries = (
        Entry(event_words(row["name"]), str(row.get("occurred_at", "")), _who(row, names), _address(row))
        for row in rows
    )
    return Events(tuple(entries), answer.next_cursor)


def _address(row: Mapping[str, object]) -> str:
    """Where the subject's own page is; a deleted one has none."""
    place = _ADDRESSES.get(str(row.get("subject_kind")))
    gone = str(row.get("name")).endswith(".deleted")
    return f"{place}/{row['subject_id']}" if place and not gone else ""


def _who(row: Mapping[str, object], names: Mapping[str, str]) -> str:
    """A member's name; somebody who is no member any more, and everything that is no person, in words."""
    name = names.get(str(row.get("actor_id")))
    if name:
        return name
    kinds = {
        "user": _("by a user"),
        "token": _("through the API"),
        "operator": _("by the operator"),
        "system": _("automatically"),
    }
    return kinds.get(str(row.get("actor_kind")), "")
