"""What staff do to a project and its milestones: create, change, complete, reopen, archive."""

from dataclasses import dataclass, replace

from starlette.responses import Response

from imisofts.access import Action
from portal import bulk_verbs, merge
from portal.archive import ArchiveWords, archive_pages
from portal.door import Json, Problem, Refusal
from portal.forms import Form, required, typed, with_problem
from portal.hours import minutes_of
from portal.language import amount, hours
from portal.language import gettext as _
from portal.lists import Choice
from portal.pages.invoice_forms import decimal_of
from portal.pages.projects import project_page
from portal.refusals import or_back
from portal.web import Page, Visit

FIELDS = ("name", "client_id", "budget", "fixed_fee", "currency", "started_on", "due_on")


@dataclass(frozen=True, slots=True)
class ProjectFormPage:
    """Create or change; ``project_id`` and ``name`` are empty for a new one, ``etag`` the version being changed."""

    form: Form
    clients: tuple[Choice, ...]
    currency: str
    project_id: str = ""
    name: str = ""
    client_name: str = ""
    etag: str = ""


async def client_choices(visit: Visit) -> tuple[Choice, ...]:
    """Clients to choose from, by name."""
    answer = await visit.api.get("/clients", params={"sort": "name", "limit": "200", "archived": "false"})
    return tuple(Choice(str(row["id"]), row["name"]) for row in answer.items)


async def new_project(visit: Visit) -> Response:
    """An empty form, for a client when one was chosen before."""
    form = Form({"client_id": visit.request.query_params.get("client_id", "")})
    return visit.page("projects/form.html", ProjectFormPage(form, await client_choices(visit), visit.me.currency))


def checked(form: Form) -> tuple[Form, Json]:
    """Errors beside the fields, and the body for the API."""
    form = required(form, name=_("a name"))
    budget = minutes_of(form.value("budget")) if form.value("budget") else None
    if form.value("budget") and budget is None:
        form = form.failed("budget", _("Enter hours like 40 or 37:30."))
    fee = decimal_of(form.value("fixed_fee")) if form.value("fixed_fee") else None
    if form.value("fixed_fee") and fee is None:
        form = form.failed("fixed_fee", _("Enter an amount."))
    days = {name: form.value(name) or None for name in ("started_on", "due_on")}
    return form, {
        "name": form.value("name"),
        "budget_minutes": budget,
        "fixed_fee": None if fee is None else str(fee),
        **days,
    }


def _with_problem(form: Form, problem: Problem) -> Form:
    names = {"budget_minutes": "budget"}
    fields = {names.get(name, name): message for name, message in problem.fields.items()}
    return with_problem(form, problem.detail, fields, FIELDS)


async def create_project(visit: Visit) -> Response:
    """Create, or show the form again with what is wrong."""
    form, body = checked(typed(visit.sent.multi_items()))
    if form.ok:
        body |= {"client_id": form.value("client_id") or None}
        if form.value("currency"):
            body["currency"] = form.value("currency").upper()
        try:
            made = await visit.api.post("/projects", json=body)
        except Refusal as problem:
            form = _with_problem(form, problem)
        else:
            return visit.leave(f"/projects/{made.object['id']}", _("The project is created."))
    page = ProjectFormPage(form, await client_choices(visit), visit.me.currency)
    return visit.page("projects/form.html", page, 422)


async def _stored(visit: Visit) -> ProjectFormPage:
    answer = await visit.api.get(f"/projects/{visit.request.path_params['id']}")
    row = answer.object
    fee = row.get("fixed_fee_minor")
    form = Form(
        {
            "name": row["name"],
            "budget": hours(row.get("budget_minutes")),
            "fixed_fee": "" if fee is None else str(amount(fee, row["currency"])),
            "started_on": row.get("started_on") or "",
            "due_on": row.get("due_on") or "",
        }
    )
    client_name = row.get("client_name") or ""
    return ProjectFormPage(form, (), row["currency"], str(row["id"]), row["name"], client_name, answer.etag)


def _merged(currency: str) -> tuple[merge.Field, ...]:
    return (
        merge.Field("name", _("Name")),
        merge.Field("started_on", _("Starts on"), is_day=True),
        merge.Field("due_on", _("Due on"), is_day=True),
        merge.Field("budget", _("Hours planned")),
        merge.Field("fixed_fee", _("Fixed fee in %(currency)s", currency=currency)),
    )


async def edit_project(visit: Visit) -> Response:
    """The form with what is stored."""
    return visit.page("projects/form.html", await _stored(visit))


async def change_project(visit: Visit) -> Response:
    """Save a change, unless somebody else was faster."""
    path = f"/projects/{visit.request.path_params['id']}"
    form, body = checked(typed(visit.sent.multi_items()))
    etag, status = form.value("etag"), 422
    if form.ok:
        try:
            await visit.api.patch(path, json=body, etag=etag)
            return visit.leave(path, _("Changes saved."))
        except Refusal as problem:
            status, form = problem.status, _with_problem(form, problem)
    page = await _stored(visit)
    if status == 412:
        subject = merge.Subject(page.name, page.project_id, path)
        return await merge.ask(visit, form, page.form, page.etag, _merged(page.currency), subject)
    return visit.page("projects/form.html", replace(page, form=form, etag=etag), status)


async def _act(visit: Visit, path: str, back: str, notice: str) -> Response:
    """A verb without a form of its own; a refusal becomes a sentence on the page it came from."""
    with or_back(back):
        await visit.api.post(path)
    return visit.leave(back, notice)


async def complete_project(visit: Visit) -> Response:
    """The work is done."""
    path = f"/projects/{visit.request.path_params['id']}"
    return await _act(visit, f"{path}/complete", path, _("The project is completed."))


async def reopen_project(visit: Visit) -> Response:
    """Take a completion back."""
    path = f"/projects/{visit.request.path_params['id']}"
    return await _act(visit, f"{path}/reopen", path, _("The project is open again."))


def _archive_words(name: str) -> ArchiveWords:
    return ArchiveWords(
        title=_("Archive this project?"),
        going=_("%(name)s leaves the list of projects; no tasks or time can be added to it.", name=name),
        staying=_("Its tasks, hours and every figure stay; find it again under “Archived”."),
        button=_("Archive project"),
        already=_("This project is archived already."),
        done=_("The project is archived; its hours and figures stay."),
    )


async def add_milestone(visit: Visit) -> Response:
    """Promise a result for a day."""
    project_id = str(visit.request.path_params["id"])
    form = required(typed(visit.sent.multi_items()), title=_("what is promised"))
    if form.ok:
        body = {"title": form.value("title"), "due_on": form.value("due_on") or None}
        try:
            await visit.api.post(f"/projects/{project_id}/milestones", json=body)
        except Refusal as problem:
            form = with_problem(form, problem.detail, problem.fields, ("title", "due_on"))
        else:
            return visit.leave(f"/projects/{project_id}", _("The milestone is added."))
    return await project_page(visit, project_id, milestone=form, status=422)


async def change_milestone(visit: Visit) -> Response:
    """Complete, open again or delete a milestone, as the button says."""
    path, verb = f"/milestones/{visit.request.path_params['id']}", str(visit.sent.get("verb", ""))
    back, etag = f"/projects/{visit.sent.get('project_id', '')}", str(visit.sent.get("etag", ""))
    done = {"complete": visit.me.today.isoformat(), "reopen": None}
    with or_back(back):
        if verb == "delete":
            await visit.api.delete(path, etag=etag)
        elif verb in done:
            await visit.api.patch(path, json={"completed_on": done[verb]}, etag=etag)
    if verb != "delete":
        return visit.leave(back, _("Changes saved."))
    undo = bulk_verbs.MILESTONES.back("restore", str(visit.request.path_params["id"]))
    return visit.leave(back, _("The milestone is deleted."), undo=undo)


@dataclass(frozen=True, slots=True)
class MilestonePage:
    """A milestone's form; ``etag`` is the version that was read."""

    milestone_id: str
    project_id: str
    project_name: str
    form: Form
    etag: str


async def edit_milestone(visit: Visit) -> Response:
    """The form with what is recorded."""
    row = await _milestone(visit)
    if row is None:
        raise Problem(404, "not_found", "")
    return await _milestone_page(visit, _promised(row), f'"{row["version"]}"')


def _promised(row: Json) -> Form:
    return Form({name: row.get(name) or "" for name in ("title", "due_on")})


async def _milestone(visit: Visit) -> Json | None:
    """The milestone of the address, among those of its project."""
    params = visit.request.path_params
    found = await visit.api.get(f"/projects/{params['project']}/milestones", params={"limit": "200"})
    return next((row for row in found.items if str(row["id"]) == str(params["id"])), None)


async def rename_milestone(visit: Visit) -> Response:
    """Save another name or day, unless somebody else was faster."""
    params = visit.request.path_params
    form = required(typed(visit.sent.multi_items()), title=_("what is promised"))
    etag, status = form.value("etag"), 422
    if form.ok:
        body = {"title": form.value("title"), "due_on": form.value("due_on") or None}
        try:
            await visit.api.patch(f"/milestones/{params['id']}", json=body, etag=etag)
            return visit.leave(f"/projects/{params['project']}", _("Changes saved."))
        except Refusal as problem:
            status = problem.status
            form = with_problem(form, problem.detail, problem.fields, ("title", "due_on"))
    if status == 412 and (row := await _milestone(visit)) is not None:
        fields = (merge.Field("title", _("What is promised")), merge.Field("due_on", _("Due on"), is_day=True))
        subject = merge.Subject(row["title"], str(row["id"]), f"/projects/{params['project']}")
        return await merge.ask(visit, form, _promised(row), f'"{row["version"]}"', fields, subject)
    return await _milestone_page(visit, form, etag, status)


async def _milestone_page(visit: Visit, form: Form, etag: str, status: int = 200) -> Response:
    params = visit.request.path_params
    project = (await visit.api.get(f"/projects/{params['project']}")).object
    page = MilestonePage(str(params["id"]), str(project["id"]), project["name"], form, etag)
    return visit.page("projects/milestone.html", page, status)


ROUTES = (
    Page("/projects/{project:uuid}/milestones/{id:uuid}", edit_milestone, action=Action.project_write),
    Page("/projects/{project:uuid}/milestones/{id:uuid}", rename_milestone, ("POST",), action=Action.project_write),
    Page("/projects/new", new_project, action=Action.project_write),
    Page("/projects/new", create_project, ("POST",), action=Action.project_write),
    Page("/projects/{id:uuid}/edit", edit_project, action=Action.project_write),
    Page("/projects/{id:uuid}/edit", change_project, ("POST",), action=Action.project_write),
    Page("/projects/{id:uuid}/complete", complete_project, ("POST",), action=Action.project_write),
    Page("/projects/{id:uuid}/reopen", reopen_project, ("POST",), action=Action.project_write),
    *archive_pages("/projects", Action.project_write, _archive_words, bulk_verbs.PROJECTS),
    Page("/projects/{id:uuid}/milestones", add_milestone, ("POST",), action=Action.project_write),
    Page("/milestones/{id:uuid}", change_milestone, ("POST",), action=Action.project_write),
)
