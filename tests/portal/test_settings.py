"""The index of settings: its cards lead somewhere, and everybody sees those of their role."""

from typing import Any

from imisofts.access import Action
from portal.app import PAGES
from portal.settings_index import cards, cards_for


def test_every_card_leads_to_a_page_that_asks_no_more_than_the_card() -> None:
    pages = {page.path: page for page in PAGES if "GET" in page.verbs}
    for card in cards():
        assert card.address in pages, card.address
        assert pages[card.address].action in {None, card.action} | _READS.get(card.action, set()), card.address


_READS = {Action.person_write: {Action.person_read}}
"""What a right to write includes, where the page is for readers, too."""


def test_the_index_by_role(site: Any) -> None:
    browser_of, _ = site
    owner = browser_of("owner").get("/settings")
    assert owner.status_code == 200
    for card in cards():
        assert f'href="{card.address}"' in owner.text
    for who in ("member", "alpen"):
        browser = browser_of(who)
        assert (browser.get("/settings").status_code, 'href="/settings"' in browser.get("/").text) == (403, False)
    assert browser_of(None).get("/settings").headers["location"].startswith("/sign-in")


def test_a_role_without_a_right_has_no_card_of_it() -> None:
    assert [card.address for card in cards_for(frozenset({Action.user_manage.value}))] == [
        "/access",
        "/settings/security",
    ]


def test_the_plan_says_what_is_used_and_what_others_bring(site: Any) -> None:
    browser_of, _ = site
    page = browser_of("owner").get("/settings/plan")
    assert page.status_code == 200
    for word in ("You have Enterprise.", "without limit", "$99.00", "$249.00", "Ask us", "100 clients"):
        assert word in page.text, word
    for who in ("member", "alpen"):
        assert browser_of(who).get("/settings/plan").status_code == 403
