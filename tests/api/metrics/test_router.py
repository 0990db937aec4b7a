"""The API gives the gateway's own answers, to whoever may have them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest

from imisofts.access import CLIENT_ROLES, Role, actor_of_role
from imisofts.settings import Settings
from tests.api.agency import Agency, found, running
from tests.warehouse.gateway import business
from tests.warehouse.gateway.lake_fixture import FixtureLake, key
from warehouse.gateway import MetricQuery


@pytest.fixture(scope="module")
def agency(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agency]:
    """A real agency whose published figures are two invoices: one of its client user's client, one of another's."""
    with running(settings) as api:
        agency = found(api)
        lake = FixtureLake(tmp_path_factory.mktemp("api-figures"))
        owned = {"workspace_id": agency.workspace_id}
        lake.add("workspace", [business.workspace(agency.slug, "EUR") | {"id": agency.workspace_id}])
        zebra = business.client(agency.slug, "zebra") | owned | {"id": agency.client_id}
        lake.add("client", [zebra, business.client(agency.slug, "other") | owned])
        first = business.invoice(agency.slug, "other", "A1", "2026-01-10", "2026-02-10", 10_000) | owned
        second = first | {"id": key("second"), "client_id": agency.client_id, "number": "A2", "total_minor": 1_240}
        lake.add("invoice", [first, second])
        asked = {"id": key("ticket"), "client_id": agency.client_id, "number": "T1", "subject": "x", "source": "api"}
        asked |= {"priority": "urgent", "status": "open", "opened_at": datetime(2026, 2, 20, 9, tzinfo=UTC)}
        lake.add("ticket", [owned | asked | {"reopened_count": 0}])
        lake.publish()
        api.app.state.gateway.close()
        api.app.state.gateway = business.gateway(lake)
        yield agency


def test_the_api_answers_what_the_gateway_answers(agency: Agency) -> None:
    for role in Role:
        clients = frozenset({key("none")}) if role in CLIENT_ROLES else None
        viewer = actor_of_role(agency.workspace_id, role, client_ids=clients)
        path = "/metrics/invoiced?from=2026-01-01&to=2026-02-28"
        body = agency.api.ask("GET", path, agency.as_role[role]).body
        if role in CLIENT_ROLES:
            assert [row["value"] for row in body["rows"]] == ["12.40", "0.00"]
            continue
        gateway = agency.api.app.state.gateway
        rows = gateway.metric(viewer, MetricQuery("invoiced", date(2026, 1, 1), date(2026, 2, 28))).rows
        assert [row["value"] for row in body["rows"]] == [str(row.value) for row in rows] == ["112.40", "0.00"]
        assert body["definition"]["policy"]


def test_dimensions_and_filters_are_repeated_parameters(agency: Agency) -> None:
    path = f"/metrics/receivables?as_of=2026-03-01&by=client&by=age_bucket&where=client:{agency.client_id}"
    rows = agency.api.ask("GET", path, agency.as_role[Role.owner]).body["rows"]
    assert [(row["dimensions"]["age_bucket"], row["value"], row["currency"]) for row in rows] == [
        ("1-30", "12.40", "EUR")
    ]


def test_the_list_and_the_state(agency: Agency) -> None:
    who = agency.as_role[Role.member]
    names = [metric["name"] for metric in agency.api.ask("GET", "/metrics", who).body["items"]]
    assert names[:2] == ["invoiced", "collected"]
    state = agency.api.ask("GET", "/data/state", who).body
    assert state["publication"]["id"] == 1
    assert state["audit_passed"]
    assert state["stale_reason"] == "Nothing has been replicated yet."


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/metrics/margin", 404, "unknown_metric"),
        ("/metrics/invoiced?by=colour", 422, "unknown_dimension"),
        ("/metrics/invoiced?from=2026-02-01&to=2026-01-01", 422, "bad_question"),
        ("/metrics/invoiced?colour=red", 422, "bad_question"),
        ("/metrics/invoiced?where=client", 422, "bad_question"),
    ],
)
def test_refusals(agency: Agency, path: str, status: int, code: str) -> None:
    problem = agency.api.refusal("GET", path, agency.as_role[Role.owner])
    assert (problem.status, problem.code) == (status, code)


def test_nobody_gets_figures_unsigned(agency: Agency) -> None:
    assert agency.api.refusal("GET", "/metrics/invoiced").status == 401


def test_staff_read_health_and_clients_do_not(agency: Agency) -> None:
    """The client asked on 20 February and owes since the 10th: too little for a score."""
    for role in (Role.owner, Role.member):
        table = agency.api.ask("GET", "/client-health?on=2026-03-01", agency.as_role[role]).body
        assert (table["on"], [row["client_name"] for row in table["items"]]) == ("2026-03-01", ["other", "zebra"])
        assert (table["items"][0]["coverage"], table["items"][0]["inputs"]) == ("0", [])
        path = f"/clients/{agency.client_id}/health?on=2026-03-01"
        one = agency.api.ask("GET", path, agency.as_role[role]).body["health"]
        assert one == table["items"][1]
        assert (one["score"], one["band"], one["coverage"]) == (None, "not_enough_data", "0.5")
        inputs = {item["name"]: (item["value"], item["score"], item["contribution"]) for item in one["inputs"]}
        assert (inputs["payment"], inputs["engagement"]) == (("19", 50, None), ("9", 80, None))
        assert (inputs["support"], inputs["delivery"]) == (("0", 0, None), (None, None, None))
        assert one["explanation"][0].startswith("Not enough data for a score: 50 % of the weights are known")
    today = agency.api.ask("GET", "/client-health", agency.as_role[Role.owner]).body
    assert today["on"] == "2026-06-15"
    for path in ("/client-health", f"/clients/{agency.client_id}/health"):
        assert agency.api.refusal("GET", path, agency.as_role[Role.client]).status == 403
    refused = agency.api.refusal("GET", "/metrics/health_score", agency.as_role[Role.client])
    assert (refused.status, refused.code) == (404, "unknown_metric")
    listed = agency.api.ask("GET", "/metrics", agency.as_role[Role.client]).body["items"]
    assert not [metric["name"] for metric in listed if "health" in metric["name"]]


def test_a_client_that_is_not_published_yet_has_no_health_and_nobodys_client_is_unknown(agency: Agency) -> None:
    who = agency.as_role[Role.owner]
    young = agency.api.ask("POST", "/clients", who, json={"name": "Young"}).body["id"]
    assert agency.api.ask("GET", f"/clients/{young}/health", who).body["health"] is None
    assert agency.api.refusal("GET", f"/clients/{key('none')}/health", who).status == 404
    assert agency.api.refusal("GET", "/client-health?on=someday", who).status == 422
