"""The agency's clients: list, detail with invoices and history, create, change, archive."""

import asyncio
from dataclasses import dataclass, replace

from starlette.responses import Response

from imisofts.access import Action
from portal import bulk_verbs, export, lists, merge, tables
from portal.archive import ArchiveWords, archive_pages
from portal.door import Json, Problem, Refusal
from portal.forms import Form, required, typed, with_problem
from portal.language import gettext as _
from portal.pages.contacts import Contact, contacts_of, tags_of
from portal.pages.invoices import InvoiceRow, open_invoices, owed
from portal.tables import Column
from portal.timeline import Entry, client_timeline
from portal.web import Page, Visit

FIELDS = ("name", "email", "currency")


@dataclass(frozen=True, slots=True)
class Client:
    """A client as the API tells it."""

    id: str
    name: str
    email: str
    currency: str
    external_id: str
    created_on: str
    archived: bool
    imported: bool
    version: int

    @classmethod
    def of(cls, row: Json) -> "Client":
        """From an API object."""
        return cls(
            id=str(row["id"]),
            name=row["name"],
            email=row.get("email") or "",
            currency=row.get("currency") or "",
            external_id=row.get("external_id") or "",
            created_on=row.get("created_on") or "",
            archived=row.get("archived_at") is not None,
            imported=row.get("source") == "import",
            version=int(row.get("version") or 1),
        )


@dataclass(frozen=True, slots=True)
class ClientsPage:
    """The list; ``state`` is the address, ``rows`` one page of it."""

    state: lists.ListState
    table: tables.Table
    rows: tuple[Client, ...]
    may_write: bool


@dataclass(frozen=True, slots=True)
class ClientPage:
    """One client; ``open`` is what they owe by currency in minor units, from the ``invoices`` shown."""

    client: Client
    invoices: tuple[InvoiceRow, ...]
    owed: tuple[tuple[str, int], ...]
    contacts: tuple[Contact, ...]
    tags: tuple[str, ...]
    entries: tuple[Entry, ...]
    more_entries: bool
    may_write: bool
    may_bill: bool
    may_report: bool
    may_see_health: bool


@dataclass(frozen=True, slots=True)
class ClientFormPage:
    """Create or change; ``client`` is None for a new one, ``etag`` the version being changed."""

    form: Form
    currency: str
    client: Client | None = None
    etag: str = ""


def _state(visit: Visit) -> lists.ListState:
    return lists.read(
        visit.request, "/clients", filters=("show",), sortable=("name", "created_on"), default_sort="name"
    )


def _query(state: lists.ListState) -> dict[str, str]:
    query = {"sort": state.sort, "limit": str(lists.LIMIT)}
    if state.q:
        query["q"] = state.q
    if state.cursor:
        query["cursor"] = state.cursor
    archived = {"archived": "true", "all": ""}.get(state.filters["show"], "false")
    if archived:
        query["archived"] = archived
    return query


def _columns() -> tuple[Column, ...]:
    return (
        Column("name", _("Name"), sort=True, fixed=True),
        Column("email", _("E-mail")),
        Column("currency", _("Currency")),
        Column("external_id", _("External id")),
        Column("created_on", _("Client since"), sort=True),
    )


async def show_clients(visit: Visit) -> Response:
    """The list."""
    state = _state(visit)
    bar = bulk_verbs.CLIENTS.bar(visit, "restore" if state.filters["show"] == "archived" else "archive")
    answer, table = await asyncio.gather(
        visit.api.get("/clients", params=_query(state)), tables.of(visit, state, _columns(), bar)
    )
    rows = tuple(Client.of(row) for row in answer.items)
    state = lists.moved(state, answer.next_cursor)
    return visit.page("clients/list.html", ClientsPage(state, table, rows, visit.me.may(Action.client_write)))


async def export_clients(visit: Visit) -> Response:
    """The same rows as CSV or Excel."""
    rows = await export.all_rows(visit.api, "/clients", _query(_state(visit)))
    columns = {
        "name": _("Name"),
        "email": _("E-mail"),
        "currency": _("Currency"),
        "external_id": _("External id"),
        "created_on": _("Client since"),
        "archived_at": _("Archived at"),
    }
    return export.table_file(visit, "clients", columns, rows)


async def show_client(visit: Visit) -> Response:
    """One client with the people there, their newest invoices and what happened."""
    client_id = str(visit.request.path_params["id"])
    answer, invoices, due, contacts, tags, events = await asyncio.gather(
        visit.api.get(f"/clients/{client_id}"),
        visit.api.get("/invoices", params={"client_id": client_id, "sort": "-issued_on", "limit": "25"}),
        open_invoices(visit, client_id=client_id),
        contacts_of(visit, client_id),
        tags_of(visit, client_id),
        client_timeline(visit.api, client_id),
    )
    rows = tuple(InvoiceRow.of(row, visit.me.today) for row in invoices.items)
    page = ClientPage(
        client=Client.of(answer.object),
        invoices=rows,
        owed=owed(due),
        contacts=contacts,
        tags=tags,
        entries=events.entries,
        more_entries=events.next_cursor is not None,
        may_write=visit.me.may(Action.client_write),
        may_bill=visit.me.may(Action.invoice_write),
        may_report=visit.me.may(Action.report_manage),
        may_see_health=visit.me.may(Action.health_read) and answer.object.get("archived_at") is None,
    )
    return visit.page("clients/detail.html", page)


async def new_client(visit: Visit) -> Response:
    """An empty form."""
    form = Form({"currency": visit.me.currency})
    return visit.page("clients/form.html", ClientFormPage(form, visit.me.currency))


def _checked(form: Form) -> Form:
    form = required(form, name=_("a name"))
    currency = form.value("currency")
    if currency and (len(currency) != 3 or not currency.isalpha()):
        form = form.failed("currency", _("Use three letters, for example EUR."))
    return form


def _body(form: Form) -> dict[str, object]:
    values: dict[str, object] = {"name": form.value("name"), "email": form.value("email") or None}
    if form.value("currency"):
        values["currency"] = form.value("currency").upper()
    return values


async def create_client(visit: Visit) -> Response:
    """Create, or show the form again with what is wrong."""
    form = _checked(typed(visit.sent.multi_items()))
    if form.ok:
        try:
            made = await visit.api.post("/clients", json=_body(form))
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            form = with_problem(form, problem.detail, problem.fields, FIELDS)
        else:
            return visit.leave(f"/clients/{made.object['id']}", _("%(name)s is now a client.", name=form.value("name")))
    return visit.page("clients/form.html", ClientFormPage(form, visit.me.currency), 422)


async def _stored(visit: Visit) -> tuple[Client, ClientFormPage]:
    answer = await visit.api.get(f"/clients/{visit.request.path_params['id']}")
    client = Client.of(answer.object)
    form = Form({"name": client.name, "email": client.email, "currency": client.currency})
    return client, ClientFormPage(form, visit.me.currency, client, answer.etag)


def _merged() -> tuple[merge.Field, ...]:
    return (
        merge.Field("name", _("Name")),
        merge.Field("email", _("E-mail")),
        merge.Field("currency", _("Currency")),
    )


async def edit_client(visit: Visit) -> Response:
    """The form with what is stored."""
    return visit.page("clients/form.html", (await _stored(visit))[1])


async def change_client(visit: Visit) -> Response:
    """Save a change, unless somebody else was faster."""
    client_id = visit.request.path_params["id"]
    form = _checked(typed(visit.sent.multi_items()))
    etag, status = form.value("etag"), 422
    if form.ok:
        try:
            await visit.api.patch(f"/clients/{client_id}", json=_body(form), etag=etag)
            return visit.leave(f"/clients/{client_id}", _("Changes saved."))
        except Refusal as problem:
            status = problem.status
            form = with_problem(form, problem.detail, problem.fields, FIELDS)
    client, page = await _stored(visit)
    if status == 412:
        subject = merge.Subject(client.name, client.id, f"/clients/{client.id}")
        return await merge.ask(visit, form, page.form, page.etag, _merged(), subject)
    return visit.page("clients/form.html", replace(page, form=form, etag=etag), status)


def _archive_words(name: str) -> ArchiveWords:
    return ArchiveWords(
        title=_("Archive this client?"),
        going=_("%(name)s leaves the list of clients and gets no new invoices.", name=name),
        staying=_("Invoices, payments, reports and every figure stay; find the client again under “Archived”."),
        button=_("Archive client"),
        already=_("This client is archived already."),
        done=_("The client is archived; invoices and figures stay."),
    )


ROUTES = (
    Page("/clients", show_clients, action=Action.client_write),
    Page("/clients.csv", export_clients, action=Action.client_write),
    Page("/clients/new", new_client, action=Action.client_write),
    Page("/clients/new", create_client, ("POST",), action=Action.client_write),
    Page("/clients/{id:uuid}", show_client, action=Action.client_write),
    Page("/clients/{id:uuid}/edit", edit_client, action=Action.client_write),
    Page("/clients/{id:uuid}/edit", change_client, ("POST",), action=Action.client_write),
    *archive_pages("/clients", Action.client_write, _archive_words, bulk_verbs.CLIENTS),
)
