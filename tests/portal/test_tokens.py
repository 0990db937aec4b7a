"""API tokens, chosen networks and what was done, on their pages."""

import re
from typing import Any

from api.identity import operator
from imisofts.settings import Settings
from tests.portal.conftest import form_token

ORIGIN = {"Origin": "http://127.0.0.1"}


def test_a_token_is_shown_once_and_revoked(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("owner")
    for here in ("/account/tokens", "/settings/tokens"):
        sent = {"form_token": form_token(browser.get(here).text), "name": "Site", "life": "30", "scopes": "client.read"}
        made = browser.post(here, headers=ORIGIN, data=sent)
        (secret,) = re.findall(r'id="secret" value="([^"]+)"', made.text)
        page = browser.get(here).text
        assert (secret in page, "See clients" in page, page.count(f'action="{here}/')) == (False, True, 1)
        (at,) = re.findall(rf'action="({here}/[0-9a-f-]{{36}}/revoke)"', page)
        gone = browser.post(at, headers=ORIGIN, data={"form_token": form_token(page), "etag": '"1"'})
        assert gone.headers["location"] == here
        assert "Revoked" in browser.get(here).text


def test_a_network_that_locks_oneself_out_is_refused_beside_its_field(site: Any) -> None:
    browser_of, _ = site
    browser, here = browser_of("owner"), "/settings/network"
    token = form_token(browser.get(here).text)
    refused = browser.post(here, headers=ORIGIN, data={"form_token": token, "network": "203.0.113.0/24"})
    assert (refused.status_code, 'value="203.0.113.0/24"' in refused.text) == (422, True)
    for who in ("member", "alpen"):
        assert browser_of(who).get(here).status_code == 403
    assert browser_of("alpen").get("/account/tokens").status_code == 403


def test_what_was_done_is_told_with_the_address_to_who_may_see_it_and_to_each_of_oneself(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("owner")
    page = browser.get("/settings/activity?name=session.started").text
    assert all(words in page for words in ("Ada Owner", "Signed in", "testclient"))
    assert "Ada Owner" not in browser.get("/settings/activity?name=brand.updated").text.partition('id="list"')[2]
    assert "Ada Owner" in browser.get("/settings/activity.csv?name=session.started").text
    client = browser_of("alpen")
    own = client.get("/account/activity").text.partition('id="list"')[2]
    assert ("You" in own, "testclient" in own, "Ada" in own) == (True, True, False)
    assert client.get("/settings/activity").status_code == 403


def test_tokens_are_found_in_the_account_menu_by_who_may_have_them(site: Any) -> None:
    browser_of, _ = site
    assert 'href="/account/tokens"' in browser_of("member").get("/").text
    assert 'href="/account/tokens"' not in browser_of("alpen").get("/").text
    assert 'href="/settings/tokens"' in browser_of("owner").get("/settings").text


def test_an_agency_reads_why_the_operator_came_in(site: Any, fresh_settings: Settings) -> None:
    browser_of, _ = site
    operator.enter(fresh_settings, "studio", "Mending the <b>June</b> import.")
    page = browser_of("owner").get("/settings/activity").text
    assert "The operator came in: Mending the &lt;b&gt;June&lt;/b&gt; import." in page
    assert "The installation&#39;s operator" in page
