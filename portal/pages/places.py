"""Going between workspaces, and the address of one's own."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.responses import RedirectResponse, Response

from imisofts.access import Action, Role
from imisofts.brand import Brand
from portal import foreign
from portal.arrival import arrive
from portal.confirm import Confirmation
from portal.door import Json, Problem, Refusal
from portal.forms import Form, required, typed, with_problem
from portal.language import gettext as _
from portal.pages.sign_in import refusal_words
from portal.refusals import or_back
from portal.web import Page, Visit
from portal.words import Status, role_words


@dataclass(frozen=True, slots=True)
class Home:
    """A workspace that the viewer belongs to; ``host`` is where it is, ``current`` says that it is this one."""

    slug: str
    name: str
    role: str
    host: str
    current: bool


@dataclass(frozen=True, slots=True)
class HomesPage:
    """All of them, by name."""

    homes: tuple[Home, ...]


@dataclass(frozen=True, slots=True)
class SwitchPage:
    """Who comes in where by a code; one that no longer works has a code and nothing else."""

    code: str
    email: str = ""
    workspace: str = ""


@dataclass(frozen=True, slots=True)
class DomainPage:
    """The workspace's address now, the host it wants, the record that proves it, and how far that is."""

    form: Form
    url: str
    host: str
    record_name: str
    record_value: str
    status: Status | None
    checked_at: str
    problem: str
    in_use: bool


async def show_homes(visit: Visit) -> Response:
    """The workspaces one may go to."""
    answer = await visit.api.get("/session/workspaces")
    homes = tuple(
        Home(row["slug"], row["name"], role_words(Role(row["role"])), urlsplit(row["url"]).netloc, row["current"])
        for row in answer.items
    )
    return visit.page("places/homes.html", HomesPage(homes))


async def leave_for(visit: Visit) -> Response:
    """Go to another workspace: here, or at its own host."""
    body = {"workspace": str(visit.sent.get("workspace", ""))}
    try:
        answer = await visit.api.post("/session/switch", json=body)
    except Problem as problem:
        if problem.status != 404:
            raise
        return visit.leave("/workspaces", problem.detail, "bad")
    if answer.object.get("url"):
        return RedirectResponse(answer.object["url"], 303)
    return await arrive(visit, answer, "/")


async def show_switch(visit: Visit) -> Response:
    """Who comes in where; a page of our own asks, because an address can be sent by anybody."""
    code = visit.request.query_params.get("code", "")
    return await _switch_page(visit, code)


async def _switch_page(visit: Visit, code: str) -> Response:
    try:
        found = (await visit.api.post("/session/switch/open", json={"code": code})).object
    except Problem as problem:
        if problem.status not in {401, 422}:
            raise
        return visit.page("places/switch.html", SwitchPage(code), 404)
    visit.face = Brand.from_workspace(found["workspace"])
    return visit.page("places/switch.html", SwitchPage(code, found["email"], found["workspace"]["name"]))


async def switch(visit: Visit) -> Response:
    """Spend the code."""
    code = str(visit.sent.get("code", ""))
    try:
        answer = await visit.api.post("/session/switch/arrive", json={"code": code})
    except Problem as problem:
        if problem.status not in {401, 422}:
            raise
        return visit.leave("/sign-in", refusal_words(problem), "bad")
    return await arrive(visit, answer, "/")


def _domain_page(found: Json, form: Form | None = None) -> DomainPage:
    url, host = found["url"], str(found["host"] or "")
    in_use = bool(host) and urlsplit(url).hostname == host
    status = None
    if in_use:
        status = Status("in_use", _("In use"), "good") if not found["problem"] else _lost()
    elif host:
        status = Status("waiting", _("Waiting for the record"), "warning")
    return DomainPage(
        form or Form({"host": host}),
        url,
        host,
        str(found["record_name"] or ""),
        str(found["record_value"] or ""),
        status,
        str(found["checked_at"] or ""),
        foreign.sentence(found["problem"] or ""),
        in_use,
    )


def _lost() -> Status:
    return Status("lost", _("In use, but its record is gone"), "warning")


async def show_domain(visit: Visit) -> Response:
    """Where the workspace is."""
    return visit.page("places/domain.html", _domain_page((await visit.api.get("/workspace/domain")).object))


async def choose_domain(visit: Visit) -> Response:
    """Name a host."""
    form = required(typed(visit.sent.multi_items()), host=_("a host name"))
    if form.ok:
        try:
            await visit.api.put("/workspace/domain", json={"host": form.value("host")})
        except Refusal as problem:
            form = with_problem(form, problem.detail, problem.fields, ("host",))
        else:
            return visit.leave("/settings/domain", _("Now set the record, then check it."), "information")
    found = (await visit.api.get("/workspace/domain")).object
    return visit.page("places/domain.html", _domain_page(found, form), 422)


async def verify_domain(visit: Visit) -> Response:
    """Look for the record now."""
    with or_back("/settings/domain", also={404}):
        found = (await visit.api.post("/workspace/domain/verify")).object
    if found["problem"]:
        return visit.leave("/settings/domain", foreign.sentence(found["problem"]), "warning")
    said = _("The record is right. The workspace answers at %(url)s.", url=found["url"])
    return visit.leave("/settings/domain", said)


async def ask_remove_domain(visit: Visit) -> Response:
    """The question before the own address is given up."""
    answer = await visit.api.get("/workspace/domain")
    if not answer.object["host"]:
        return visit.leave("/settings/domain")
    question = Confirmation(
        title=_("Give this address up?"),
        subject=str(answer.object["host"]),
        going=_("Addresses at this host stop working at once, also those in mails that were sent."),
        staying=_("The workspace stays as it is, at the installation's own address. You can name the host again."),
        button=_("Give the address up"),
        icon="trash",
        action="/settings/domain/remove",
        back="/settings/domain",
        etag=answer.etag,
    )
    return visit.page("confirm.html", question)


async def remove_domain(visit: Visit) -> Response:
    """Give it up; who did so at this very host goes on at the installation's address."""
    with or_back("/settings/domain", also={404}):
        await visit.api.delete("/workspace/domain", etag=str(visit.sent.get("etag", "")))
    if visit.place:
        return RedirectResponse(visit.site.settings.public_url, 303)
    return visit.leave("/settings/domain", _("The workspace is at the installation's address again."))


MANAGE = Action.workspace_manage
ROUTES = (
    Page("/workspaces", show_homes),
    Page("/workspaces", leave_for, ("POST",)),
    Page("/switch", show_switch, public=True),
    Page("/switch", switch, ("POST",), public=True),
    Page("/settings/domain", show_domain, action=MANAGE),
    Page("/settings/domain", choose_domain, ("POST",), action=MANAGE),
    Page("/settings/domain/verify", verify_domain, ("POST",), action=MANAGE),
    Page("/settings/domain/remove", ask_remove_domain, action=MANAGE),
    Page("/settings/domain/remove", remove_domain, ("POST",), action=MANAGE),
)
