"""Exchange rates through HTTP."""

import pytest

from imisofts.access import Role
from tests.api.agency import Agency

RATE = {"from_currency": "EUR", "to_currency": "USD", "rate_on": "2026-03-01", "rate": "1.0842"}


def test_a_rate_is_recorded_once_a_day_and_taken_away(agency: Agency) -> None:
    owner = agency.as_role[Role.owner]
    made = agency.api.ask("POST", "/exchange-rates", owner, json=RATE)
    assert (made.status, made.etag, float(made.body["rate"]), made.body["source"]) == (201, '"1"', 1.0842, "api")
    problem = agency.api.refusal("POST", "/exchange-rates", owner, json={**RATE, "rate": "1.1"})
    assert (problem.status, problem.code) == (409, "exchange_rate_taken")
    assert "rate_on" in problem.fields
    agency.api.ask("POST", "/exchange-rates", owner, json={**RATE, "rate_on": "2026-03-02"})
    asked = {"from_currency": "EUR", "to_currency": "USD", "rate_on.lte": "2026-03-31"}
    listed = agency.api.ask("GET", "/exchange-rates", owner, params=asked).body["items"]
    assert [row["rate_on"] for row in listed] == ["2026-03-02", "2026-03-01"]
    path = f"/exchange-rates/{made.body['id']}"
    assert agency.api.refusal("DELETE", path, owner).status == 428
    assert agency.api.ask("DELETE", path, owner, if_match=made.etag).status == 204
    assert agency.api.refusal("DELETE", path, owner, if_match=made.etag).status == 404
    found = agency.api.ask("GET", "/events", owner, params={"subject_id": made.body["id"]}).body["items"]
    assert sorted(event["name"] for event in found) == ["exchange_rate.deleted", "exchange_rate.recorded"]
    deleted = next(event for event in found if event["name"] == "exchange_rate.deleted")
    assert float(deleted["data"]["changed"]["rate"]["before"]) == 1.0842


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"to_currency": "EUR"}, "to_currency"),
        ({"rate": "0"}, "rate"),
        ({"rate": "-1"}, "rate"),
        ({"rate": "NaN"}, "rate"),
        ({"from_currency": "XXQ"}, "from_currency"),
        ({"rate_on": "2026-02-30"}, "rate_on"),
    ],
)
def test_a_rate_that_cannot_be_is_refused_by_field(agency: Agency, wrong: dict[str, str], field: str) -> None:
    problem = agency.api.refusal("POST", "/exchange-rates", agency.as_role[Role.owner], json={**RATE, **wrong})
    assert problem.status == 422
    assert field in problem.fields


def test_staff_read_rates_and_leadership_writes_them(agency: Agency) -> None:
    assert agency.api.ask("GET", "/exchange-rates", agency.as_role[Role.member]).status == 200
    for role in (Role.member, Role.client):
        assert agency.api.refusal("POST", "/exchange-rates", agency.as_role[role], json=RATE).status == 403
    assert agency.api.refusal("GET", "/exchange-rates", agency.as_role[Role.client]).status == 403
