"""Time entries from a file."""

from typing import Any, Final

from api.events.schemas import EventName
from api.imports import generic
from api.imports.fields import Field, Target, count, day, hours, key, price, text, yes
from api.imports.plan import Context, Plan
from api.imports.schemas import Kind
from api.imports.subject import Row, RowRefused, Subject
from api.time.models import TimeEntry

_DAY: Final = 24 * 60
_NAMED: Final = 10


async def _plan(context: Context, subject: Subject, rows: list[Row]) -> Plan:
    """Any positive length is right; one above a day is told, for it may be minutes read as hours."""
    made = await generic.plan(context, subject, rows)
    long = [str(row["line"]) for row in rows if (row.get("minutes") or 0) > _DAY]
    if long:
        lines = ", ".join(long[:_NAMED]) + (", …" if len(long) > _NAMED else "")
        made.notes.append(f"{len(long)} rows are longer than 24 hours: lines {lines}")
    return made


def _complete(context: Context, row: Row, ours: Any) -> None:
    """Minutes, the client of the project, and the currency of a rate."""
    row["minutes"] = _minutes(row)
    project = _project(row)
    client_id = project["client_id"] if project else (ours.client_id if ours and "project" not in row else None)
    row["client_id"] = client_id
    if row.get("billable") is None and ours is None:
        row["is_billable"] = client_id is not None
    if "bill_rate" in row:
        currency = project["currency"] if project else (ours and ours.currency) or context.currency
        row["currency"] = None if row["bill_rate"] is None else currency


def _minutes(row: Row) -> int:
    length, minutes = row.get("hours"), row.get("minutes")
    if length is not None and minutes is not None and length != minutes:
        raise RowRefused("minutes", "does not agree with hours; give one of them")
    found = minutes if length is None else length
    if found is None:
        raise RowRefused("hours", "is empty, and so is minutes")
    if found == 0:
        raise RowRefused("hours" if minutes is None else "minutes", "is less than a minute")
    return int(found)


def _project(row: Row) -> Row | None:
    """The project that the row names, or its task's."""
    project: Row | None = row["found"].get("project")
    task: Row | None = row["found"].get("task")
    if task is None:
        return project
    if project is not None and task["project_id"] != project["id"]:
        raise RowRefused("task", f"{row['task']!r} belongs to another project")
    if project is None:
        row["project_id"] = task["project_id"]
        return {"id": task["project_id"], "client_id": task["client_id"], "currency": task["currency"]}
    return project


TIME_ENTRIES: Final = Subject(
    kind=Kind.time_entries,
    about="Time that a person worked on a day.",
    noun="entry",
    fields=(
        Field("external_id", key, required=True),
        Field("person", key, required=True, to="person_id", target=Target.person),
        Field("date", day, required=True, to="worked_on"),
        Field("hours", hours, about="Any positive length."),
        Field("minutes", count, about="In place of hours."),
        Field("project", key, to="project_id", target=Target.project, about="Empty: the task's, or internal time."),
        Field("task", key, to="task_id", target=Target.task),
        Field("billable", yes, to="is_billable", about="Default: yes on a client's project, no otherwise."),
        Field("bill_rate", price, about="An hour, in the project's currency; in place of the person's rate."),
        Field("note", text),
    ),
    model=TimeEntry,
    event=EventName.TIME_ENTRY_IMPORTED,
    plan=_plan,
    complete=_complete,
    derived=("client_id", "currency"),
    one_of=("hours", "minutes"),
)
