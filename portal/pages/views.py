"""Views of lists: saved, changed, deleted; and the columns that somebody wants to see."""

from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.responses import Response

from imisofts.access import Action
from portal.door import FORM_REFUSALS, Json, Problem
from portal.language import gettext as _
from portal.web import Page, Visit, safe_next

LOOKS = {"sort", "cols", "view", "cursor"}
"""Parameters of a list's address that are no filters."""


def _there(visit: Visit) -> tuple[str, dict[str, str]]:
    """The list that the form was on: its path, and its address's parameters."""
    back = urlsplit(safe_next(str(visit.sent.get("back", ""))))
    return back.path, dict(parse_qsl(back.query))


def _address(path: str, query: dict[str, str]) -> str:
    left = {name: value for name, value in query.items() if value and name != "cursor"}
    return f"{path}?{urlencode(left)}" if left else path


def _look(query: dict[str, str]) -> Json:
    """Filters, order and columns of an address, as the API keeps them."""
    return {
        "filters": {name: value for name, value in query.items() if name not in LOOKS},
        "sort": query.get("sort") or None,
        "columns": [name for name in query.get("cols", "").split(",") if name] or None,
    }


async def choose_columns(visit: Visit) -> Response:
    """Show these columns: of a saved view in its address, else remembered for this person."""
    path, query = _there(visit)
    usual = bool(visit.sent.get("usual"))
    chosen = [] if usual else [str(name) for name in visit.sent.getlist("column")]
    if visit.sent.get("view"):
        return visit.leave(_address(path, {**query, "cols": ",".join(chosen)}))
    body = {"list_name": str(visit.sent.get("list_name", "")), "columns": chosen or None}
    try:
        await visit.api.put("/list-columns", json=body)
    except Problem as problem:
        return _refused(visit, path, query, problem)
    return visit.leave(_address(path, {**query, "cols": ""}))


async def save_view(visit: Visit) -> Response:
    """Keep the list as it is looked at, with the columns that stand in its address or were chosen before."""
    path, query = _there(visit)
    body = {
        "list_name": str(visit.sent.get("list_name", "")),
        "name": str(visit.sent.get("name", "")).strip(),
        "shared": bool(visit.sent.get("shared")),
        **_look(query),
    }
    if not body["name"]:
        return visit.leave(_address(path, query), _("Give the view a name."), "bad")
    try:
        made = (await visit.api.post("/views", json=body)).object
    except Problem as problem:
        return _refused(visit, path, query, problem)
    return visit.leave(_address(path, {**query, "view": str(made["id"])}), _("The view is saved."))


async def change_view(visit: Visit) -> Response:
    """Save it anew, share it, keep it to oneself or delete it, as the button says."""
    path, query = _there(visit)
    address, verb = f"/views/{visit.request.path_params['id']}", str(visit.sent.get("verb", ""))
    etag = str(visit.sent.get("etag", ""))
    changes: dict[str, Json] = {"save": _look(query), "share": {"shared": True}, "keep": {"shared": False}}
    try:
        if verb == "delete":
            await visit.api.delete(address, etag=etag)
            return visit.leave(_address(path, {**query, "view": ""}), _("The view is deleted; no row is."))
        await visit.api.patch(address, json=changes.get(verb, {}), etag=etag)
    except Problem as problem:
        return _refused(visit, path, query, problem)
    return visit.leave(_address(path, query), _("The view is saved."))


def _refused(visit: Visit, path: str, query: dict[str, str], problem: Problem) -> Response:
    if problem.status not in {403, *FORM_REFUSALS}:
        raise problem
    return visit.leave(_address(path, query), problem.detail, "bad")


ROUTES = (
    Page("/lists/columns", choose_columns, ("POST",), action=Action.session_own),
    Page("/views", save_view, ("POST",), action=Action.session_own),
    Page("/views/{id:uuid}", change_view, ("POST",), action=Action.session_own),
)
