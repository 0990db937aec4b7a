"""How one client's reports are made: sections, language, how often, and whether somebody reads them first."""

from dataclasses import dataclass

from starlette.responses import Response

from imisofts.access import Action
from portal import merge
from portal.door import Json, Refusal
from portal.forms import Form, typed, with_problem
from portal.language import gettext as _
from portal.lists import Choice
from portal.web import Page, Visit

FIELDS = ("sections", "locale", "cadence", "review")


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section that may be switched: its name in the form, and what it tells."""

    field: str
    label: str
    hint: str


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """The form; ``etag`` is the version that was read."""

    client_id: str
    client_name: str
    form: Form
    sections: tuple[SectionRow, ...]
    languages: tuple[Choice, ...]
    cadences: tuple[Choice, ...]
    etag: str


def _sections() -> dict[str, tuple[str, str]]:
    return {
        "work": (_("Work delivered"), _("Tasks and milestones completed, by project.")),
        "hours": (_("Hours against budget"), _("Hours on each project beside its budget; never rates or costs.")),
        "milestones": (_("Milestones"), _("Reached, late and to come.")),
        "support": (_("Tickets"), _("Opened, resolved, and how promises were kept.")),
        "money": (_("Invoices and balance"), _("Every invoice, payment and what is open.")),
        "next": (_("What comes next"), _("Milestones due and agreed changes of subscriptions.")),
    }


def _languages() -> tuple[Choice, ...]:
    return (
        Choice("en_GB", _("English (United Kingdom)")),
        Choice("en_US", _("English (United States)")),
        Choice("de_DE", _("German (Germany)")),
    )


def _cadences() -> tuple[Choice, ...]:
    return (
        Choice("monthly", _("Every month")),
        Choice("quarterly", _("Every quarter")),
        Choice("none", _("Only when somebody asks for one")),
    )


async def edit_settings(visit: Visit) -> Response:
    """The form with what is in force."""
    answer = await visit.api.get(_address(visit))
    return await _page(visit, _stored(answer.object), answer.etag or "")


def _address(visit: Visit) -> str:
    return f"/clients/{visit.request.path_params['id']}/report-settings"


def _stored(row: Json) -> Form:
    values = {f"on_{name}": "1" for name in row["sections"]}
    return Form({**values, "locale": row["locale"], "cadence": row["cadence"], "review": "1" if row["review"] else ""})


async def change_settings(visit: Visit) -> Response:
    """Save, unless somebody else was faster or nothing would be left to tell."""
    form, status = typed(visit.sent.multi_items()), 422
    chosen = [name for name in _sections() if form.value(f"on_{name}")]
    if not chosen:
        form = form.failed("sections", _("Choose at least one section."))
    if form.ok:
        body = {
            "sections": chosen,
            "locale": form.value("locale"),
            "cadence": form.value("cadence"),
            "review": bool(form.value("review")),
        }
        try:
            await visit.api.put(_address(visit), json=body, etag=form.value("etag"))
            return visit.leave(f"/clients/{visit.request.path_params['id']}", _("Report settings saved."))
        except Refusal as problem:
            status = problem.status
            form = with_problem(form, problem.detail, problem.fields, FIELDS)
    if status == 412:
        return await _ask_which(visit, form)
    return await _page(visit, form, form.value("etag"), status)


async def _ask_which(visit: Visit, form: Form) -> Response:
    """Two people changed how the same client's reports are made."""
    stored = await visit.api.get(_address(visit))
    sections = (merge.Field(f"on_{name}", label, yes_no=True) for name, (label, _hint) in _sections().items())
    fields = (
        *sections,
        merge.Field("locale", _("Language"), _languages()),
        merge.Field("cadence", _("How often"), _cadences()),
        merge.Field("review", _("Somebody reads it first"), yes_no=True),
    )
    subject = merge.Subject(_("Report settings"), "", f"/clients/{visit.request.path_params['id']}")
    return await merge.ask(visit, form, _stored(stored.object), stored.etag or "", fields, subject)


async def _page(visit: Visit, form: Form, etag: str, status: int = 200) -> Response:
    client = (await visit.api.get(f"/clients/{visit.request.path_params['id']}")).object
    rows = tuple(SectionRow(f"on_{name}", label, hint) for name, (label, hint) in _sections().items())
    page = SettingsPage(str(client["id"]), client["name"], form, rows, _languages(), _cadences(), etag)
    return visit.page("reports/settings.html", page, status)


ROUTES = (
    Page("/clients/{id:uuid}/report-settings", edit_settings, action=Action.report_manage),
    Page("/clients/{id:uuid}/report-settings", change_settings, ("POST",), action=Action.report_manage),
)
