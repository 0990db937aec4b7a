"""A client's people on their own page: who comes in, with which rights. Staff with that right see all clients'."""

from dataclasses import dataclass, replace
from uuid import uuid4

from starlette.responses import Response

from imisofts.access import ACTIONS_OF_ROLE, Action, Role
from portal import export, invitations, lists, merge, rights
from portal.door import FORM_REFUSALS, Json, Problem, Refusal
from portal.forms import Form, required, typed, with_boxes, with_problem
from portal.language import gettext as _
from portal.lists import Choice
from portal.rights import Area, Right
from portal.web import Page, Visit
from portal.words import Status

FIELDS = ("email", "name", "client_id", "role", "rights")


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of a client as the API tells it; ``may`` is what in a few words, ``rights`` are single rights."""

    id: str
    name: str
    email: str
    client_name: str
    role: str
    may: str
    rights: frozenset[str]
    status: Status
    link_made_at: str
    is_me: bool


@dataclass(frozen=True, slots=True)
class TeamPage:
    """The list; ``of_one`` client whose person looks, or of all whom staff see."""

    state: lists.ListState
    rows: tuple[Colleague, ...]
    of_one: bool
    title: str


@dataclass(frozen=True, slots=True)
class ColleaguePage:
    """The form of a new colleague, or of a known one; ``clients`` to choose from are for staff alone."""

    form: Form
    title: str
    back: str
    roles: tuple[Choice, ...]
    clients: tuple[Choice, ...]
    areas: tuple[Area, ...]
    ticked: frozenset[str]
    colleague: Colleague | None = None
    etag: str = ""


def _title(visit: Visit) -> str:
    return _("Your team") if visit.me.is_client else _("Client teams")


def _colleague(visit: Visit, row: Json) -> Colleague:
    return Colleague(
        id=str(row["id"]),
        name=row["name"],
        email=row["email"],
        client_name=row["client_name"],
        role=row["role"],
        may=_may(row),
        rights=frozenset(row["rights"] or ()),
        status=invitations.state_of(row, failed=row["mail_failed"]),
        link_made_at=str(row["link_made_at"] or ""),
        is_me=row["email"] == visit.me.email,
    )


def _areas(visit: Visit) -> tuple[Area, ...]:
    """What the viewer may give; a client's own people read of their company, not of clients."""
    found = rights.areas(action for action in ACTIONS_OF_ROLE[Role.client_team] if visit.me.may(action))
    if not visit.me.is_client:
        return found
    company = Right(Action.client_read, _("See company details"), _("Name and address as the agency keeps them."))
    return tuple(
        replace(area, rights=tuple(company if each.action is Action.client_read else each for each in area.rights))
        for area in found
    )


def _roles() -> tuple[Choice, ...]:
    return (
        Choice(Role.client_team.value, _("What is chosen below")),
        Choice(Role.client.value, _("Everything, and manages the team")),
    )


def _may(row: Json) -> str:
    """The rights of one person in words."""
    if row["role_name"]:
        return str(row["role_name"])
    if row["role"] == Role.client.value:
        return _("Everything, and manages the team")
    return ", ".join(rights.name_of(right) for right in row["rights"]) or _("Nothing yet")


def _state(visit: Visit) -> lists.ListState:
    sortable = ("name", "email", "created_at")
    return lists.read(visit.request, "/team", filters=("client_id",), sortable=sortable, default_sort="name")


def _query(state: lists.ListState) -> dict[str, str]:
    found = {"sort": state.sort, "limit": str(lists.LIMIT), "q": state.q, "cursor": state.cursor, **state.filters}
    return {name: value for name, value in found.items() if value}


async def show_team(visit: Visit) -> Response:
    """The list."""
    state = _state(visit)
    answer = await visit.api.get("/team", params=_query(state))
    rows = tuple(_colleague(visit, row) for row in answer.items)
    page = TeamPage(lists.moved(state, answer.next_cursor), rows, visit.me.is_client, _title(visit))
    return visit.page("team/list.html", page)


async def export_team(visit: Visit) -> Response:
    """The same rows as CSV or Excel."""
    rows = await export.all_rows(visit.api, "/team", _query(_state(visit)))
    told = [{**row, "may": _may(row)} for row in rows]
    columns = {"name": _("Name"), "email": _("E-mail"), "client_name": _("Client"), "may": _("Rights"),
               "joined_at": _("Came in")}  # fmt: skip
    return export.table_file(visit, "team", columns, told)


async def _form(
    visit: Visit, form: Form, ticked: frozenset[str], known: tuple[Colleague, str] | None = None, status: int = 200
) -> Response:
    clients: tuple[Choice, ...] = ()
    if not visit.me.is_client and known is None:
        rows = await export.all_rows(visit.api, "/clients", {"sort": "name"})
        clients = tuple(Choice(str(row["id"]), row["name"]) for row in rows)
    colleague, etag = known or (None, "")
    page = ColleaguePage(
        form,
        colleague.name if colleague else _("Invite a colleague"),
        _title(visit),
        _roles(),
        clients,
        _areas(visit),
        ticked,
        colleague,
        etag,
    )
    return visit.page("team/form.html", page, status)


def _ticked(visit: Visit) -> frozenset[str]:
    return frozenset(str(each) for each in visit.sent.getlist("rights"))


def _checked(visit: Visit, form: Form) -> Form:
    """Single rights are at least one."""
    if form.value("role") == Role.client_team.value and not _ticked(visit):
        return form.failed("rights", _("Choose at least one right."))
    return form


def _standing(visit: Visit, form: Form) -> dict[str, object]:
    """The rights as the API takes them."""
    single = form.value("role") != Role.client.value
    return {"role": form.value("role"), **({"rights": sorted(_ticked(visit))} if single else {})}


async def show_invite(visit: Visit) -> Response:
    """The empty form."""
    client_id = visit.request.query_params.get("client_id", "")
    form = Form({"role": Role.client_team.value, "client_id": client_id, "key": str(uuid4())})
    return await _form(visit, form, frozenset())


async def invite(visit: Visit) -> Response:
    """Invite; the mail leaves by itself."""
    labels = {"email": _("an e-mail address"), "name": _("a name")}
    labels |= {} if visit.me.is_client else {"client_id": _("a client")}
    form = _checked(visit, required(typed(visit.sent.multi_items()), **labels))
    if form.ok:
        body = {name: form.value(name) for name in labels} | _standing(visit, form)
        try:
            await visit.api.post("/team", json=body, key=form.value("key"))
        except Problem as problem:
            if problem.status not in {*FORM_REFUSALS, 429}:
                raise
            form = with_problem(form, problem.detail, problem.fields, FIELDS)
        else:
            return visit.leave("/team", _("Invited. The link is on its way to %(email)s.", email=form.value("email")))
    return await _form(visit, form, _ticked(visit), status=422)


async def show_colleague(visit: Visit) -> Response:
    """The form of somebody known."""
    answer = await visit.api.get(f"/team/{visit.request.path_params['id']}")
    colleague = _colleague(visit, answer.object)
    return await _form(visit, _stored(colleague), colleague.rights, (colleague, answer.etag))


def _stored(colleague: Colleague) -> Form:
    return with_boxes(Form({"role": colleague.role}), rights=colleague.rights)


async def change_colleague(visit: Visit) -> Response:
    """Other rights."""
    path, etag = f"/team/{visit.request.path_params['id']}", str(visit.sent.get("etag", ""))
    form = _checked(visit, typed(visit.sent.multi_items()))
    if form.ok:
        try:
            await visit.api.patch(path, json=_standing(visit, form), etag=etag)
        except Refusal as problem:
            if problem.status == 412:
                return await _ask_which(visit, form)
            form = with_problem(form, problem.detail, problem.fields, FIELDS)
        else:
            return visit.leave("/team", _("Saved. It counts from the person's next click on."))
    colleague = _colleague(visit, (await visit.api.get(path)).object)
    return await _form(visit, form, _ticked(visit), (colleague, etag), 422)


async def _ask_which(visit: Visit, form: Form) -> Response:
    """Two people changed the rights of the same colleague."""
    answer = await visit.api.get(f"/team/{visit.request.path_params['id']}")
    colleague = _colleague(visit, answer.object)
    given = (Choice(right.action, right.name) for area in _areas(visit) for right in area.rights)
    fields = (merge.Field("role", _("May do"), _roles()), *merge.boxes("rights", _("Single right"), given))
    subject = merge.Subject(colleague.name, "", f"/team/{colleague.id}")
    sent = with_boxes(form, rights=_ticked(visit))
    return await merge.ask(visit, sent, _stored(colleague), answer.etag, fields, subject)


ROUTES = (
    Page("/team", show_team, action=Action.team_manage),
    Page("/team.csv", export_team, action=Action.team_manage),
    Page("/team/new", show_invite, action=Action.team_manage),
    Page("/team/new", invite, ("POST",), action=Action.team_manage),
    Page("/team/{id:uuid}", show_colleague, action=Action.team_manage),
    Page("/team/{id:uuid}", change_colleague, ("POST",), action=Action.team_manage),
    *invitations.pages("/team", "/team", Action.team_manage),
)
