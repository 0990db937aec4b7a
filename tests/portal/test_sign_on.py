"""Pages of single sign-on: set by owners, left with a ticket that the browser keeps, and back with nothing else."""

from typing import Any

from tests.api.identity.issuer import Issuer
from tests.portal.conftest import ORIGIN as HERE
from tests.portal.conftest import form_token

ORIGIN = {"Origin": HERE}


def test_an_owner_sets_the_provider_and_a_browser_leaves_for_it(site: Any) -> None:
    browser_of, _ = site
    assert browser_of("admin").get("/settings/sign-on").status_code == 403
    browser, issuer = browser_of("owner"), Issuer()
    try:
        page = browser.get("/settings/sign-on").text
        typed = {"form_token": form_token(page), "issuer": issuer.url, "client_id": "imisofts", "role": "member"}
        missing = browser.post("/settings/sign-on", headers=ORIGIN, data=typed)
        assert (missing.status_code, "secret is missing" in missing.text or "is needed" in missing.text) == (422, True)
        typed |= {"client_secret": "a-hidden-word", "domains": "studio.example, Nord.Example", "enabled": "1"}
        assert browser.post("/settings/sign-on", headers=ORIGIN, data=typed).status_code == 303
        shown = browser.get("/settings/sign-on").text
        assert "_imisofts.nord.example" in shown
        assert "a-hidden-word" not in shown
        browser.post("/settings/sign-on/check", headers=ORIGIN, data={"form_token": form_token(shown)})
        assert "The provider answers as it has to." in browser.get("/settings/sign-on").text
    finally:
        issuer.close()
    browser = browser_of(None)
    asks = browser.get("/sign-on").text
    sent = {"form_token": form_token(asks), "email": "ada@studio.example"}
    unproven = browser.post("/sign-on", headers=ORIGIN, data=sent)
    assert (unproven.status_code, "Nobody comes in by single sign-on" in unproven.text) == (422, True)
    back = browser.get("/sign-on/callback?state=x&code=y")
    assert (back.status_code, "Begin" in back.text) == (422, True)
