"""Services through HTTP."""

from uuid import uuid4

from imisofts.access import Role
from tests.api.agency import Agency


def test_a_service_is_made_changed_and_archived(agency: Agency) -> None:
    owner, member = agency.as_role[Role.owner], agency.as_role[Role.member]
    body = {"name": "Care plan", "unit_price": "240.00", "interval": "month", "external_id": "S-1"}
    made = agency.api.ask("POST", "/services", owner, json=body)
    path = f"/services/{made.body['id']}"
    assert (made.status, made.etag, made.body["currency"], made.body["interval_count"]) == (201, '"1"', "EUR", 1)
    assert agency.api.refusal("POST", "/services", owner, json=body).code == "external_id_taken"
    assert agency.api.refusal("PATCH", path, owner, json={"name": "x"}).status == 428
    changed = agency.api.ask("PATCH", path, owner, json={"unit_price": "260.00", "interval": None}, if_match='"1"')
    assert (float(changed.body["unit_price"]), changed.body["interval"], changed.etag) == (260.0, None, '"2"')
    assert agency.api.refusal("PATCH", path, owner, json={"name": "x"}, if_match='"1"').status == 412
    assert "name" in agency.api.refusal("PATCH", path, owner, json={"name": None}, if_match='"2"').fields
    assert agency.api.refusal("PATCH", path, member, json={"name": "x"}, if_match='"2"').status == 403
    assert agency.api.ask("GET", path, member).etag == '"2"'
    archived = agency.api.ask("DELETE", path, owner, if_match='"2"').body
    assert (archived["archived"], archived["name"]) == (True, "Care plan")


def test_the_events_of_a_service_hold_before_and_after(agency: Agency) -> None:
    owner = agency.as_role[Role.owner]
    made = agency.api.ask("POST", "/services", owner, json={"name": "Workshop", "unit_price": "900"}).body
    path = f"/services/{made['id']}"
    agency.api.ask("PATCH", path, owner, json={"unit_price": "950"}, if_match='"1"')
    agency.api.ask("PATCH", path, owner, json={"unit_price": "950"}, if_match='"2"')
    agency.api.ask("DELETE", path, owner, if_match='"2"')
    asked = {"subject_id": made["id"], "sort": "occurred_at"}
    found = agency.api.ask("GET", "/events", owner, params=asked).body["items"]
    assert [event["name"] for event in found] == ["service.created", "service.updated", "service.archived"]
    price = found[1]["data"]["changed"]["unit_price"]
    assert (float(price["before"]), float(price["after"])) == (900, 950)
    assert found[2]["data"]["changed"]["archived"] == {"before": False, "after": True}


def test_the_list_searches_filters_and_is_for_staff(agency: Agency) -> None:
    owner, word = agency.as_role[Role.owner], uuid4().hex[:8]
    for name, interval in (("Hosting", "month"), ("Audit", None), ("Domain", "year")):
        body = {"name": f"{name} {word}", "interval": interval}
        agency.api.ask("POST", "/services", owner, json=body)
    listed = agency.api.ask("GET", "/services", owner, params={"q": word}).body["items"]
    assert [row["name"].split()[0] for row in listed] == ["Audit", "Domain", "Hosting"]
    asked = {"q": word, "interval": "month,year", "sort": "-name"}
    listed = agency.api.ask("GET", "/services", owner, params=asked).body["items"]
    assert [row["name"].split()[0] for row in listed] == ["Hosting", "Domain"]
    assert agency.api.refusal("GET", "/services", agency.as_role[Role.client]).status == 403


def test_a_repeated_post_makes_one_service(agency: Agency) -> None:
    owner, key = agency.as_role[Role.owner], uuid4().hex
    body = {"name": "Once only"}
    ids = {agency.api.ask("POST", "/services", owner, json=body, idempotency_key=key).body["id"] for _ in range(2)}
    assert len(ids) == 1
