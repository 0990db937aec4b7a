"""What staff do to people: add, change, archive, agree on hours and rates, enter time off and holidays."""

from dataclasses import dataclass, replace

from starlette.responses import Response

from imisofts.access import Action
from portal import bulk_verbs, merge
from portal.archive import ArchiveWords, archive_pages
from portal.door import Json, Problem, Refusal
from portal.forms import Form, required, typed, with_problem
from portal.hours import minutes_of
from portal.language import gettext as _
from portal.lists import Choice
from portal.pages.invoice_forms import decimal_of
from portal.pages.people import WEEKDAYS, Person, holidays_page, person_page
from portal.refusals import or_back
from portal.web import Page, Visit

FIELDS = ("name", "email", "title", "region", "user_id")


@dataclass(frozen=True, slots=True)
class PersonFormPage:
    """Create or change; ``person`` is None for a new one. ``users`` are members of staff to link a sign-in with."""

    form: Form
    users: tuple[Choice, ...]
    person: Person | None = None
    etag: str = ""


async def _users(visit: Visit) -> tuple[Choice, ...]:
    answer = await visit.api.get("/users", params={"limit": "200"})
    staff = [row for row in answer.items if row["role"] != "client"]
    return tuple(Choice(str(row["user_id"]), f"{row['name']} ({row['email']})") for row in staff)


async def new_person(visit: Visit) -> Response:
    """An empty form."""
    return visit.page("people/form.html", PersonFormPage(Form({"is_billable_role": "1"}), await _users(visit)))


def _checked(form: Form) -> tuple[Form, Json]:
    form = required(form, name=_("a name"))
    body: Json = {name: form.value(name) or None for name in FIELDS}
    return form, body | {"name": form.value("name"), "is_billable_role": bool(form.value("is_billable_role"))}


async def create_person(visit: Visit) -> Response:
    """Create, or show the form again with what is wrong."""
    form, body = _checked(typed(visit.sent.multi_items()))
    if form.ok:
        try:
            made = await visit.api.post("/people", json=body)
        except Refusal as problem:
            form = with_problem(form, problem.detail, problem.fields, FIELDS)
        else:
            notice = _("%(name)s is on the list. Agree on working hours next.", name=form.value("name"))
            return visit.leave(f"/people/{made.object['id']}", notice)
    return visit.page("people/form.html", PersonFormPage(form, await _users(visit)), 422)


async def _stored(visit: Visit) -> PersonFormPage:
    answer = await visit.api.get(f"/people/{visit.request.path_params['id']}")
    person = Person.of(answer.object)
    values = {name: getattr(person, name) for name in FIELDS}
    form = Form({**values, "is_billable_role": "1" if person.is_billable_role else ""})
    return PersonFormPage(form, await _users(visit), person, answer.etag)


async def edit_person(visit: Visit) -> Response:
    """The form with what is stored."""
    return visit.page("people/form.html", await _stored(visit))


async def change_person(visit: Visit) -> Response:
    """Save a change, unless somebody else was faster."""
    path = f"/people/{visit.request.path_params['id']}"
    form, body = _checked(typed(visit.sent.multi_items()))
    etag, status = form.value("etag"), 422
    if form.ok:
        try:
            await visit.api.patch(path, json=body, etag=etag)
            return visit.leave(path, _("Changes saved."))
        except Refusal as problem:
            status, form = problem.status, with_problem(form, problem.detail, problem.fields, FIELDS)
    page = await _stored(visit)
    if status == 412 and page.person is not None:
        subject = merge.Subject(page.person.name, page.person.id, path)
        return await merge.ask(visit, form, page.form, page.etag, _merged(page.users), subject)
    return visit.page("people/form.html", replace(page, form=form, etag=etag), status)


def _merged(users: tuple[Choice, ...]) -> tuple[merge.Field, ...]:
    return (
        merge.Field("name", _("Name")),
        merge.Field("title", _("Title")),
        merge.Field("email", _("E-mail")),
        merge.Field("user_id", _("Sign-in"), users),
        merge.Field("region", _("Region")),
        merge.Field("is_billable_role", _("Billable role: counts in utilization"), yes_no=True),
    )


def _archive_words(name: str) -> ArchiveWords:
    return ArchiveWords(
        title=_("Archive this person?"),
        going=_("%(name)s has no working hours from tomorrow on and gets no new tasks.", name=name),
        staying=_("The time entered and every figure stay; find the person again under “Archived”."),
        button=_("Archive person"),
        already=_("This person is archived already."),
        done=_("The person is archived; time and figures stay."),
    )


async def set_hours(visit: Visit) -> Response:
    """Agree on a week from a day on."""
    person_id = str(visit.request.path_params["id"])
    form = required(typed(visit.sent.multi_items()), started_on=_("the first day"))
    body: Json = {"started_on": form.value("started_on"), "correction": bool(form.value("correction"))}
    for name in WEEKDAYS:
        minutes = minutes_of(form.value(name) or "0")
        if minutes is None or minutes > 24 * 60:
            form = form.failed(name, _("Enter hours like 8 or 7:30."))
        body[f"{name}_minutes"] = minutes
    if form.ok:
        try:
            await visit.api.post(f"/people/{person_id}/working-hours", json=body)
        except Refusal as problem:
            form = _dated_problem(form, problem, ("started_on", *WEEKDAYS))
        else:
            return visit.leave(f"/people/{person_id}", _("The working hours are set; the ones before end there."))
    return await person_page(visit, person_id, week=form, status=422)


async def set_rate(visit: Visit) -> Response:
    """A rate from a day on."""
    person_id = str(visit.request.path_params["id"])
    form = required(typed(visit.sent.multi_items()), started_on=_("the first day"), hourly_rate=_("an amount"))
    rate = decimal_of(form.value("hourly_rate") or "0")
    if rate is None:
        form = form.failed("hourly_rate", _("Enter an amount."))
    if form.ok:
        body: Json = {name: form.value(name) for name in ("kind", "started_on")}
        body |= {"hourly_rate": str(rate), "correction": bool(form.value("correction"))}
        if form.value("currency"):
            body["currency"] = form.value("currency").upper()
        try:
            await visit.api.post(f"/people/{person_id}/rates", json=body)
        except Refusal as problem:
            form = _dated_problem(form, problem, ("kind", "started_on", "hourly_rate", "currency"))
        else:
            return visit.leave(f"/people/{person_id}", _("The rate is set; the one before ends there."))
    return await person_page(visit, person_id, rate=form, status=422)


def _dated_problem(form: Form, problem: Problem, shown: tuple[str, ...]) -> Form:
    if problem.code == "closed_month":
        words = _("This lies in a closed month. Choose a day from this month on, or tick “Correct closed months”.")
        return form.failed("started_on", words)
    return with_problem(form, problem.detail, problem.fields, shown)


async def add_off(visit: Visit) -> Response:
    """Enter days off."""
    person_id = str(visit.request.path_params["id"])
    form = required(typed(visit.sent.multi_items()), starts_on=_("the first day"), ends_on=_("the last day"))
    minutes = minutes_of(form.value("hours_a_day")) if form.value("hours_a_day") else None
    if form.value("hours_a_day") and not minutes:
        form = form.failed("hours_a_day", _("Enter hours like 4 or 2:30."))
    if form.ok:
        body: Json = {name: form.value(name) for name in ("starts_on", "ends_on", "kind")}
        body |= {"person_id": person_id, "minutes_per_day": minutes}
        try:
            await visit.api.post("/time-off", json=body)
        except Refusal as problem:
            form = with_problem(form, problem.detail, problem.fields, ("starts_on", "ends_on", "kind"))
        else:
            return visit.leave(f"/people/{person_id}", _("The days off are entered."))
    return await person_page(visit, person_id, off=form, status=422)


async def delete_off(visit: Visit) -> Response:
    """Somebody works after all."""
    back = f"/people/{visit.sent.get('person_id', '')}"
    with or_back(back):
        path = f"/time-off/{visit.request.path_params['id']}"
        await visit.api.delete(path, etag=str(visit.sent.get("etag", "")))
    undo = bulk_verbs.DAYS_OFF.back("restore", str(visit.request.path_params["id"]))
    return visit.leave(back, _("The days off are deleted."), undo=undo)


async def add_holiday(visit: Visit) -> Response:
    """A day on which nobody works."""
    form = required(typed(visit.sent.multi_items()), on_date=_("the day"), name=_("a name"))
    year = form.value("on_date")[:4]
    if form.ok:
        body = {"on_date": form.value("on_date"), "name": form.value("name"), "region": form.value("region") or None}
        try:
            await visit.api.post("/holidays", json=body)
        except Refusal as problem:
            form = with_problem(form, problem.detail, problem.fields, ("on_date", "name", "region"))
        else:
            return visit.leave(f"/holidays?year={year}", _("The holiday is added."))
    return await holidays_page(visit, year, form=form, status=422)


ROUTES = (
    Page("/people/new", new_person, action=Action.person_write),
    Page("/people/new", create_person, ("POST",), action=Action.person_write),
    Page("/people/{id:uuid}/edit", edit_person, action=Action.person_write),
    Page("/people/{id:uuid}/edit", change_person, ("POST",), action=Action.person_write),
    *archive_pages("/people", Action.person_write, _archive_words, bulk_verbs.PEOPLE),
    Page("/people/{id:uuid}/working-hours", set_hours, ("POST",), action=Action.person_write),
    Page("/people/{id:uuid}/rates", set_rate, ("POST",), action=Action.person_write),
    Page("/people/{id:uuid}/time-off", add_off, ("POST",), action=Action.time_write),
    Page("/time-off/{id:uuid}/delete", delete_off, ("POST",), action=Action.time_write),
    Page("/holidays", add_holiday, ("POST",), action=Action.person_write),
)
