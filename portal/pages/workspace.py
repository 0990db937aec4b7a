"""The workspace's own facts: its name, language, time zone and first day of the week."""

from dataclasses import dataclass

from starlette.responses import Response

from imisofts.access import Action
from portal.door import Json, Problem
from portal.forms import Form, required, typed, with_problem
from portal.habits import language_choices, zone_choices
from portal.language import gettext as _
from portal.lists import Choice
from portal.refusals import FORM_REFUSALS, edit_words
from portal.web import Page, Visit

FIELDS = ("name", "locale", "timezone", "week_starts_on")


@dataclass(frozen=True, slots=True)
class WorkspacePage:
    """The form and its choices."""

    form: Form
    etag: str
    languages: tuple[Choice, ...]
    zones: tuple[Choice, ...]
    weekdays: tuple[Choice, ...]


async def show_workspace(visit: Visit) -> Response:
    """The form with what is in force."""
    answer = await visit.api.get("/workspace")
    values = {name: "" if answer.object[name] is None else str(answer.object[name]) for name in FIELDS}
    return _page(visit, Form(values), answer.etag or "")


async def change_workspace(visit: Visit) -> Response:
    """Save, unless somebody else was faster."""
    form, etag = required(typed(visit.sent.multi_items()), name=_("a name")), str(visit.sent.get("etag", ""))
    status = 422
    if form.ok:
        chosen: Json = {name: form.value(name) for name in FIELDS if form.value(name)}
        try:
            await visit.api.patch("/workspace", json=chosen, etag=etag)
        except Problem as problem:
            if problem.status not in FORM_REFUSALS:
                raise
            status = problem.status
            form = with_problem(form, edit_words(problem), problem.fields, FIELDS)
            etag = etag if status != 412 else (await visit.api.get("/workspace")).etag or ""
        else:
            return visit.leave("/settings/workspace", _("Changes saved."))
    return _page(visit, form, etag, status)


def _page(visit: Visit, form: Form, etag: str, status: int = 200) -> Response:
    weekdays = (Choice("0", _("Monday")), Choice("6", _("Sunday")))
    page = WorkspacePage(form, etag, language_choices(), zone_choices(), weekdays)
    return visit.page("settings/workspace.html", page, status)


ROUTES = (
    Page("/settings/workspace", show_workspace, action=Action.workspace_manage),
    Page("/settings/workspace", change_workspace, ("POST",), action=Action.workspace_manage),
)
