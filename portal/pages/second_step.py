"""The second step of a sign-in: a code, a recovery code, or setting up what the workspace asks for."""

from dataclasses import replace

from starlette.responses import Response

from portal import web
from portal.arrival import SecondStepPage, app_of, arrive, show_enrolment, show_method
from portal.door import Answer, Problem
from portal.forms import Form, required, typed
from portal.key_questions import credential_of
from portal.language import gettext as _
from portal.web import Page, Visit

METHODS = ("totp", "key", "recovery_code")
ENROLMENTS = ("enrol", "enrol_key")


async def show_step(visit: Visit) -> Response:
    """The step belongs to a sign-in: without one there is nothing to prove."""
    return visit.leave("/sign-in")


async def prove(visit: Visit) -> Response:
    """Show the second factor, or choose to show another one."""
    page = _page(visit)
    if page.form.value("instead") in page.methods:
        return await show_method(visit, replace(page, form=Form(), method=page.form.value("instead")))
    form, proof = _proof(page)
    if form.ok:
        try:
            answer = await visit.api.post("/session/factor", json={"challenge": page.challenge, **proof})
        except Problem as problem:
            if problem.code == "challenge_spent" and page.method != "key":
                return visit.leave("/sign-in", problem.detail, "warning")
            (name,) = proof
            form = form.failed(name, problem.detail) if name != "key" else replace(form, problem=problem.detail)
        else:
            return await arrive(visit, answer, page.next)
    return await show_method(visit, replace(page, form=form), 422)


def _proof(page: SecondStepPage) -> tuple[Form, dict[str, object]]:
    """What was shown, as the API takes it."""
    if page.method == "key":
        credential = credential_of(page.form.value("credential"))
        return page.form, {"key": {"state": page.form.value("state"), "credential": credential}}
    name = "recovery_code" if page.method == "recovery_code" else "code"
    label = _("a recovery code") if name == "recovery_code" else _("the code")
    return required(page.form, **{name: label}), {name: page.form.value(name)}


async def passkey(visit: Visit) -> Response:
    """Come in with a passkey alone."""
    form = typed(visit.sent.multi_items())
    body: dict[str, object] = {"state": form.value("state"), "credential": credential_of(form.value("credential"))}
    if form.value("remember"):
        body["remember"] = True
    try:
        answer = await visit.api.post("/session/passkey", json=body)
    except Problem as problem:
        if problem.status not in {401, 422, 429}:
            raise
        told = _("This passkey does not open an account here. Sign in with your password.")
        return visit.leave("/sign-in", problem.detail if problem.status == 429 else told, "warning")
    return await arrive(visit, answer, web.safe_next(form.value("next")))


async def enrol(visit: Visit) -> Response:
    """A first factor that the workspace asks for: an app's first code, or a key; or choose the other."""
    page = _page(visit)
    if page.form.value("instead") in ENROLMENTS:
        return await show_enrolment(visit, replace(page, form=Form(), method=page.form.value("instead")))
    if page.form.value("method") == "enrol_key":
        return await _enrol_key(visit, replace(page, method="enrol_key"))
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
            return await _set_up(visit, answer)
    return visit.page("second_step.html", replace(page, form=form), 422)


async def _enrol_key(visit: Visit, page: SecondStepPage) -> Response:
    """The key that the browser made; one that is not good is asked for anew."""
    credential = credential_of(page.form.value("credential"))
    body = {"challenge": page.challenge, "state": page.form.value("state"), "credential": credential}
    try:
        answer = await visit.api.post("/session/enrolment/key", json={**body, "name": _("Passkey")})
    except Problem as problem:
        if problem.status not in {401, 409, 422, 429}:
            raise
        if problem.code == "challenge_spent":
            return visit.leave("/sign-in", problem.detail, "warning")
        return await show_enrolment(visit, replace(page, form=Form(problem=problem.detail)), 422)
    return await _set_up(visit, answer)


async def _set_up(visit: Visit, answer: Answer) -> Response:
    told = _("Your second factor is set up. Make recovery codes now: they let you in when the phone is lost.")
    return await arrive(visit, answer, "/account/security", told)


def _page(visit: Visit) -> SecondStepPage:
    form = typed(visit.sent.multi_items())
    methods = tuple(method for method in METHODS if method in form.value("methods").split())
    method = form.value("method") if form.value("method") in METHODS else "totp"
    return SecondStepPage(form, form.value("challenge"), methods, web.safe_next(form.value("next")), method)


ROUTES = (
    Page("/sign-in/factor", show_step, public=True),
    Page("/sign-in/factor", prove, ("POST",), public=True),
    Page("/sign-in/passkey", show_step, public=True),
    Page("/sign-in/passkey", passkey, ("POST",), public=True),
    Page("/sign-in/enrol", show_step, public=True),
    Page("/sign-in/enrol", enrol, ("POST",), public=True),
)
