"""The bell: what one was told, taken note of, and what one wants to be told."""

from dataclasses import dataclass

from starlette.responses import HTMLResponse, Response

from api.notifications.schemas import Kind
from imisofts.access import Action
from portal import lists
from portal.door import Json
from portal.language import gettext as _
from portal.web import Page, Visit

OWN = Action.session_own
_PLACES = {
    "invoice": "/invoices/{}",
    "ticket": "/tickets/{}",
    "task": "/tasks/{}",
    "report_delivery": "/reports#report-{}",
    "membership": "/access/{}",
    "domain": "/settings/domain",
    "import_run": "/imports/{}",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One notification in words: ``href`` is where its subject stands, ``at`` an ISO instant."""

    id: str
    kind: str
    text: str
    href: str
    at: str
    is_read: bool


@dataclass(frozen=True, slots=True)
class NotificationsPage:
    """What one was told, newest first."""

    state: lists.ListState
    rows: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class ChoicesPage:
    """What one can be told, in words, and whether one is."""

    choices: tuple[tuple[str, str, bool], ...]


@dataclass(frozen=True, slots=True)
class SentencePage:
    """One notification as it stands over the page that was open when it came."""

    told: Told


def sentence(kind: Kind, label: str) -> str:
    """A notification in words."""
    known = {
        Kind.invoice_paid: _("Invoice %(what)s is paid in full.", what=label),
        Kind.invoice_issued: _("You have a new invoice: %(what)s.", what=label),
        Kind.ticket_opened: _("Ticket %(what)s was opened.", what=label),
        Kind.ticket_replied: _("The client replied in ticket %(what)s.", what=label),
        Kind.ticket_answered: _("Your ticket %(what)s has an answer.", what=label),
        Kind.ticket_assigned: _("Ticket %(what)s is yours now.", what=label),
        Kind.task_assigned: _("A task is yours now: %(what)s", what=label),
        Kind.import_finished: _("The import of %(what)s is done.", what=label),
        Kind.import_failed: _("Nothing of %(what)s was imported.", what=label),
        Kind.report_drafted: _("The report for %(what)s waits to be read.", what=label),
        Kind.report_held: _("The report for %(what)s is held back.", what=label),
        Kind.report_failed: _("The report for %(what)s could not be sent.", what=label),
        Kind.report_sent: _("Your report for %(what)s is here.", what=label),
        Kind.user_joined: _("Somebody has accepted an invitation."),
        Kind.domain_lost: _("The record that proves %(what)s as your address is gone.", what=label),
    }
    return known[kind]


def choice_words(kind: Kind) -> str:
    """A kind as one chooses it."""
    known = {
        Kind.invoice_paid: _("An invoice is paid in full"),
        Kind.invoice_issued: _("I get an invoice"),
        Kind.ticket_opened: _("A client opens a ticket"),
        Kind.ticket_replied: _("A client replies in a ticket"),
        Kind.ticket_answered: _("My ticket is answered"),
        Kind.ticket_assigned: _("A ticket is assigned to me"),
        Kind.task_assigned: _("A task is assigned to me"),
        Kind.import_finished: _("My import is done"),
        Kind.import_failed: _("My import could not be carried out"),
        Kind.report_drafted: _("A report waits to be read"),
        Kind.report_held: _("A report is held back"),
        Kind.report_failed: _("A report could not be sent"),
        Kind.report_sent: _("I get a report"),
        Kind.user_joined: _("Somebody accepts an invitation"),
        Kind.domain_lost: _("Your own address loses its proof"),
    }
    return known[kind]


def _told(row: Json) -> Told:
    place = _PLACES.get(row["subject_kind"], "/")
    return Told(
        id=str(row["id"]),
        kind=row["kind"],
        text=sentence(Kind(row["kind"]), row["label"]),
        href=place.format(row["subject_id"]),
        at=str(row["occurred_at"]),
        is_read=row["read_at"] is not None,
    )


async def show_notifications(visit: Visit) -> Response:
    """What one was told; the unread ones only where the address says so."""
    state = lists.read(
        visit.request, "/notifications", filters=("show",), sortable=("occurred_at",), default_sort="-occurred_at"
    )
    query = {"limit": str(lists.LIMIT)} | ({"cursor": state.cursor} if state.cursor else {})
    query |= {"is_read": "false"} if state.filters["show"] == "unread" else {}
    answer = await visit.api.get("/notifications", params=query)
    page = NotificationsPage(lists.moved(state, answer.next_cursor), tuple(_told(row) for row in answer.items))
    return visit.page("notifications/list.html", page)


async def open_notification(visit: Visit) -> Response:
    """Take note of one and go where it leads."""
    answer = await visit.api.post(f"/notifications/{visit.request.path_params['id']}/read")
    return visit.leave(_told(answer.object).href)


async def read_all(visit: Visit) -> Response:
    """Take note of everything."""
    await visit.api.post("/notifications/read-all")
    return visit.leave("/notifications", _("Everything is read."))


async def show_sentence(visit: Visit) -> Response:
    """One notification that has just come, as a piece of a page; nothing when it is not one's own."""
    wanted = str(visit.request.path_params["id"])
    answer = await visit.api.get("/notifications", params={"limit": "20", "is_read": "false"})
    found = next((row for row in answer.items if str(row["id"]) == wanted), None)
    if found is None:
        return HTMLResponse("")
    return visit.page("notifications/sentence.html", SentencePage(_told(found)))


async def show_choices(visit: Visit) -> Response:
    """What one wants to be told."""
    kinds = (await visit.api.get("/notification-choices")).object["kinds"]
    choices = tuple((kind, choice_words(Kind(kind)), bool(on)) for kind, on in kinds.items())
    return visit.page("notifications/choices.html", ChoicesPage(choices))


async def save_choices(visit: Visit) -> Response:
    """Keep what is ticked."""
    kinds = (await visit.api.get("/notification-choices")).object["kinds"]
    ticked = {str(value) for value in visit.sent.getlist("kind")}
    await visit.api.put("/notification-choices", json={"kinds": {kind: kind in ticked for kind in kinds}})
    return visit.leave("/notifications/choices", _("Changes saved."))


ROUTES = (
    Page("/notifications", show_notifications, action=OWN),
    Page("/notifications/read", read_all, ("POST",), action=OWN),
    Page("/notifications/choices", show_choices, action=OWN),
    Page("/notifications/choices", save_choices, ("POST",), action=OWN),
    Page("/notifications/{id:uuid}/open", open_notification, ("POST",), action=OWN),
    Page("/notifications/{id:uuid}/sentence", show_sentence, action=OWN),
)
