"""Views are somebody's, may be shared among staff, and keep what they were saved with."""

from typing import Any
from uuid import uuid4

from imisofts.access import Role
from tests.api.agency import Agency, Api, as_operator, found

LATE = {"list_name": "invoices", "filters": {"status": "overdue"}, "sort": "due_on", "columns": ["client", "due_on"]}


def _ask(agency: Agency, role: Role, method: str, path: str, **options: Any) -> Any:
    return agency.api.ask(method, path, agency.as_role[role], **options)


def _saved(agency: Agency, role: Role, **more: Any) -> dict[str, Any]:
    body = {**LATE, "name": f"Late {uuid4().hex[:6]}", **more}
    return dict(_ask(agency, role, "POST", "/views", json=body).body)


def _names(agency: Agency, role: Role) -> set[str]:
    return {view["name"] for view in _ask(agency, role, "GET", "/lists/invoices").body["views"]}


def test_a_view_keeps_what_it_was_saved_with_and_is_ones_own(agency: Agency) -> None:
    view = _saved(agency, Role.member)
    assert {name: view[name] for name in LATE} == LATE
    assert (view["mine"], view["shared"]) == (True, False)
    assert view["name"] in _names(agency, Role.member)
    for role in (Role.owner, Role.client):
        assert view["name"] not in _names(agency, role)
        assert agency.api.refusal("GET", f"/views/{view['id']}", agency.as_role[role]).status == 404


def test_a_shared_view_is_seen_by_staff_and_changed_by_whoever_saved_it(agency: Agency) -> None:
    view = _saved(agency, Role.member, shared=True)
    path = f"/views/{view['id']}"
    assert view["name"] in _names(agency, Role.admin)
    assert view["name"] not in _names(agency, Role.client)
    listed = _ask(agency, Role.admin, "GET", "/views", params={"list_name": "invoices", "shared": "true"}).items
    assert [(one["name"], one["mine"]) for one in listed] == [(view["name"], False)]
    refused = agency.api.refusal("PATCH", path, agency.as_role[Role.admin], json={"name": "Mine"}, if_match='"1"')
    assert (refused.status, refused.code) == (403, "not_your_view")
    renamed = _ask(agency, Role.member, "PATCH", path, json={"name": "Slow", "columns": None}, if_match='"1"')
    assert (renamed.body["name"], renamed.body["columns"], renamed.body["version"]) == ("Slow", None, 2)
    stale = agency.api.refusal("PATCH", path, agency.as_role[Role.member], json={"name": "Late"}, if_match='"1"')
    assert stale.status == 412
    other = _saved(agency, Role.owner, shared=True)
    refused = agency.api.refusal("DELETE", f"/views/{other['id']}", agency.as_role[Role.member], if_match='"1"')
    assert refused.status == 403
    _ask(agency, Role.admin, "DELETE", path, if_match='"2"')
    assert "Slow" not in _names(agency, Role.member), "who manages the workspace tidies up"


def test_a_client_shares_nothing_and_the_operator_has_nothing(agency: Agency) -> None:
    body = {**LATE, "name": "For all", "shared": True}
    assert agency.api.refusal("POST", "/views", agency.as_role[Role.client], json=body).status == 403
    own = _saved(agency, Role.client)
    change: dict[str, Any] = {"json": {"shared": True}, "if_match": '"1"'}
    assert agency.api.refusal("PATCH", f"/views/{own['id']}", agency.as_role[Role.client], **change).status == 403
    assert own["name"] not in _names(agency, Role.owner)
    assert agency.api.refusal("POST", "/views", as_operator(agency), json=body).code == "no_person"


def test_a_name_is_used_once_and_bad_words_are_refused(agency: Agency) -> None:
    view = _saved(agency, Role.owner)
    again = agency.api.refusal("POST", "/views", agency.as_role[Role.owner], json={**LATE, "name": view["name"]})
    assert (again.status, again.fields) == (409, {"name": "is taken"})
    _saved(agency, Role.admin, name=view["name"])
    bad: tuple[dict[str, Any], ...] = (
        {"list_name": "secrets"}, {"sort": "a;b"}, {"columns": []}, {"filters": {"x y": "1"}}, {"user_id": "me"},
    )  # fmt: skip
    for part in bad:
        body = {**LATE, "name": "Bad", **part}
        assert agency.api.refusal("POST", "/views", agency.as_role[Role.owner], json=body).status == 422, part


def test_columns_are_remembered_for_one_person_in_one_workspace(agency: Agency, api: Api) -> None:
    def chosen(one: Agency, role: Role) -> Any:
        return _ask(one, role, "GET", "/lists/clients").body["columns"]

    for columns in (["name"], ["name", "email"]):
        _ask(agency, Role.owner, "PUT", "/list-columns", json={"list_name": "clients", "columns": columns})
        assert chosen(agency, Role.owner) == columns
    assert chosen(agency, Role.admin) is None
    assert chosen(found(api), Role.owner) is None
    assert _ask(agency, Role.owner, "GET", "/lists/tasks").body["columns"] is None
    _ask(agency, Role.owner, "PUT", "/list-columns", json={"list_name": "clients", "columns": None})
    assert chosen(agency, Role.owner) is None
