"""What the agency sells: list, detail, create, change, archive."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal

from starlette.responses import Response

from imisofts.access import Action
from portal import bulk_verbs, export, lists, merge, tables
from portal.archive import ArchiveWords, archive_pages
from portal.door import Json, Problem, Refusal
from portal.forms import Form, required, typed, with_problem
from portal.language import gettext as _
from portal.language import money
from portal.lists import Choice
from portal.pages.invoice_forms import decimal_of, new_key
from portal.tables import Column
from portal.timeline import Entry, timeline
from portal.web import Page, Visit
from portal.words import every_words, interval_choices

FIELDS = ("name", "description", "unit_price", "currency", "interval", "interval_count")


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service as the API tells it; ``unit_price`` in units of ``currency``, ``every`` in words."""

    id: str
    name: str
    description: str
    unit_price: Decimal | None
    currency: str
    interval: str
    interval_count: int
    external_id: str
    archived: bool
    imported: bool
    version: int

    @classmethod
    def of(cls, row: Json) -> "ServiceRow":
        """From an API object."""
        price = row.get("unit_price")
        return cls(
            id=str(row["id"]),
            name=row["name"],
            description=row.get("description") or "",
            unit_price=None if price is None else Decimal(str(price)),
            currency=row["currency"],
            interval=row.get("interval") or "",
            interval_count=int(row.get("interval_count") or 1),
            external_id=row.get("external_id") or "",
            archived=row.get("archived_at") is not None,
            imported=row.get("source") == "import",
            version=int(row.get("version") or 1),
        )

    @property
    def every(self) -> str:
        """How often it is charged, in words."""
        return every_words(self.interval, self.interval_count)

    @property
    def price(self) -> str:
        """The price as people write it, or that there is none."""
        return "–" if self.unit_price is None else money(self.unit_price, self.currency)


@dataclass(frozen=True, slots=True)
class ServicesPage:
    """The list; ``state`` is the address, ``rows`` one page of it."""

    state: lists.ListState
    table: tables.Table
    rows: tuple[ServiceRow, ...]
    may_write: bool


@dataclass(frozen=True, slots=True)
class ServicePage:
    """One service and what happened to it."""

    service: ServiceRow
    entries: tuple[Entry, ...]
    may_write: bool


@dataclass(frozen=True, slots=True)
class ServiceFormPage:
    """Create or change; ``service`` is None for a new one, ``etag`` the version being changed."""

    form: Form
    intervals: tuple[Choice, ...]
    service: ServiceRow | None = None
    etag: str = ""


def _state(visit: Visit) -> lists.ListState:
    return lists.read(
        visit.request, "/services", filters=("show",), sortable=("name", "unit_price"), default_sort="name"
    )


def _query(state: lists.ListState) -> dict[str, str]:
    archived = "true" if state.filters["show"] == "archived" else "false"
    query = {"sort": state.sort, "limit": str(lists.LIMIT), "archived": archived}
    return query | {name: value for name, value in (("q", state.q), ("cursor", state.cursor)) if value}


def _columns() -> tuple[Column, ...]:
    return (
        Column("name", _("Name"), sort=True, fixed=True),
        Column("description", _("Description")),
        Column("external_id", _("External id"), usual=False),
        Column("every", _("Charged")),
        Column("unit_price", _("Unit price"), sort=True, numeric=True),
    )


async def show_services(visit: Visit) -> Response:
    """The list."""
    state = _state(visit)
    bar = bulk_verbs.SERVICES.bar(visit, "restore" if state.filters["show"] == "archived" else "archive")
    answer, table = await asyncio.gather(
        visit.api.get("/services", params=_query(state)), tables.of(visit, state, _columns(), bar)
    )
    rows = tuple(ServiceRow.of(row) for row in answer.items)
    page = ServicesPage(lists.moved(state, answer.next_cursor), table, rows, visit.me.may(Action.service_write))
    return visit.page("services/list.html", page)


async def export_services(visit: Visit) -> Response:
    """The same rows as CSV or Excel."""
    rows = await export.all_rows(visit.api, "/services", _query(_state(visit)))
    columns = {
        "name": _("Name"),
        "description": _("Description"),
        "unit_price": _("Unit price"),
        "currency": _("Currency"),
        "interval": _("Interval"),
        "interval_count": _("Interval count"),
        "external_id": _("External id"),
        "archived_at": _("Archived at"),
    }
    return export.table_file(visit, "services", columns, rows)


async def show_service(visit: Visit) -> Response:
    """One service."""
    service_id = str(visit.request.path_params["id"])
    answer, entries = await asyncio.gather(visit.api.get(f"/services/{service_id}"), timeline(visit.api, service_id))
    page = ServicePage(ServiceRow.of(answer.object), entries, visit.me.may(Action.service_write))
    return visit.page("services/detail.html", page)


def _page(form: Form, service: ServiceRow | None = None, etag: str = "") -> ServiceFormPage:
    return ServiceFormPage(form, interval_choices(_("Once, not again")), service, etag)


async def new_service(visit: Visit) -> Response:
    """An empty form: a monthly price in the workspace's currency is what most agencies sell."""
    form = Form({"currency": visit.me.currency, "interval": "month", "interval_count": "1", "key": new_key()})
    return visit.page("services/form.html", _page(form))


def _checked(form: Form) -> Form:
    form = required(form, name=_("a name"))
    if form.value("unit_price") and decimal_of(form.value("unit_price")) is None:
        form = form.failed("unit_price", _("Enter a number."))
    if form.value("interval") and not form.value("interval_count").isdecimal():
        form = form.failed("interval_count", _("Enter a whole number, 1 or more."))
    return form


def _body(form: Form) -> Json:
    price = decimal_of(form.value("unit_price")) if form.value("unit_price") else None
    body: Json = {
        "name": form.value("name"),
        "description": form.value("description") or None,
        "unit_price": None if price is None else str(price),
        "interval": form.value("interval") or None,
        "interval_count": int(form.value("interval_count")) if form.value("interval") else 1,
    }
    if form.value("currency"):
        body["currency"] = form.value("currency").upper()
    return body


async def create_service(visit: Visit) -> Response:
    """Create, or show the form again with what is wrong."""
    form = _checked(typed(visit.sent.multi_items()))
    if form.ok:
        try:
            made = await visit.api.post("/services", json=_body(form), key=form.value("key") or new_key())
        except Problem as problem:
            if problem.status not in {409, 422}:
                raise
            form = with_problem(form, problem.detail, problem.fields, FIELDS)
        else:
            return visit.leave(f"/services/{made.object['id']}", _("%(name)s can be sold.", name=form.value("name")))
    return visit.page(
        "services/form.html", _page(Form({**form.values, "key": new_key()}, form.errors, form.problem)), 422
    )


async def _stored(visit: Visit) -> tuple[ServiceRow, ServiceFormPage]:
    answer = await visit.api.get(f"/services/{visit.request.path_params['id']}")
    service = ServiceRow.of(answer.object)
    price = "" if service.unit_price is None else f"{service.unit_price.normalize():f}"
    values = {"name": service.name, "description": service.description, "unit_price": price}
    values |= {"currency": service.currency, "interval": service.interval}
    form = Form({**values, "interval_count": str(service.interval_count)})
    return service, _page(form, service, answer.etag)


def _merged(page: ServiceFormPage) -> tuple[merge.Field, ...]:
    return (
        merge.Field("name", _("Name")),
        merge.Field("description", _("Description")),
        merge.Field("unit_price", _("Unit price")),
        merge.Field("currency", _("Currency")),
        merge.Field("interval_count", _("Charged every")),
        merge.Field("interval", _("Interval"), page.intervals),
    )


async def edit_service(visit: Visit) -> Response:
    """The form with what is stored."""
    return visit.page("services/form.html", (await _stored(visit))[1])


async def change_service(visit: Visit) -> Response:
    """Save a change, unless somebody else was faster."""
    path = f"/services/{visit.request.path_params['id']}"
    form = _checked(typed(visit.sent.multi_items()))
    etag, status = form.value("etag"), 422
    if form.ok:
        try:
            await visit.api.patch(path, json=_body(form), etag=etag)
            return visit.leave(path, _("Changes saved."))
        except Refusal as problem:
            status = problem.status
            form = with_problem(form, problem.detail, problem.fields, FIELDS)
    service, page = await _stored(visit)
    if status == 412:
        subject = merge.Subject(service.name, service.id, path)
        return await merge.ask(visit, form, page.form, page.etag, _merged(page), subject)
    return visit.page("services/form.html", _page(form, service, etag), status)


def _archive_words(name: str) -> ArchiveWords:
    return ArchiveWords(
        title=_("Archive this service?"),
        going=_("%(name)s leaves the list and is not sold any more.", name=name),
        staying=_("Subscriptions that have it go on as agreed; find the service again under “Archived”."),
        button=_("Archive service"),
        already=_("This service is archived already."),
        done=_("The service is archived; what was sold goes on."),
    )


ROUTES = (
    Page("/services", show_services, action=Action.service_read),
    Page("/services.csv", export_services, action=Action.service_read),
    Page("/services/new", new_service, action=Action.service_write),
    Page("/services/new", create_service, ("POST",), action=Action.service_write),
    Page("/services/{id:uuid}", show_service, action=Action.service_read),
    Page("/services/{id:uuid}/edit", edit_service, action=Action.service_write),
    Page("/services/{id:uuid}/edit", change_service, ("POST",), action=Action.service_write),
    *archive_pages("/services", Action.service_write, _archive_words, bulk_verbs.SERVICES),
)
