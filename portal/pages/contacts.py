"""The people at a client, the tags it is grouped by, and everything that happened with it."""

import asyncio
from dataclasses import dataclass, replace

from starlette.responses import Response

from imisofts.access import Action
from portal import bulk_verbs, merge
from portal.confirm import Confirmation
from portal.door import Answer, Json, Problem, Refusal
from portal.forms import Form, required, typed, with_problem
from portal.language import gettext as _
from portal.refusals import or_back
from portal.timeline import Events, client_timeline
from portal.web import Page, Visit

TEXTS = ("name", "email", "phone", "title")
LONGEST_TAG, MOST_TAGS = 50, 50


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a client."""

    id: str
    name: str
    email: str
    phone: str
    title: str
    is_primary: bool
    etag: str

    @classmethod
    def of(cls, row: Json) -> "Contact":
        """From an API object."""
        texts = {name: row.get(name) or "" for name in TEXTS}
        return cls(id=str(row["id"]), is_primary=row["is_primary"], etag=f'"{row["version"]}"', **texts)


@dataclass(frozen=True, slots=True)
class ContactFormPage:
    """Add or change; ``contact`` is None for a new one, ``etag`` the version being changed."""

    form: Form
    client_id: str
    client_name: str
    contact: Contact | None = None
    etag: str = ""


@dataclass(frozen=True, slots=True)
class TagsPage:
    """The tags as one line of text."""

    form: Form
    client_id: str
    client_name: str


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """A page of what happened with a client; ``cursor`` says that it is not the first."""

    client_id: str
    client_name: str
    events: Events
    cursor: str


async def contacts_of(visit: Visit, client_id: str) -> tuple[Contact, ...]:
    """A client's contacts, the primary one first."""
    return tuple(Contact.of(row) for row in (await visit.api.get(f"/clients/{client_id}/contacts")).items)


async def tags_of(visit: Visit, client_id: str) -> tuple[str, ...]:
    """A client's tags, by name."""
    return tuple((await visit.api.get(f"/clients/{client_id}/tags")).object["tags"])


async def _client(visit: Visit) -> tuple[str, str]:
    """Id and name of the address's client."""
    row = (await visit.api.get(f"/clients/{visit.request.path_params['id']}")).object
    return str(row["id"]), str(row["name"])


async def _stored(visit: Visit) -> ContactFormPage:
    """The address's contact as its form."""
    client_id, client_name = await _client(visit)
    wanted = str(visit.request.path_params["contact"])
    contact = next((each for each in await contacts_of(visit, client_id) if each.id == wanted), None)
    if contact is None:
        raise Problem(404, "not_found", "")
    values = {name: str(getattr(contact, name)) for name in TEXTS}
    form = Form({**values, "is_primary": "1" if contact.is_primary else ""})
    return ContactFormPage(form, client_id, client_name, contact, contact.etag)


def _body(form: Form) -> Json:
    body: Json = {name: form.value(name) or None for name in TEXTS}
    return body | {"is_primary": form.value("is_primary") == "1"}


async def new_contact(visit: Visit) -> Response:
    """An empty form."""
    return visit.page("contacts/form.html", ContactFormPage(Form(), *await _client(visit)))


async def add_contact(visit: Visit) -> Response:
    """Add somebody, or show the form again with what is wrong."""
    page = ContactFormPage(required(typed(visit.sent.multi_items()), name=_("a name")), *await _client(visit))
    return await _sent(visit, page)


async def edit_contact(visit: Visit) -> Response:
    """The form with what is stored."""
    return visit.page("contacts/form.html", await _stored(visit))


async def change_contact(visit: Visit) -> Response:
    """Save a change, unless somebody else was faster."""
    page = await _stored(visit)
    form = required(typed(visit.sent.multi_items()), name=_("a name"))
    return await _sent(visit, replace(page, form=form, etag=form.value("etag")))


async def _sent(visit: Visit, page: ContactFormPage) -> Response:
    """Send the form; a lost race is asked about."""
    status = 422
    if page.form.ok:
        try:
            await _write(visit, page)
            return visit.leave(f"/clients/{page.client_id}", _("%(name)s is saved.", name=page.form.value("name")))
        except Refusal as problem:
            status = problem.status
            page = replace(page, form=with_problem(page.form, problem.detail, problem.fields, TEXTS))
    if status == 412 and page.contact is not None:
        now, back = await _stored(visit), f"/clients/{page.client_id}/contacts/{page.contact.id}"
        subject = merge.Subject(page.contact.name, page.contact.id, back)
        return await merge.ask(visit, page.form, now.form, now.etag, _merged(), subject)
    return visit.page("contacts/form.html", page, status)


def _merged() -> tuple[merge.Field, ...]:
    return (
        merge.Field("name", _("Name")),
        merge.Field("title", _("Title")),
        merge.Field("email", _("E-mail")),
        merge.Field("phone", _("Phone")),
        merge.Field("is_primary", _("First contact"), yes_no=True),
    )


async def _write(visit: Visit, page: ContactFormPage) -> Answer:
    if page.contact is None:
        return await visit.api.post(f"/clients/{page.client_id}/contacts", json=_body(page.form))
    return await visit.api.patch(f"/contacts/{page.contact.id}", json=_body(page.form), etag=page.etag)


async def ask_remove(visit: Visit) -> Response:
    """What removing takes, before it is done."""
    page = await _stored(visit)
    assert page.contact is not None
    at = f"/clients/{page.client_id}/contacts/{page.contact.id}"
    question = Confirmation(
        title=_("Remove this contact?"),
        subject=page.contact.name,
        going=_("Name, e-mail, phone and title are forgotten. For ten minutes you can take that back."),
        staying=_("A sign-in of this person stays, and so does everything at %(client)s.", client=page.client_name),
        button=_("Remove contact"),
        icon="trash",
        action=f"{at}/remove",
        back=at,
        etag=page.etag,
    )
    return visit.page("confirm.html", question)


async def remove_contact(visit: Visit) -> Response:
    """Forget somebody."""
    back = f"/clients/{visit.request.path_params['id']}"
    with or_back(back):
        await visit.api.delete(
            f"/contacts/{visit.request.path_params['contact']}", etag=str(visit.sent.get("etag", ""))
        )
    undo = bulk_verbs.CONTACTS.back("restore", str(visit.request.path_params["contact"]))
    return visit.leave(back, _("The contact is removed."), undo=undo)


async def edit_tags(visit: Visit) -> Response:
    """The tags as one line."""
    client_id, client_name = await _client(visit)
    form = Form({"tags": ", ".join(await tags_of(visit, client_id))})
    return visit.page("contacts/tags.html", TagsPage(form, client_id, client_name))


def tags_typed(text: str) -> list[str]:
    """Tags between commas, each once and in small letters, in the order typed."""
    return list(dict.fromkeys(word.strip().lower() for word in text.split(",") if word.strip()))


async def set_tags(visit: Visit) -> Response:
    """Give the client exactly these tags."""
    form = typed(visit.sent.multi_items())
    tags = tags_typed(form.value("tags"))
    if any(len(tag) > LONGEST_TAG for tag in tags) or len(tags) > MOST_TAGS:
        form = form.failed("tags", _("At most 50 tags of 50 letters each, with commas between them."))
    client_id, client_name = await _client(visit)
    if form.ok:
        await visit.api.put(f"/clients/{client_id}/tags", json={"tags": tags})
        return visit.leave(f"/clients/{client_id}", _("The tags are saved."))
    return visit.page("contacts/tags.html", TagsPage(form, client_id, client_name), 422)


async def show_timeline(visit: Visit) -> Response:
    """What happened with a client and all that belongs to it, page by page."""
    cursor = visit.request.query_params.get("cursor", "")[:2000]
    found = client_timeline(visit.api, str(visit.request.path_params["id"]), 50, cursor)
    (client_id, client_name), events = await asyncio.gather(_client(visit), found)
    return visit.page("contacts/timeline.html", TimelinePage(client_id, client_name, events, cursor))


_AT = "/clients/{id:uuid}/contacts/{contact:uuid}"
ROUTES = (
    Page("/clients/{id:uuid}/contacts/new", new_contact, action=Action.client_write),
    Page("/clients/{id:uuid}/contacts/new", add_contact, ("POST",), action=Action.client_write),
    Page(_AT, edit_contact, action=Action.client_write),
    Page(_AT, change_contact, ("POST",), action=Action.client_write),
    Page(f"{_AT}/remove", ask_remove, action=Action.client_write),
    Page(f"{_AT}/remove", remove_contact, ("POST",), action=Action.client_write),
    Page("/clients/{id:uuid}/tags", edit_tags, action=Action.client_write),
    Page("/clients/{id:uuid}/tags", set_tags, ("POST",), action=Action.client_write),
    Page("/clients/{id:uuid}/timeline", show_timeline, action=Action.event_read),
)
