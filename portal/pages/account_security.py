"""One's own sign-in: password, authenticator apps and keys, recovery codes."""

from dataclasses import dataclass
from urllib.parse import quote

from starlette.responses import Response

from imisofts.access import Action
from portal import merge
from portal.arrival import Authenticator, app_of
from portal.confirm import Confirmation
from portal.door import FORM_REFUSALS, Json, Problem, Refusal
from portal.forms import Form, required, typed, with_problem
from portal.key_questions import Question, credential_of, question_of
from portal.language import gettext as _
from portal.refusals import or_back
from portal.web import Page, Visit, safe_next

HERE = "/account/security"


@dataclass(frozen=True, slots=True)
class Factor:
    """An authenticator app or a key."""

    id: str
    kind: str
    name: str
    passkey: bool
    host: str
    created_at: str
    last_used_at: str
    version: int


@dataclass(frozen=True, slots=True)
class SecurityPage:
    """How the person signs in; ``required`` says that the agency asks for a second factor, ``required_from`` that it
    begins to on that day."""

    form: Form
    factors: tuple[Factor, ...]
    codes_left: int
    has_password: bool
    required: bool
    required_from: str


@dataclass(frozen=True, slots=True)
class AppPage:
    """An authenticator app that is being set up."""

    form: Form
    app: Authenticator


@dataclass(frozen=True, slots=True)
class KeyPage:
    """A key that is being made; without ``question`` this address can have none."""

    form: Form
    question: Question | None


@dataclass(frozen=True, slots=True)
class CodesPage:
    """Ten codes, shown this once; ``file`` is the address of the same as a text file."""

    codes: tuple[str, ...]

    @property
    def file(self) -> str:
        """A link that needs no second request, because the codes are told once."""
        return "data:text/plain;charset=utf-8," + quote("\n".join(self.codes) + "\n")


@dataclass(frozen=True, slots=True)
class FactorPage:
    """The name of one factor."""

    form: Form
    factor: Factor
    etag: str


def _factor(row: Json) -> Factor:
    return Factor(
        id=str(row["id"]),
        kind=row["kind"],
        name=row["name"],
        passkey=bool(row["passkey"]),
        host=str(row["rp_id"] or ""),
        created_at=row["created_at"],
        last_used_at=str(row["last_used_at"] or ""),
        version=int(row["version"]),
    )


async def _page(visit: Visit, form: Form) -> SecurityPage:
    found = (await visit.api.get("/account/security")).object
    factors = tuple(_factor(row) for row in found["factors"])
    day = str(found["required_from"] or "")
    return SecurityPage(form, factors, found["recovery_codes_left"], found["has_password"], found["required"], day)


async def show(visit: Visit) -> Response:
    """All of it."""
    return visit.page("account/security.html", await _page(visit, Form()))


async def change_password(visit: Visit) -> Response:
    """Another password; the one before is asked for."""
    form = required(typed(visit.sent.multi_items()), password=_("a new password"))
    password = str(visit.sent.get("password", ""))
    if form.ok and password != visit.sent.get("again"):
        form = form.failed("again", _("The two passwords differ. Type the same one twice."))
    if form.ok:
        body = {"current": str(visit.sent.get("current", "")), "password": password}
        try:
            await visit.api.post("/account/password", json=body)
        except Problem as problem:
            if problem.status not in {*FORM_REFUSALS, 429}:
                raise
            form = with_problem(form, problem.detail, problem.fields, ("current", "password"))
        else:
            return visit.leave(HERE, _("Your password is changed. You are signed out everywhere else."))
    return visit.page("account/security.html", await _page(visit, form), 422)


async def show_app(visit: Visit) -> Response:
    """A new authenticator app to scan."""
    found = (await visit.api.get("/account/totp-setup")).object
    return visit.page("account/app.html", AppPage(Form({"name": _("Authenticator app")}), app_of(found)))


async def add_app(visit: Visit) -> Response:
    """The app's first code."""
    form = required(typed(visit.sent.multi_items()), code=_("the code"), name=_("a name"))
    if form.ok:
        body = {name: form.value(name) for name in ("setup", "code", "name")}
        try:
            await visit.api.post("/account/totp", json=body)
        except Problem as problem:
            if problem.code == "challenge_spent":
                return visit.leave(f"{HERE}/app", problem.detail, "warning")
            if problem.status not in {*FORM_REFUSALS, 429}:
                raise
            form = form.failed("code", problem.detail)
        else:
            return await _added(visit)
    app = app_of({name: form.value(name) for name in ("setup", "secret", "address")})
    return visit.page("account/app.html", AppPage(form, app), 422)


async def show_key(visit: Visit) -> Response:
    """A new key for this address."""
    return await _key_page(visit, Form({"name": _("Passkey")}), 200)


async def _key_page(visit: Visit, form: Form, status: int) -> Response:
    try:
        found = (await visit.api.get("/account/key-setup")).object
    except Problem as problem:
        if problem.code != "keys_unavailable":
            raise
        return visit.page("account/key.html", KeyPage(Form(problem=problem.detail), None), 409)
    return visit.page("account/key.html", KeyPage(form, question_of(found)), status)


async def add_key(visit: Visit) -> Response:
    """The key that the browser made."""
    form = required(typed(visit.sent.multi_items()), name=_("a name"))
    if form.ok:
        credential = credential_of(form.value("credential"))
        body = {"state": form.value("state"), "credential": credential, "name": form.value("name")}
        try:
            await visit.api.post("/account/key", json=body)
        except Problem as problem:
            if problem.status not in FORM_REFUSALS and problem.code != "challenge_spent":
                raise
            form = Form(form.values, problem=problem.detail)
        else:
            return await _added(visit)
    return await _key_page(visit, form, 422)


async def _added(visit: Visit) -> Response:
    """A first factor brings recovery codes at once: without them a lost phone locks its owner out."""
    if (await visit.api.get("/account/security")).object["recovery_codes_left"]:
        return visit.leave(HERE, _("Added. From now on signing in asks for it."))
    return await make_codes(visit)


async def make_codes(visit: Visit) -> Response:
    """Ten codes, shown this once."""
    made = (await visit.api.post("/account/recovery-codes")).object
    return visit.page("account/codes.html", CodesPage(tuple(made["codes"])))


async def show_factor(visit: Visit) -> Response:
    """The name of one app or key."""
    answer = await visit.api.get(f"/account/factors/{visit.request.path_params['id']}")
    factor = _factor(answer.object)
    return visit.page("account/factor.html", FactorPage(Form({"name": factor.name}), factor, answer.etag))


async def rename(visit: Visit) -> Response:
    """Another name."""
    path = f"/account/factors/{visit.request.path_params['id']}"
    form = required(typed(visit.sent.multi_items()), name=_("a name"))
    etag = str(visit.sent.get("etag", ""))
    if form.ok:
        try:
            await visit.api.patch(path, json={"name": form.value("name")}, etag=etag)
        except Refusal as problem:
            if problem.status == 412:
                now = await visit.api.get(path)
                name = str(now.object["name"])
                subject = merge.Subject(name, "", HERE)
                return await merge.ask(
                    visit, form, Form({"name": name}), now.etag, (merge.Field("name", _("Name")),), subject
                )
            form = with_problem(form, problem.detail, problem.fields, ("name",))
        else:
            return visit.leave(HERE, _("Saved."))
    factor = _factor((await visit.api.get(path)).object)
    return visit.page("account/factor.html", FactorPage(form, factor, etag), 422)


async def ask_remove(visit: Visit) -> Response:
    """The question before a factor goes."""
    answer = await visit.api.get(f"/account/factors/{visit.request.path_params['id']}")
    factor = _factor(answer.object)
    question = Confirmation(
        title=_("Remove this from your sign-in?"),
        subject=factor.name,
        going=_("It no longer opens your account. With the last one your recovery codes go too."),
        staying=_("Your password and your other apps and keys stay. You can set it up again at any time."),
        button=_("Remove"),
        icon="trash",
        action=f"{HERE}/factors/{factor.id}/remove",
        back=HERE,
        etag=answer.etag,
    )
    return visit.page("confirm.html", question)


async def remove(visit: Visit) -> Response:
    """Take a factor away."""
    with or_back(HERE):
        await visit.api.delete(
            f"/account/factors/{visit.request.path_params['id']}", etag=str(visit.sent.get("etag", ""))
        )
    return visit.leave(HERE, _("Removed."))


async def go_on(visit: Visit) -> Response:
    """After a proof that a page was asked for: back to it."""
    return visit.leave(safe_next(str(visit.sent.get("next", "/"))))


ROUTES = (
    Page(HERE, show, action=Action.session_own),
    Page(f"{HERE}/password", change_password, ("POST",), action=Action.session_own),
    Page(f"{HERE}/app", show_app, action=Action.session_own),
    Page(f"{HERE}/app", add_app, ("POST",), action=Action.session_own),
    Page(f"{HERE}/key", show_key, action=Action.session_own),
    Page(f"{HERE}/key", add_key, ("POST",), action=Action.session_own),
    Page(f"{HERE}/codes", make_codes, ("POST",), action=Action.session_own),
    Page(HERE + "/factors/{id:uuid}", show_factor, action=Action.session_own),
    Page(HERE + "/factors/{id:uuid}", rename, ("POST",), action=Action.session_own),
    Page(HERE + "/factors/{id:uuid}/remove", ask_remove, action=Action.session_own),
    Page(HERE + "/factors/{id:uuid}/remove", remove, ("POST",), action=Action.session_own),
    Page("/step-up", go_on, ("POST",), action=Action.session_own),
)
