"""The console's pages over a real gateway and a small lake: what is shown, to whom, and when nothing can be."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from console import access, exports, kpis, queries
from console.access import Viewer, viewer_of
from imisofts.access import ACTIONS_OF_ROLE, Role
from imisofts.settings import Settings
from tests.warehouse.gateway.lake_fixture import FixtureLake, key
from warehouse.gateway import Gateway
from warehouse.gateway.reader import Reader

APP = Path(__file__).resolve().parents[2] / "console" / "app.py"
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> FixtureLake:
    lake = FixtureLake(tmp_path_factory.mktemp("console") / "lake", now=NOW)
    ours = key("ours")
    lake.add(
        "workspace",
        [{"id": ours, "slug": "ours", "name": "Ours", "currency": "EUR", "timezone": "UTC", "week_starts_on": 0}],
    )
    lake.add(
        "client",
        [
            {"id": key("c"), "workspace_id": ours, "external_id": "C-1", "name": "=Cli<ent>", "currency": "EUR",
             "created_on": date(2026, 1, 1), "source": "api"}
        ],
    )  # fmt: skip
    lake.add("invoice", [invoice(1, date(2026, 5, 3), 1_234_56), invoice(2, date(2026, 6, 2), 765_44)])
    lake.add("heartbeat", [{"id": 1, "beaten_at": NOW}])
    lake.publish(data_on=date(2026, 6, 15))
    return lake


def invoice(number: int, issued_on: date, minor: int) -> dict[str, object]:
    return {
        "id": key(f"i{number}"), "workspace_id": key("ours"), "client_id": key("c"), "number": f"INV-{number}",
        "status": "issued", "currency": "EUR", "issued_on": issued_on, "due_on": issued_on, "subtotal_minor": minor,
        "tax_minor": 0, "total_minor": minor, "paid_minor": 0, "credited_minor": 0, "source": "api",
    }  # fmt: skip


def session_answer(role: Role) -> dict[str, object]:
    return {
        "user": {"id": str(key("user")), "name": "Ann", "email": "ann@ours.example"},
        "workspace": {"id": str(key("ours")), "slug": "ours", "name": "Ours", "currency": "EUR", "timezone": "UTC",
                      "brand": {}},
        "role": role.value,
        "actions": sorted(ACTIONS_OF_ROLE[role]),
        "client_id": None,
    }  # fmt: skip


@pytest.fixture
def page(filled: FixtureLake, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The app as its owner sees it; a test may put another answer into ``page.viewer``."""
    st.cache_data.clear()
    place = SimpleNamespace(viewer=viewer_of(session_answer(Role.owner)), now=NOW)
    gateway = Gateway(settings, reader=Reader(filled.connect), now=lambda: place.now)
    monkeypatch.setattr(queries, "gateway", lambda: gateway)
    monkeypatch.setattr(access, "current_viewer", lambda _url: place.viewer)
    place.run = lambda: AppTest.from_file(str(APP), default_timeout=30).run()
    yield place
    gateway.close()


def shown(app: AppTest) -> str:
    assert not app.exception, app.exception
    return " ".join([*(str(part.proto.body) for part in app.get("html")), *(str(t.value) for t in app.title)])


def test_the_overview_shows_the_gateways_figures(page: SimpleNamespace) -> None:
    text = shown(page.run())
    assert "€2,000.00" in text
    assert "Publication" in text
    assert "Audit passed" in text


def test_a_stale_lake_is_said_on_the_page(page: SimpleNamespace) -> None:
    page.now = datetime(2026, 6, 15, 18, tzinfo=UTC)
    assert "The data is stale." in shown(page.run())


def test_a_revoked_session_shows_no_figure(page: SimpleNamespace) -> None:
    page.viewer = "signed-out"
    text = shown(page.run())
    assert "You are signed out." in text
    assert "2,000" not in text


@pytest.mark.parametrize("role", [Role.member, Role.client])
def test_only_leadership_opens_the_console(role: Role) -> None:
    assert viewer_of(session_answer(role)) is None


def test_another_workspaces_owner_sees_nothing_of_ours(page: SimpleNamespace) -> None:
    answer = session_answer(Role.owner)
    answer["workspace"] = {**dict(answer["workspace"]), "id": str(key("theirs")), "name": "Theirs"}  # type: ignore[call-overload]
    page.viewer = viewer_of(answer)
    text = shown(page.run())
    assert "2,000" not in text
    assert "1,234" not in text


def test_the_scope_of_a_narrowed_viewer_is_a_cache_key_of_its_own() -> None:
    whole = viewer_of(session_answer(Role.owner))
    narrowed = viewer_of({**session_answer(Role.owner), "client_id": str(key("c"))})
    assert isinstance(whole, Viewer)
    assert isinstance(narrowed, Viewer)
    assert whole.scope != narrowed.scope


def test_exports_run_nothing_in_a_spreadsheet_and_keep_numbers() -> None:
    text = exports.csv([{"client": "=HYPERLINK(1)", "value": Decimal("-12.40")}]).decode()
    assert text.splitlines() == ["client,value", "'=HYPERLINK(1),-12.40"]


@pytest.mark.parametrize(
    ("now", "before", "good", "text", "tone"),
    [
        ("120", "100", "up", "▲ 20.0 %", "good"),
        ("80", "100", "up", "▼ 20.0 %", "bad"),
        ("80", "100", "down", "▼ 20.0 %", "good"),
        ("80", "0", "up", "no figure", ""),
    ],
)
def test_a_change_says_which_way_is_good(now: str, before: str, good: kpis.Direction, text: str, tone: str) -> None:
    delta = kpis.delta(Decimal(now), Decimal(before), "previous period", good)
    assert (delta.text, delta.tone) == (text, tone)


def test_an_open_page_is_drawn_anew_once_an_audit_fails(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No build: what the page watches is read from the lake's own record of audits."""
    lake = FixtureLake(tmp_path / "lake", now=NOW)
    lake.add("heartbeat", [{"id": 1, "beaten_at": NOW}])
    gateway = Gateway(settings, reader=Reader(lake.connect), now=lambda: NOW)
    monkeypatch.setattr(queries, "gateway", lambda: gateway)
    viewer = viewer_of(session_answer(Role.owner))
    assert isinstance(viewer, Viewer)
    marks = []
    bad = '[{"name": "a", "passed": false}]'
    for number, (passed, checks) in enumerate([(True, "[]"), (True, "[]"), (False, bad)]):
        gateway.close()  # a catalogue in a file has one process' writer or readers
        lake.execute("insert into lake.meta.audit values (?, ?, 1, ?, ?)", [number, NOW, passed, checks])
        marks.append(queries.mark(viewer))
    assert marks[0] == marks[1], "the same verdict again is no reason"
    assert marks[1] != marks[2]
    gateway.close()
