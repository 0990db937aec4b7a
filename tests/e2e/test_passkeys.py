"""A passkey from its making to the sign-in, with the browser's own key in software."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import DESK, Place, opened
from tests.portal import world as world_module

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Key:
    """The browser's key: it verifies its user, and answers while somebody touches it."""

    def __init__(self, page: Page) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable")
        self._id = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]

    def touched(self, touched: bool) -> None:
        wanted = {"authenticatorId": self._id, "enabled": touched}
        self._session.send("WebAuthn.setAutomaticPresenceSimulation", wanted)


def by_password(page: Page, at: str, email: str) -> None:
    page.goto(f"{at}/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill(world_module.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_text("Account", exact=True).first.locator("xpath=ancestor::summary").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page).to_have_url(re.compile(r"/sign-in"))


def test_a_passkey_is_made_and_signs_in(place: Place, browser: Browser) -> None:
    at = place.url.replace("127.0.0.1", "localhost")
    email = place.world.people["member"]
    page = opened(browser, DESK)
    by_password(page, at, email)
    page.goto(f"{at}/account/security")
    page.get_by_role("link", name="Add a key or passkey").click()
    key = Key(page)
    page.get_by_label("Name").fill("Laptop")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("Passkey for localhost")).to_be_visible()
    key.touched(False)
    sign_out(page)
    passkey = page.get_by_role("button", name="Sign in with a passkey")
    expect(passkey).to_be_visible()
    key.touched(True)
    passkey.click()
    expect(page).to_have_url(f"{at}/")
    expect(page.get_by_role("main")).to_be_visible()
