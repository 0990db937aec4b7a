"""The pages over a real gateway and a small lake: what each shows, and what it says where there is nothing."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from console import queries, views
from console.access import viewer_of
from imisofts.access import Role
from tests.console import agency
from tests.console.looking import session_answer
from warehouse.gateway import BadQuery

VIEWS = Path(views.__file__).parent
ALL_PAGES = {"", "revenue", "billing", "team", "projects", "support", "health", "data", "metrics"}


def test_the_overview_shows_the_gateways_figures(page: SimpleNamespace) -> None:
    looked = page.look()
    assert looked.pages() == ALL_PAGES
    assert "€2,000.00" in looked.text
    assert "Audit passed" in looked.text
    assert [(line["month"], line["Invoiced"]) for line in looked.table("overview")][-2:] == [
        ("2026-05", "€1,234.56"),
        ("2026-06 (incomplete)", "€765.44"),
    ]


def test_revenue_explains_how_mrr_moved(page: SimpleNamespace) -> None:
    looked = page.look("revenue", range="6 months", compare="previous period")
    steps = {line["step"]: line["amount"] for line in looked.table("bridge")}
    assert steps == {"Opening": "€0.00", "New": "€180.00", "Expansion": "€50.00", "Reactivation": "€0.00",
                     "Contraction": "−€0.00", "Churned": "−€80.00", "Closing": "€150.00"}  # fmt: skip
    moved = {line["month"]: line["Churned MRR"] for line in looked.table("movements")}
    assert moved["2026-05"] == "€80.00"
    assert [line["Net new MRR"] for line in looked.table("movements")][1:5] == ["€80.00", "€0.00", "€50.00", "-€80.00"]
    choose(looked, "movements-", "Movement", "Churned")
    assert [(line["Client"], line["Churned"]) for line in looked.lines("behind-movements")] == [("d", 80.0)]
    assert "no figure" in looked.text, "the half year before had no MRR to compare with"
    assert "n = 0" not in looked.text


def test_all_currencies_are_told_in_the_agencys_own_with_what_the_rates_moved(page: SimpleNamespace) -> None:
    looked = page.look("revenue", range="6 months", currency="all")
    steps = {line["step"]: line["amount"] for line in looked.table("bridge")}
    assert (steps["New"], steps["Rates"], steps["Closing"]) == ("€270.00", "−€10.00", "€230.00")
    assert "EUR alone" not in looked.text, "a retention of several currencies is told, of both sides at one rate"
    assert {line["currency"]: line["MRR"] for line in looked.table("mrr-by-currency")} == {
        "EUR": "€150.00", "USD": "$100.00"
    }  # fmt: skip


def test_team_shows_shares_of_those_in_billable_roles_and_lists_the_others(page: SimpleNamespace) -> None:
    looked = page.look("team", range="3 months")
    (ada,) = looked.table("weeks")
    assert (ada["person"], ada["2026-06-01"]) == ("Ada", "75.0 %")
    assert [line["person"] for line in looked.table("others")] == ["Otto"]
    assert looked.table("people")[0]["Billable of worked hours"] == "100.0 %"


def test_projects_show_budget_and_promises_with_their_n(page: SimpleNamespace) -> None:
    looked = page.look("projects", range="3 months")
    (site,) = looked.table("budgets")
    assert (site["project"], site["Budget used"]) == ("Site", "175.0 %")
    assert "1 of 1 projects worked on in this range are over their budget" in looked.text
    assert "milestones 50.0 % (n = 2)" in looked.text


def test_support_shows_speed_promises_and_satisfaction_with_their_n(page: SimpleNamespace) -> None:
    looked = page.look("support", range="3 months")
    assert "3 opened, 2 resolved; 1 are open." in looked.text
    assert "Satisfied: 50.0 % (n = 2)" in looked.text
    assert "a first answer within 2 hours (n = 3)" in looked.text
    (high,) = (line for line in looked.table("priorities") if line["priority"] == "high")
    assert high["Tickets opened"] == "3"


def test_health_says_why_and_where_too_little_is_known(page: SimpleNamespace) -> None:
    looked = page.look("health", range="3 months")
    lines = {line["client"]: line for line in looked.table("clients")}
    assert lines[agency.NAME]["band"] != "Not enough data"
    assert lines["d"]["band"] == "Not enough data"
    assert "in words" in looked.text


def test_the_metric_pages_words_are_the_definitions(page: SimpleNamespace) -> None:
    looked = page.look("metrics")
    for metric in queries.gateway().catalogue(page.viewer.actor):
        assert metric.name in looked.text
    looked.app.text_input(key="q").set_value("utilization").run()
    assert "billable_of_available" in looked.text
    assert "days_to_pay" not in looked.text
    looked.app.text_input(key="q").set_value("no such thing").run()
    assert "No metric has these words." in looked.text


def test_the_data_page_shows_rows_checks_and_publications(page: SimpleNamespace) -> None:
    looked = page.look("data")
    rows = {line["table"]: line["lake"] for line in looked.table("tables")}
    assert (rows["invoice"], rows["client"], rows["ticket"]) == (2, 2, 3)
    assert [line["publication"] for line in looked.table("publications")] == [1]
    assert "Nothing is held back." in looked.text
    page.held = [{"period": "2026-05", "client_name": agency.NAME, "held_reason": "An audit failed."}]
    (report,) = page.look("data").table("held")
    assert report == {"held": "report 2026-05", "why": "An audit failed.", "about": agency.NAME}


def test_a_stale_lake_is_said_on_the_page_and_holds_reports(page: SimpleNamespace) -> None:
    page.now = datetime(2026, 6, 15, 18, tzinfo=UTC)
    looked = page.look("data")
    assert "The data is stale." in looked.text
    assert [line["held"] for line in looked.table("held")] == ["client reports"]


@pytest.mark.parametrize("path", sorted(ALL_PAGES))
def test_every_page_of_an_empty_agency_says_so(page: SimpleNamespace, path: str) -> None:
    answer = session_answer(Role.owner, "theirs")
    page.viewer = viewer_of(answer)
    text = page.look(path).text
    for ours in ("2,000", "1,234", "Ada", "T-0", "Site", "175"):
        assert ours not in text, ours
    assert "Publication" in text


def test_a_figure_that_is_refused_takes_no_other_with_it(
    page: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = queries.metric

    def refused(viewer: Any, publication: int, query: Any) -> Any:
        if query.name == "receivables" and query.by:
            raise BadQuery("Not on a Monday.")
        return real(viewer, publication, query)

    monkeypatch.setattr(queries, "metric", refused)
    text = page.look("billing").text
    assert "Not on a Monday." in text
    assert "€2,000.00" in text


def test_a_read_that_fails_is_told_in_words_and_the_rest_stays(
    page: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(viewer: Any, publication: int, names: Any) -> Any:
        raise OSError("the disk is gone")

    monkeypatch.setattr(queries, "reach", broken)
    looked = page.look("billing")
    words = " ".join(str(part.proto.body) for part in looked.app.get("html"))
    assert "Reading it failed. Nothing is lost" in words
    assert "the disk is gone" not in words
    assert "Audit passed" in words
    assert not looked.app.exception


def choose(looked: Any, key: str, label: str, option: str) -> None:
    """Choose in a field below a panel, as a person does."""
    boxes = (box for box in looked.app.selectbox if box.label == label and str(box.key).startswith(key))
    next(boxes).select(option).run()


def test_what_stands_behind_a_figure_is_listed_by_time_and_by_value(page: SimpleNamespace) -> None:
    looked = page.look("billing", range="3 months", compare="previous period")
    choose(looked, "billing-", "Time", "May 2026")
    assert [(line["Invoice"], line["Total"]) for line in looked.lines("behind-billing")] == [("INV-1", 1234.56)]
    choose(looked, "billing-", "By", "Day")
    choose(looked, "billing-", "Time", "Tue 2 Jun 2026")
    assert [line["Invoice"] for line in looked.lines("behind-billing")] == ["INV-2"]
    choose(looked, "ages-", "Age bucket", "1–30 days late")
    assert {line["Invoice"] for line in looked.lines("behind-ages")} == {"INV-2"}
    choose(looked, "billing-", "Of", "previous period")
    choose(looked, "billing-", "Time", "the whole range")
    assert "No rows here." in looked.text


def test_the_rows_behind_a_person_and_a_week(page: SimpleNamespace) -> None:
    looked = page.look("team", range="3 months")
    choose(looked, "weeks-", "Person", "Ada")
    choose(looked, "weeks-", "Time", "1 Jun – 7 Jun 2026")
    assert {(line["Person"], str(line["Day"])[:7]) for line in looked.lines("behind-weeks")} == {("Ada", "2026-06")}


def test_every_panel_of_metrics_leads_to_rows() -> None:
    """Wherever a view says what its figures mean, it says what opens them; the six inputs of health have facts of
    their own."""
    left = []
    for path in sorted(VIEWS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Panel":
                given = {word.arg for word in node.keywords}
                if "metrics" in given and "behind" not in given:
                    left.append(f"{path.stem}:{node.lineno}")
    assert [place.partition(":")[0] for place in left] == ["health"], left


def test_the_facts_behind_an_input_of_health(page: SimpleNamespace) -> None:
    looked = page.look("health", range="3 months", about="C-1")
    choose(looked, "input-", "Input", "Payment")
    assert [line["Invoice"] for line in looked.lines("input-facts")] == ["INV-1", "INV-2"]


def test_several_ranges_are_compared_with_in_charts_and_tables(page: SimpleNamespace) -> None:
    both = ["previous period", "same period last year"]
    looked = page.look("support", range="3 months", compare=both)
    for panel in ("tickets", "promises", "satisfied", "priorities"):
        (line, *_) = looked.table(panel)
        assert all(any(name.endswith(one) for name in line) for one in both), panel
    chart = looked.chart("tickets")
    assert all(f"Tickets opened, {one}" in chart for one in both)


def test_ages_bridge_currencies_and_health_are_compared_too(page: SimpleNamespace) -> None:
    looked = page.look("billing", range="3 months", compare="same period last year")
    assert [name for name in looked.table("ages")[0] if name.startswith("open on ")] == ["open on 15 Jun 2025"]
    assert "On 15 June 2025 it was €0.00." in looked.text
    looked = page.look("revenue", range="3 months", compare="previous period")
    assert {line["step"]: line["previous period"] for line in looked.table("bridge")}["Closing"] != "–"
    assert "MRR, previous period" in looked.table("mrr-by-currency")[0]
    looked = page.look("health", range="3 months", compare="previous period")
    assert any(name.startswith("score on ") for name in looked.table("clients")[0])


def test_a_figure_made_of_others_opens_into_the_rows_of_each(page: SimpleNamespace) -> None:
    looked = page.look("health", range="6 months")
    choose(looked, "cards-", "Figure", "Client margin")
    choose(looked, "cards-", "Made of", "Fees")
    choose(looked, "cards-", "Time", "the whole range")
    assert {line["Invoice"] for line in looked.lines("behind-cards")} >= {"INV-1", "INV-2"}
    choose(looked, "cards-", "Made of", "Cost of client work")
    choose(looked, "cards-", "Time", "the whole range")
    assert "No rows here." in looked.text, "nobody here has a cost rate"


def test_a_filter_narrows_every_figure_and_stays_in_the_address(page: SimpleNamespace) -> None:
    looked = page.look("revenue", range="6 months", client="D")
    steps = {line["step"]: line["amount"] for line in looked.table("bridge")}
    assert (steps["New"], steps["Closing"]) == ("€80.00", "€0.00")
    assert looked.app.query_params["client"] == "D"
