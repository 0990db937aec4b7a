"""The part of a form that says what somebody is here: a role, a client, single rights, chosen clients and projects."""

from dataclasses import dataclass, replace

from imisofts.access import ACTIONS_OF_ROLE, CLIENT_ROLES, Role
from portal import export, merge, rights
from portal.door import Json
from portal.forms import Form, required, with_boxes
from portal.language import gettext as _
from portal.lists import Choice
from portal.rights import Area
from portal.web import Visit
from portal.words import role_words

FIELDS = ("role", "role_id", "client_id", "rights", "client_ids", "project_ids")
LISTS = ("rights", "client_ids", "project_ids")


@dataclass(frozen=True, slots=True)
class Standings:
    """What can be chosen: a role of the agency's own is ``member:<id>`` or ``client:<id>``; ``areas`` are the single
    rights of a client's team member, ``ticked`` the boxes that are, of all kinds."""

    roles: tuple[Choice, ...]
    clients: tuple[Choice, ...]
    projects: tuple[Choice, ...]
    areas: tuple[Area, ...]
    ticked: frozenset[str]


async def standings(visit: Visit, ticked: frozenset[str] = frozenset()) -> Standings:
    """What the viewer may choose from: only an owner makes owners, and nobody gives more than she has."""
    own = [row for row in (await visit.api.get("/roles")).items if visit.me.actions.issuperset(row["actions"])]
    given = [row for row in own if row["id"] or row["role"] != Role.owner.value or visit.me.role is Role.owner]
    roles = tuple(Choice(_key(row["role"], row["id"]), row["name"] if row["id"] else role_words(row["role"]))
                  for row in given)  # fmt: skip
    clients = await export.all_rows(visit.api, "/clients", {"sort": "name"})
    projects = await export.all_rows(visit.api, "/projects", {"sort": "name"})
    return Standings(
        roles,
        tuple(Choice(str(row["id"]), row["name"]) for row in clients),
        tuple(Choice(str(row["id"]), _of(row)) for row in projects),
        rights.areas(ACTIONS_OF_ROLE[Role.client_team]),
        ticked,
    )


def _of(project: Json) -> str:
    return f"{project['name']} · {project['client_name']}" if project.get("client_name") else str(project["name"])


def _key(role: str, role_id: str | None) -> str:
    return f"{role}:{role_id}" if role_id else role


def ticked_in(visit: Visit) -> frozenset[str]:
    """The boxes of a sent form."""
    return frozenset(str(each) for name in LISTS for each in visit.sent.getlist(name))


def known(row: Json) -> tuple[Form, frozenset[str]]:
    """A member's standing as typed values and ticked boxes."""
    sees = "chosen" if row["narrowed"] else "all"
    form = Form({"role": _key(row["role"], row["role_id"]), "client_id": str(row["client_id"] or ""), "sees": sees})
    boxes = {name: [str(each) for each in row[name] or ()] for name in LISTS}
    return with_boxes(form, **boxes), frozenset(one for ones in boxes.values() for one in ones)


def checked(form: Form) -> Form:
    """People of a client need one; a choice left over from another role does not count."""
    role = form.value("role").partition(":")[0]
    if role not in CLIENT_ROLES:
        return replace(form, values={**form.values, "client_id": ""})
    return required(form, client_id=_("a client"))


def compared(visit: Visit, form: Form) -> Form:
    """The sent form with its boxes, as :func:`known` tells what is stored."""
    return with_boxes(form, **{name: visit.sent.getlist(name) for name in LISTS})


def merged(choices: Standings) -> tuple[merge.Field, ...]:
    """What two people may have changed at once."""
    sees = (Choice("all", _("The whole agency")), Choice("chosen", _("Chosen clients and projects only")))
    given = (Choice(right.action, right.name) for area in choices.areas for right in area.rights)
    return (
        merge.Field("role", _("Role"), choices.roles),
        merge.Field("client_id", _("Client"), choices.clients),
        merge.Field("sees", _("Works for"), sees),
        *merge.boxes("rights", _("Single right"), given),
        *merge.boxes("client_ids", _("Client"), choices.clients),
        *merge.boxes("project_ids", _("Project"), choices.projects),
    )


def body(visit: Visit, form: Form) -> dict[str, object]:
    """The standing as the API takes it."""
    role, _colon, role_id = form.value("role").partition(":")
    found: dict[str, object] = {"role": role}
    if role_id:
        found["role_id"] = role_id
    if form.value("client_id"):
        found["client_id"] = form.value("client_id")
    if role == Role.client_team.value:
        found["rights"] = sorted(str(each) for each in visit.sent.getlist("rights"))
    if role == Role.member.value and form.value("sees") == "chosen":
        found["client_ids"] = sorted(str(each) for each in visit.sent.getlist("client_ids"))
        found["project_ids"] = sorted(str(each) for each in visit.sent.getlist("project_ids"))
    return found
