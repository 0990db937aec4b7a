"""Coming in: on with the API's own cookie, or to the second step where the API asks for one."""

from dataclasses import dataclass, replace

from markupsafe import Markup
from starlette.responses import Response

from imisofts import qr
from portal import language, security
from portal.door import Answer, Json, Problem
from portal.forms import Form
from portal.key_questions import Question, question_of
from portal.language import gettext as _
from portal.web import Visit


@dataclass(frozen=True, slots=True)
class Authenticator:
    """An app that is being set up: the picture to scan, the same as text, and what comes back with the first code."""

    setup: str
    secret: str
    address: str

    @property
    def picture(self) -> Markup:
        """The QR code; it is drawn here from the text, so that nothing sent by a browser is shown as it came."""
        return Markup(qr.picture(self.address))  # noqa: S704 - paths that segno drew

    @property
    def spaced(self) -> str:
        """The secret in groups of four, for typing."""
        return " ".join(self.secret[at : at + 4] for at in range(0, len(self.secret), 4))


@dataclass(frozen=True, slots=True)
class SecondStepPage:
    """``method`` is the proof that is asked for now, ``others`` those to choose instead. Where the workspace asks for a
    second factor and there is none, one is set up first: ``enrol`` an ``app``, ``enrol_key`` a key."""

    form: Form
    challenge: str
    methods: tuple[str, ...]
    next: str
    method: str
    app: Authenticator | None = None
    question: Question | None = None

    @property
    def others(self) -> tuple[str, ...]:
        """What else the person may show."""
        return tuple(method for method in self.methods if method != self.method)


async def arrive(visit: Visit, answer: Answer, wanted: str, notice: str | None = None) -> Response:
    """Go on as who just proved to be somebody; or show the second step, where one is asked for."""
    if answer.status == 202:
        return await _second_step(visit, answer.object, wanted)
    response = visit.leave(wanted, notice or _reminder(answer.object), "good" if notice else "information")
    hand_over(answer.set_cookies, response)
    response.delete_cookie(security.GUEST_COOKIE)
    return response


def _reminder(session: Json) -> str | None:
    """What somebody is told who needs a second factor before long."""
    day = session.get("second_factor_from")
    if not day:
        return None
    told = _("From %(day)s on your agency asks you for a second factor. Set it up under Security, in your account.")
    return told % {"day": language.day(str(day))}


def hand_over(cookies: list[str], response: Response) -> None:
    """Give the browser the API's own cookies."""
    for cookie in cookies:
        response.raw_headers.append((b"set-cookie", cookie.encode("latin-1")))


async def _second_step(visit: Visit, challenge: Json, wanted: str) -> Response:
    token, methods = str(challenge["challenge"]), tuple(challenge["methods"])
    if challenge["enrol"]:
        return await show_enrolment(visit, SecondStepPage(Form(), token, (), wanted, "enrol"))
    return await show_method(visit, SecondStepPage(Form(), token, methods, wanted, methods[0]))


async def show_method(visit: Visit, page: SecondStepPage, status: int = 200) -> Response:
    """The second step by ``page.method``; a key of another address is no way in here."""
    if page.method == "key":
        try:
            found = await visit.api.post("/session/factor/key", json={"challenge": page.challenge})
        except Problem as problem:
            if problem.code != "keys_unavailable":
                raise
            left = page.others
            page = replace(page, methods=left, method=left[0] if left else "")
        else:
            page = replace(page, question=question_of(found.object))
    return visit.page("second_step.html", page, status)


async def show_enrolment(visit: Visit, page: SecondStepPage, status: int = 200) -> Response:
    """Setting up what the workspace asks for: an app, or, at an address that has keys, a key."""
    asked = {"challenge": page.challenge}
    if page.method == "enrol_key":
        try:
            found = (await visit.api.post("/session/enrolment/key-question", json=asked)).object
        except Problem as problem:
            if problem.code != "keys_unavailable":
                raise
            page, status = replace(page, method="enrol", form=Form(problem=problem.detail)), 409
        else:
            return visit.page("second_step.html", replace(page, question=question_of(found)), status)
    found = (await visit.api.post("/session/enrolment", json=asked)).object
    return visit.page("second_step.html", replace(page, app=app_of(found)), status)


def app_of(setup: Json) -> Authenticator:
    """An authenticator as the API tells it, or as its form brought it back."""
    return Authenticator(str(setup["setup"]), str(setup["secret"]), str(setup["address"]))
