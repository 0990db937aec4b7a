"""What the agency asks of its people's sign-in: a second factor, by role; who has none; and the reset of a lost one."""

from dataclasses import dataclass

from starlette.responses import Response

from imisofts.access import Action, Role
from portal import merge
from portal.confirm import Confirmation
from portal.door import Problem
from portal.forms import Form, typed, with_boxes
from portal.language import gettext as _
from portal.lists import Choice
from portal.refusals import or_back
from portal.web import Page, Visit
from portal.words import role_words

HERE = "/settings/security"
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Person:
    """A member without a second factor; ``must`` says that the next sign-in asks to set one up."""

    id: str
    name: str
    email: str
    role: str
    must: bool


@dataclass(frozen=True, slots=True)
class SignInPage:
    """``required`` are the roles asked for a second factor; ``people`` those who have none, ``more`` that there are
    further ones; ``starts_at`` is when the rule begins to count, where that lies ahead."""

    form: Form
    roles: tuple[Choice, ...]
    required: frozenset[str]
    people: tuple[Person, ...]
    more: bool
    etag: str
    starts_at: str


async def _page(visit: Visit) -> SignInPage:
    policy = await visit.api.get("/sign-in-policy")
    required = frozenset(policy.object["required_of"])
    lacking = await visit.api.get("/sign-in-policy/without-factor", params={"limit": str(SHOWN)})
    people = tuple(
        Person(str(row["id"]), row["name"], row["email"], role_words(row["role"]), row["role"] in required)
        for row in lacking.items
    )
    form = with_boxes(Form(), required_of=required)
    starts_at = str(policy.object["starts_at"] or "")
    return SignInPage(form, _roles(), required, people, lacking.next_cursor is not None, policy.etag, starts_at)


def _roles() -> tuple[Choice, ...]:
    return tuple(Choice(role.value, role_words(role)) for role in Role)


async def show(visit: Visit) -> Response:
    """The rule, and whom it meets."""
    return visit.page("settings/security.html", await _page(visit))


async def save(visit: Visit) -> Response:
    """Ask these roles from now on."""
    chosen = frozenset(str(value) for value in visit.sent.getlist("required_of"))
    etag = str(visit.sent.get("etag", ""))
    try:
        await visit.api.put("/sign-in-policy", json={"required_of": sorted(chosen)}, etag=etag)
    except Problem as problem:
        if problem.status != 412:
            raise
        now = await visit.api.get("/sign-in-policy")
        form = with_boxes(typed(visit.sent.multi_items()), required_of=chosen)
        stored = with_boxes(Form(), required_of=now.object["required_of"])
        fields = merge.boxes("required_of", _("A second factor is required of"), _roles())
        return await merge.ask(visit, form, stored, now.etag, fields, merge.Subject(_("Sign-in"), "", HERE))
    return visit.leave(HERE, _("Saved. It counts from each person's next sign-in on."))


async def ask_reset(visit: Visit) -> Response:
    """The question before somebody's second factors go."""
    answer = await visit.api.get(f"/users/{visit.request.path_params['id']}")
    member = answer.object
    question = Confirmation(
        title=_("Reset the second factor?"),
        subject=str(member["name"]),
        going=_("Apps, keys and recovery codes of %(name)s go, every session ends, and a mail says so.",
                name=member["name"]),
        staying=_("The password stays. Make sure by another way that it is really this person who asks."),
        button=_("Reset"),
        icon="key",
        action=f"/access/{member['id']}/reset-factors",
        back=f"/access/{member['id']}",
        etag=answer.etag,
    )  # fmt: skip
    return visit.page("confirm.html", question)


async def reset(visit: Visit) -> Response:
    """Remove a member's second factors."""
    member_id = visit.request.path_params["id"]
    with or_back(f"/access/{member_id}"):
        await visit.api.post(f"/users/{member_id}/reset-factors")
    return visit.leave(f"/access/{member_id}", _("Reset. The person signs in with the password and sets up a new one."))


async def ask_end_sessions(visit: Visit) -> Response:
    """The question before somebody is signed out everywhere."""
    answer = await visit.api.get(f"/users/{visit.request.path_params['id']}")
    member = answer.object
    question = Confirmation(
        title=_("Sign out everywhere?"),
        subject=str(member["name"]),
        going=_("Every session of %(name)s in this agency ends, on every device.", name=member["name"]),
        staying=_("Access, password and second factor stay: the person may sign in again at once."),
        button=_("Sign out everywhere"),
        icon="logout",
        action=f"/access/{member['id']}/end-sessions",
        back=f"/access/{member['id']}",
        etag=answer.etag,
    )
    return visit.page("confirm.html", question)


async def end_sessions(visit: Visit) -> Response:
    """End a member's sessions."""
    member_id = visit.request.path_params["id"]
    with or_back(f"/access/{member_id}"):
        await visit.api.post(f"/users/{member_id}/end-sessions")
    return visit.leave(f"/access/{member_id}", _("Signed out everywhere."))


ROUTES = (
    Page(HERE, show, action=Action.user_manage),
    Page(HERE, save, ("POST",), action=Action.user_manage),
    Page("/access/{id:uuid}/reset-factors", ask_reset, action=Action.user_manage),
    Page("/access/{id:uuid}/reset-factors", reset, ("POST",), action=Action.user_manage),
    Page("/access/{id:uuid}/end-sessions", ask_end_sessions, action=Action.user_manage),
    Page("/access/{id:uuid}/end-sessions", end_sessions, ("POST",), action=Action.user_manage),
)
