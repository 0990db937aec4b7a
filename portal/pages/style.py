"""The living style guide: every token and component in all its states, as it stands today and in this brand."""

from dataclasses import dataclass

from starlette.responses import Response

from imisofts.access import Action, Role
from imisofts.brand import MEANING, NEUTRAL
from portal.door import Problem
from portal.figures import DataState
from portal.forms import Form
from portal.language import gettext as _
from portal.lists import Choice, ListState
from portal.pages.invoices import InvoiceRow
from portal.timeline import Entry
from portal.web import Page, Visit
from portal.words import Status, priority_choices

ACCENTS = ("accent", "accent-strong", "accent-soft", "accent-text")
SIZES = ("text-xs", "text-sm", "text-md", "text-lg", "text-xl")
BUTTONS = ("btn-primary", "", "btn-quiet", "btn-danger", "btn-destroy")


@dataclass(frozen=True, slots=True)
class Importance:
    """A thing with a priority, as tasks and tickets have one."""

    priority: str
    priority_label: str


@dataclass(frozen=True, slots=True)
class StylePage:
    """Names of tokens and classes, and made-up content for each component; ``good`` and ``bad`` are forms."""

    colours: tuple[str, ...]
    sizes: tuple[str, ...]
    buttons: tuple[str, ...]
    states: tuple[Status, ...]
    importances: tuple[Importance, ...]
    choices: tuple[Choice, ...]
    good: Form
    bad: Form
    list: ListState
    invoices: tuple[InvoiceRow, ...]
    entries: tuple[Entry, ...]
    data: DataState


def _states() -> tuple[Status, ...]:
    return (
        Status("paid", _("Paid"), "good"),
        Status("partly_paid", _("Partly paid"), "warning"),
        Status("overdue", _("Overdue"), "bad"),
        Status("issued", _("Open"), "information"),
        Status("draft", _("Draft"), "idle"),
    )


def _invoices() -> tuple[InvoiceRow, ...]:
    sums = (120_000, 99_999_999, 5, 0, 48_050)
    return tuple(
        InvoiceRow(
            id="0", number=f"INV-2026-{place:04d}", client_id="0", client_name="Alpenblick Hotels & Resorts GmbH",
            status=state, issued_on="2026-01-05", due_on="2026-02-04", currency="EUR", total_minor=minor,
            balance_minor=minor, external_id="", version=1,
        )
        for place, (state, minor) in enumerate(zip(_states(), sums, strict=True), start=1)
    )  # fmt: skip


async def show_style(visit: Visit) -> Response:
    """The guide; for who may change how everything looks."""
    if visit.me.role is not Role.owner:
        raise Problem(403, "forbidden", _("Your role does not include this page."))
    wrong = Form({"bad_name": "", "bad_text": _("Too short"), "bad_choice": ""}, problem=_("This did not work"))
    for name in ("bad_name", "bad_text", "bad_choice"):
        wrong = wrong.failed(name, _("Enter %(what)s.", what=_("a name")))
    page = StylePage(
        colours=(*NEUTRAL["light"], *MEANING["light"], *ACCENTS),
        sizes=SIZES,
        buttons=BUTTONS,
        states=_states(),
        importances=tuple(Importance(choice.value, choice.label) for choice in priority_choices()),
        choices=priority_choices(),
        good=Form({"name": "Alpenblick", "text": "Alpenblick\nGrindelwald", "choice": "normal"}),
        bad=wrong,
        list=ListState("/style", "", {}, "-total", "2", "3"),
        invoices=_invoices(),
        entries=(Entry(_("Changes saved."), "2026-01-05T09:30:00Z", "Ada Owner", "/style"),),
        data=DataState(None, None, None, _("The state of the figures could not be read just now.")),
    )
    return visit.page("style/page.html", page)


ROUTES = (Page("/style", show_style, action=Action.workspace_manage),)
