"""One's own profile: name, language, time zone and phone, and what is still missing in it."""

from dataclasses import dataclass

from starlette.responses import Response

from imisofts.access import Action
from portal import language, merge
from portal.door import Json, Refusal
from portal.forms import Form, required, typed, with_problem
from portal.habits import language_choices, zone_choices
from portal.language import gettext as _
from portal.lists import Choice
from portal.web import Page, Visit

FIELDS = ("name", "locale", "timezone", "phone")
ELSEWHERE = {"second_factor": "/account/security"}


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a whole profile; ``href`` is where it is set, if that is another page."""

    label: str
    done: bool
    href: str = ""


@dataclass(frozen=True, slots=True)
class ProfilePage:
    """The form, how far the profile is, and the choices; ``as_agency`` says what counts where nothing is chosen."""

    form: Form
    etag: str
    email: str
    steps: tuple[Step, ...]
    languages: tuple[Choice, ...]
    zones: tuple[Choice, ...]
    as_agency: str

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(step.done for step in self.steps)


async def show_profile(visit: Visit) -> Response:
    """The form with what is known."""
    answer = await visit.api.get("/me")
    return _page(visit, answer.object, _stored(answer.object), answer.etag)


def _stored(known: Json) -> Form:
    return Form({name: str(known[name] or "") for name in FIELDS})


async def change_profile(visit: Visit) -> Response:
    """Save; the answer already speaks the language that was chosen."""
    form, etag = required(typed(visit.sent.multi_items()), name=_("your name")), str(visit.sent.get("etag", ""))
    status = 422
    if form.ok:
        body: Json = {name: form.value(name) or None for name in FIELDS}
        try:
            saved = (await visit.api.patch("/me", json=body, etag=etag)).object
        except Refusal as problem:
            status = problem.status
            if status == 412:
                now = await visit.api.get("/me")
                subject = merge.Subject(_("Profile"), "", "/account")
                return await merge.ask(visit, form, _stored(now.object), now.etag, _merged(), subject)
            form = with_problem(form, problem.detail, problem.fields, FIELDS)
        else:
            language.speak(saved["locale"])
            return visit.leave("/account", _("Your profile is saved."))
    return _page(visit, (await visit.api.get("/me")).object, form, etag, status)


def _merged() -> tuple[merge.Field, ...]:
    return (
        merge.Field("name", _("Name")),
        merge.Field("locale", _("Language"), language_choices()),
        merge.Field("timezone", _("Time zone"), zone_choices()),
        merge.Field("phone", _("Phone")),
    )


def _page(visit: Visit, known: Json, form: Form, etag: str, status: int = 200) -> Response:
    labels = _steps()
    page = ProfilePage(
        form=form,
        etag=etag,
        email=known["email"],
        steps=tuple(
            Step(labels.get(one["step"], one["step"]), one["done"], ELSEWHERE.get(one["step"], ""))
            for one in known["completion"]
        ),
        languages=language_choices(),
        zones=zone_choices(),
        as_agency=_("As the workspace: %(zone)s", zone=visit.me.timezone.replace("_", " ").replace("/", " / ")),
    )
    return visit.page("account/profile.html", page, status)


def _steps() -> dict[str, str]:
    return {
        "name": _("Name"),
        "locale": _("Language"),
        "timezone": _("Time zone"),
        "phone": _("Phone"),
        "second_factor": _("Second factor"),
    }


ROUTES = (
    Page("/account", show_profile, action=Action.session_own),
    Page("/account", change_profile, ("POST",), action=Action.session_own),
)
