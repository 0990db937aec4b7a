"""The frame by keyboard alone: search and go, letters, side bar and drawer; the style guide; without a connection."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import DESK, PHONE, Place, faults, signed_in

pytestmark = pytest.mark.browser


def test_one_finds_ones_way_without_a_mouse(place: Place, browser: Browser, tmp_path: Path) -> None:
    page = signed_in(browser, place, "owner", DESK)
    _search_and_go(page, place)
    _letters(page, place)
    _photographed(page, place, tmp_path)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    page.goto(f"{place.url}/clients")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    page.wait_for_url(f"{place.url}/")
    page.locator('[data-side-to="narrow"]').press("Enter")
    page.goto(f"{place.url}/clients")
    expect(page.locator('.shell[data-side="narrow"]')).to_be_visible()
    expect(page.get_by_role("link", name="Invoices", exact=True)).to_be_visible()
    phone = signed_in(browser, place, "alpen", PHONE)
    phone.get_by_role("link", name="Open menu").press("Enter")
    expect(phone.get_by_role("link", name="Close menu")).to_be_focused()
    assert faults(phone) == []
    phone.keyboard.press("Escape")
    expect(phone.get_by_role("link", name="Open menu")).to_be_focused()


def _photographed(page: Page, place: Place, folder: Path) -> None:
    """The style guide at two widths, in the dark colours that were chosen before and in light ones."""
    page.goto(f"{place.url}/style")
    for width, height in (DESK, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("dark", "light"):
            page.evaluate("theme => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
            assert faults(page) == [], (width, theme)
            page.screenshot(path=folder / f"style-{width}-{theme}.png", full_page=True)
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})


def _search_and_go(page: Page, place: Place) -> None:
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Search or go to …")
    expect(box).to_be_focused()
    expect(page.get_by_role("option", name="New invoice")).to_have_attribute("aria-selected", "true")
    page.keyboard.type("alpen")
    found = page.get_by_role("option").filter(has_text="Alpenblick Hotels & Resorts GmbH").first
    expect(found).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == found.get_attribute("id")
    assert faults(page) == []
    page.keyboard.press("ArrowDown")
    expect(found).to_have_attribute("aria-selected", "false")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{place.url}/clients/{place.world.clients['alpen']}")
    page.keyboard.press("Control+k")
    box.fill("switch to dark")
    page.keyboard.press("Enter")  # before the answer: what was typed counts
    expect(page.locator('html[data-bs-theme="dark"]')).to_be_visible()
    page.wait_for_load_state("load")  # before that nobody listens to keys
    page.keyboard.press("Control+k")
    box.fill("zzzz")
    expect(page.get_by_role("status").filter(has_text="Nothing found")).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()


def _letters(page: Page, place: Place) -> None:
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()
    assert faults(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url(f"{place.url}/projects")
    page.keyboard.press("?")
    dialog.get_by_label("Shortcuts of single letters").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()
