"""What is done to a ticket: open, answer, note, reply, whose turn it is, change, rate."""

from dataclasses import dataclass

from starlette.responses import Response

from imisofts.access import Action
from portal import merge
from portal.door import Json, Problem, Refusal
from portal.forms import Form, required, typed, with_problem
from portal.language import gettext as _
from portal.lists import Choice
from portal.pages.invoice_forms import choose_clients, new_key
from portal.pages.tasks import people_choices
from portal.pages.tickets import Ticket, stored_form, ticket_page
from portal.refusals import or_back
from portal.web import Page, Visit
from portal.words import priority_choices


@dataclass(frozen=True, slots=True)
class NewTicketPage:
    """A new ticket; ``clients`` is empty for a client's user, whose own client it is."""

    form: Form
    clients: tuple[Choice, ...]
    priorities: tuple[Choice, ...]
    key: str


async def _new(visit: Visit, form: Form, status: int = 200) -> Response:
    clients = () if visit.me.is_client else await choose_clients(visit, form.value("client_id"))
    page = NewTicketPage(form, clients, priority_choices(), form.value("key") or new_key())
    return visit.page("tickets/new.html", page, status)


async def new_ticket(visit: Visit) -> Response:
    """An empty form, for a client when one was chosen before."""
    client_id = visit.request.query_params.get("client_id", "")
    return await _new(visit, Form({"priority": "normal", "client_id": client_id}))


async def open_ticket(visit: Visit) -> Response:
    """Open it, or show the form again with what is wrong."""
    form = required(typed(visit.sent.multi_items()), subject=_("a subject"), body=_("what it is about"))
    names: tuple[str, ...] = ("subject", "body", "priority")
    if not visit.me.is_client:
        form, names = required(form, client_id=_("the client")), (*names, "client_id")
    if form.ok:
        body: Json = {name: form.value(name) for name in names if form.value(name)}
        try:
            made = await visit.api.post("/tickets", json=body, key=form.value("key"))
        except Refusal as problem:
            form = with_problem(form, problem.detail, problem.fields, names)
        else:
            opened = _("Ticket %(number)s is open.", number=made.object["number"])
            return visit.leave(f"/tickets/{made.object['id']}", opened)
    return await _new(visit, form, 422)


async def _say(visit: Visit, verb: str, notice: str, missing: str) -> Response:
    """Send a message under the API's ``verb``, which is also the name of its form and of its field."""
    ticket_id = str(visit.request.path_params["id"])
    form = required(typed(visit.sent.multi_items()), **{verb: missing})
    if form.ok:
        body: Json = {"body": form.value(verb)}
        if verb == "answer":
            body["then"] = form.value("then") or "wait"
        try:
            await visit.api.post(f"/tickets/{ticket_id}/{verb}", json=body, key=form.value("key"))
        except Refusal as problem:
            fields = {
                verb if name in {"body", "body.body"} else name: message for name, message in problem.fields.items()
            }
            form = with_problem(form, problem.detail, fields, (verb,))
        else:
            return visit.leave(f"/tickets/{ticket_id}", notice)
    return await ticket_page(visit, ticket_id, status=422, **{verb: form})


async def answer_ticket(visit: Visit) -> Response:
    """Answer the client."""
    return await _say(visit, "answer", _("Your answer stands in the ticket."), _("an answer"))


async def note_on_ticket(visit: Visit) -> Response:
    """A word among staff."""
    return await _say(visit, "note", _("The note is saved; only staff see it."), _("a note"))


async def reply_to_ticket(visit: Visit) -> Response:
    """The client's word: their own, or passed on by staff."""
    return await _say(visit, "reply", _("Your reply stands in the ticket."), _("a reply"))


async def _act(visit: Visit, verb: str, notice: str, body: Json | None = None) -> Response:
    path = f"/tickets/{visit.request.path_params['id']}"
    with or_back(path):
        await visit.api.post(f"{path}/{verb}", json=body)
    return visit.leave(path, notice)


async def turn_ticket(visit: Visit) -> Response:
    """Whose turn it is, as the button says."""
    notices = {
        "wait": _("The ticket waits for the client."),
        "resume": _("It is our turn again."),
        "resolve": _("The ticket is resolved."),
        "reopen": _("The ticket is open again."),
    }
    verb = str(visit.sent.get("verb", ""))
    if verb not in notices:
        raise Problem(422, "malformed", _("Go back and try again."))
    return await _act(visit, verb, notices[verb])


async def rate_ticket(visit: Visit) -> Response:
    """How the client liked it."""
    return await _act(visit, "rate", _("Thank you for telling us."), {"is_satisfied": visit.sent.get("liked") == "yes"})


async def change_ticket(visit: Visit) -> Response:
    """Subject, priority, assignee; unless somebody else was faster."""
    ticket_id = str(visit.request.path_params["id"])
    form, status = required(typed(visit.sent.multi_items()), subject=_("a subject")), 422
    if form.ok:
        body: Json = {name: form.value(name) for name in ("subject", "priority")}
        body["assignee_id"] = form.value("assignee_id") or None
        try:
            await visit.api.patch(f"/tickets/{ticket_id}", json=body, etag=form.value("etag"))
            return visit.leave(f"/tickets/{ticket_id}", _("Changes saved."))
        except Refusal as problem:
            if problem.status == 412:
                return await _ask_which(visit, form)
            status = problem.status
            form = with_problem(form, problem.detail, problem.fields, ("subject", "priority", "assignee_id"))
    return await ticket_page(visit, ticket_id, status=status, edit=form)


async def _ask_which(visit: Visit, form: Form) -> Response:
    """Two people changed the same ticket."""
    answer = await visit.api.get(f"/tickets/{visit.request.path_params['id']}")
    ticket = Ticket.of(answer.object, to_client=False)
    fields = (
        merge.Field("subject", _("Subject")),
        merge.Field("priority", _("Priority"), priority_choices()),
        merge.Field("assignee_id", _("Assigned to"), await people_choices(visit)),
    )
    subject = merge.Subject(ticket.subject, ticket.id, f"/tickets/{ticket.id}")
    return await merge.ask(visit, form, stored_form(ticket), answer.etag, fields, subject)


ROUTES = (
    Page("/tickets/new", new_ticket, action=Action.ticket_open),
    Page("/tickets/new", open_ticket, ("POST",), action=Action.ticket_open),
    Page("/tickets/{id:uuid}/answer", answer_ticket, ("POST",), action=Action.ticket_write),
    Page("/tickets/{id:uuid}/note", note_on_ticket, ("POST",), action=Action.ticket_write),
    Page("/tickets/{id:uuid}/reply", reply_to_ticket, ("POST",), action=Action.ticket_open),
    Page("/tickets/{id:uuid}/turn", turn_ticket, ("POST",), action=Action.ticket_write),
    Page("/tickets/{id:uuid}/rate", rate_ticket, ("POST",), action=Action.ticket_open),
    Page("/tickets/{id:uuid}/edit", change_ticket, ("POST",), action=Action.ticket_write),
)
