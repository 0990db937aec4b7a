"""The API gives the gateway's own answers, to whoever may have them."""

from collections.abc import Iterator
from datetime import date

import pytest

from imisofts.access import Role, actor_of_role
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
        lake.publish("--exclude-resource-type", "unit_test")
        api.app.state.gateway.close()
        api.app.state.gateway = business.gateway(lake)
        yield agency


def test_the_api_answers_what_the_gateway_answers(agency: Agency) -> None:
    for role in Role:
        clients = frozenset({key("none")}) if role is Role.client else None
        viewer = actor_of_role(agency.workspace_id, role, client_ids=clients)
        path = "/metrics/invoiced?from=2026-01-01&to=2026-02-28"
        body = agency.api.ask("GET", path, agency.as_role[role]).body
        if role is Role.client:
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
