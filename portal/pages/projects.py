"""Projects: list, file, and one project with its milestones, tasks and hours; a client reads its own."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from starlette.responses import Response

from imisofts.access import Action
from portal import bulk_verbs, export, lists, tables
from portal.door import Json
from portal.forms import Form
from portal.language import gettext as _
from portal.language import hours
from portal.tables import Column
from portal.timeline import Entry, timeline
from portal.web import Page, Visit
from portal.words import Status

SORTABLE = ("name", "client_name", "due_on", "started_on")
IDS_AT_ONCE = 25


def day_of(text: str | None) -> date | None:
    """A date of the API."""
    return date.fromisoformat(text) if text else None


def project_status(row: Json, today: date) -> Status:
    """Active, late, completed or archived."""
    due = day_of(row.get("due_on"))
    if row.get("archived"):
        return Status("archived", _("Archived"), "idle")
    if row.get("completed_on"):
        return Status("completed", _("Completed"), "good")
    if due and due < today:
        return Status("late", _("Late"), "bad")
    return Status("active", _("Active"), "information")


def task_status(row: Json, today: date) -> Status:
    """To do, in progress, late or done."""
    due = day_of(row.get("due_on"))
    if row.get("completed_on"):
        return Status("done", _("Done"), "good")
    if due and due < today:
        return Status("late", _("Late"), "bad")
    if row.get("started_on"):
        return Status("in_progress", _("In progress"), "information")
    return Status("todo", _("To do"), "idle")


@dataclass(frozen=True, slots=True)
class Worked:
    """Minutes entered, and how many of them are billable."""

    minutes: int = 0
    billable_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Project:
    """A project as the API tells it; durations in minutes. To a client budget and fee are None."""

    id: str
    name: str
    client_id: str
    client_name: str
    status: Status
    started_on: str
    due_on: str
    completed_on: str
    budget_minutes: int | None
    fixed_fee_minor: int | None
    currency: str
    tasks_total: int
    tasks_done: int
    milestones_total: int
    milestones_done: int
    worked: Worked
    version: int

    @classmethod
    def of(cls, row: Json, today: date, worked: Worked | None = None) -> "Project":
        """From an API object."""
        return cls(
            id=str(row["id"]),
            name=row["name"],
            client_id=str(row["client_id"] or ""),
            client_name=row.get("client_name") or "",
            status=project_status(row, today),
            started_on=row.get("started_on") or "",
            due_on=row.get("due_on") or "",
            completed_on=row.get("completed_on") or "",
            budget_minutes=row.get("budget_minutes"),
            fixed_fee_minor=row.get("fixed_fee_minor"),
            currency=row["currency"],
            tasks_total=row["tasks_total"],
            tasks_done=row["tasks_done"],
            milestones_total=row["milestones_total"],
            milestones_done=row["milestones_done"],
            worked=worked or Worked(),
            version=int(row.get("version") or 1),
        )

    @property
    def over(self) -> bool:
        """Whether more was worked than was planned."""
        return self.budget_minutes is not None and self.worked.minutes > self.budget_minutes


@dataclass(frozen=True, slots=True)
class Task:
    """A task in a list."""

    id: str
    title: str
    project_id: str
    project_name: str
    milestone_id: str
    assignee_id: str
    assignee_name: str
    status: Status
    priority: str
    due_on: str
    estimate_minutes: int | None
    etag: str

    @classmethod
    def of(cls, row: Json, today: date) -> "Task":
        """From an API object."""
        return cls(
            id=str(row["id"]),
            title=row["title"],
            project_id=str(row["project_id"]),
            project_name=row["project_name"],
            milestone_id=str(row.get("milestone_id") or ""),
            assignee_id=str(row.get("assignee_id") or ""),
            assignee_name=row.get("assignee_name") or "",
            status=task_status(row, today),
            priority=row.get("priority") or "",
            due_on=row.get("due_on") or "",
            estimate_minutes=row.get("estimate_minutes"),
            etag=f'"{row["version"]}"',
        )

    @property
    def version(self) -> str:
        """What the ETag says, bare."""
        return self.etag.strip('"')


@dataclass(frozen=True, slots=True)
class Milestone:
    """A milestone of a project."""

    id: str
    title: str
    due_on: str
    completed_on: str
    status: Status
    etag: str

    @classmethod
    def of(cls, row: Json, today: date) -> "Milestone":
        """From an API object."""
        named = {name: row.get(name) or "" for name in ("title", "due_on", "completed_on")}
        return cls(id=str(row["id"]), status=task_status(row, today), etag=f'"{row["version"]}"', **named)


@dataclass(frozen=True, slots=True)
class ProjectsPage:
    """The list; ``client_name`` when it is narrowed to one client."""

    state: lists.ListState
    table: tables.Table
    rows: tuple[Project, ...]
    client_name: str
    may_write: bool


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """One project; ``milestone`` is the form of a new one, opened again when refused."""

    project: Project
    milestones: tuple[Milestone, ...]
    tasks: tuple[Task, ...]
    more_tasks: bool
    entries: tuple[Entry, ...]
    etag: str
    milestone: Form
    may_write: bool
    may_see_time: bool


def _state(visit: Visit) -> lists.ListState:
    return lists.read(visit.request, "/projects", filters=("show", "client_id"), sortable=SORTABLE, default_sort="name")


def _query(state: lists.ListState) -> dict[str, str]:
    query = {"sort": state.sort, "limit": str(lists.LIMIT)}
    asked = {"q": state.q, "cursor": state.cursor, "client_id": state.filters["client_id"]}
    query |= {name: value for name, value in asked.items() if value}
    shown = {
        "completed": {"status": "completed", "archived": "false"},
        "archived": {"archived": "true"},
        "all": {},
    }
    return query | shown.get(state.filters["show"], {"status": "active", "archived": "false"})


async def worked_on(visit: Visit, ids: Iterable[str]) -> dict[str, Worked]:
    """Minutes entered by project; empty for those who may not see time."""
    wanted = list(ids)
    if not visit.me.may(Action.time_read):
        return {}
    parts = [wanted[n : n + IDS_AT_ONCE] for n in range(0, len(wanted), IDS_AT_ONCE)]
    path = "/time-entries/totals/project"
    answers = await asyncio.gather(
        *(visit.api.get(path, params={"project_id": ",".join(part)}) for part in parts if part)
    )
    return {row["key"]: Worked(row["minutes"], row["billable_minutes"]) for answer in answers for row in answer.items}


async def _projects(visit: Visit, rows: list[Json]) -> tuple[Project, ...]:
    worked = await worked_on(visit, (str(row["id"]) for row in rows))
    return tuple(Project.of(row, visit.me.today, worked.get(str(row["id"]))) for row in rows)


def _columns(visit: Visit) -> tuple[Column, ...]:
    begins = Column("started_on", _("Started on"), sort=True, usual=False)
    due, tasks = Column("due_on", _("Due"), sort=True), Column("tasks", _("Tasks done"), numeric=True)
    reached = Column("milestones", _("Milestones reached"), numeric=True, usual=visit.me.is_client)
    name, status = Column("name", _("Project"), sort=True, fixed=True), Column("status", _("Status"))
    if visit.me.is_client:
        return (name, status, begins, due, tasks, reached)
    return (
        name,
        Column("client_name", _("Client"), sort=True),
        status,
        begins,
        due,
        tasks,
        reached,
        Column("hours", _("Hours"), numeric=True),
        Column("planned", _("Planned"), numeric=True),
    )


async def show_projects(visit: Visit) -> Response:
    """The list."""
    state = _state(visit)
    bar = bulk_verbs.PROJECTS.bar(visit, "restore" if state.filters["show"] == "archived" else "archive")
    answer, table = await asyncio.gather(
        visit.api.get("/projects", params=_query(state)), tables.of(visit, state, _columns(visit), bar)
    )
    rows = await _projects(visit, answer.items)
    client_name = ""
    if state.filters["client_id"]:
        client_name = str((await visit.api.get(f"/clients/{state.filters['client_id']}")).object.get("name", ""))
    may_write = visit.me.may(Action.project_write)
    page = ProjectsPage(lists.moved(state, answer.next_cursor), table, rows, client_name, may_write)
    return visit.page("projects/list.html", page)


async def export_projects(visit: Visit) -> Response:
    """The same rows as CSV or Excel; hours as decimals."""
    found = await export.all_rows(visit.api, "/projects", _query(_state(visit)))
    rows = [
        {
            "name": project.name,
            "client": project.client_name,
            "status": project.status.code,
            "started_on": project.started_on,
            "due_on": project.due_on,
            "completed_on": project.completed_on,
            "tasks_done": project.tasks_done,
            "tasks_total": project.tasks_total,
            "worked": hours(project.worked.minutes),
            "budget": hours(project.budget_minutes),
        }
        for project in await _projects(visit, found)
    ]
    columns = {
        "name": _("Project"),
        "client": _("Client"),
        "status": _("Status"),
        "started_on": _("Started on"),
        "due_on": _("Due on"),
        "completed_on": _("Completed on"),
        "tasks_done": _("Tasks done"),
        "tasks_total": _("Tasks"),
    }
    if visit.me.may(Action.time_read):
        columns |= {"worked": _("Hours worked"), "budget": _("Hours planned")}
    return export.table_file(visit, "projects", columns, rows)


async def show_project(visit: Visit) -> Response:
    """One project."""
    return await project_page(visit, str(visit.request.path_params["id"]))


async def project_page(visit: Visit, project_id: str, *, milestone: Form | None = None, status: int = 200) -> Response:
    """The page of one project, with a refused form opened again."""
    today, api = visit.me.today, visit.api
    answer, milestones, tasks, worked, entries = await asyncio.gather(
        api.get(f"/projects/{project_id}"),
        api.get(f"/projects/{project_id}/milestones", params={"limit": "200"}),
        api.get(f"/projects/{project_id}/tasks", params={"limit": "200"}),
        worked_on(visit, [project_id]),
        timeline(api, project_id) if visit.me.may(Action.event_read) else _nothing(),
    )
    found = [Task.of(row, today) for row in tasks.items]
    page = ProjectPage(
        project=Project.of(answer.object, today, worked.get(project_id)),
        milestones=tuple(Milestone.of(row, today) for row in milestones.items),
        tasks=tuple(sorted(found, key=lambda task: task.status.code == "done")),
        more_tasks=tasks.next_cursor is not None,
        entries=entries,
        etag=answer.etag,
        milestone=milestone or Form(),
        may_write=visit.me.may(Action.project_write),
        may_see_time=visit.me.may(Action.time_read),
    )
    return visit.page("projects/detail.html", page, status)


async def _nothing() -> tuple[Entry, ...]:
    return ()


ROUTES = (
    Page("/projects", show_projects, action=Action.project_read),
    Page("/projects.csv", export_projects, action=Action.project_read),
    Page("/projects/{id:uuid}", show_project, action=Action.project_read),
)
