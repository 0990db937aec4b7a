"""The second step of a sign-in: a code, a recovery code, or setting up what the workspace asks for."""

from dataclasses import replace

from starlette.responses import Response

from portal import web
from portal.arrival import SecondStepPage, app_of, arrive
from portal.door import Problem
from portal.forms import Form, required, typed, with_problem
from portal.language import gettext as _
from portal.web import Page, Visit

METHODS = ("totp", "key", "recovery_code")


async def show_step(visit: Visit) -> Response:
    """The step belongs to a sign-in: without one there is nothing to prove."""
    return visit.leave("/sign-in")


async def prove(visit: Visit) -> Response:
    """Show the second factor, or choose to show another one."""
    page = _page(visit)
    if page.form.value("instead") in page.methods:
        return visit.page("second_step.html", replace(page, form=Form(), method=page.form.value("instead")))
    name = "recovery_code" if page.method == "recovery_code" else "code"
    form = required(page.form, **{name: _("a recovery code") if name == "recovery_code" else _("the code")})
    if form.ok:
        body = {"challenge": page.challenge, name: form.value(name)}
        try:
            answer = await visit.api.post("/session/factor", json=body)
        except Problem as problem:
            if problem.code == "challenge_spent":
                return visit.leave("/sign-in", problem.detail, "warning")
            form = with_problem(form, problem.detail, {}, ())
            form = replace(form, problem=None).failed(name, problem.detail)
        else:
            return await arrive(visit, answer, page.next)
    return visit.page("second_step.html", replace(page, form=form), 422)


async def enrol(visit: Visit) -> Response:
    """The first code of an authenticator that the workspace asks for."""
    page = _page(visit)
    form = required(page.form, code=_("the code"))
    page = replace(
        page, method="enrol", app=app_of({name: form.value(name) for name in ("setup", "secret", "address")})
    )
    if form.ok:
        body = {"challenge": page.challenge, "setup": form.value("setup"), "code": form.value("code")}
        try:
            answer = await visit.api.post("/session/enrolment/totp", json=body)
        except Problem as problem:
            if problem.code == "challenge_spent":
                return visit.leave("/sign-in", problem.detail, "warning")
            form = form.failed("code", problem.detail)
        else:
            told = _("Your second factor is set up. Make recovery codes now: they let you in when the phone is lost.")
            return await arrive(visit, answer, "/account/security", told)
    return visit.page("second_step.html", replace(page, form=form), 422)


def _page(visit: Visit) -> SecondStepPage:
    form = typed(visit.sent.multi_items())
    methods = tuple(method for method in METHODS if method in form.value("methods").split())
    method = form.value("method") if form.value("method") in METHODS else "totp"
    return SecondStepPage(form, form.value("challenge"), methods, web.safe_next(form.value("next")), method)


ROUTES = (
    Page("/sign-in/factor", show_step, public=True),
    Page("/sign-in/factor", prove, ("POST",), public=True),
    Page("/sign-in/enrol", show_step, public=True),
    Page("/sign-in/enrol", enrol, ("POST",), public=True),
)
