"""One's own profile and the workspace's facts as pages: what is chosen counts at once, and refusals lose nothing."""

import re
from typing import Any

from tests.portal.test_support import hidden, post


def _moment(html: str) -> str:
    """The first instant of a page, as it is shown."""
    found = re.search(r"<time[^>]*data-instant>([^<]+)</time>", html)
    assert found
    return found.group(1)


def test_a_language_and_a_zone_of_ones_own_count_from_the_next_page_on(site: Any) -> None:
    browser_of, world = site
    ticket = f"/tickets/{world.care['ticket']}"
    browser = browser_of("owner")
    here = _moment(browser.get(ticket).text)
    page = browser.get("/account").text
    assert "1 of 5 done" in page
    assert "As the workspace: Europe / Berlin" in page
    chosen = {"name": "Ada Owner", "locale": "de_AT", "timezone": "Pacific/Kiritimati", "phone": "+43 1 123"}
    saved = post(browser, "/account", "/account", etag=hidden(page, "etag"), **chosen)
    assert saved.headers["location"] == "/account"
    after = browser.get("/account").text
    assert 'lang="de-AT"' in after
    assert "4 von 5 erledigt" in after
    assert "Ihr Profil ist gespeichert." in after
    assert _moment(browser.get(ticket).text) != here
    assert 'lang="en"' in browser_of("admin").get("/account").text
    late = post(browser_of("owner"), "/account", "/account", etag='"1"', **{**chosen, "phone": "typed"})
    assert late.status_code == 412
    assert 'value="typed"' in late.text
    empty = post(browser_of("owner"), "/account", "/account", etag='"2"', **{**chosen, "name": ""})
    assert (empty.status_code, "Bitte Ihren Namen eingeben." in empty.text) == (422, True)


def test_the_days_of_the_workspace_stay_its_own(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("member")
    week = re.findall(r'name="worked_on"[^>]*value="([^"]*)"', browser.get("/time").text)
    chosen = {"name": "Ada", "locale": "", "timezone": "Pacific/Kiritimati", "phone": ""}
    assert post(browser, "/account", "/account", etag='"1"', **chosen).status_code == 303
    assert re.findall(r'name="worked_on"[^>]*value="([^"]*)"', browser.get("/time").text) == week


def test_the_workspaces_language_is_everybodys_who_chose_none(site: Any) -> None:
    browser_of, _ = site
    path = "/settings/workspace"
    for who in ("member", "alpen"):
        assert browser_of(who).get(path).status_code == 403
    browser = browser_of("owner")
    page = browser.get(path).text
    chosen = {"name": "Studio Süd", "locale": "de", "timezone": "Europe/Vienna", "week_starts_on": "6"}
    refused = post(browser, path, path, etag=hidden(page, "etag"), **{**chosen, "timezone": "Mars/Olympus"})
    assert refused.status_code == 422
    assert 'value="Studio Süd"' in refused.text
    assert post(browser, path, path, etag=hidden(page, "etag"), **chosen).headers["location"] == path
    assert 'value="Europe/Vienna" selected' in browser.get(path).text
    for who in ("member", "alpen"):
        assert 'lang="de"' in browser_of(who).get("/").text
