"""Roles on one screen: what each may do, changed by check boxes, and shown as sentences before it counts."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from starlette.responses import Response

from imisofts.access import OF_EVERYBODY, Action, Role, grantable
from portal import merge, rights
from portal.confirm import Confirmation
from portal.door import Json, Refusal
from portal.forms import Form, required, typed, with_problem
from portal.language import gettext as _
from portal.lists import Choice
from portal.refusals import or_back
from portal.rights import Area
from portal.web import Page, Visit
from portal.words import role_words

HERE = "/settings/roles"
FIELDS = ("name", "description", "kind", "copy_of")


@dataclass(frozen=True, slots=True)
class RoleColumn:
    """A role as a column: ``key`` names its fields, ``reach`` are the actions that may be ticked or unticked; a
    built-in role has no ``id`` and nothing to change."""

    key: str
    id: str
    name: str
    description: str
    for_clients: bool
    actions: frozenset[str]
    reach: frozenset[str]
    people: int
    version: str

    @property
    def ticked(self) -> list[str]:
        """The boxes that are ticked when the page is made."""
        return sorted(self.actions & self.reach)


@dataclass(frozen=True, slots=True)
class Ticks:
    """The boxes of one role as sent, and as they were when the page was made; None: as they are."""

    ticked: frozenset[str]
    was: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class RolesPage:
    """The table; ``shown`` is the key of the one role that a phone shows, ``changeable`` whether there is a box."""

    areas: tuple[Area, ...]
    roles: tuple[RoleColumn, ...]
    shown: str
    changeable: bool


@dataclass(frozen=True, slots=True)
class RoleChange:
    """One role's change in words: what its people will be able to do, and no longer."""

    role: RoleColumn
    gained: tuple[str, ...]
    lost: tuple[str, ...]
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """The question before it counts; ``again`` when somebody else changed one of these roles since it was asked."""

    changes: tuple[RoleChange, ...]
    again: bool = False


@dataclass(frozen=True, slots=True)
class RolePage:
    """The form of a new role, or the name of a known one."""

    form: Form
    sources: tuple[Choice, ...] = ()
    role: RoleColumn | None = None
    etag: str = ""


def _column(visit: Visit, row: Json) -> RoleColumn:
    role, actions = Role(row["role"]), frozenset(row["actions"])
    own = grantable(role) & frozenset(action for action in Action if visit.me.may(action))
    return RoleColumn(
        key=str(row["id"] or role.value),
        id=str(row["id"] or ""),
        name=row["name"] if row["id"] else role_words(role),
        description=row["description"],
        for_clients=row["kind"] == "client",
        actions=actions,
        reach=(own | actions) - OF_EVERYBODY if row["id"] else frozenset(),
        people=row["people"],
        version=str(row["version"] or ""),
    )


async def _columns(visit: Visit) -> tuple[RoleColumn, ...]:
    return tuple(_column(visit, row) for row in (await visit.api.get("/roles")).items)


async def show_roles(visit: Visit) -> Response:
    """The table."""
    columns = await _columns(visit)
    own = [role.key for role in columns if role.id]
    asked = visit.request.query_params.get("role", "")
    shown = asked if asked in {role.key for role in columns} else (own or [columns[0].key])[0]
    return visit.page("roles/matrix.html", RolesPage(rights.areas(), columns, shown, bool(own)))


def _changes(columns: tuple[RoleColumn, ...], sent: Mapping[str, Ticks]) -> tuple[RoleChange, ...]:
    """The roles whose ticks differ from what they have by now. A box that was left as it was follows the newest
    version: two people who change one role lose nothing of each other's. Pure."""
    found = []
    for role in columns:
        if role.key not in sent:
            continue
        ticks = sent[role.key]
        was = role.actions if ticks.was is None else ticks.was
        given, taken = (ticks.ticked - was) & role.reach, (was - ticks.ticked) & role.reach
        wanted = (role.actions | given) - taken | OF_EVERYBODY
        gained, lost = wanted - role.actions, role.actions - wanted
        if gained or lost:
            found.append(RoleChange(role, _names(gained), _names(lost), tuple(sorted(wanted))))
    return tuple(found)


def _names(actions: frozenset[str]) -> tuple[str, ...]:
    return tuple(right.name for area in rights.areas() for right in area.rights if right.action in actions)


def _ticks(visit: Visit) -> dict[str, Ticks]:
    def of(key: str) -> Ticks:
        ticked = frozenset(str(each) for each in visit.sent.getlist(f"may-{key}"))
        was = visit.sent.get(f"was-{key}")
        return Ticks(ticked, None if was is None else frozenset(str(was).split()))

    return {str(key): of(str(key)) for key in visit.sent.getlist("role")}


async def ask_changes(visit: Visit) -> Response:
    """What would change, for whom, before it does."""
    changes = _changes(await _columns(visit), _ticks(visit))
    if not changes:
        return visit.leave(HERE, _("Nothing was changed."), "information")
    return visit.page("roles/changes.html", ChangesPage(changes))


async def save_changes(visit: Visit) -> Response:
    """Carry the changes out, each on the version that was looked at."""
    versions = {str(key): str(visit.sent.get(f"version-{key}", "")) for key in visit.sent.getlist("role")}
    for key, ticks in _ticks(visit).items():
        try:
            await visit.api.patch(f"/roles/{key}", json={"actions": sorted(ticks.ticked)}, etag=f'"{versions[key]}"')
        except Refusal as problem:
            if problem.status == 412 and (changes := _changes(await _columns(visit), _ticks(visit))):
                return visit.page("roles/changes.html", ChangesPage(changes, again=True), 412)
            return visit.leave(HERE, problem.detail, "bad")
    return visit.leave(HERE, _("Saved. It counts from everybody's next click on."))


async def show_new(visit: Visit) -> Response:
    """The empty form."""
    form = Form({"kind": "staff", "copy_of": Role.member.value, "key": str(uuid4())})
    return visit.page("roles/form.html", RolePage(form, await _sources(visit)))


async def _sources(visit: Visit) -> tuple[Choice, ...]:
    return tuple(Choice(role.key, role.name) for role in await _columns(visit))


async def make(visit: Visit) -> Response:
    """A new role with the rights of another, as far as they fit and the maker has them."""
    form = required(typed(visit.sent.multi_items()), name=_("a name"))
    if form.ok:
        columns = {role.key: role for role in await _columns(visit)}
        source = columns.get(form.value("copy_of"))
        role = Role.client if form.value("kind") == "client" else Role.member
        mine = {action.value for action in grantable(role) if visit.me.may(action)}
        body = {name: form.value(name) for name in ("name", "description", "kind")}
        actions = sorted(mine & source.actions) if source else []
        try:
            made = await visit.api.post("/roles", json={**body, "actions": actions}, key=form.value("key"))
        except Refusal as problem:
            form = with_problem(form, problem.detail, problem.fields, FIELDS)
        else:
            notice = _("Made. Tick what its people may do.")
            return visit.leave(f"{HERE}?role={made.object['id']}", notice)
    return visit.page("roles/form.html", RolePage(form, await _sources(visit)), 422)


async def show_role(visit: Visit) -> Response:
    """Name and description of a role."""
    answer = await visit.api.get(f"/roles/{visit.request.path_params['id']}")
    role = _column(visit, answer.object)
    return visit.page("roles/form.html", RolePage(_named(role), role=role, etag=answer.etag))


def _named(role: RoleColumn) -> Form:
    return Form({"name": role.name, "description": role.description})


async def rename(visit: Visit) -> Response:
    """Another name or description."""
    path = f"/roles/{visit.request.path_params['id']}"
    form, etag = required(typed(visit.sent.multi_items()), name=_("a name")), str(visit.sent.get("etag", ""))
    if form.ok:
        body = {name: form.value(name) for name in ("name", "description")}
        try:
            await visit.api.patch(path, json=body, etag=etag)
        except Refusal as problem:
            if problem.status == 412:
                return await _ask_which(visit, form)
            form = with_problem(form, problem.detail, problem.fields, FIELDS)
        else:
            return visit.leave(HERE, _("Saved."))
    role = _column(visit, (await visit.api.get(path)).object)
    return visit.page("roles/form.html", RolePage(form, role=role, etag=etag), 422)


async def _ask_which(visit: Visit, form: Form) -> Response:
    """Two people named the same role."""
    answer = await visit.api.get(f"/roles/{visit.request.path_params['id']}")
    role = _column(visit, answer.object)
    fields = (merge.Field("name", _("Name")), merge.Field("description", _("Description")))
    subject = merge.Subject(role.name, role.id, f"{HERE}/{role.id}")
    return await merge.ask(visit, form, _named(role), answer.etag, fields, subject)


async def ask_delete(visit: Visit) -> Response:
    """The question before a role goes."""
    answer = await visit.api.get(f"/roles/{visit.request.path_params['id']}")
    role = _column(visit, answer.object)
    question = Confirmation(
        title=_("Delete this role?"),
        subject=role.name,
        going=_("The role %(name)s goes. Only a role that nobody has can go.", name=role.name),
        staying=_("Built-in roles and people stay as they are."),
        button=_("Delete role"),
        icon="trash",
        action=f"{HERE}/{role.id}/delete",
        back=f"{HERE}/{role.id}",
        etag=answer.etag,
    )
    return visit.page("confirm.html", question)


async def delete(visit: Visit) -> Response:
    """Delete it."""
    role_id = visit.request.path_params["id"]
    with or_back(f"{HERE}/{role_id}"):
        await visit.api.delete(f"/roles/{role_id}", etag=str(visit.sent.get("etag", "")))
    return visit.leave(HERE, _("Role deleted."))


ROUTES = (
    Page(HERE, show_roles, action=Action.role_manage),
    Page(HERE, ask_changes, ("POST",), action=Action.role_manage),
    Page(f"{HERE}/save", save_changes, ("POST",), action=Action.role_manage),
    Page(f"{HERE}/new", show_new, action=Action.role_manage),
    Page(f"{HERE}/new", make, ("POST",), action=Action.role_manage),
    Page(f"{HERE}/{{id:uuid}}", show_role, action=Action.role_manage),
    Page(f"{HERE}/{{id:uuid}}", rename, ("POST",), action=Action.role_manage),
    Page(f"{HERE}/{{id:uuid}}/delete", ask_delete, action=Action.role_manage),
    Page(f"{HERE}/{{id:uuid}}/delete", delete, ("POST",), action=Action.role_manage),
)
