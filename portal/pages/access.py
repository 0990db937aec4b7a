"""Who comes into this workspace, and as what: invited by mail, given another role, taken out again."""

import asyncio
from dataclasses import dataclass
from uuid import uuid4

from starlette.responses import Response

from imisofts.access import Action, Role
from portal import export, invitations, lists, merge, standing_form, tables
from portal.door import Json, Refusal
from portal.forms import Form, required, typed, with_problem
from portal.language import gettext as _
from portal.lists import Choice
from portal.standing_form import Standings, standings
from portal.tables import Column
from portal.web import Page, Visit
from portal.words import Status, role_words

FIELDS = ("email", "name", *standing_form.FIELDS)


@dataclass(frozen=True, slots=True)
class Member:
    """A member as the API tells it; ``status`` says whether the person has come in."""

    id: str
    name: str
    email: str
    role: str
    role_name: str
    narrowed: bool
    client_id: str
    status: Status
    link_made_at: str
    made_at: str
    joined_at: str
    problem: str
    is_me: bool


@dataclass(frozen=True, slots=True)
class AccessPage:
    """The list."""

    state: lists.ListState
    table: tables.Table
    rows: tuple[Member, ...]
    roles: tuple[Choice, ...]
    may_manage: bool


@dataclass(frozen=True, slots=True)
class InvitePage:
    """The form of a new member, or of a known one."""

    form: Form
    standings: Standings
    member: Member | None = None
    etag: str = ""


def _member(visit: Visit, row: Json) -> Member:
    role = Role(row["role"])
    return Member(
        id=str(row["id"]),
        name=row["name"],
        email=row["email"],
        role=role.value,
        role_name=row["role_name"] or role_words(role),
        narrowed=row["narrowed"],
        client_id=str(row["client_id"] or ""),
        status=invitations.state_of(row, failed=bool(row["link_problem"])),
        link_made_at=str(row["link_made_at"] or ""),
        made_at=row["created_at"],
        joined_at=str(row["joined_at"] or ""),
        problem=str(row["link_problem"] or ""),
        is_me=row["email"] == visit.me.email,
    )


def _state(visit: Visit) -> lists.ListState:
    sortable = ("name", "email", "created_at")
    return lists.read(visit.request, "/access", filters=("role",), sortable=sortable, default_sort="name")


def _query(state: lists.ListState) -> dict[str, str]:
    found = {"sort": state.sort, "limit": str(lists.LIMIT), "q": state.q, "cursor": state.cursor, **state.filters}
    return {name: value for name, value in found.items() if value}


def _columns() -> tuple[Column, ...]:
    return (
        Column("name", _("Name"), sort=True, fixed=True),
        Column("email", _("E-mail"), sort=True),
        Column("role", _("Role")),
        Column("status", _("State")),
        Column("created_at", _("Invited"), sort=True, usual=False),
        Column("joined_at", _("Came in"), usual=False),
    )


async def show_access(visit: Visit) -> Response:
    """The list."""
    state = _state(visit)
    answer, table = await asyncio.gather(
        visit.api.get("/users", params=_query(state)), tables.of(visit, state, _columns())
    )
    rows = tuple(_member(visit, row) for row in answer.items)
    roles = tuple(Choice(role.value, role_words(role)) for role in Role)
    page = AccessPage(lists.moved(state, answer.next_cursor), table, rows, roles, visit.me.may(Action.user_manage))
    return visit.page("access/list.html", page)


async def export_access(visit: Visit) -> Response:
    """The same rows as CSV or Excel."""
    rows = await export.all_rows(visit.api, "/users", _query(_state(visit)))
    columns = {"name": _("Name"), "email": _("E-mail"), "role": _("Role"), "joined_at": _("Came in")}
    return export.table_file(visit, "access", columns, rows)


async def show_invite(visit: Visit) -> Response:
    """The empty form; from a client's page that client is filled in."""
    client_id = visit.request.query_params.get("client_id", "")
    role = Role.client if client_id else Role.member
    form = Form({"role": role.value, "client_id": client_id, "sees": "all", "key": str(uuid4())})
    return visit.page("access/form.html", InvitePage(form, await standings(visit)))


async def invite(visit: Visit) -> Response:
    """Make the member; the mail leaves by itself."""
    form = required(typed(visit.sent.multi_items()), email=_("an e-mail address"), name=_("a name"))
    form = standing_form.checked(form)
    if form.ok:
        body = {name: form.value(name) for name in ("email", "name")} | standing_form.body(visit, form)
        try:
            await visit.api.post("/users", json=body, key=form.value("key"))
        except Refusal as problem:
            form = with_problem(form, problem.detail, problem.fields, FIELDS)
        else:
            return visit.leave("/access", _("Invited. The link is on its way to %(email)s.", email=form.value("email")))
    chosen = await standings(visit, standing_form.ticked_in(visit))
    return visit.page("access/form.html", InvitePage(form, chosen), 422)


async def _stored(visit: Visit) -> tuple[Member, InvitePage]:
    answer = await visit.api.get(f"/users/{visit.request.path_params['id']}")
    member = _member(visit, answer.object)
    form, ticked = standing_form.known(answer.object)
    return member, InvitePage(form, await standings(visit, ticked), member, answer.etag)


async def show_member(visit: Visit) -> Response:
    """The form of a known member."""
    return visit.page("access/form.html", (await _stored(visit))[1])


async def change_member(visit: Visit) -> Response:
    """Another role, another client, other rights, or another view."""
    path = f"/users/{visit.request.path_params['id']}"
    form = standing_form.checked(typed(visit.sent.multi_items()))
    etag = str(visit.sent.get("etag", ""))
    if form.ok:
        try:
            await visit.api.patch(path, json=standing_form.body(visit, form), etag=etag)
        except Refusal as problem:
            if problem.status == 412:
                return await _ask_which(visit, form)
            form = with_problem(form, problem.detail, problem.fields, FIELDS)
        else:
            return visit.leave("/access", _("Saved. It counts from the person's next click on."))
    member = _member(visit, (await visit.api.get(path)).object)
    chosen = await standings(visit, standing_form.ticked_in(visit))
    return visit.page("access/form.html", InvitePage(form, chosen, member, etag), 422)


async def _ask_which(visit: Visit, form: Form) -> Response:
    """Two people changed the same membership."""
    member, page = await _stored(visit)
    subject = merge.Subject(member.name, member.id, f"/access/{member.id}")
    fields = standing_form.merged(page.standings)
    return await merge.ask(visit, standing_form.compared(visit, form), page.form, page.etag, fields, subject)


ROUTES = (
    Page("/access", show_access, action=Action.user_manage),
    Page("/access.csv", export_access, action=Action.user_manage),
    Page("/access/new", show_invite, action=Action.user_manage),
    Page("/access/new", invite, ("POST",), action=Action.user_manage),
    Page("/access/{id:uuid}", show_member, action=Action.user_manage),
    Page("/access/{id:uuid}", change_member, ("POST",), action=Action.user_manage),
    *invitations.pages("/access", "/users", Action.user_manage),
)
