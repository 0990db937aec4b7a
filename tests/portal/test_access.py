"""Inviting, changing and removing people on their pages, and a forgotten password."""

import re
from typing import Any

from tests.portal.conftest import form_token

ORIGIN = {"Origin": "http://127.0.0.1"}


def test_somebody_is_invited_changed_and_taken_out_again(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("owner")
    form = browser.get("/access/new").text
    typed = {"form_token": form_token(form), "email": "eve@studio.example", "name": "Eve", "role": "client"}
    refused = browser.post("/access/new", headers=ORIGIN, data=typed)
    assert (refused.status_code, "Enter a client." in refused.text) == (422, True)
    assert 'value="eve@studio.example"' in refused.text
    made = browser.post("/access/new", headers=ORIGIN, data={**typed, "client_id": world.clients["alpen"]})
    assert made.headers["location"] == "/access"
    page = browser.get("/access?q=eve").text
    assert "Invited" in page
    (at,) = set(re.findall(r"/access/[0-9a-f-]{36}", page))
    member = browser.get(at).text
    etag = re.search(r'name="etag" value="([^"]*)"', member)
    assert etag
    changed = {"form_token": form_token(member), "etag": etag.group(1).replace("&#34;", '"'), "role": "member"}
    assert browser.post(at, headers=ORIGIN, data=changed).headers["location"] == "/access"
    assert "<td>Member</td>" in browser.get("/access?q=eve").text
    again = browser.post(f"{at}/link", headers=ORIGIN, data={"form_token": form_token(browser.get(at).text)})
    assert again.headers["location"] == "/access"
    question = browser.get(f"{at}/remove").text
    sure = {"form_token": form_token(question)}
    sure["etag"] = re.findall(r'name="etag" value="([^"]*)"', question)[0].replace("&#34;", '"')
    assert browser.post(f"{at}/remove", headers=ORIGIN, data=sure).headers["location"] == "/access"
    assert "Nobody matches" in browser.get("/access?q=eve").text


def test_who_does_not_manage_people_has_no_such_page(site: Any) -> None:
    browser_of, _ = site
    for who in ("member", "alpen"):
        browser = browser_of(who)
        assert [browser.get(path).status_code for path in ("/access", "/access/new", "/access.csv")] == [403] * 3
        assert 'href="/access"' not in browser.get("/").text


def test_a_forgotten_password_says_nothing_about_who_exists(site: Any) -> None:
    browser_of, world = site
    browser = browser_of(None)

    def answer(email: str) -> tuple[int, str]:
        token = form_token(browser.get("/forgot").text)
        found = browser.post("/forgot", headers=ORIGIN, data={"form_token": token, "email": email})
        return found.status_code, re.sub(r'nonce="[^"]*"', "", found.text)

    known, unknown = answer(world.people["owner"]), answer("nobody@nowhere.example")
    assert known == unknown
    assert (known[0], "Look into your mail" in known[1]) == (200, True)
