"""Replication falls silent: a report is kept back and everybody is told why. It catches up: the report leaves once."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import cast
from uuid import UUID

import psycopg
import pytest
import streamlit as st
from playwright.sync_api import Browser, Page, expect
from streamlit.testing.v1 import AppTest

from api.reports import delivery
from api.reports.office import opened
from console import access, queries
from console.access import Viewer
from imisofts.access import Role, actor_of_role
from imisofts.brand import Brand
from imisofts.settings import Settings
from tests.e2e.conftest import PHONE, Place, signed_in
from warehouse import lake, pipeline
from warehouse.gateway import Gateway
from warehouse.replication import beat

CONSOLE = Path(__file__).resolve().parents[2] / "console" / "app.py"
pytestmark = pytest.mark.browser


def fall_silent(settings: Settings) -> None:
    """The lake as it is when replication stopped an hour ago."""
    with lake.connect(settings, read_only=False) as connection:
        connection.execute("update lake.raw.heartbeat set beaten_at = beaten_at - interval 1 hour")
        connection.execute("update lake.meta.watermark set committed_at = committed_at - interval 1 hour")


def carry_out(settings: Settings) -> str:
    """What the job does with the one report that was asked for."""
    with psycopg.connect(settings.owner_database_url) as connection:
        connection.execute("set local row_security = off")
        found = connection.execute("select workspace_id, id from report_delivery").fetchall()
    ((workspace_id, report_id),) = found

    async def work() -> str:
        async with opened(settings) as office:
            return await delivery.carry_out(office, cast(UUID, workspace_id), cast(UUID, report_id))

    with ThreadPoolExecutor(1) as thread:  # the browser's loop runs in this one
        return thread.submit(asyncio.run, work()).result()


def console_head(place: Place, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the console's own script shows its owner, read through the real gateway."""
    with psycopg.connect(place.settings.owner_database_url) as connection:
        connection.execute("set local row_security = off")
        found = connection.execute("select id, name from workspace").fetchone()
    assert found is not None
    actor = actor_of_role(found[0], Role.owner)
    viewer = Viewer(actor, "Ada", "ada@studio.example", found[1], "studio", "EUR", "Europe/Berlin", Brand())
    gateway = Gateway(place.settings)
    st.cache_data.clear()
    with monkeypatch.context() as patch:
        patch.setattr(queries, "gateway", lambda: gateway)
        patch.setattr(access, "current_viewer", lambda _url: viewer)
        app = AppTest.from_file(str(CONSOLE), default_timeout=60).run()
    gateway.close()
    assert not app.exception, app.exception
    return " ".join(str(part.proto.body) for part in app.get("html"))


def ask_for_a_report(page: Page, place: Place) -> None:
    """Last month's, by mail, through the form."""
    page.goto(f"{place.url}/reports")
    page.locator("summary", has_text="New report").click()
    page.select_option("#client", label="Alpenblick Hotels & Resorts GmbH")
    page.get_by_role("button", name="Make report").click()
    expect(page.get_by_text("The report is being made.")).to_be_visible()


def test_a_report_waits_for_fresh_data_and_leaves_once(
    place: Place, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pipeline.run(place.settings).published
    fall_silent(place.settings)
    page = signed_in(browser, place, "owner")
    ask_for_a_report(page, place)
    assert carry_out(place.settings) == "held"
    page.goto(f"{place.url}/reports")
    silent = re.compile(r"Replication has been silent for \d+ minutes")
    expect(page.locator("tbody tr")).to_contain_text(silent)
    page.get_by_role("button", name="Release").click()
    expect(page.locator(".banner-warning").first).to_contain_text(silent)
    expect(page.get_by_role("button", name="Release")).to_be_visible()
    assert "The data is stale." in console_head(place, monkeypatch)
    assert place.post.inbox.raw == []

    beat(place.settings)
    pipeline.run(place.settings)
    assert "The data is stale." not in console_head(place, monkeypatch)
    page.get_by_role("button", name="Release").click()
    expect(page.get_by_text("The report is released.")).to_be_visible()
    expect(page.get_by_role("button", name="Release")).to_have_count(0)
    assert [carry_out(place.settings), carry_out(place.settings)] == ["sent", "sent"]
    (mail,) = place.post.inbox.mails
    assert str(mail["To"]) == "alpen@client.example"
    phone = signed_in(browser, place, "alpen", PHONE)
    phone.goto(f"{place.url}/reports")
    with phone.expect_download() as download:
        phone.get_by_role("link", name="PDF").click()
    (attached,) = [part for part in mail.walk() if part.get_content_type() == "application/pdf"]
    assert Path(download.value.path()).read_bytes() == attached.get_payload(decode=True)
