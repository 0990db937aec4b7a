"""Who opens the console, which pages they are offered, and what an open page watches."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from console import access, queries
from console.access import Viewer, viewer_of
from imisofts.access import Action, Role
from imisofts.settings import Settings
from tests.console import agency
from tests.console.looking import session_answer
from tests.warehouse.gateway.lake_fixture import FixtureLake, key
from warehouse.gateway import Gateway
from warehouse.gateway.reader import Reader


def test_a_revoked_session_shows_no_figure(page: SimpleNamespace) -> None:
    page.viewer = "signed-out"
    text = page.look().text
    assert "You are signed out." in text
    assert "2,000" not in text


@pytest.mark.parametrize("role", [Role.member, Role.client])
def test_only_leadership_opens_the_console(role: Role) -> None:
    assert viewer_of(session_answer(role)) is None


@pytest.mark.parametrize(
    ("without", "gone"),
    [
        ({Action.time_read}, {"team", "projects"}),
        ({Action.ticket_read}, {"support"}),
        ({Action.health_read}, {"health"}),
        ({Action.metric_leadership}, {"data"}),
    ],
)
def test_a_page_is_there_for_whoever_may_ask_for_its_metrics(
    page: SimpleNamespace, without: set[Action], gone: set[str]
) -> None:
    whole = page.look().pages()
    actor = page.viewer.actor
    page.viewer = replace(page.viewer, actor=replace(actor, actions=actor.actions - without))
    looked = page.look()
    assert whole - looked.pages() == gone
    assert "Audit passed" in looked.text


def test_a_metric_that_is_not_for_the_viewer_has_no_card_and_no_definition(page: SimpleNamespace) -> None:
    assert "Client margin" in page.look("health").text
    actor = page.viewer.actor
    page.viewer = replace(page.viewer, actor=replace(actor, actions=actor.actions - {Action.metric_leadership}))
    assert "Client margin" not in page.look("health").text
    assert "client_margin" not in page.look("metrics").text


def test_the_scope_of_a_narrowed_viewer_is_a_cache_key_of_its_own() -> None:
    whole = viewer_of(session_answer(Role.owner))
    narrowed = viewer_of({**session_answer(Role.owner), "client_ids": [str(key("c"))]})
    assert isinstance(whole, Viewer)
    assert isinstance(narrowed, Viewer)
    assert whole.scope != narrowed.scope


def test_an_open_page_is_drawn_anew_once_an_audit_fails(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No build: what the page watches is read from the lake's own record of audits."""
    lake = FixtureLake(tmp_path / "lake", now=agency.NOW)
    lake.add("heartbeat", [{"id": 1, "beaten_at": agency.NOW}])
    gateway = Gateway(settings, reader=Reader(lake.connect), now=lambda: agency.NOW)
    monkeypatch.setattr(queries, "gateway", lambda: gateway)
    viewer = access.viewer_of(session_answer(Role.owner))
    assert isinstance(viewer, Viewer)
    marks = []
    bad = '[{"name": "a", "passed": false}]'
    for number, (passed, checks) in enumerate([(True, "[]"), (True, "[]"), (False, bad)]):
        gateway.close()  # a catalogue in a file has one process' writer or readers
        lake.execute("insert into lake.meta.audit values (?, ?, 1, ?, ?)", [number, agency.NOW, passed, checks])
        marks.append(queries.mark(viewer))
    assert marks[0] == marks[1], "the same verdict again is no reason"
    assert marks[1] != marks[2]
    gateway.close()
