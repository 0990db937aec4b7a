"""Tasks: one's own and everybody's, create, change, complete, delete."""

import asyncio
from dataclasses import dataclass, replace

from starlette.responses import Response

from imisofts.access import Action
from portal import bulk_verbs, lists, merge, tables
from portal.confirm import Confirmation
from portal.door import Json, Problem, Refusal
from portal.forms import Form, required, typed, with_problem
from portal.hours import minutes_of
from portal.language import gettext as _
from portal.language import hours
from portal.lists import Choice
from portal.pages.projects import Task
from portal.refusals import or_back
from portal.tables import Column
from portal.web import Page, Visit, safe_next
from portal.words import priority_choices

FIELDS = ("title", "description", "priority", "milestone_id", "assignee_id", "estimate", "started_on", "due_on")
DAYS = ("started_on", "due_on")


@dataclass(frozen=True, slots=True)
class TasksPage:
    """The list; ``has_person`` says whether the one who looks is on the list of people, and so may have tasks."""

    state: lists.ListState
    table: tables.Table
    rows: tuple[Task, ...]
    has_person: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class TaskFormPage:
    """Create or change; ``task`` is None for a new one."""

    form: Form
    project_id: str
    project_name: str
    milestones: tuple[Choice, ...]
    people: tuple[Choice, ...]
    priorities: tuple[Choice, ...]
    task: Task | None = None
    etag: str = ""


async def own_person(visit: Visit) -> str:
    """The id of the person whose sign-in this is; empty when there is none."""
    user = (await visit.api.get("/session")).object.get("user") or {}
    if not user:
        return ""
    answer = await visit.api.get("/people", params={"user_id": str(user["id"]), "limit": "1"})
    return str(answer.items[0]["id"]) if answer.items else ""


async def people_choices(visit: Visit) -> tuple[Choice, ...]:
    """Whoever works here, by name."""
    answer = await visit.api.get("/people", params={"archived": "false", "limit": "200"})
    return tuple(Choice(str(row["id"]), row["name"]) for row in answer.items)


def _columns(mine: bool) -> tuple[Column, ...]:
    who = () if mine else (Column("assignee", _("Who")),)
    return (
        Column("title", _("Task"), sort=True, fixed=True),
        Column("project_name", _("Project"), sort=True),
        Column("status", _("Status")),
        *who,
        Column("priority", _("Priority"), usual=False),
        Column("due_on", _("Due"), sort=True),
        Column("estimate", _("Estimate"), numeric=True),
    )


async def show_tasks(visit: Visit) -> Response:
    """One's own open tasks, unless asked otherwise."""
    state = lists.read(
        visit.request, "/tasks", filters=("who", "show"), sortable=("due_on", "title", "project_name"),
        default_sort="due_on",
    )  # fmt: skip
    me = await own_person(visit)
    mine = bool(me) and state.filters["who"] != "all"
    query = {"sort": state.sort, "limit": str(lists.LIMIT)}
    query |= {"q": state.q} if state.q else {}
    query |= {"cursor": state.cursor} if state.cursor else {}
    query |= {"assignee_id": me} if mine else {}
    status = {"done": "done", "all": ""}.get(state.filters["show"], "todo,in_progress")
    query |= {"status": status} if status else {}
    verbs = {"done": ("reopen", "delete"), "all": ("complete", "reopen", "delete")}
    bar = bulk_verbs.TASKS.bar(visit, *verbs.get(state.filters["show"], ("complete", "delete")))
    answer, table = await asyncio.gather(
        visit.api.get("/tasks", params=query), tables.of(visit, state, _columns(mine), bar)
    )
    rows = tuple(Task.of(row, visit.me.today) for row in answer.items)
    page = TasksPage(lists.moved(state, answer.next_cursor), table, rows, bool(me), mine)
    return visit.page("tasks/list.html", page)


async def _with_choices(visit: Visit, page: TaskFormPage) -> TaskFormPage:
    milestones, people = await asyncio.gather(
        visit.api.get(f"/projects/{page.project_id}/milestones", params={"limit": "200"}), people_choices(visit)
    )
    choices = tuple(Choice(str(row["id"]), row["title"]) for row in milestones.items)
    chosen = page.form.value("assignee_id")
    if page.task and chosen == page.task.assignee_id and chosen not in {choice.value for choice in people}:
        people = (*people, Choice(chosen, page.task.assignee_name)) if chosen else people
    return replace(page, milestones=choices, people=people)


async def _editor(visit: Visit, page: TaskFormPage, status: int = 200) -> Response:
    return visit.page("tasks/form.html", await _with_choices(visit, page), status)


async def new_task(visit: Visit) -> Response:
    """An empty form."""
    row = (await visit.api.get(f"/projects/{visit.request.path_params['id']}")).object
    form = Form({"priority": "normal"})
    return await _editor(visit, TaskFormPage(form, str(row["id"]), row["name"], (), (), priority_choices()))


def _checked(form: Form) -> tuple[Form, Json]:
    form = required(form, title=_("what is to be done"))
    estimate = minutes_of(form.value("estimate")) if form.value("estimate") else None
    if form.value("estimate") and estimate is None:
        form = form.failed("estimate", _("Enter hours like 4 or 2:30."))
    empty = ("description", "milestone_id", "assignee_id", *DAYS)
    body: Json = {name: form.value(name) or None for name in empty}
    priority = form.value("priority") or "normal"
    return form, body | {"title": form.value("title"), "priority": priority, "estimate_minutes": estimate}


def _refused(form: Form, problem: Problem) -> Form:
    names = {"estimate_minutes": "estimate"}
    fields = {names.get(name, name): message for name, message in problem.fields.items()}
    return with_problem(form, problem.detail, fields, FIELDS)


async def create_task(visit: Visit) -> Response:
    """Create, or show the form again with what is wrong."""
    row = (await visit.api.get(f"/projects/{visit.request.path_params['id']}")).object
    form, body = _checked(typed(visit.sent.multi_items()))
    if form.ok:
        try:
            await visit.api.post(f"/projects/{row['id']}/tasks", json=body)
        except Refusal as problem:
            form = _refused(form, problem)
        else:
            return visit.leave(f"/projects/{row['id']}", _("The task is added."))
    return await _editor(visit, TaskFormPage(form, str(row["id"]), row["name"], (), (), priority_choices()), 422)


async def _stored(visit: Visit) -> TaskFormPage:
    answer = await visit.api.get(f"/tasks/{visit.request.path_params['id']}")
    row = answer.object
    values = {name: str(row.get(name) or "") for name in FIELDS if name != "estimate"}
    form = Form({**values, "estimate": hours(row.get("estimate_minutes"))})
    task = Task.of(row, visit.me.today)
    return TaskFormPage(form, task.project_id, task.project_name, (), (), priority_choices(), task, answer.etag)


async def show_task(visit: Visit) -> Response:
    """One task, ready to be changed."""
    return await _editor(visit, await _stored(visit))


async def change_task(visit: Visit) -> Response:
    """Save a change, unless somebody else was faster."""
    page = await _stored(visit)
    form, body = _checked(typed(visit.sent.multi_items()))
    etag, status = form.value("etag"), 422
    if form.ok:
        try:
            await visit.api.patch(f"/tasks/{visit.request.path_params['id']}", json=body, etag=etag)
            return visit.leave(f"/projects/{page.project_id}", _("Changes saved."))
        except Refusal as problem:
            status, form = problem.status, _refused(form, problem)
    if status == 412 and page.task is not None:
        subject = merge.Subject(page.task.title, page.task.id, f"/tasks/{page.task.id}")
        page = await _with_choices(visit, await _stored(visit))
        return await merge.ask(visit, form, page.form, page.etag, _merged(page), subject)
    return await _editor(visit, replace(page, form=form, etag=etag), status)


def _merged(page: TaskFormPage) -> tuple[merge.Field, ...]:
    return (
        merge.Field("title", _("What is to be done")),
        merge.Field("description", _("Description")),
        merge.Field("assignee_id", _("Who"), page.people),
        merge.Field("priority", _("Priority"), page.priorities),
        merge.Field("started_on", _("Started on"), is_day=True),
        merge.Field("due_on", _("Due on"), is_day=True),
        merge.Field("estimate", _("Estimate in hours")),
        merge.Field("milestone_id", _("Milestone"), page.milestones),
    )


async def move_task(visit: Visit) -> Response:
    """Start, complete or open a task again, as the button says."""
    today, verb = visit.me.today.isoformat(), str(visit.sent.get("verb", ""))
    back = safe_next(str(visit.sent.get("back", "")))
    moves: dict[str, Json] = {
        "start": {"started_on": today},
        "complete": {"completed_on": today},
        "reopen": {"completed_on": None},
    }
    with or_back(back):
        path = f"/tasks/{visit.request.path_params['id']}"
        await visit.api.patch(path, json=moves.get(verb, {}), etag=str(visit.sent.get("etag", "")))
    if verb == "complete":
        undo = bulk_verbs.TASKS.back("reopen", str(visit.request.path_params["id"]))
        return visit.leave(back, _("The task is done."), undo=undo)
    return visit.leave(back, _("Changes saved."))


async def ask_delete(visit: Visit) -> Response:
    """What deleting takes, before it is done."""
    page = await _stored(visit)
    assert page.task is not None
    back = f"/tasks/{page.task.id}"
    question = Confirmation(
        title=_("Delete this task?"),
        subject=page.task.title,
        going=_("The task and its description are deleted. For ten minutes you can take that back."),
        staying=_("A task on which time was entered stays; complete it instead."),
        button=_("Delete task"),
        icon="trash",
        action=f"{back}/delete",
        back=back,
        etag=page.etag,
    )
    return visit.page("confirm.html", question)


async def delete_task(visit: Visit) -> Response:
    """Delete a task nobody has worked on."""
    page = await _stored(visit)
    path = f"/tasks/{visit.request.path_params['id']}"
    with or_back(path):
        await visit.api.delete(path, etag=str(visit.sent.get("etag", "")))
    undo = bulk_verbs.TASKS.back("restore", str(visit.request.path_params["id"]))
    return visit.leave(f"/projects/{page.project_id}", _("The task is deleted."), undo=undo)


ROUTES = (
    Page("/tasks", show_tasks, action=Action.project_write),
    Page("/projects/{id:uuid}/tasks/new", new_task, action=Action.project_write),
    Page("/projects/{id:uuid}/tasks/new", create_task, ("POST",), action=Action.project_write),
    Page("/tasks/{id:uuid}", show_task, action=Action.project_write),
    Page("/tasks/{id:uuid}", change_task, ("POST",), action=Action.project_write),
    Page("/tasks/{id:uuid}/move", move_task, ("POST",), action=Action.project_write),
    Page("/tasks/{id:uuid}/delete", ask_delete, action=Action.project_write),
    Page("/tasks/{id:uuid}/delete", delete_task, ("POST",), action=Action.project_write),
)
