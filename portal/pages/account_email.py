"""The address one signs in with: another is asked for here, and confirmed by both in their mails."""

from dataclasses import dataclass

from starlette.responses import Response

from portal.door import Problem
from portal.forms import Form, required, typed, with_problem
from portal.language import gettext as _
from portal.pages.sign_in import refusal_words
from portal.web import Page, Visit


@dataclass(frozen=True, slots=True)
class EmailPage:
    """The address now, and the form of another."""

    form: Form
    email: str


@dataclass(frozen=True, slots=True)
class ConfirmEmailPage:
    """What a link confirms: ``part`` is *new*, *old* or *undo*, nothing for a link that no longer works. ``done`` says
    what came of it: *changed*, or *waiting* for the other address."""

    token: str
    part: str = ""
    email: str = ""
    done: str = ""
    problem: str = ""


async def show(visit: Visit) -> Response:
    """The form."""
    return visit.page("account/email.html", EmailPage(Form(), visit.me.email))


async def change(visit: Visit) -> Response:
    """Mail both addresses."""
    form = required(typed(visit.sent.multi_items()), email=_("an e-mail address"))
    if form.ok:
        try:
            await visit.api.post("/account/email", json={"email": form.value("email")})
        except Problem as problem:
            if problem.status not in {422, 429}:
                raise
            form = with_problem(form, refusal_words(problem), problem.fields, ("email",))
        else:
            said = _("Two mails are on their way: confirm in both. Until then nothing changes.")
            return visit.leave("/account/email", said, "information")
    return visit.page("account/email.html", EmailPage(form, visit.me.email), 422)


async def show_confirm(visit: Visit) -> Response:
    """What the link does; opening it does nothing."""
    return await _show(visit, visit.request.query_params.get("token", ""), 200)


async def _show(visit: Visit, token: str, status: int, problem: str = "") -> Response:
    try:
        found = (await visit.api.post("/account/email/open", json={"token": token})).object
    except Problem as refused:
        if refused.status not in {401, 422}:
            raise
        return visit.page("account/email_confirm.html", ConfirmEmailPage(token), 404)
    page = ConfirmEmailPage(token, found["part"], found["email"], problem=problem)
    return visit.page("account/email_confirm.html", page, status)


async def confirm(visit: Visit) -> Response:
    """Confirm, or undo."""
    token = str(visit.sent.get("token", ""))
    try:
        changed = (await visit.api.post("/account/email/confirm", json={"token": token})).object["changed"]
    except Problem as problem:
        if problem.status not in {401, 409, 422, 429}:
            raise
        return await _show(visit, token, 422, problem.detail)
    page = ConfirmEmailPage(token, done="changed" if changed else "waiting")
    return visit.page("account/email_confirm.html", page)


ROUTES = (
    Page("/account/email", show),
    Page("/account/email", change, ("POST",)),
    Page("/account/email/confirm", show_confirm, public=True),
    Page("/account/email/confirm", confirm, ("POST",), public=True),
    Page("/account/email/undo", show_confirm, public=True),
    Page("/account/email/undo", confirm, ("POST",), public=True),
)
