"""In a browser without scripts: a draft becomes an invoice, and the invoice void."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Place, signed_in

pytestmark = pytest.mark.browser


def test_without_scripts_a_line_is_added_and_an_invoice_voided(place: Place, browser: Browser) -> None:
    page = signed_in(browser, place, "member", java_script_enabled=False)
    page.goto(f"{place.url}/invoices/new?client_id={place.world.clients['alpen']}")
    page.locator("[name=description]").fill("Photography")
    page.locator("[name=unit_price]").fill("500")
    page.get_by_role("button", name="Add line").click()
    page.locator("[name=description]").nth(1).fill("Travel")
    page.locator("[name=unit_price]").nth(1).fill("40.5")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator(".totals")).to_contain_text("€540.50")
    page.get_by_role("button", name="Issue invoice").click()
    page.get_by_role("link", name="Void").click()
    expect(page.get_by_role("heading", name="Void this invoice?")).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    expect(page.locator(".head .state")).to_have_text("Open")
    page.get_by_role("link", name="Void").click()
    page.get_by_role("button", name="Void invoice").click()
    expect(page.locator(".head .state")).to_have_text("Void")
