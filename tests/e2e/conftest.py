"""A whole address in this process, with a small agency in it and a real inbox, for a real browser."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from api import app as api_app
from imisofts import serve
from imisofts.settings import Settings
from tests.api.reports.conftest import Post
from tests.api.reports.conftest import post as post
from tests.portal import world as world_module

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
AXE = Path(__file__).parents[2] / "portal" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-background-networking "
    "--disable-component-update --disable-sync --no-first-run"
).split()
DESK, PHONE = (1440, 900), (375, 800)
PATIENCE = 120_000
"""Milliseconds until a page that does not come counts as broken: on a busy machine slow is no fault."""

expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class Place:
    """Where the server listens, what it runs on, who and what is in it, and what it mails."""

    url: str
    settings: Settings
    world: world_module.World
    post: Post


@pytest.fixture
def place(fresh_settings: Settings, post: Post) -> Iterator[Place]:
    """A server of the test's own."""
    settings = fresh_settings.moved(smtp_url=post.smtp_url, mail_url=post.mail_url)
    world = world_module.build(settings, api_app.create(settings))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(serve.create(settings), port=port, log_level="error", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield Place(f"http://127.0.0.1:{port}", settings, world, post)
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def browser() -> Iterator[Browser]:
    """Chromium, or a skip that says what is missing."""
    if not Path(CHROMIUM).exists():
        pytest.skip("needs Chromium: set CHROMIUM to its path")
    if not AXE.exists():
        pytest.skip("needs the portal's packages: npm ci in portal/")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def opened(browser: Browser, size: tuple[int, int] = DESK, **more: Any) -> Page:
    """A page of a browser that nobody has signed in with; nothing moves, so that colours are read as they stay."""
    width, height = size
    asked = {"locale": "en-GB", "reduced_motion": "reduce", **more}
    context = browser.new_context(viewport={"width": width, "height": height}, **asked)
    context.set_default_timeout(PATIENCE)
    return context.new_page()


def signed_in(browser: Browser, place: Place, who: str, size: tuple[int, int] = DESK, **more: Any) -> Page:
    """A page of somebody who came through the form."""
    page = opened(browser, size, **more)
    page.goto(f"{place.url}/sign-in")
    page.fill("#email", place.world.people[who])
    page.fill("#password", world_module.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{place.url}/")
    return page


def faults(page: Page) -> list[str]:
    """What a person would stumble over: sideways scrolling, and axe's serious and critical findings."""
    width = page.evaluate("document.documentElement.scrollWidth")
    allowed = (page.viewport_size or {"width": 0})["width"]
    wide = [f"{width} px wide on a screen of {allowed}"] if width > allowed else []
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(r => r.violations.map(v => [v.impact, v.id, v.nodes[0].html]))")
    return wide + [f"{name}: {html}" for impact, name, html in found if impact in {"serious", "critical"}]
