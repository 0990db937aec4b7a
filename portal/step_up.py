"""Sensitive acts: the API asks who is acting once more, the page asks the person, and then goes on with what was typed.

The question keeps the fields of the form that led to it and is sent to the same address, so that the page's own
handler carries out what was asked, under the session's new cookie.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from starlette.datastructures import FormData
from starlette.responses import Response

from portal import security
from portal.door import Problem
from portal.forms import Form
from portal.key_questions import Question, credential_of, question_of
from portal.language import gettext as _
from portal.refusals import TurnedBack

if TYPE_CHECKING:
    from portal.web import Handler, Visit

PREFIX = "proof_"
FIELDS = {"totp": "code", "key": "key", "recovery_code": "recovery_code", "password": "password"}


@dataclass(frozen=True, slots=True)
class StepUpPage:
    """``method`` is the proof that is asked for, ``others`` those to choose instead; ``kept`` are the fields that go on
    to ``action``; ``back`` leads away without doing anything."""

    form: Form
    method: str
    others: tuple[str, ...]
    action: str
    kept: tuple[tuple[str, str], ...]
    back: str
    question: Question | None = None


async def carry_out(visit: Visit, handler: Handler) -> Response:
    """Run a page's handler; where it needs a fresh proof, ask for one, or take the one that came with the form."""
    cookies: list[str] = []
    if isinstance(visit.sent.get(f"{PREFIX}method"), str):
        refused, cookies = await _proved(visit)
        if refused is not None:
            return refused
    try:
        response = await handler(visit)
    except TurnedBack as refused:
        response = visit.leave(refused.to, str(refused), "bad")
    except Problem as problem:
        if problem.code != "step_up":
            visit.request.state.new_cookies = cookies
            raise
        response = await _ask(visit, Form(), "")
    return with_cookies(response, cookies)


def with_cookies(response: Response, cookies: list[str]) -> Response:
    """The answer with the session's new cookie: the one before ended with the proof, whatever came of the act."""
    for cookie in cookies:
        response.raw_headers.append((b"set-cookie", cookie.encode("latin-1")))
    return response


async def _proved(visit: Visit) -> tuple[Response | None, list[str]]:
    """Show the API the proof; the visit goes on with the session's new cookie and without the proof's fields."""
    method, instead = str(visit.sent[f"{PREFIX}method"]), str(visit.sent.get(f"{PREFIX}instead", ""))
    if instead:
        return await _ask(visit, Form(), instead), []
    field = FIELDS.get(method, "code")
    try:
        answer = await visit.api.post("/session/step-up", json=_proof(visit, method, field))
    except Problem as problem:
        if problem.status not in {422, 429} and problem.code != "challenge_spent":
            raise
        told = Form(problem=problem.detail) if field == "key" else Form().failed(f"{PREFIX}{field}", problem.detail)
        return await _ask(visit, told, method), []
    fields = [(name, value) for name, value in visit.sent.multi_items() if not name.startswith(PREFIX)]
    visit.sent = FormData(fields)
    visit.go_on_with(answer.cookies[visit.site.cookie_name])
    return None, answer.set_cookies


def _proof(visit: Visit, method: str, field: str) -> dict[str, object]:
    sent = {name.removeprefix(PREFIX): value for name, value in visit.sent.items() if isinstance(value, str)}
    if method != "key":
        return {field: sent.get(field, "")}
    return {"key": {"state": sent.get("state", ""), "credential": credential_of(sent.get("credential", ""))}}


async def _ask(visit: Visit, form: Form, wanted: str) -> Response:
    methods = tuple(str(method) for method in (await visit.api.get("/session/step-up")).object["methods"])
    question = None
    if "key" in methods and (wanted == "key" or methods[0] == "key"):
        question = await _question(visit)
        methods = methods if question else tuple(method for method in methods if method != "key")
    if not methods:
        return visit.leave("/sign-in", _("Sign out and in again: this act asks who you are."), "warning")
    method = wanted if wanted in methods else methods[0]
    path, reading = visit.request.url.path, visit.request.method in {"GET", "HEAD"}
    kept = tuple(
        (name, value)
        for name, value in visit.sent.multi_items()
        if isinstance(value, str) and not name.startswith(PREFIX) and name != security.TOKEN_FIELD
    )
    others = tuple(each for each in methods if each != method)
    page = StepUpPage(form, method, others, path, kept, path, question if method == "key" else None)
    if reading:
        page = replace(page, action="/step-up", kept=(("next", path),), back="/")
    return visit.page("step_up.html", page, 200 if form.ok else 422)


async def _question(visit: Visit) -> Question | None:
    """What the person's key is asked; one of another address is no proof at this one."""
    try:
        return question_of((await visit.api.get("/account/key-question")).object)
    except Problem as problem:
        if problem.code != "keys_unavailable":
            raise
        return None
