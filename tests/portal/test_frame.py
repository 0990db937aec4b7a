"""The frame around every page: who is shown which places, and that each of them opens."""

import gzip
import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

from imisofts.access import ACTIONS_OF_ROLE, Role
from portal import navigation
from portal.app import PAGES
from portal.pages.search import matching
from portal.web import HERE

MOST_HTML = 30 * 1024
"""Of the 150 KB of a first view the page itself; style, script and type are held to 120 by `build.mjs`."""
ORIGIN = {"Origin": "http://127.0.0.1"}


@dataclass(frozen=True)
class Reader:
    """Somebody with a role's actions."""

    role: Role

    @property
    def is_client(self) -> bool:
        return self.role is Role.client

    def may(self, action: str) -> bool:
        return action in ACTIONS_OF_ROLE[self.role]


def _all(role: Role) -> list[navigation.Entry]:
    found = navigation.navigation(Reader(role), "/", "")
    return [*found.places(), *found.deeds]


def test_an_entry_leads_to_a_page() -> None:
    pages = {page.path for page in PAGES if "GET" in page.verbs}
    assert {entry.href for entry in _all(Role.owner)} <= pages


def test_letters_are_each_of_one_place() -> None:
    keys = [entry.key for entry in _all(Role.owner) if entry.key]
    assert len(keys) == len(set(keys))
    assert "g" not in keys


def test_the_section_is_the_entry_that_holds_the_page() -> None:
    def section(path: str) -> str:
        found = navigation.navigation(Reader(Role.owner), path, "").section
        return found.href if found else ""

    for path, href in (("/", "/"), ("/clients/1/edit", "/clients"), ("/holidays", "/people"), ("/clientsx", "")):
        assert section(path) == href, path


@pytest.mark.parametrize("role", [Role.owner, Role.member, Role.client])
def test_every_word_asked_for_is_in_the_name_or_the_keywords(role: Role) -> None:
    entries = _all(role)
    assert [hit.href for hit in matching(entries, "new INVOICE")] == ([] if role is Role.client else ["/invoices/new"])
    assert len(matching(entries, "")) == len(entries)
    assert matching(entries, "invoice nowhere") == ()


def test_every_place_that_is_shown_opens(site: Any) -> None:
    browser_of, _ = site
    for who in ("owner", "member", "alpen"):
        browser = browser_of(who)
        home = browser.get("/").text
        side = home.partition('id="nav"')[2].partition("</nav>")[0]
        links = [link for link in re.findall(r'href="(/[^"]*)"', side) if not link.startswith("/static")]
        links += re.findall(r'role="option"[^>]*href="(/[^"]*)"', browser.get("/search?as=options").text)
        assert len(links) > 6
        pages = {link: browser.get(link) for link in links}
        assert {link: page.status_code for link, page in pages.items()} == dict.fromkeys(links, 200), who
        heavy = {link: size for link, page in pages.items() if (size := len(gzip.compress(page.content))) > MOST_HTML}
        assert heavy == {}
    assert "/clients/new" not in links


def test_everything_that_is_found_opens(site: Any) -> None:
    browser_of, world = site
    own, foreign = world.invoices["alpen-issued"], world.invoices["birke-issued"]
    found = {}
    for who in ("owner", "alpen"):
        browser = browser_of(who)
        pages = [browser.get(f"/search?q={words}").text for words in ("alpen", "INV", "new", "web", own, foreign)]
        found[who] = set(re.findall(r'<a class="hit" href="([^"]*)"', "".join(pages)))
        links = [link for link in found[who] if link.startswith("/")]
        assert {link: browser.get(link).status_code for link in links} == dict.fromkeys(links, 200), who
    assert {f"/clients/{world.clients['alpen']}", f"/invoices/{own}", f"/invoices/{foreign}"} <= found["owner"]
    assert f"/invoices/{own}" in found["alpen"]
    assert [link for link in found["alpen"] if foreign in link or link.startswith("/clients")] == []


def test_search_words_are_shown_as_words(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("owner")
    for address in ("/search?q=%3Cb%3E%22", "/search?as=options&q=%3Cb%3E%22"):
        answer = browser.get(address)
        assert answer.status_code == 200
        assert "<b>" not in answer.text
        assert "Nothing found" in answer.text


def test_the_side_bar_stays_as_it_was_left(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("owner")
    home = browser.get("/").text
    assert 'data-side="narrow"' not in home
    token = re.findall(r'name="form_token" value="([0-9a-f]{64})"', home)[0]
    sent = {"form_token": token, "side": "narrow", "back": "//evil.example"}
    answer = browser.post("/side", data=sent, headers=ORIGIN)
    assert answer.headers["location"] == "/"
    assert 'data-side="narrow"' in browser.get("/").text
    browser.post("/side", data=sent | {"side": "wide"}, headers=ORIGIN)
    assert 'data-side="narrow"' not in browser.get("/").text


def test_every_component_stands_in_the_style_guide() -> None:
    parts = (HERE / "templates" / "parts" / "macros.html").read_text()
    guide = (HERE / "templates" / "style" / "page.html").read_text()
    made = set(re.findall(r"{% macro (\w+)", parts))
    inside = {"version", "undo_form", "invoice_cells"}  # nothing to see, or seen in another one
    assert {name for name in made - inside if f"{name}(" not in guide} == set()


def test_the_style_guide_is_the_owners(site: Any) -> None:
    browser_of, _ = site
    asked = {who: browser_of(who).get("/style").status_code for who in ("owner", "admin", "member", "alpen")}
    assert asked == {"owner": 200, "admin": 403, "member": 403, "alpen": 403}


def test_the_app_keeps_a_page_without_anybodys_name_and_no_data(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("owner")
    assert browser.get("/manifest.webmanifest").json()["name"] == "Studio Nord"
    worker = browser.get("/worker.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    files = json.loads(worker.text.partition("FILES = ")[2].partition(";")[0])
    assert [file for file in files if not file.startswith("/static/build/")] == ["/offline", "/brand/icon"]
    offline = browser.get("/offline").text
    assert "No connection" in offline
    assert [word for word in (world.people["owner"], "Ada", "form_token") if word in offline] == []
