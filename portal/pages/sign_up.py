"""Opening an agency: asked for here, confirmed by mail, and only then made."""

from dataclasses import dataclass, replace
from zoneinfo import available_timezones

from starlette.responses import Response

from imisofts.currencies import CODES
from portal import language
from portal.arrival import arrive
from portal.door import Problem
from portal.forms import Form, required, typed, with_problem
from portal.language import gettext as _
from portal.lists import Choice
from portal.pages.sign_in import refusal_words
from portal.web import Page, Visit

FIELDS = ("email", "name", "agency", "slug", "currency", "timezone")


@dataclass(frozen=True, slots=True)
class SignUpPage:
    """The form; ``sent`` says that a mail is on its way. ``below`` follows the short name in addresses."""

    form: Form
    currencies: tuple[Choice, ...]
    zones: tuple[Choice, ...]
    below: str
    terms_url: str
    sent: bool = False


@dataclass(frozen=True, slots=True)
class SlugNote:
    """Whether a short name can be had; nothing is typed yet without one."""

    slug: str
    problem: str


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """What the link makes; one that no longer works has a token and nothing else."""

    form: Form
    token: str
    email: str = ""
    agency: str = ""
    needs_password: bool = False
    slug_taken: bool = False


def _page(visit: Visit, form: Form, *, sent: bool = False) -> SignUpPage:
    settings = visit.site.settings
    return SignUpPage(
        form,
        tuple(Choice(code, code) for code in sorted(CODES)),
        tuple(Choice(zone, zone.replace("_", " ")) for zone in sorted(available_timezones()) if "/" in zone),
        f".{settings.base_domain}" if settings.base_domain else "",
        settings.terms_url,
        sent,
    )


def _require_open(visit: Visit) -> None:
    """Nobody signs up where it is off, nor at the host of one workspace."""
    if not visit.site.settings.sign_up or visit.place:
        raise Problem(404, "not_found", "")


async def show(visit: Visit) -> Response:
    """The form."""
    _require_open(visit)
    form = Form({"currency": "EUR", "timezone": "Europe/Berlin"})
    return visit.page("sign_up/form.html", _page(visit, form))


async def note_slug(visit: Visit) -> Response:
    """Said beside the short name while it is typed."""
    _require_open(visit)
    slug = visit.request.query_params.get("slug", "").strip().lower()
    if not slug:
        return visit.page("sign_up/slug.html", SlugNote("", ""))
    try:
        problem = (await visit.api.get("/sign-up/address", params={"slug": slug})).object["problem"]
    except Problem as refused:
        if refused.status not in {422, 429}:
            raise
        problem = "shape" if refused.status == 422 else ""
        slug = slug if problem else ""
    return visit.page("sign_up/slug.html", SlugNote(slug, slug_words(problem)))


def slug_words(code: str | None) -> str:
    """Why a short name cannot be had, in words."""
    known = {
        "is taken": _("This short name is taken."),
        "is reserved": _("This short name is reserved."),
        "shape": _("Small letters, digits and dashes, beginning and ending with a letter or digit."),
    }
    return known.get(code or "", "")


async def ask(visit: Visit) -> Response:
    """Ask for the mail; the answer is the same whoever asks."""
    _require_open(visit)
    form = typed(visit.sent.multi_items())
    form = replace(form, values={**form.values, "slug": form.value("slug").lower()})
    form = required(
        form, email=_("your e-mail address"), name=_("your name"), agency=_("the agency's name"), slug=_("a short name")
    )
    if not form.value("terms"):
        form = form.failed("terms", _("Accept the terms to go on."))
    if form.ok:
        body: dict[str, object] = {name: form.value(name) for name in FIELDS}
        try:
            await visit.api.post("/sign-up", json={**body, "locale": str(language.locale()), "terms": True})
        except Problem as problem:
            if problem.status not in {409, 422, 429}:
                raise
            form = with_problem(form, refusal_words(problem), problem.fields, FIELDS)
        else:
            return visit.page("sign_up/form.html", _page(visit, form, sent=True))
    return visit.page("sign_up/form.html", _page(visit, form), 422)


async def show_confirm(visit: Visit) -> Response:
    """What the link makes."""
    _require_open(visit)
    token = visit.request.query_params.get("token", "")
    return await _confirm_page(visit, Form(), token, 200)


async def _confirm_page(visit: Visit, form: Form, token: str, status: int) -> Response:
    try:
        found = (await visit.api.post("/sign-up/open", json={"token": token})).object
    except Problem as problem:
        if problem.status not in {401, 422}:
            raise
        return visit.page("sign_up/confirm.html", ConfirmPage(form, token), 404)
    if not form.value("slug"):
        form = replace(form, values={**form.values, "slug": found["slug"]})
    taken = bool(found["slug_problem"])
    if taken and not form.error("slug"):
        form = form.failed("slug", slug_words(found["slug_problem"]))
    page = ConfirmPage(form, token, found["email"], found["agency"], found["needs_password"], taken)
    return visit.page("sign_up/confirm.html", page, status)


async def confirm(visit: Visit) -> Response:
    """Make the agency and come in."""
    _require_open(visit)
    form = typed(visit.sent.multi_items())
    token, body = form.value("token"), {"token": form.value("token")}
    if form.value("choose") == "password":
        form = required(form, password=_("a password"))
        if form.ok and visit.sent.get("password") != visit.sent.get("again"):
            form = form.failed("again", _("The two passwords differ. Type the same one twice."))
        body["password"] = str(visit.sent.get("password", ""))
    if form.value("slug"):
        body["slug"] = form.value("slug").lower()
    if form.ok:
        try:
            answer = await visit.api.post("/sign-up/confirm", json=body)
        except Problem as problem:
            if problem.status not in {401, 409, 422, 429}:
                raise
            form = with_problem(form, refusal_words(problem), problem.fields, ("password", "slug"))
        else:
            return await arrive(visit, answer, "/", _("Welcome. Your agency is open."))
    return await _confirm_page(visit, form, token, 422)


ROUTES = (
    Page("/sign-up", show, public=True),
    Page("/sign-up", ask, ("POST",), public=True),
    Page("/sign-up/address", note_slug, public=True),
    Page("/sign-up/confirm", show_confirm, public=True),
    Page("/sign-up/confirm", confirm, ("POST",), public=True),
)
