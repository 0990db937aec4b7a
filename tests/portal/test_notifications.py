"""The bell's page: what one was told in words, taken note of on the way there, and what one wants to be told."""

import re
from typing import Any

import psycopg
from starlette.testclient import TestClient

ORIGIN = {"Origin": "http://127.0.0.1"}


def _send(browser: TestClient, path: str, **fields: Any) -> Any:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', browser.get("/notifications").text)
    assert found
    return browser.post(path, headers=ORIGIN, data={"form_token": found.group(1), **fields})


def _plant(url: str, kind: str, label: str) -> None:
    """What the dispatcher's job writes: every owner is told of an event."""
    with psycopg.connect(url) as owner:
        owner.execute(
            "insert into notification (id, workspace_id, user_id, event_id, kind, subject_kind, subject_id, label,"
            " occurred_at) select gen_random_uuid(), e.workspace_id, m.user_id, e.id, %s, 'ticket', e.subject_id, %s,"
            " now() from event e join membership m on m.workspace_id = e.workspace_id and m.role = 'owner'"
            " where e.name = 'ticket.opened' limit 1",
            (kind, label),
        )


def test_what_one_was_told_is_read_and_chosen(site: Any, fresh_settings: Any) -> None:
    browser_of, _ = site
    browser = browser_of("owner")
    assert "Nothing yet" in browser.get("/notifications").text
    _plant(fresh_settings.owner_database_url, "ticket.opened", "T-0042 <b>")
    page = browser.get("/notifications?show=unread").text
    assert "Ticket T-0042 &lt;b&gt; was opened." in page
    (ident,) = set(re.findall(r"/notifications/([0-9a-f-]{36})/open", page))
    piece = browser.get(f"/notifications/{ident}/sentence").text
    assert "was opened." in piece
    assert "<html" not in piece
    other = browser_of("admin")
    assert other.get(f"/notifications/{ident}/sentence").text == ""
    assert _send(other, f"/notifications/{ident}/open").status_code == 404
    browser = browser_of("owner")
    assert _send(browser, f"/notifications/{ident}/open").headers["location"].startswith("/tickets/")
    assert "Everything is read" in browser.get("/notifications?show=unread").text
    assert "T-0042" in browser.get("/notifications").text
    choices = browser.get("/notifications/choices").text
    assert choices.count("checked") == choices.count('name="kind"') >= 6
    _send(browser, "/notifications/choices", kind=["ticket.opened"])
    after = browser.get("/notifications/choices").text
    assert re.findall(r'value="([a-z.]+)" checked', after) == ["ticket.opened"]
    client = browser_of("alpen")
    assert 'value="invoice.issued"' in client.get("/notifications/choices").text
    assert 'value="ticket.opened"' not in client.get("/notifications/choices").text
