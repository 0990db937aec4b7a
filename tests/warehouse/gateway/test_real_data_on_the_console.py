"""The same published figures once more, as somebody reads them on the console's pages."""

import json
from collections.abc import Callable, Iterator

import pytest
import streamlit as st

from console import access, queries
from imisofts.access import Role
from tests.console import looking
from tests.warehouse.gateway.business import DATA
from warehouse.gateway import Gateway

Open = Callable[[str], looking.Looked]


@pytest.fixture(scope="module")
def expected() -> dict[str, dict[str, object]]:
    document: dict[str, dict[str, object]] = json.loads((DATA / "online-retail" / "expected.json").read_text())
    return document


@pytest.fixture
def opened(figures: Gateway, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """A page of the wholesaler's console with all the months that there are."""
    st.cache_data.clear()
    viewer = access.viewer_of(looking.session_answer(Role.owner, "retail", "GBP"))
    monkeypatch.setattr(queries, "gateway", lambda: figures)
    monkeypatch.setattr(access, "current_viewer", lambda _url: viewer)
    yield lambda path: looking.look(path, range="All")
    st.cache_data.clear()


def test_all_months_are_those_with_figures_and_equal_the_published_ones(
    opened: Open, expected: dict[str, dict[str, object]]
) -> None:
    looked = opened("billing")
    assert "December 2010 to December 2011, from the first figure to the last." in looked.text
    table = looked.table("billing")
    assert {line["month"]: line["Invoiced"] for line in table} == {
        month: f"£{float(str(value)):,.2f}" for month, value in expected["invoiced_by_month"].items()
    }
    active = {
        line["month"]: int(str(line["Active clients"]).removesuffix(" clients").replace(",", "")) for line in table
    }
    assert active == expected["active_clients_by_month"]
    assert len(table) == 13


def test_every_cohort_on_the_page_equals_the_published_one(
    opened: Open, expected: dict[str, dict[str, object]]
) -> None:
    looked = opened("revenue")
    assert "There is no subscription yet." in looked.text
    lines = looked.table("cohorts")
    shown = {
        line["cohort"]: [
            int(float(str(line[name]))) for name in sorted(set(line) - {"cohort"}, key=int) if line[name] is not None
        ]
        for line in lines
    }
    assert shown == expected["cohorts_active_clients"]


def test_a_range_without_figures_says_where_they_are(opened: Open) -> None:
    looked = looking.look("billing", range="12 months")
    assert "The newest figures are of December 2011: choose All to see them." in looked.text
