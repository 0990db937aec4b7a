"""What happened to one thing, newest first, in words."""

from dataclasses import dataclass

from portal.door import Door, Problem
from portal.language import gettext as _
from portal.words import event_words


@dataclass(frozen=True, slots=True)
class Entry:
    """One event: what, when (an ISO instant), and by what kind of actor."""

    what: str
    at: str
    by: str


async def timeline(api: Door, subject_id: str, limit: int = 20) -> tuple[Entry, ...]:
    """The newest events of a subject; a history that cannot be read must not hide the page."""
    try:
        answer = await api.get("/events", params={"subject_id": subject_id, "limit": str(limit)})
    except Problem:
        return ()
    rows = sorted(answer.items, key=lambda row: str(row.get("occurred_at", "")), reverse=True)
    return tuple(Entry(event_words(row["name"]), str(row.get("occurred_at", "")), _who(row)) for row in rows)


def _who(row: dict[str, object]) -> str:
    name = row.get("actor_name")
    if name:
        return str(name)
    kinds = {
        "user": _("by a user"),
        "token": _("through the API"),
        "operator": _("by the operator"),
        "system": _("automatically"),
    }
    return kinds.get(str(row.get("actor_kind")), "")
