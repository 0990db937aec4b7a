"""Clients through HTTP."""

from imisofts.access import Role
from tests.api.agency import Agency


def test_a_client_is_made_changed_and_archived(agency: Agency) -> None:
    owner = agency.as_role[Role.owner]
    body = {"name": "Northwind", "email": "a@northwind.example", "external_id": "N-1"}
    made = agency.api.ask("POST", "/clients", owner, json=body)
    path = f"/clients/{made.body['id']}"
    assert (made.status, made.etag, made.body["currency"], made.body["source"]) == (201, '"1"', "EUR", "api")
    assert agency.api.refusal("POST", "/clients", owner, json=body).code == "external_id_taken"
    assert agency.api.refusal("PATCH", path, owner, json={"name": "x"}).status == 428
    changed = agency.api.ask("PATCH", path, owner, json={"name": "Northwind Traders"}, if_match='"1"')
    assert (changed.body["name"], changed.body["email"], changed.etag) == ("Northwind Traders", body["email"], '"2"')
    assert agency.api.refusal("PATCH", path, owner, json={"name": "x"}, if_match='"1"').status == 412
    assert agency.api.ask("DELETE", path, owner, if_match='"2"').body["archived"] is True
    problem = agency.api.refusal("POST", "/invoices", owner, json={"client_id": made.body["id"]})
    assert problem.code == "client_archived"


def test_events_tell_that_personal_data_changed_and_not_what(agency: Agency) -> None:
    owner = agency.as_role[Role.owner]
    made = agency.api.ask("POST", "/clients", owner, json={"name": "Secretive", "email": "who@secretive.example"}).body
    agency.api.ask("PATCH", f"/clients/{made['id']}", owner, json={"email": "new@secretive.example"}, if_match='"1"')
    found = agency.api.ask("GET", "/events", owner, params={"subject_id": made["id"]}).body["items"]
    assert sorted(event["name"] for event in found) == ["client.created", "client.updated"]
    assert "secretive" not in str(found).lower()
    assert [event["data"]["personal"] for event in found if event["name"] == "client.updated"] == [["email"]]


def test_the_list_searches_sorts_and_filters(agency: Agency) -> None:
    owner = agency.as_role[Role.owner]
    for name, currency in (("Quartz B", "USD"), ("Quartz A", "JPY")):
        agency.api.ask("POST", "/clients", owner, json={"name": name, "currency": currency})
    listed = agency.api.ask("GET", "/clients", owner, params={"q": "quartz"}).body["items"]
    assert [row["name"] for row in listed] == ["Quartz A", "Quartz B"]
    listed = agency.api.ask("GET", "/clients", owner, params={"q": "quartz", "sort": "-name", "archived": "false"}).body
    assert [row["name"] for row in listed["items"]] == ["Quartz B", "Quartz A"]
    listed = agency.api.ask("GET", "/clients", owner, params={"q": "quartz", "currency": "JPY"}).body["items"]
    assert [row["name"] for row in listed] == ["Quartz A"]


def test_a_clients_user_sees_its_own_client_only(agency: Agency) -> None:
    owner, client = agency.as_role[Role.owner], agency.as_role[Role.client]
    other = agency.api.ask("POST", "/clients", owner, json={"name": "Unseen"}).body["id"]
    listed = agency.api.ask("GET", "/clients", client).body["items"]
    assert [row["id"] for row in listed] == [agency.client_id]
    assert agency.api.refusal("GET", f"/clients/{other}", client).status == 404
    assert agency.api.refusal("POST", "/clients", client, json={"name": "Mine"}).status == 403


def test_a_currency_that_does_not_exist_is_refused(agency: Agency) -> None:
    problem = agency.api.refusal("POST", "/clients", agency.as_role[Role.owner], json={"name": "X", "currency": "ZZZ"})
    assert (problem.status, list(problem.fields)) == (422, ["currency"])
