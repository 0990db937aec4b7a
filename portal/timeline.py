"""What happened to one thing, newest first, in words."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from portal.door import Door, Problem
from portal.language import gettext as _
from portal.words import event_words


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: what, when (an ISO instant), and by whom."""

    what: str
    at: str
    by: str


async def timeline(api: Door, subject_id: str, limit: int = 20) -> tuple[Entry, ...]:
    """The newest events of a subject; a history that cannot be read must not hide the page."""
    try:
        answer, people = await asyncio.gather(
            api.get("/events", params={"subject_id": subject_id, "limit": str(limit)}),
            api.get("/users", params={"limit": "200"}),
        )
    except Problem:
        return ()
    names = {str(person["user_id"]): str(person["name"]) for person in people.items}
    rows = sorted(answer.items, key=lambda row: str(row.get("occurred_at", "")), reverse=True)
    return tuple(Entry(event_words(row["name"]), str(row.get("occurred_at", "")), _who(row, names)) for row in rows)


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
