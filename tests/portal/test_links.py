"""Coming in by a link in a mail: opening it changes nothing, its button does; an invitation is accepted or declined."""

from typing import Any

import psycopg

from api.identity.secrets import link_token
from imisofts.settings import Settings
from tests.portal.conftest import form_token
from tests.portal.world import PASSWORD

ORIGIN = {"Origin": "http://127.0.0.1"}


def newest(settings: Settings) -> str:
    """The token of the newest link, as its mail would bring it."""
    with psycopg.connect(settings.owner_database_url) as owner:
        row = owner.execute("select id from sign_in_link order by id desc limit 1").fetchone()
    assert row
    return link_token(row[0], settings.secret_key)


def test_a_link_in_a_mail_asks_before_it_does_something(site: Any, fresh_settings: Settings) -> None:
    browser_of, world = site
    browser = browser_of(None)

    def ask(email: str) -> str:
        sent = {"form_token": form_token(browser.get("/sign-in/mail").text), "email": email}
        return str(browser.post("/sign-in/mail", headers=ORIGIN, data=sent).text).partition("<body>")[2]

    assert ask(world.people["member"]) == ask("nobody@nowhere.example")
    token = newest(fresh_settings)
    opened = [browser.get(f"/sign-in/link?token={token}") for _ in range(2)]
    assert [world.people["member"] in page.text for page in opened] == [True, True]
    assert browser.get("/clients").status_code == 303, "opening signs nobody in"
    sent = {"form_token": form_token(opened[1].text), "token": token}
    elsewhere = browser.post("/sign-in/link", headers={"Origin": "http://evil.example"}, data=sent)
    assert elsewhere.status_code == 403
    assert browser.post("/sign-in/link", headers=ORIGIN, data=sent).headers["location"] == "/"
    assert browser.get("/clients").status_code == 200
    browser = browser_of(None)
    gone = browser.get(f"/sign-in/link?token={token}")
    assert (gone.status_code, "no longer works" in gone.text) == (404, True)
    for address in ("/sign-in/link", "/invitation", f"/invitation?token={token}", "/sign-in/link?token=%00"):
        assert browser.get(address).status_code == 404


def test_an_invitation_is_accepted_or_declined(site: Any, fresh_settings: Settings) -> None:
    browser_of, _ = site

    def invite(email: str) -> str:
        browser = browser_of("owner")
        sent = {
            "form_token": form_token(browser.get("/access/new").text),
            "email": email,
            "name": "Eve",
            "role": "member",
        }
        assert browser.post("/access/new", headers=ORIGIN, data=sent).status_code == 303
        return newest(fresh_settings)

    token = invite("eve@studio.example")
    browser = browser_of(None)
    page = browser.get(f"/invitation?token={token}").text
    assert all(words in page for words in ("Join Studio Nord", "Ada Owner", "eve@studio.example", "Choose a password"))
    sent = {"form_token": form_token(page), "token": token, "choose": "password", "password": PASSWORD}
    differs = browser.post("/invitation", headers=ORIGIN, data={**sent, "again": "another"})
    assert (differs.status_code, "The two passwords differ" in differs.text) == (422, True)
    assert browser.post("/invitation", headers=ORIGIN, data={**sent, "again": PASSWORD}).headers["location"] == "/"
    assert browser.get("/clients").status_code == 200
    token = invite("finn@studio.example")
    assert "Invited until" in browser_of("owner").get("/access?q=finn").text
    browser = browser_of(None)
    sent = {"form_token": form_token(browser.get(f"/invitation?token={token}").text), "token": token}
    assert browser.post("/invitation/decline", headers=ORIGIN, data=sent).headers["location"] == "/sign-in"
    assert browser.get(f"/invitation?token={token}").status_code == 404
    assert "Nobody matches" in browser_of("owner").get("/access?q=finn").text
