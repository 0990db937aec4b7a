"""Opening an agency and changing one's address, by their pages."""

from typing import Any

import psycopg

from api.identity.secrets import link_token
from imisofts.settings import Settings
from tests.portal.conftest import ORIGIN as HERE
from tests.portal.conftest import form_token
from tests.portal.world import PASSWORD

ORIGIN = {"Origin": HERE}


def newest(settings: Settings, kind: str) -> str:
    """The token of the newest request of a kind, as its mail would bring it."""
    with psycopg.connect(settings.owner_database_url) as owner:
        owner.execute("set role imisofts_signin")
        query = "select id from account_request where kind = %s order by id desc limit 1"
        row = owner.execute(query, (kind,)).fetchone()
    assert row
    return link_token(row[0], settings.secret_key)


def test_an_agency_is_opened_from_the_form_to_its_home(site: Any, fresh_settings: Settings) -> None:
    browser_of, _ = site
    browser = browser_of(None)
    assert 'href="/sign-up"' in browser.get("/sign-in").text
    form = browser.get("/sign-up").text
    typed = {"form_token": form_token(form), "email": "ada@new.example", "name": "Ada", "agency": "Engine & Söhne"}
    typed |= {"slug": "studio", "currency": "GBP", "timezone": "Europe/London"}
    refused = browser.post("/sign-up", headers=ORIGIN, data=typed)
    assert (refused.status_code, "Accept the terms" in refused.text) == (422, True)
    taken = browser.post("/sign-up", headers=ORIGIN, data={**typed, "terms": "1"})
    assert (taken.status_code, 'value="Engine &amp; Söhne"' in taken.text) == (422, True)
    assert "is taken" in browser.get("/sign-up/address?slug=studio").text
    assert "engine is free" in browser.get("/sign-up/address?slug=Engine").text
    sent = browser.post("/sign-up", headers=ORIGIN, data={**typed, "terms": "1", "slug": "engine"})
    assert (sent.status_code, "Look into your mail" in sent.text) == (200, True)
    token = newest(fresh_settings, "sign_up")
    page = browser.get(f"/sign-up/confirm?token={token}").text
    assert "You become its owner as ada@new.example." in page
    chosen = {"form_token": form_token(page), "token": token, "choose": "password", "password": PASSWORD}
    opened = browser.post("/sign-up/confirm", headers=ORIGIN, data={**chosen, "again": PASSWORD})
    assert opened.headers["location"] == "/"
    assert browser.get("/access").status_code == 200
    assert browser.get("/sign-up/confirm?token=spent").status_code == 404


def test_an_address_is_changed_by_both_mails(site: Any, fresh_settings: Settings) -> None:
    browser_of, _ = site
    browser = browser_of("member")
    page = browser.get("/account/email").text
    asked = {"form_token": form_token(page), "email": "moved@studio.example"}
    assert browser.post("/account/email", headers=ORIGIN, data=asked).headers["location"] == "/account/email"
    for kind, said in (("email_old", "Half of it is done"), ("email_new", "Your address is changed")):
        token = newest(fresh_settings, kind)
        asks = browser.get(f"/account/email/confirm?token={token}").text
        assert "From now on you sign in with moved@studio.example." in asks
        sent = {"form_token": form_token(asks), "token": token}
        assert said in browser.post("/account/email/confirm", headers=ORIGIN, data=sent).text
    assert browser.get("/account/email").status_code == 303, "signed out"
    undo = browser.get(f"/account/email/undo?token={newest(fresh_settings, 'email_undo')}").text
    assert "Put your old address back?" in undo
