"""One small agency, built once by the real dbt, and the console over it."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import streamlit as st

from console import access, queries
from console.access import viewer_of
from imisofts.access import Role
from imisofts.settings import Settings
from tests.console import agency, looking
from tests.warehouse.gateway.lake_fixture import FixtureLake
from warehouse.gateway import Gateway
from warehouse.gateway.reader import Reader


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> FixtureLake:
    """The agency's lake, published with data to 15 June 2026. Nobody writes to it."""
    lake = FixtureLake(tmp_path_factory.mktemp("console") / "lake", now=agency.NOW)
    agency.fill(lake)
    lake.publish(data_on=agency.NOW.date())
    return lake


@pytest.fixture
def page(filled: FixtureLake, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The app as its owner sees it; a test may change what the API says (``viewer``, ``held``) and the hour."""
    st.cache_data.clear()
    place = SimpleNamespace(viewer=viewer_of(looking.session_answer(Role.owner)), now=agency.NOW, held=[])
    gateway = Gateway(settings, reader=Reader(filled.connect), now=lambda: place.now)
    monkeypatch.setattr(queries, "gateway", lambda: gateway)
    monkeypatch.setattr(access, "current_viewer", lambda _url: place.viewer)
    monkeypatch.setattr(access, "held_reports", lambda _url: place.held)
    place.look = looking.look
    yield place
    gateway.close()
    st.cache_data.clear()
