"""The pages behind one-time links, and the one that asks for such a link.

Opening an address from a mail changes nothing, because programs that read mail open it too: each page says what its
button will do, for whom and where, and the button does it.
"""

from dataclasses import dataclass

from starlette.responses import Response

from imisofts.access import Role
from imisofts.brand import Brand
from portal.arrival import arrive
from portal.door import Json, Problem
from portal.forms import Form, required, typed, with_problem
from portal.language import gettext as _
from portal.pages.sign_in import refusal_words
from portal.web import Page, Visit
from portal.words import role_words

SPENT = {401, 404, 409, 410}


@dataclass(frozen=True, slots=True)
class AskLinkPage:
    """``sent`` says that a mail leaves if the address is known."""

    form: Form
    sent: bool = False


@dataclass(frozen=True, slots=True)
class LinkPage:
    """What a link does: for which address, in which workspace, as what; ``invited_by`` may be nobody in particular.
    A link that no longer works has a token and nothing else."""

    form: Form
    token: str
    spent: bool
    email: str = ""
    workspace: str = ""
    role: str = ""
    invited_by: str = ""
    open_until: str = ""
    needs_password: bool = False


async def show_ask(visit: Visit) -> Response:
    """The form that asks for a link."""
    return visit.page("link_ask.html", AskLinkPage(Form({"email": visit.request.query_params.get("email", "")[:254]})))


async def ask(visit: Visit) -> Response:
    """Ask for the mail; the answer is the same whoever asks."""
    form = required(typed(visit.sent.multi_items()), email=_("your e-mail address"))
    if form.ok:
        body: dict[str, object] = {"email": form.value("email")}
        try:
            await visit.api.post("/session/link-request", json=body)
        except Problem as problem:
            if problem.status not in {422, 429}:
                raise
            form = with_problem(form, refusal_words(problem), problem.fields, ("email",))
        else:
            return visit.page("link_ask.html", AskLinkPage(form, sent=True))
    return visit.page("link_ask.html", AskLinkPage(form), 422)


async def _opened(visit: Visit, token: str, purpose: str) -> Json | None:
    """What the link does, or nothing where it is not one of this kind that still works; the page wears its brand."""
    try:
        found = (await visit.api.post("/session/link/open", json={"token": token})).object
    except Problem as problem:
        if problem.status in SPENT | {422}:
            return None
        raise
    if found["purpose"] != purpose:
        return None
    visit.face = Brand.from_workspace(found["workspace"])
    return found


def _page(found: Json | None, token: str, form: Form) -> LinkPage:
    if found is None:
        return LinkPage(form, token, spent=True)
    return LinkPage(
        form,
        token,
        spent=False,
        email=found["email"],
        workspace=found["workspace"]["name"],
        role=role_words(Role(found["role"])),
        invited_by=str(found["invited_by"] or ""),
        open_until=found["expires_at"],
        needs_password=found["needs_password"],
    )


async def _show(visit: Visit, template: str, purpose: str) -> Response:
    token = visit.request.query_params.get("token", "")
    found = await _opened(visit, token, purpose)
    return visit.page(template, _page(found, token, Form()), 200 if found else 404)


async def _again(visit: Visit, template: str, purpose: str, token: str, form: Form) -> Response:
    return visit.page(template, _page(await _opened(visit, token, purpose), token, form), 422)


async def show_sign_in(visit: Visit) -> Response:
    """Whom the link signs in, and where."""
    return await _show(visit, "link_sign_in.html", "sign_in")


async def sign_in(visit: Visit) -> Response:
    """Spend the link."""
    form = typed(visit.sent.multi_items())
    body: dict[str, object] = {"token": form.value("token"), "remember": bool(form.value("remember"))}
    try:
        answer = await visit.api.post("/session/link/sign-in", json=body)
    except Problem as problem:
        form = with_problem(form, refusal_words(problem), {}, ())
        return await _again(visit, "link_sign_in.html", "sign_in", form.value("token"), form)
    return await arrive(visit, answer, "/")


async def show_invitation(visit: Visit) -> Response:
    """Who invites whom, to what, as what."""
    return await _show(visit, "invitation.html", "invitation")


async def accept(visit: Visit) -> Response:
    """Say yes: with a password where the person has none yet."""
    form = typed(visit.sent.multi_items())
    token, password = form.value("token"), str(visit.sent.get("password", ""))
    path, body = "/session/link/accept", {"token": token}
    if form.value("choose") == "password":
        path, body = "/session/link", {"token": token, "password": password}
        form = required(form, password=_("a password"))
        if form.ok and password != visit.sent.get("again"):
            form = form.failed("again", _("The two passwords differ. Type the same one twice."))
    if form.ok:
        try:
            answer = await visit.api.post(path, json=body)
        except Problem as problem:
            form = with_problem(form, refusal_words(problem), problem.fields, ("password",))
        else:
            return await arrive(visit, answer, "/", _("Welcome. You are in."))
    return await _again(visit, "invitation.html", "invitation", token, form)


async def decline(visit: Visit) -> Response:
    """Say no; nothing is left of the invitation."""
    token = str(visit.sent.get("token", ""))
    try:
        await visit.api.post("/session/link/decline", json={"token": token})
    except Problem as problem:
        form = with_problem(Form(), refusal_words(problem), {}, ())
        return await _again(visit, "invitation.html", "invitation", token, form)
    return visit.leave("/sign-in", _("You declined the invitation. Nothing was shared."), "information")


ROUTES = (
    Page("/sign-in/mail", show_ask, public=True),
    Page("/sign-in/mail", ask, ("POST",), public=True),
    Page("/sign-in/link", show_sign_in, public=True),
    Page("/sign-in/link", sign_in, ("POST",), public=True),
    Page("/invitation", show_invitation, public=True),
    Page("/invitation", accept, ("POST",), public=True),
    Page("/invitation/decline", decline, ("POST",), public=True),
)
