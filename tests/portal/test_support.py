"""Tickets, hours, contacts and a client's home as pages: who sees what, what forms refuse, whose turn it is."""

import re
from html import unescape
from typing import Any

from portal.pages.contacts import tags_typed

ORIGIN = {"Origin": "http://127.0.0.1"}


def hidden(html: str, name: str) -> str:
    """A hidden field of the page's last form that has it."""
    found = re.findall(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return unescape(str(found[-1]))


def post(browser: Any, path: str, page: str, **fields: str) -> Any:
    """Send a form that stands on ``page``."""
    return browser.post(
        path, headers=ORIGIN, data={"form_token": hidden(browser.get(page).text, "form_token"), **fields}
    )


def test_support_pages_by_role_and_client(site: Any) -> None:
    browser_of, world = site
    care, client = world.care, f"/clients/{world.clients['alpen']}"
    own, foreign = f"/tickets/{care['ticket']}", f"/tickets/{care['foreign']}"
    contact = f"{client}/contacts/{care['contact']}"
    shared = ("/tickets", "/tickets.csv", "/tickets/new", own)
    staff = (*shared, foreign, client, f"{client}/tags", f"{client}/timeline", f"{client}/contacts/new", contact,
             f"{contact}/remove")  # fmt: skip
    for who, seen in (("owner", (*staff, "/support")), ("member", staff)):
        browser = browser_of(who)
        assert {path: browser.get(path).status_code for path in seen} == dict.fromkeys(seen, 200)
    assert browser.get("/support").status_code == 403
    assert browser.get(f"{client}/contacts/{care['ticket']}").status_code == 404
    browser = browser_of("alpen")
    for path in shared:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        for secret in ("Wood of the shelf", "wrong zone", "Birke", "Assigned to", "Internal note", "Ada"):
            assert secret not in answer.text, (path, secret)
    assert browser.get(foreign).status_code == 404
    assert browser.get(f"{client}/tags").status_code == 403
    assert browser.get("/support").status_code == 403
    assert browser.post(f"{own}/note", headers=ORIGIN, data={}).status_code == 403


def test_a_ticket_from_question_to_thanks(site: Any) -> None:
    browser_of, _world = site
    browser = browser_of("alpen")
    refused = post(browser, "/tickets/new", "/tickets/new", subject="", body="", priority="high")
    assert (refused.status_code, "Enter a subject." in refused.text) == (422, True)
    made = post(
        browser, "/tickets/new", "/tickets/new", subject="Menu <b>", body="First\nSecond", priority="high", key="k1"
    )
    at = made.headers["location"]
    again = post(
        browser, "/tickets/new", "/tickets/new", subject="Menu <b>", body="First\nSecond", priority="high", key="k1"
    )
    assert again.headers["location"] == at, "a form sent twice opens one ticket"
    page = browser.get(at).text
    assert ("Menu &lt;b&gt;" in page, "With us" in page, "Promised by" in page) == (True, True, True)

    browser = browser_of("member")
    empty = post(browser, f"{at}/answer", at, answer=" ", then="wait")
    assert (empty.status_code, "Enter an answer." in empty.text) == (422, True)
    assert post(browser, f"{at}/answer", at, answer="Which page?", then="wait").status_code == 303
    page = browser.get(at).text
    assert ("Waiting for client" in page, "No clock runs" in page, "Take up again" in page) == (True, True, True)
    assert "Menu" in browser.get("/tickets?show=waiting&priority=high&q=menu").text
    assert "Menu" not in browser.get("/tickets?show=open").text

    browser = browser_of("alpen")
    assert "Your answer is needed: Menu &lt;b&gt;" in browser.get("/").text
    assert post(browser, f"{at}/reply", at, reply="The first").status_code == 303
    assert "Your answer is needed: Menu" not in browser.get("/").text

    browser = browser_of("member")
    assert post(browser, f"{at}/turn", at, verb="resolve").status_code == 303
    assert post(browser, f"{at}/turn", at, verb="explode").status_code == 422
    assert "Your answer" not in browser.get(at).text
    browser = browser_of("alpen")
    assert post(browser, f"{at}/rate", at, liked="no").status_code == 303
    assert "You said: not satisfied." in browser.get(at).text
    assert "Menu" not in browser.get("/tickets").text
    assert "Not satisfied" in browser_of("owner").get(at).text


def test_a_change_of_a_ticket_is_lost_to_none(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("member")
    at = f"/tickets/{world.care['ticket']}"
    etag = hidden(browser.get(at).text, "etag")
    sent = {"subject": "Calendar", "priority": "low", "assignee_id": world.work["member"]}
    assert post(browser, f"{at}/edit", at, etag=etag, **sent).status_code == 303
    page = browser.get(at).text
    assert ("<h1>Calendar</h1>" in page, "Ada Member" in page) == (True, True)
    assert "Calendar" in browser.get("/tickets?who=mine").text
    assert "Which logo" not in browser.get("/tickets?who=mine").text
    late = post(browser, f"{at}/edit", at, etag=etag, **{**sent, "subject": "Mine"})
    assert (late.status_code, "Somebody else changed this" in late.text) == (412, True)
    assert 'value="Mine"' in late.text
    newest = hidden(late.text, "etag")
    assert post(browser, f"{at}/edit", at, etag=newest, **{**sent, "subject": "Mine"}).status_code == 303
    file = browser.get("/tickets.csv").text
    assert ("Mine" in file, "Wood of the shelf" in file, "Password forgotten" in file) == (True, True, False)


def test_hours_and_promises_are_kept_as_typed(site: Any) -> None:
    browser_of, _world = site
    browser = browser_of("owner")
    page = browser.get("/support").text
    assert ("Standard: Monday to Friday" in page, 'name="0.0.opens" value="09:00"' in page) == (True, True)
    hours = {"0.0.opens": "08:00", "0.0.closes": "12:00", "0.1.opens": "13:00", "0.1.closes": "00:00"}
    bad = post(
        browser,
        "/support/hours",
        "/support",
        **{**hours, "1.0.opens": "10:00", "1.0.closes": "09:00", "2.0.opens": "9:00"},
    )
    assert bad.status_code == 422
    assert ("It closes before it opens." in bad.text, "or neither" in bad.text) == (True, True)
    assert 'name="0.1.opens" value="13:00"' in bad.text, "what was typed stays"
    overlap = post(browser, "/support/hours", "/support", **{**hours, "0.1.opens": "11:00"})
    assert (overlap.status_code, "overlap" in overlap.text) == (422, True)
    assert post(browser, "/support/hours", "/support", **hours).status_code == 303
    page = browser.get("/support").text
    assert ('name="0.1.closes" value="00:00"' in page, "Standard:" in page) == (True, False)
    promises = {"urgent.first_response": "0:30", "urgent.resolution": "4"}
    wrong = post(browser, "/support/promises", "/support", **{**promises, "urgent.resolution": "soon"})
    assert (wrong.status_code, "Enter hours like 8 or 1:30." in wrong.text) == (422, True)
    assert post(browser, "/support/promises", "/support", **promises).status_code == 303
    page = browser.get("/support").text
    assert ('value="0:30"' in page, 'value="4:00"' in page, 'value="8:00"' in page) == (True, True, True)
    assert post(browser, "/support/hours", "/support").status_code == 303
    assert "Standard: Monday to Friday" in browser.get("/support").text


def test_contacts_and_tags_of_a_client(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("member")
    at = f"/clients/{world.clients['birke']}"
    assert post(browser, f"{at}/contacts/new", f"{at}/contacts/new", name="").status_code == 422
    bad = post(browser, f"{at}/contacts/new", f"{at}/contacts/new", name="Ruth", email="nowhere")
    assert (bad.status_code, 'id="email-error"' in bad.text, 'value="Ruth"' in bad.text) == (422, True, True)
    made = post(
        browser, f"{at}/contacts/new", f"{at}/contacts/new", name="Ruth", email="ruth@birke.example", is_primary="1"
    )
    assert made.headers["location"] == at
    page = browser.get(at).text
    assert ("ruth@birke.example" in page, "First contact" in page, "Contact added" in page) == (True, True, True)
    contact = re.search(rf'href="({at}/contacts/[0-9a-f-]{{36}})"', page)
    assert contact
    path = contact.group(1)
    etag = hidden(browser.get(path).text, "etag")
    assert post(browser, path, path, name="Ruth Birke", etag=etag).status_code == 303
    lost = post(browser, path, path, name="Other", etag=etag)
    assert (lost.status_code, 'value="Other"' in lost.text) == (412, True)
    assert "First contact" not in browser.get(at).text
    post(browser, f"{path}/remove", f"{path}/remove", etag=hidden(browser.get(f"{path}/remove").text, "etag"))
    assert "Ruth Birke" not in browser.get(at).text
    post(browser, f"{at}/tags", f"{at}/tags", tags="Hotel, wood, hotel,")
    page = browser.get(at).text
    assert ('<span class="tag">hotel</span>' in page, '<span class="tag">wood</span>' in page) == (True, True)
    assert post(browser, f"{at}/tags", f"{at}/tags", tags="x" * 51).status_code == 422
    page = browser.get(f"{at}/timeline").text
    assert ("Ticket opened" in page, f'href="/tickets/{world.care["foreign"]}"' in page) == (True, True)
    assert world.care["ticket"] not in page


def test_a_client_sees_what_is_under_way_and_what_waits(site: Any) -> None:
    browser_of, _world = site
    page = browser_of("alpen").get("/").text
    for words in (
        "1 invoice is past its due date",
        "Your answer is needed: Which logo",
        "Website relaunch",
        "Website care",
    ):
        assert words in page
    for words in ("Brand guide", "Wood of the shelf", "Password forgotten", "12,000"):
        assert words not in page


def test_tags_are_words_between_commas() -> None:
    assert tags_typed(" Hotel,, wood ,hotel") == ["hotel", "wood"]
    assert tags_typed(" , ") == []
