"""In a real browser: a draft becomes an invoice, money comes in, and the client sees it on a phone."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import PHONE, Place, signed_in

pytestmark = pytest.mark.browser


def test_from_draft_to_payment_and_the_client_sees_it(place: Place, browser: Browser) -> None:
    page = signed_in(browser, place, "member")
    page.goto(f"{place.url}/clients/new")
    page.fill("#name", "Cedar Lane Coffee")
    page.get_by_role("button", name="Create client").click()
    expect(page.get_by_role("heading", name="Cedar Lane Coffee")).to_be_visible()
    page.goto(f"{place.url}/invoices/new?client_id={place.world.clients['alpen']}")
    page.fill("[name=description]", "Photography")
    page.fill("[name=unit_price]", "500")
    page.get_by_role("button", name="Save draft").click()
    page.get_by_role("button", name="Issue invoice").click()
    page.locator("summary", has_text="Record payment").click()
    page.get_by_role("button", name="Save payment").click()
    expect(page.locator(".head .state")).to_have_text("Paid")
    number = page.locator("h1").inner_text().removeprefix("Invoice ")
    phone = signed_in(browser, place, "alpen", PHONE)
    phone.goto(f"{place.url}/invoices")
    expect(phone.get_by_text(number)).to_be_visible()


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
