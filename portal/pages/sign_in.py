"""Coming and going: sign-in, the one-time link, sign-out, light and dark."""

from dataclasses import dataclass, replace

from starlette.responses import Response

from portal import web
from portal.arrival import arrive
from portal.door import Problem
from portal.forms import Form, required, typed, with_problem
from portal.key_questions import Question, question_of
from portal.language import gettext as _
from portal.web import Page, Visit


@dataclass(frozen=True, slots=True)
class SignInPage:
    """``next`` is where the visitor wanted to go; ``ask_workspace`` adds a field for people of several agencies.
    ``place`` names the workspace whose own host this is: nobody signs in to another there, nor opens one. ``question``
    is what a passkey is asked, where this address may have any."""

    form: Form
    next: str
    ask_workspace: bool = False
    place: str = ""
    may_sign_up: bool = False
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class SignedOutPage:
    """``there`` is where the provider, by which the session began, signs people out."""

    there: str


@dataclass(frozen=True, slots=True)
class SetPasswordPage:
    """``token`` is the one-time link's secret; ``spent`` says that it no longer works."""

    form: Form
    token: str
    spent: bool = False


@dataclass(frozen=True, slots=True)
class ForgotPage:
    """``sent`` says that a mail leaves if the address is known."""

    form: Form
    sent: bool = False


def _sign_in_page(visit: Visit, form: Form, wanted: str, *, ask: bool = False) -> SignInPage:
    may_sign_up = visit.site.settings.sign_up and visit.place is None
    return SignInPage(form, wanted, ask, visit.place or "", may_sign_up)


async def show_sign_in(visit: Visit) -> Response:
    """The form, or straight on for who is already signed in."""
    wanted = web.safe_next(visit.request.query_params.get("next"))
    if visit.viewer:
        return visit.leave(wanted)
    return await _form(visit, _sign_in_page(visit, Form(), wanted), 200)


async def sign_in(visit: Visit) -> Response:
    """Exchange e-mail and password for a session; the cookie is the API's own."""
    form = typed(visit.sent.multi_items())
    wanted = web.safe_next(form.value("next"))
    ask = bool(form.value("workspace"))
    form = required(form, email=_("your e-mail address"), password=_("your password"))
    if form.ok:
        body: dict[str, object] = {"email": form.value("email"), "password": str(visit.sent["password"])}
        if form.value("workspace"):
            body["workspace"] = form.value("workspace")
        if visit.sent.get("remember"):
            body["remember"] = True
        try:
            answer = await visit.api.post("/session", json=body)
        except Problem as problem:
            ask = ask or "workspace" in problem.code
            form = with_problem(form, refusal_words(problem), problem.fields, ("email", "password", "workspace"))
        else:
            return await arrive(visit, answer, wanted)
    return await _form(visit, _sign_in_page(visit, form, wanted, ask=ask), 422)


async def _form(visit: Visit, page: SignInPage, status: int) -> Response:
    """The page, with a passkey's question where this address may have any."""
    try:
        question = question_of((await visit.api.post("/session/passkey/question")).object)
    except Problem as problem:
        if problem.code != "keys_unavailable":
            raise
        question = None
    return visit.page("sign_in.html", replace(page, question=question), status)


def refusal_words(problem: Problem) -> str:
    """Why somebody was not let in, in words."""
    if problem.status == 401:
        if problem.code == "link_spent":
            return problem.detail
        return _("E-mail and password do not belong together. Try again, or choose a new password.")
    if problem.status == 429:
        return _("Too many attempts. Wait a few minutes, then try again.")
    return problem.detail


async def sign_out(visit: Visit) -> Response:
    """End the session on the server, then forget the cookie. Who came in by single sign-on is told that the provider
    still knows them, and where that ends."""
    there = None
    if visit.api.signed_in:
        try:
            there = (await visit.api.get("/session/sign-on")).object["url"]
            await visit.api.delete("/session")
        except Problem as problem:
            if problem.status != 401:
                raise
    if there:
        response = visit.page("sign_on/ended.html", SignedOutPage(str(there)))
    else:
        response = visit.leave("/sign-in", _("You are signed out."))
    response.delete_cookie(visit.site.cookie_name)
    return response


async def show_set_password(visit: Visit) -> Response:
    """The page behind a one-time link."""
    token = visit.request.query_params.get("token", "") or visit.request.path_params.get("token", "")
    return visit.page("set_password.html", SetPasswordPage(Form(), token, spent=not token), 200 if token else 404)


async def set_password(visit: Visit) -> Response:
    """Spend the link; the API signs the person in where it can, else they sign in with the new password."""
    form = typed(visit.sent.multi_items())
    token = form.value("token")
    password = str(visit.sent.get("password", ""))
    form = required(form, password=_("a password"))
    if form.ok and password != visit.sent.get("again"):
        form = form.failed("again", _("The two passwords differ. Type the same one twice."))
    spent = False
    if form.ok:
        try:
            answer = await visit.api.post("/session/link", json={"token": token, "password": password})
        except Problem as problem:
            spent = problem.status in {401, 404, 409, 410}
            form = with_problem(form, problem.detail, problem.fields, ("password",))
        else:
            where = "/" if answer.set_cookies else "/sign-in"
            return await arrive(visit, answer, where, _("Your password is set."))
    return visit.page("set_password.html", SetPasswordPage(form, token, spent), 422)


async def show_forgot(visit: Visit) -> Response:
    """The form that asks for a new password."""
    return visit.page("forgot.html", ForgotPage(Form()))


async def forgot(visit: Visit) -> Response:
    """Ask for the mail; the answer is the same whoever asks."""
    form = required(typed(visit.sent.multi_items()), email=_("your e-mail address"))
    if form.ok:
        try:
            await visit.api.post("/session/reset", json={"email": form.value("email")})
        except Problem as problem:
            if problem.status not in {422, 429}:
                raise
            form = with_problem(form, refusal_words(problem), problem.fields, ("email",))
        else:
            return visit.page("forgot.html", ForgotPage(form, sent=True))
    return visit.page("forgot.html", ForgotPage(form), 422)


async def set_theme(visit: Visit) -> Response:
    """Remember light, dark, or the system's wish."""
    response = visit.leave(web.safe_next(str(visit.sent.get("back", "/"))))
    wanted = str(visit.sent.get("theme", ""))
    if wanted in {"light", "dark"}:
        response.set_cookie(
            web.THEME_COOKIE, wanted, max_age=31_536_000, samesite="lax", secure=visit.request.url.scheme == "https"
        )
    else:
        response.delete_cookie(web.THEME_COOKIE)
    return response


ROUTES = (
    Page("/sign-in", show_sign_in, public=True),
    Page("/sign-in", sign_in, ("POST",), public=True),
    Page("/sign-out", sign_out, ("POST",), public=True),
    Page("/set-password", show_set_password, public=True),
    Page("/set-password", set_password, ("POST",), public=True),
    Page("/forgot", show_forgot, public=True),
    Page("/forgot", forgot, ("POST",), public=True),
    Page("/theme", set_theme, ("POST",), public=True),
)
