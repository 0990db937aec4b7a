"""API tokens: one's own, and the workspace's; made once, seen once, revoked at any time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from starlette.responses import Response

from imisofts.access import Action, Role
from portal import rights
from portal.door import Json, Refusal
from portal.forms import Form, required, typed, with_problem
from portal.language import as_instant
from portal.language import gettext as _
from portal.lists import Choice
from portal.rights import Area
from portal.web import Page, Visit
from portal.words import Status

OWN, SHARED = "/account/tokens", "/settings/tokens"
FIELDS = ("name", "life", "scopes")


@dataclass(frozen=True, slots=True)
class Token:
    """A token without its secret. ``scopes`` are its rights in words, none for all of its user's."""

    id: str
    name: str
    prefix: str
    scopes: tuple[str, ...]
    status: Status
    made_at: str
    ends_at: str
    used_at: str
    used_from: str
    etag: str
    living: bool


@dataclass(frozen=True, slots=True)
class TokensPage:
    """The list and the form beside it; ``secret`` is of the token just made and shown this once."""

    here: str
    of_workspace: bool
    tokens: tuple[Token, ...]
    form: Form
    lives: tuple[Choice, ...]
    areas: tuple[Area, ...]
    ticked: frozenset[str]
    secret: str = ""


def _token(row: Json) -> Token:
    ends_at = as_instant(row["expires_at"])
    ended = ends_at is not None and ends_at <= datetime.now(UTC)
    if row["revoked_at"]:
        status = Status("revoked", _("Revoked"), "idle")
    elif ended:
        status = Status("ended", _("Expired"), "idle")
    else:
        status = Status("living", _("Active"), "good")
    return Token(
        id=str(row["id"]),
        name=row["name"],
        prefix=row["prefix"],
        scopes=tuple(rights.name_of(scope) for scope in row["scopes"]),
        status=status,
        made_at=row["created_at"],
        ends_at=row["expires_at"] or "",
        used_at=row["last_used_at"] or "",
        used_from=row["last_used_from"] or "",
        etag=f'"{row["version"]}"',
        living=status.code == "living",
    )


def _lives(visit: Visit) -> tuple[Choice, ...]:
    days = [Choice("30", _("30 days")), Choice("90", _("90 days")), Choice("365", _("A year"))]
    return (*days, *([Choice("", _("Until it is revoked"))] if visit.me.role is Role.owner else []))


async def _page(visit: Visit, form: Form, *, secret: str = "", status: int = 200) -> Response:
    shared = visit.request.url.path.startswith(SHARED)
    user = (await visit.api.get("/session")).object["user"]
    rows = (await visit.api.get("/tokens", params={"limit": "200"})).items
    mine = [row for row in rows if (row["user_id"] is None if shared else row["user_id"] == user["id"])]
    ticked = (
        frozenset(str(each) for each in visit.sent.getlist("scopes")) if form.errors or form.problem else frozenset()
    )
    areas = rights.areas(action for action in Action if visit.me.may(action))
    page = TokensPage(
        SHARED if shared else OWN,
        shared,
        tuple(_token(row) for row in mine),
        form,
        _lives(visit),
        areas,
        ticked,
        secret,
    )
    return visit.page("tokens/list.html", page, status)


async def show(visit: Visit) -> Response:
    """The list and the form."""
    return await _page(visit, Form({"life": "90", "key": str(uuid4())}))


async def make(visit: Visit) -> Response:
    """A new token, its secret on the page that follows and nowhere else."""
    shared = visit.request.url.path.startswith(SHARED)
    form = required(typed(visit.sent.multi_items()), name=_("a name"))
    body: dict[str, object] = {"name": form.value("name"), "of_workspace": shared}
    body["scopes"] = sorted(str(each) for each in visit.sent.getlist("scopes"))
    if form.value("life") in {"30", "90", "365"}:
        body["expires_at"] = (datetime.now(UTC) + timedelta(days=int(form.value("life")))).isoformat()
    if form.ok:
        try:
            made = await visit.api.post("/tokens", json=body, key=form.value("key"))
        except Refusal as problem:
            form = with_problem(form, problem.detail, problem.fields, FIELDS)
        else:
            return await _page(visit, Form({"life": "90", "key": str(uuid4())}), secret=made.object["token"])
    return await _page(visit, form, status=422)


async def revoke(visit: Visit) -> Response:
    """Make it useless from the next request on."""
    here = SHARED if visit.request.url.path.startswith(SHARED) else OWN
    await visit.api.delete(f"/tokens/{visit.request.path_params['id']}", etag=str(visit.sent.get("etag", "")))
    return visit.leave(here, _("Revoked. Programs that use it are refused from now on."))


ROUTES = (
    Page(OWN, show, action=Action.token_manage),
    Page(OWN, make, ("POST",), action=Action.token_manage),
    Page(f"{OWN}/{{id:uuid}}/revoke", revoke, ("POST",), action=Action.token_manage),
    Page(SHARED, show, action=Action.workspace_token_manage),
    Page(SHARED, make, ("POST",), action=Action.workspace_token_manage),
    Page(f"{SHARED}/{{id:uuid}}/revoke", revoke, ("POST",), action=Action.workspace_token_manage),
)
