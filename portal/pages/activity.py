"""Who did what, when and from where: everybody's for who may see it, one's own for each."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from starlette.responses import Response

from imisofts.access import Action
from portal import export, lists, tables
from portal.door import Json
from portal.language import gettext as _
from portal.language import house_zone
from portal.lists import Choice
from portal.tables import Column
from portal.web import Page, Visit
from portal.words import event_words, known_events

ALL, OWN = "/settings/activity", "/account/activity"
FILTERS = ("actor_id", "name", "since", "until")


@dataclass(frozen=True, slots=True)
class Act:
    """One event in words; ``address`` is empty where none is kept."""

    at: str
    who: str
    what: str
    address: str


@dataclass(frozen=True, slots=True)
class ActivityPage:
    """The list; ``people`` to filter by and ``table``, none on the page of one's own."""

    state: lists.ListState
    table: tables.Table | None
    rows: tuple[Act, ...]
    people: tuple[Choice, ...]
    kinds: tuple[Choice, ...]
    of_all: bool


def _state(visit: Visit) -> lists.ListState:
    path = visit.request.url.path.removesuffix(".csv")
    return lists.read(visit.request, path, filters=FILTERS, sortable=("occurred_at",), default_sort="-occurred_at")


def _query(state: lists.ListState) -> dict[str, str]:
    """What the API is asked; a person or a day that is none is left out. Both days are among those looked at."""
    found = {"sort": state.sort, "limit": str(lists.LIMIT), "cursor": state.cursor, "name": state.filters["name"]}
    found["actor_id"] = state.filters["actor_id"] if _is_id(state.filters["actor_id"]) else ""
    found["occurred_at.gte"] = _begin(state.filters["since"])
    found["occurred_at.lt"] = _begin(state.filters["until"], later=1)
    return {name: value for name, value in found.items() if value}


def _begin(text: str, *, later: int = 0) -> str:
    """The instant at which a day, or the one ``later`` days after it, begins in the workspace; empty for no day."""
    try:
        day = date.fromisoformat(text) + timedelta(days=later)
        return datetime.combine(day, time.min, house_zone()).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        return ""


def _columns() -> tuple[Column, ...]:
    return (
        Column("occurred_at", _("When"), sort=True, fixed=True),
        Column("who", _("Who")),
        Column("what", _("What")),
        Column("address", _("IP address")),
    )


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


async def _people(visit: Visit) -> dict[str, str]:
    """Names by user id, of those whom the viewer may see."""
    if not visit.me.may(Action.user_read):
        return {}
    rows = await export.all_rows(visit.api, "/users", {"sort": "name"})
    return {str(row["user_id"]): row["name"] for row in rows}


def _act(row: Json, people: dict[str, str]) -> Act:
    kinds = {"token": _("API token"), "operator": _("The installation's operator"), "system": _("The service")}
    who = people.get(str(row["actor_id"] or "")) or kinds.get(row["actor_kind"]) or _("Somebody who left")
    return Act(row["occurred_at"], who, _what(row), row["address"] or "")


def _what(row: Json) -> str:
    """The event in words; where the operator came in, with the reason that was given."""
    reason = row["data"].get("changed", {}).get("reason", {}).get("after")
    if row["name"] == "operator.entered" and reason:
        return _("The operator came in: %(reason)s", reason=reason)
    return event_words(row["name"])


async def show(visit: Visit) -> Response:
    """The list."""
    of_all, state = visit.request.url.path == ALL, _state(visit)
    answer = await visit.api.get("/events/activity" if of_all else "/events/own", params=_query(state))
    table = await tables.of(visit, state, _columns()) if of_all else None
    people = await _people(visit) if of_all else {}
    own = {str(row["actor_id"]): _("You") for row in answer.items} if not of_all else people
    page = ActivityPage(
        lists.moved(state, answer.next_cursor),
        table,
        tuple(_act(row, own) for row in answer.items),
        tuple(Choice(ident, name) for ident, name in people.items()),
        tuple(Choice(name, words) for name, words in sorted(known_events().items(), key=lambda each: each[1])),
        of_all,
    )
    return visit.page("activity/list.html", page)


async def download(visit: Visit) -> Response:
    """The same rows as CSV or Excel."""
    people = await _people(visit)
    rows = await export.all_rows(visit.api, "/events/activity", _query(_state(visit)))
    acts = [_act(row, people) for row in rows]
    columns = {"at": _("When"), "who": _("Who"), "what": _("What"), "address": _("IP address")}
    told = [{"at": act.at, "who": act.who, "what": act.what, "address": act.address} for act in acts]
    return export.table_file(visit, "activity", columns, told)


ROUTES = (
    Page(ALL, show, action=Action.activity_read),
    Page(f"{ALL}.csv", download, action=Action.activity_read),
    Page(OWN, show),
)
