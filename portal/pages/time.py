"""A week of time: days and entries of the one who is signed in, or for those who manage time of anybody."""

import asyncio
from dataclasses import dataclass, replace
from datetime import date, timedelta

from starlette.responses import Response

from imisofts.access import Action
from portal import bulk_verbs, merge
from portal.confirm import Confirmation
from portal.door import Json, Problem, Refusal
from portal.forms import Form, typed, with_problem
from portal.hours import minutes_of
from portal.language import day as in_words
from portal.language import gettext as _
from portal.language import hours
from portal.lists import Choice
from portal.pages.tasks import own_person, people_choices
from portal.refusals import or_back
from portal.web import Page, Visit

FIELDS = ("work", "worked_on", "hours", "note")
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class TimeEntry:
    """One entry of a day."""

    id: str
    project_id: str
    project_name: str
    task_title: str
    note: str
    minutes: int
    is_billable: bool

    @classmethod
    def of(cls, row: Json) -> "TimeEntry":
        """From an API object."""
        return cls(
            id=str(row["id"]),
            project_id=str(row.get("project_id") or ""),
            project_name=row.get("project_name") or "",
            task_title=row.get("task_title") or "",
            note=row.get("note") or "",
            minutes=row["minutes"],
            is_billable=row["is_billable"],
        )


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the week with its entries; ``minutes`` is the API's own sum."""

    on: date
    entries: tuple[TimeEntry, ...]
    minutes: int
    is_today: bool
    is_future: bool


@dataclass(frozen=True, slots=True)
class Work:
    """What time may be entered for: a project (``p:…``) or one of its tasks (``t:…``)."""

    name: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class WeekPage:
    """A week of ``person_id``; without a person there is nobody to enter time for."""

    person_id: str
    is_own: bool
    people: tuple[Choice, ...]
    days: tuple[Day, ...]
    minutes: int
    billable_minutes: int
    previous: str
    following: str
    is_this_week: bool
    form: Form
    work: tuple[Work, ...]
    may_write: bool

    @property
    def first(self) -> date:
        """The week's first day."""
        return self.days[0].on

    @property
    def last(self) -> date:
        """The week's last day."""
        return self.days[-1].on


@dataclass(frozen=True, slots=True)
class EntryFormPage:
    """One entry, ready to be changed."""

    form: Form
    work: tuple[Work, ...]
    entry_id: str
    back: str
    etag: str


async def _week_starts_on(visit: Visit) -> int:
    """0 is Monday, 6 Sunday, as the workspace says."""
    return int((await visit.api.get("/session")).object["workspace"].get("week_starts_on") or 0)


def first_day(day: date, starts_on: int) -> date:
    """The first day of the week that ``day`` lies in."""
    return day - timedelta(days=(day.weekday() - starts_on) % 7)


def _day_asked(text: str, today: date) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return today
    return found if date(1900, 1, 8) < found < date(2200, 1, 1) else today


async def _work(visit: Visit) -> tuple[Work, ...]:
    """Open projects with their open tasks."""
    projects, tasks = await asyncio.gather(
        visit.api.get("/projects", params={"status": "active", "archived": "false", "limit": "200"}),
        visit.api.get("/tasks", params={"status": "todo,in_progress", "limit": "200"}),
    )
    of: dict[str, list[Choice]] = {}
    for row in tasks.items:
        of.setdefault(str(row["project_id"]), []).append(Choice(f"t:{row['id']}", row["title"]))
    return tuple(
        Work(
            " · ".join(name for name in (row["name"], row.get("client_name")) if name),
            (Choice(f"p:{row['id']}", row["name"]), *of.get(str(row["id"]), ())),
        )
        for row in projects.items
    )


def _days(first: date, today: date, entries: list[Json], totals: list[Json]) -> tuple[Day, ...]:
    minutes = {row["key"]: row["minutes"] for row in totals}
    days = []
    for offset in range(7):
        on = first + timedelta(days=offset)
        rows = [TimeEntry.of(row) for row in entries if row["worked_on"] == on.isoformat()]
        days.append(Day(on, tuple(rows), minutes.get(on.isoformat(), 0), on == today, on > today))
    return tuple(days)


async def show_week(visit: Visit) -> Response:
    """The week of the address, else this one."""
    query = visit.request.query_params
    return await week_page(visit, query.get("week", ""), query.get("person", ""))


async def week_page(visit: Visit, week: str, person: str, *, form: Form | None = None, status: int = 200) -> Response:
    """A week, with a refused form as it was typed."""
    today = visit.me.today
    me, starts_on = await asyncio.gather(own_person(visit), _week_starts_on(visit))
    may_manage = visit.me.may(Action.time_manage)
    people = await people_choices(visit) if may_manage else ()
    known = {choice.value for choice in people}
    person_id = person if person in known else me or (people[0].value if people else "")
    first = first_day(_day_asked(week, today), starts_on)
    span = {"person_id": person_id, "worked_on.gte": first.isoformat(), "worked_on.lt": (first + WEEK).isoformat()}
    entries: list[Json] = []
    totals: list[Json] = []
    work: tuple[Work, ...] = ()
    if person_id:
        listed, summed, work = await asyncio.gather(
            visit.api.get("/time-entries", params={**span, "sort": "created_at", "limit": "200"}),
            visit.api.get("/time-entries/totals/day", params=span),
            _work(visit),
        )
        entries, totals = listed.items, summed.items
    default = today if first <= today < first + WEEK else first
    is_own = person_id == me
    page = WeekPage(
        person_id=person_id,
        is_own=is_own,
        people=people,
        days=_days(first, today, entries, totals),
        minutes=sum(row["minutes"] for row in totals),
        billable_minutes=sum(row["billable_minutes"] for row in totals),
        previous=_address(first - WEEK, "" if is_own else person_id),
        following=_address(first + WEEK, "" if is_own else person_id),
        is_this_week=first <= today < first + WEEK,
        form=form or Form({"worked_on": default.isoformat(), "is_billable": "1"}),
        work=work,
        may_write=bool(person_id) and (is_own or may_manage),
    )
    return visit.page("time/week.html", page, status)


def _address(day: date, person: str) -> str:
    return f"/time?week={day.isoformat()}" + (f"&person={person}" if person else "")


def _checked(form: Form) -> tuple[Form, Json]:
    minutes = minutes_of(form.value("hours")) if form.value("hours") else None
    if not minutes:
        form = form.failed("hours", _("Enter a time like 1:30 or 1.5."))
    try:
        date.fromisoformat(form.value("worked_on"))
    except ValueError:
        form = form.failed("worked_on", _("Choose a day."))
    kind, _colon, ident = form.value("work").partition(":")
    body: Json = {
        "worked_on": form.value("worked_on"),
        "minutes": minutes,
        "note": form.value("note") or None,
        "project_id": ident if kind == "p" else None,
        "task_id": ident if kind == "t" else None,
    }
    return form, body


async def _billable(visit: Visit, form: Form, body: Json) -> bool:
    """As ticked; work that has no client is not billable, whatever the tick that nobody took away says."""
    if not form.value("is_billable") or not (body["project_id"] or body["task_id"]):
        return False
    project_id = body["project_id"]
    if body["task_id"]:
        project_id = (await visit.api.get(f"/tasks/{body['task_id']}")).object["project_id"]
    return (await visit.api.get(f"/projects/{project_id}")).object["client_id"] is not None


def _refused(form: Form, problem: Problem) -> Form:
    names = {"minutes": "hours", "project_id": "work", "task_id": "work", "is_billable": "work"}
    if problem.code == "day_full":
        return form.failed("hours", problem.detail)
    fields = {names.get(name, name): message for name, message in problem.fields.items()}
    return with_problem(form, problem.detail, fields, FIELDS)


async def add_entry(visit: Visit) -> Response:
    """Enter time, and come back to the week in which it lies."""
    form, body = _checked(typed(visit.sent.multi_items()))
    person, status = form.value("person"), 422
    if form.ok:
        try:
            body["is_billable"] = await _billable(visit, form, body)
            await visit.api.post("/time-entries", json=body | ({"person_id": person} if person else {}))
        except Refusal as problem:
            status, form = problem.status, _refused(form, problem)
        else:
            notice = _(
                "%(hours)s h entered for %(day)s.", hours=hours(body["minutes"]), day=in_words(body["worked_on"])
            )
            return visit.leave(_address(date.fromisoformat(body["worked_on"]), person), notice)
    return await week_page(visit, form.value("worked_on") or form.value("week"), person, form=form, status=status)


async def _stored(visit: Visit) -> EntryFormPage:
    answer = await visit.api.get(f"/time-entries/{visit.request.path_params['id']}")
    row = answer.object
    work = f"t:{row['task_id']}" if row["task_id"] else f"p:{row['project_id']}" if row["project_id"] else ""
    form = Form(
        {
            "work": work,
            "worked_on": row["worked_on"],
            "hours": hours(row["minutes"]),
            "note": row.get("note") or "",
            "is_billable": "1" if row["is_billable"] else "",
        }
    )
    choices = await _work(visit)
    if work and work not in {choice.value for group in choices for choice in group.choices}:
        label = row["task_title"] or row["project_name"]
        choices = (*choices, Work(row["project_name"], (Choice(work, label),)))
    back = _address(date.fromisoformat(row["worked_on"]), str(row["person_id"]))
    return EntryFormPage(form, choices, str(row["id"]), back, answer.etag)


async def edit_entry(visit: Visit) -> Response:
    """The form with what is stored."""
    return visit.page("time/entry.html", await _stored(visit))


async def change_entry(visit: Visit) -> Response:
    """Save a change, unless somebody else was faster."""
    page = await _stored(visit)
    form, body = _checked(typed(visit.sent.multi_items()))
    etag, status = form.value("etag"), 422
    if form.ok:
        try:
            body["is_billable"] = await _billable(visit, form, body)
            if body["task_id"]:
                body["project_id"] = (await visit.api.get(f"/tasks/{body['task_id']}")).object["project_id"]
            await visit.api.patch(f"/time-entries/{page.entry_id}", json=body, etag=etag)
            return visit.leave(page.back, _("Changes saved."))
        except Refusal as problem:
            status, form = problem.status, _refused(form, problem)
    if status == 412:
        subject = merge.Subject(in_words(page.form.value("worked_on")), page.entry_id, page.back)
        return await merge.ask(visit, form, page.form, page.etag, _merged(page.work), subject)
    return visit.page("time/entry.html", replace(page, form=form, etag=etag), status)


def _merged(work: tuple[Work, ...]) -> tuple[merge.Field, ...]:
    named = tuple(Choice(one.value, f"{group.name} · {one.label}") for group in work for one in group.choices)
    return (
        merge.Field("work", _("Work"), named),
        merge.Field("worked_on", _("Day"), is_day=True),
        merge.Field("hours", _("Hours")),
        merge.Field("note", _("Note")),
        merge.Field("is_billable", _("Billable, where the work has a client"), yes_no=True),
    )


async def ask_delete(visit: Visit) -> Response:
    """What deleting takes, before it is done."""
    page = await _stored(visit)
    question = Confirmation(
        title=_("Delete this time entry?"),
        subject=in_words(page.form.value("worked_on")),
        going=_("%(hours)s h are taken off this day.", hours=page.form.value("hours")),
        staying=_("The history keeps that they were entered, and by whom they were deleted."),
        button=_("Delete entry"),
        icon="trash",
        action=f"/time/{page.entry_id}/delete",
        back=page.back,
        etag=page.etag,
    )
    return visit.page("confirm.html", question)


async def delete_entry(visit: Visit) -> Response:
    """Delete an entry."""
    page = await _stored(visit)
    with or_back(page.back):
        await visit.api.delete(f"/time-entries/{page.entry_id}", etag=str(visit.sent.get("etag", "")))
    undo = bulk_verbs.ENTRIES.back("restore", page.entry_id)
    return visit.leave(page.back, _("The entry is deleted."), undo=undo)


ROUTES = (
    Page("/time", show_week, action=Action.time_write),
    Page("/time", add_entry, ("POST",), action=Action.time_write),
    Page("/time/{id:uuid}", edit_entry, action=Action.time_write),
    Page("/time/{id:uuid}", change_entry, ("POST",), action=Action.time_write),
    Page("/time/{id:uuid}/delete", ask_delete, action=Action.time_write),
    Page("/time/{id:uuid}/delete", delete_entry, ("POST",), action=Action.time_write),
)
