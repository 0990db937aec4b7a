"""Coming in by the workspace's own provider, and the settings of it."""

from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from imisofts.access import Action, Role
from portal import foreign
from portal.arrival import arrive
from portal.confirm import Confirmation
from portal.door import Json, Problem, Refusal
from portal.forms import Form, required, typed, with_problem
from portal.language import gettext as _
from portal.lists import Choice
from portal.pages.sign_in import refusal_words
from portal.refusals import or_back
from portal.web import Page, Visit
from portal.words import role_words

TICKET_COOKIE = "imisofts_sign_on"
FIELDS = ("issuer", "client_id", "client_secret", "domains", "role")
BACK = "/settings/sign-on"


@dataclass(frozen=True, slots=True)
class SignOnPage:
    """Asks for an address, by whose domain the provider is found; at a workspace's own host, ``place``, for nothing."""

    form: Form
    place: str


@dataclass(frozen=True, slots=True)
class DomainState:
    """A domain, the name of its record, and whether that was found."""

    name: str
    record: str
    proven: bool


@dataclass(frozen=True, slots=True)
class SignOnSettings:
    """The provider: what it has to know of us, what each domain has to say, and what the last check found."""

    form: Form
    roles: tuple[Choice, ...]
    redirect_uri: str
    sign_out_uri: str
    record_value: str
    domains: tuple[DomainState, ...]
    checked_at: str
    problem: str
    known: bool
    enabled: bool


async def show(visit: Visit) -> Response:
    """The form."""
    form = Form({"email": visit.request.query_params.get("email", "")[:254]})
    return visit.page("sign_on/ask.html", SignOnPage(form, visit.place or ""))


async def go(visit: Visit) -> Response:
    """Leave for the provider, with a ticket that this browser alone keeps."""
    form = typed(visit.sent.multi_items())
    if not visit.place:
        form = required(form, email=_("your e-mail address"))
    if form.ok:
        body: dict[str, object] = {"remember": bool(form.value("remember"))}
        if form.value("email"):
            body["email"] = form.value("email")
        try:
            found = (await visit.api.post("/session/sign-on", json=body)).object
        except Problem as problem:
            if problem.status not in {422, 429}:
                raise
            form = with_problem(form, refusal_words(problem), {}, ())
        else:
            response = RedirectResponse(found["url"], 303)
            response.set_cookie(
                TICKET_COOKIE, found["ticket"], max_age=600, path="/sign-on", httponly=True, samesite="lax",
                secure=visit.request.url.scheme == "https",
            )  # fmt: skip
            return response
    return visit.page("sign_on/ask.html", SignOnPage(form, visit.place or ""), 422)


async def come_back(visit: Visit) -> Response:
    """What the provider sent the browser back with."""
    query, ticket = visit.request.query_params, visit.request.cookies.get(TICKET_COOKIE, "")
    brought: dict[str, object] = {"ticket": ticket, "state": query.get("state", ""), "code": query.get("code", "")}
    if query.get("error"):
        response = _refused(visit, _("Your agency's sign-in did not let you in, or you went back. Begin once more."))
    else:
        try:
            answer = await visit.api.post("/session/sign-on/callback", json=brought)
        except Problem as problem:
            if problem.status not in {401, 422, 429}:
                raise
            known = problem.code == "sign_on_refused"
            response = _refused(visit, problem.detail if known else _("Nobody was signed in. Begin once more."))
        else:
            response = await arrive(visit, answer, "/")
    response.delete_cookie(TICKET_COOKIE, path="/sign-on")
    return response


def _refused(visit: Visit, said: str) -> Response:
    """The form once more, with what went wrong."""
    return visit.page("sign_on/ask.html", SignOnPage(Form(problem=said), visit.place or ""), 422)


def _settings(found: Json, form: Form | None = None) -> SignOnSettings:
    known = found["issuer"] is not None
    proven = set(found["proven_domains"])
    typed_so_far = {
        "issuer": str(found["issuer"] or ""),
        "client_id": str(found["client_id"] or ""),
        "domains": ", ".join(found["domains"]),
        "role": str(found["role"] or "member"),
        "enabled": "1" if found["enabled"] or not known else "",
    }
    return SignOnSettings(
        form or Form(typed_so_far),
        tuple(Choice(role.value, role_words(role)) for role in (Role.member, Role.admin)),
        found["redirect_uri"],
        found["sign_out_uri"],
        str(found["record_value"] or ""),
        tuple(DomainState(name, f"_imisofts.{name}", name in proven) for name in found["domains"]),
        str(found["checked_at"] or ""),
        foreign.sentence(found["problem"] or ""),
        known,
        bool(found["enabled"]),
    )


async def show_settings(visit: Visit) -> Response:
    """The provider."""
    found = (await visit.api.get("/workspace/sign-on")).object
    return visit.page("sign_on/settings.html", _settings(found))


async def set_provider(visit: Visit) -> Response:
    """Name the provider."""
    form = required(typed(visit.sent.multi_items()), issuer=_("the provider's address"), client_id=_("a client id"))
    if form.ok:
        domains = [name for name in form.value("domains").replace(",", " ").split() if name]
        body: dict[str, object] = {name: form.value(name) for name in ("issuer", "client_id", "role")}
        body |= {"domains": domains, "enabled": bool(form.value("enabled"))}
        if form.value("client_secret"):
            body["client_secret"] = form.value("client_secret")
        try:
            await visit.api.put("/workspace/sign-on", json=body)
        except Refusal as problem:
            fields = {("domains" if ".domains" in f".{name}" else name): text for name, text in problem.fields.items()}
            form = with_problem(form, problem.detail, fields, FIELDS)
        else:
            return visit.leave(BACK, _("Saved. Check it now: nobody comes in before that."), "information")
    found = (await visit.api.get("/workspace/sign-on")).object
    return visit.page("sign_on/settings.html", _settings(found, form), 422)


async def check(visit: Visit) -> Response:
    """Ask provider and domains."""
    found = (await visit.api.post("/workspace/sign-on/check")).object
    if found["problem"]:
        return visit.leave(BACK, foreign.sentence(found["problem"]), "warning")
    return visit.leave(BACK, _("The provider answers as it has to."))


async def ask_remove(visit: Visit) -> Response:
    """The question before single sign-on ends."""
    answer = await visit.api.get("/workspace/sign-on")
    if not answer.object["issuer"]:
        return visit.leave(BACK)
    question = Confirmation(
        title=_("End single sign-on?"),
        subject=str(answer.object["issuer"]),
        going=_("Nobody comes in by the provider any more. People without a password ask for a link by mail."),
        staying=_("Members, their roles and what they did stay."),
        button=_("End single sign-on"),
        icon="trash",
        action=f"{BACK}/remove",
        back=BACK,
        etag=answer.etag,
    )
    return visit.page("confirm.html", question)


async def remove(visit: Visit) -> Response:
    """End it."""
    with or_back(BACK, also={404}):
        await visit.api.delete("/workspace/sign-on", etag=str(visit.sent.get("etag", "")))
    return visit.leave(BACK, _("Single sign-on has ended."))


MANAGE = Action.sign_on_manage
ROUTES = (
    Page("/sign-on", show, public=True),
    Page("/sign-on", go, ("POST",), public=True),
    Page("/sign-on/callback", come_back, public=True),
    Page(BACK, show_settings, action=MANAGE),
    Page(BACK, set_provider, ("POST",), action=MANAGE),
    Page(f"{BACK}/check", check, ("POST",), action=MANAGE),
    Page(f"{BACK}/remove", ask_remove, action=MANAGE),
    Page(f"{BACK}/remove", remove, ("POST",), action=MANAGE),
)
