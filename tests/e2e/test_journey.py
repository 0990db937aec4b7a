"""In a real browser: a draft becomes an invoice, money comes in, and the client sees it on a phone."""

import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Page, expect, sync_playwright

from api import app as api_app
from imisofts import serve
from imisofts.settings import Settings

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
AXE = Path(__file__).parents[2] / "portal" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-background-networking "
    "--disable-component-update --disable-sync --no-first-run"
).split()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason="needs Chromium: set CHROMIUM to its path"),
    pytest.mark.skipif(not AXE.exists(), reason="needs the portal's packages: npm ci in portal/"),
]


@pytest.fixture
def address(fresh_settings: Settings) -> Iterator[tuple[str, Any, str]]:
    """``(url, world, password)`` of a server in this process."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "portal"))
    import world as world_module

    world = world_module.build(fresh_settings, api_app.create(fresh_settings))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(serve.create(fresh_settings), port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}", world, world_module.PASSWORD
    server.should_exit = True
    thread.join(10)


def _sign_in(page: Page, url: str, email: str, password: str) -> None:
    page.goto(f"{url}/sign-in")
    page.fill("#email", email)
    page.fill("#password", password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{url}/")


def _accessible(page: Page) -> None:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes[0].html]))")
    assert [one for one in found if one[0] in {"serious", "critical"}] == []


def test_from_draft_to_payment_and_the_client_sees_it(address: tuple[str, Any, str]) -> None:
    url, world, password = address
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB").new_page()
        _sign_in(page, url, world.people["member"], password)
        page.goto(f"{url}/clients/new")
        page.fill("#name", "Cedar Lane Coffee")
        page.get_by_role("button", name="Create client").click()
        expect(page.get_by_role("heading", name="Cedar Lane Coffee")).to_be_visible()
        page.goto(f"{url}/invoices/new?client_id={world.clients['alpen']}")
        page.fill("[name=description]", "Photography")
        page.fill("[name=unit_price]", "500")
        page.get_by_role("button", name="Save draft").click()
        page.get_by_role("button", name="Issue invoice").click()
        page.locator("summary", has_text="Record payment").click()
        page.get_by_role("button", name="Save payment").click()
        expect(page.locator(".head .state")).to_have_text("Paid")
        number = page.locator("h1").inner_text().removeprefix("Invoice ")
        for path in ("/", "/clients", "/invoices", "/invoices/new", "/reports"):
            page.goto(url + path)
            _accessible(page)
        phone = browser.new_context(viewport={"width": 375, "height": 800}, locale="en-GB").new_page()
        _sign_in(phone, url, world.people["alpen"], password)
        phone.goto(f"{url}/invoices")
        expect(phone.get_by_text(number)).to_be_visible()
        assert phone.evaluate("document.documentElement.scrollWidth") <= 375
        _accessible(phone)
        browser.close()
