"""Second factors on the pages: set up, asked for, proved once more with what was typed kept; sessions, the rule."""

import base64
import re
from datetime import UTC, datetime
from typing import Any

import psycopg

from api.identity import totp
from imisofts.settings import Settings
from tests.portal.conftest import form_token, load_world

ORIGIN = {"Origin": "http://127.0.0.1"}
HERE = "/account/security"


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found.group(1).replace("&#34;", '"').replace("&amp;", "&")


def code(secret: bytes, later: int) -> str:
    return totp.code(secret, totp.step_of(datetime.now(UTC)) + later)


def set_up(browser: Any) -> bytes:
    """Add an app by its page; its secret."""
    page = browser.get(f"{HERE}/app").text
    assert "<svg" in page
    secret = base64.b32decode(hidden(page, "secret"))
    sent = {name: hidden(page, name) for name in ("form_token", "setup", "secret", "address")}
    wrong = browser.post(f"{HERE}/app", headers=ORIGIN, data={**sent, "code": "12", "name": "Phone"})
    assert (wrong.status_code, "<svg" in wrong.text) == (422, True)
    assert hidden(wrong.text, "setup") == sent["setup"]
    codes = browser.post(f"{HERE}/app", headers=ORIGIN, data={**sent, "code": code(secret, 0), "name": "Phone"})
    assert len(re.findall(r'class="secret">[a-z0-9-]{29}<', codes.text)) == 10
    return secret


def grow_old(settings: Settings) -> None:
    """Proofs of long ago."""
    with psycopg.connect(settings.owner_database_url) as owner:
        owner.execute("alter table session disable row level security")
        owner.execute("update session set proved_at = now() - interval '1 hour'")
        owner.execute("alter table session enable row level security")


def test_a_second_factor_is_set_up_and_asked_for(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("member")
    secret = set_up(browser)
    assert "Phone" in browser.get(HERE).text
    browser.cookies.clear()
    sent = {"email": world.people["member"], "password": load_world().PASSWORD, "next": "/time"}
    asked = browser.post(
        "/sign-in", headers=ORIGIN, data={**sent, "form_token": form_token(browser.get("/sign-in").text)}
    )
    assert (asked.status_code, "One more step" in asked.text) == (200, True)
    assert browser.get("/account/security").headers["location"].startswith("/sign-in")
    step = {name: hidden(asked.text, name) for name in ("form_token", "challenge", "next", "methods", "method")}
    other = browser.post("/sign-in/factor", headers=ORIGIN, data={**step, "instead": "recovery_code"})
    assert 'name="recovery_code"' in other.text
    wrong = browser.post("/sign-in/factor", headers=ORIGIN, data={**step, "code": "12"})
    assert (wrong.status_code, "is wrong or was used" in wrong.text) == (422, True)
    came = browser.post("/sign-in/factor", headers=ORIGIN, data={**step, "code": code(secret, 1)})
    assert (came.status_code, came.headers["location"]) == (303, "/time")
    assert browser.get("/account/security").status_code == 200


def test_a_sensitive_act_asks_once_more_and_goes_on_with_what_was_typed(site: Any, fresh_settings: Settings) -> None:
    browser_of, _ = site
    browser = browser_of("owner")
    form = browser.get("/access/new").text
    grow_old(fresh_settings)
    typed = {"form_token": form_token(form), "email": "eve@studio.example", "name": "Eve", "role": "owner"}
    asked = browser.post("/access/new", headers=ORIGIN, data=typed)
    assert (asked.status_code, "Is it you?" in asked.text) == (200, True)
    kept = {name: hidden(asked.text, name) for name in ("form_token", "email", "name", "role", "proof_method")}
    assert (kept["email"], kept["proof_method"]) == ("eve@studio.example", "password")
    before = browser.cookies["imisofts_session"]
    wrong = browser.post("/access/new", headers=ORIGIN, data={**kept, "proof_password": "wrong wrong"})
    assert (wrong.status_code, "The password is wrong." in wrong.text) == (422, True)
    right = {**kept, "proof_password": load_world().PASSWORD}
    done = browser.post("/access/new", headers=ORIGIN, data=right)
    assert done.headers["location"] == "/access"
    assert browser.cookies["imisofts_session"] != before
    assert "Eve" in browser.get("/access").text
    grow_old(fresh_settings)
    asked = browser.get(f"{HERE}/app").text
    sent = {name: hidden(asked, name) for name in ("form_token", "next", "proof_method")}
    done = browser.post("/step-up", headers=ORIGIN, data={**sent, "proof_password": load_world().PASSWORD})
    assert done.headers["location"] == f"{HERE}/app"
    assert "<svg" in browser.get(f"{HERE}/app").text
    away = browser.post(
        "/step-up", headers=ORIGIN, data={"form_token": form_token(browser.get(HERE).text), "next": "//evil.example"}
    )
    assert away.headers["location"] == "/"


def test_the_agencys_rule_sets_a_newcomer_up_before_anything_else(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("owner")
    page = browser.get("/settings/security").text
    assert world.people["member"] in page
    rule = {"form_token": form_token(page), "etag": hidden(page, "etag"), "required_of": ["member"]}
    assert browser.post("/settings/security", headers=ORIGIN, data=rule).headers["location"] == "/settings/security"
    stale = browser.post("/settings/security", headers=ORIGIN, data=rule)
    assert stale.status_code == 412
    browser.cookies.clear()
    sent = {"email": world.people["member"], "password": load_world().PASSWORD, "next": "/"}
    asked = browser.post(
        "/sign-in", headers=ORIGIN, data={**sent, "form_token": form_token(browser.get("/sign-in").text)}
    ).text
    assert "Set up your second factor" in asked
    to_a_key = {name: hidden(asked, name) for name in ("form_token", "challenge", "next", "methods", "method")}
    numbered = browser.post("/sign-in/enrol", headers=ORIGIN, data={**to_a_key, "instead": "enrol_key"})
    assert (numbered.status_code, "Keys need a name in the address bar" in numbered.text) == (409, True)
    named = {"Host": "localhost", "Origin": "http://localhost"}
    key = browser.post("/sign-in/enrol", headers=named, data={**to_a_key, "instead": "enrol_key"})
    assert (key.status_code, 'data-passkey="create"' in key.text) == (200, True)
    sent = {name: hidden(key.text, name) for name in (*to_a_key, "state")}
    wrong = browser.post("/sign-in/enrol", headers=named, data={**sent, "credential": "{}"})
    assert (wrong.status_code, "This key is not good here" in wrong.text) == (422, True)
    secret = base64.b32decode(hidden(asked, "secret"))
    names = ("form_token", "challenge", "next", "methods", "method", "setup", "secret", "address")
    step = {name: hidden(asked, name) for name in names}
    came = browser.post("/sign-in/enrol", headers=ORIGIN, data={**step, "code": code(secret, 0)})
    assert came.headers["location"] == HERE
    assert "You have no recovery codes" in browser.get(HERE).text


def test_sessions_are_shown_in_words_and_ended(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("member")
    first = browser.cookies["imisofts_session"]
    browser = browser_of("member")
    page = browser.get("/account/sessions").text
    assert page.count("This session") == 1
    sent = {"form_token": form_token(page)}
    assert browser.post("/account/sessions/end-others", headers=ORIGIN, data=sent).status_code == 303
    mine = browser.cookies["imisofts_session"]
    browser.cookies.clear()
    browser.cookies.set("imisofts_session", first)
    assert browser.get("/account/sessions").headers["location"].startswith("/sign-in")
    assert mine != first
