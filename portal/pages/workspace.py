"""The workspace's own facts: its name, language, time zone and first day of the week."""

from dataclasses import dataclass

from starlette.responses import Response

from imisofts.access import Action
from portal import merge
from portal.door import Answer, Json, Refusal
from portal.forms import Form, required, typed, with_problem
from portal.habits import language_choices, zone_choices
from portal.language import gettext as _
from portal.lists import Choice
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
    return _page(visit, _stored(answer), answer.etag)


def _stored(answer: Answer) -> Form:
    return Form({name: "" if answer.object[name] is None else str(answer.object[name]) for name in FIELDS})


async def change_workspace(visit: Visit) -> Response:
    """Save, unless somebody else was faster."""
    form, etag = required(typed(visit.sent.multi_items()), name=_("a name")), str(visit.sent.get("etag", ""))
    status = 422
    if form.ok:
        chosen: Json = {name: form.value(name) for name in FIELDS if form.value(name)}
        try:
            await visit.api.patch("/workspace", json=chosen, etag=etag)
        except Refusal as problem:
            status = problem.status
            if status == 412:
                now = await visit.api.get("/workspace")
                subject = merge.Subject(_("Workspace"), str(now.object["id"]), "/settings/workspace")
                return await merge.ask(visit, form, _stored(now), now.etag, _merged(), subject)
            form = with_problem(form, problem.detail, problem.fields, FIELDS)
        else:
            return visit.leave("/settings/workspace", _("Changes saved."))
    return _page(visit, form, etag, status)


def _weekdays() -> tuple[Choice, ...]:
    return (Choice("0", _("Monday")), Choice("6", _("Sunday")))


def _merged() -> tuple[merge.Field, ...]:
    return (
        merge.Field("name", _("Name")),
        merge.Field("locale", _("Language"), language_choices()),
        merge.Field("timezone", _("Time zone"), zone_choices()),
        merge.Field("week_starts_on", _("The week begins on"), _weekdays()),
    )


def _page(visit: Visit, form: Form, etag: str, status: int = 200) -> Response:
    page = WorkspacePage(form, etag, language_choices(), zone_choices(), _weekdays())
    return visit.page("settings/workspace.html", page, status)


ROUTES = (
    Page("/settings/workspace", show_workspace, action=Action.workspace_manage),
    Page("/settings/workspace", change_workspace, ("POST",), action=Action.workspace_manage),
)
