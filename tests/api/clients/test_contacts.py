"""Contacts, tags, timeline, and the weights of health, through HTTP."""

from imisofts.access import Role
from tests.api.agency import Agency, sign_in


def test_a_client_has_one_primary_contact(agency: Agency) -> None:
    owner = agency.as_role[Role.owner]
    path = f"/clients/{agency.client_id}/contacts"
    ada = agency.api.ask("POST", path, owner, json={"name": "Ada", "is_primary": True}).body
    bob = agency.api.ask("POST", path, owner, json={"name": "Bob", "is_primary": True}).body
    assert [(c["name"], c["is_primary"]) for c in agency.api.ask("GET", path, owner).body] == [
        ("Bob", True),
        ("Ada", False),
    ]
    changed = agency.api.ask(
        "PATCH", f"/contacts/{bob['id']}", owner, json={"phone": "+49 30 1234"}, if_match='"1"'
    ).body
    assert changed["phone"] == "+49 30 1234"
    told = agency.api.ask("GET", "/events", owner, params={"subject_id": bob["id"]}).body
    assert "1234" not in str(told)
    agency.api.ask("DELETE", f"/contacts/{ada['id']}", owner, if_match='"2"')
    assert [c["name"] for c in agency.api.ask("GET", path, owner).body] == ["Bob"]
    assert agency.api.refusal("GET", path, agency.as_role[Role.client]).status == 403


def test_tags_are_set_as_a_whole_and_told_one_by_one(agency: Agency) -> None:
    owner = agency.as_role[Role.owner]
    path = f"/clients/{agency.client_id}/tags"
    assert agency.api.ask("PUT", path, owner, json={"tags": ["Hotel", "retainer", "hotel"]}).body["tags"] == [
        "hotel",
        "retainer",
    ]
    assert agency.api.ask("PUT", path, owner, json={"tags": ["retainer", "vip"]}).body["tags"] == ["retainer", "vip"]
    told = agency.api.ask("GET", "/events", owner, params={"subject_id": agency.client_id, "limit": "200"}).body[
        "items"
    ]
    names = [event["name"] for event in told]
    assert (names.count("client.tagged"), names.count("client.untagged")) == (3, 1)


def test_the_timeline_tells_of_everything_of_a_client_and_of_nobody_else(agency: Agency) -> None:
    owner = agency.as_role[Role.owner]
    one, two = (agency.api.ask("POST", "/clients", owner, json={"name": name}).body["id"] for name in "AB")
    for client_id in (one, two):
        agency.api.ask("POST", "/invoices", owner, json={"client_id": client_id})
        agency.api.ask("POST", "/tickets", owner, json={"client_id": client_id, "subject": "x", "body": "y"})
    told = agency.api.ask("GET", f"/clients/{one}/timeline", owner).body["items"]
    assert [event["name"] for event in told] == ["ticket.opened", "invoice.created", "client.created"]
    assert agency.api.refusal("GET", f"/clients/{one}/timeline", agency.as_role[Role.client]).status == 403


def test_a_clients_sign_in_is_the_clients_sign_of_life(agency: Agency) -> None:
    owner = agency.as_role[Role.owner]
    query = {"subject_id": agency.client_id, "name": "client.signed_in"}
    before = len(agency.api.ask("GET", "/events", owner, params=query).body["items"])
    sign_in(agency.api, agency.email(Role.client))
    sign_in(agency.api, agency.email(Role.member))
    assert len(agency.api.ask("GET", "/events", owner, params=query).body["items"]) == before + 1


def test_weights_have_defaults_and_never_vanish_all_at_once(agency: Agency) -> None:
    owner = agency.as_role[Role.owner]
    default = agency.api.ask("GET", "/health-weights", owner).body
    assert (sum(default.values()), default["payment"]) == (100, 20)
    assert agency.api.ask("PUT", "/health-weights", owner, json={"payment": 50}).body["payment"] == 50
    assert agency.api.ask("GET", "/health-weights", owner).body == {**default, "payment": 50}
    assert agency.api.ask("PUT", "/health-weights", owner, json={}).body == default
    nothing = dict.fromkeys(default, 0)
    assert agency.api.refusal("PUT", "/health-weights", owner, json=nothing).code == "nothing_weighs"
    assert agency.api.refusal("GET", "/health-weights", agency.as_role[Role.member]).status == 403
