"""Many rows at once, each reported, and the way back of what has one; no script has a part in it."""

import re
from html import unescape
from typing import Any
from uuid import uuid4

from starlette.testclient import TestClient

from portal.notices import COOKIE, Undo

ORIGIN = {"Origin": "http://127.0.0.1"}
Sent = dict[str, str | list[str]]


def _form(html: str, action: str) -> Sent:
    """The hidden fields of the page's form that is sent to ``action``."""
    form = html.partition(f'action="{action}"')[2].partition("</form>")[0]
    fields: Sent = {}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form):
        known = fields.get(name)
        fields[name] = unescape(value) if known is None else [*([known] if isinstance(known, str) else known), value]
    return fields


def _send(browser: TestClient, path: str, **fields: Any) -> Any:
    token = _form(browser.get("/").text, "/theme")["form_token"]
    return browser.post(path, headers=ORIGIN, data={"form_token": token, **fields})


def test_what_is_done_to_many_rows_can_be_undone(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("member")
    ids = sorted(world.clients.values())
    answer = _send(browser, "/clients/bulk", verb="archive", row=[f"{ident}:1" for ident in ids], back="/clients")
    assert answer.headers["location"] == "/clients"
    after = browser.get("/clients").text
    assert "2 clients are archived." in after
    assert "No clients yet" in after
    way_back = _form(after, "/clients/bulk")
    assert (way_back["verb"], way_back["row"]) == ("restore", ids)
    assert browser.post("/clients/bulk", headers=ORIGIN, data=way_back).status_code == 303
    assert "2 clients are back." in browser.get("/clients").text
    assert "Undo" not in browser.get("/clients").text, "a sentence is shown once"
    draft = f"/invoices/{world.invoices['alpen-draft']}"
    asked = _form(browser.get(f"{draft}/delete").text, f"{draft}/delete")
    browser.post(f"{draft}/delete", headers=ORIGIN, data=asked)
    way_back = _form(browser.get("/invoices").text, "/invoices/bulk")
    assert browser.get(draft).status_code == 404
    browser.post("/invoices/bulk", headers=ORIGIN, data=way_back)
    assert browser.get(draft).status_code == 200


def test_each_row_that_stays_is_named_and_what_is_final_asks_first(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("member")
    draft, paid = world.invoices["alpen-draft"], world.invoices["alpen-paid"]
    chosen = {"verb": "issue", "row": [draft, paid, str(uuid4()), "nothing:1", draft], "back": "//elsewhere.example"}
    asked = _send(browser, "/invoices/bulk", **chosen)
    assert "Issue these drafts?" in asked.text
    assert "(3)" in asked.text
    assert ">Draft<" in browser.get(f"/invoices/{draft}").text, "asking does nothing yet"
    report = browser.post("/invoices/bulk", headers=ORIGIN, data=_form(asked.text, "/invoices/bulk"))
    assert "1 invoice is issued." in report.text
    assert "2 rows stayed as they were" in report.text
    assert f'href="/invoices/{paid}"' in report.text
    assert "A row that is not there any more" in report.text
    assert "elsewhere.example" not in report.text
    assert ">Open<" in browser.get(f"/invoices/{draft}").text
    stale = _send(browser, "/clients/bulk", verb="archive", row=f"{world.clients['alpen']}:7")
    assert "Somebody else changed it" in stale.text
    assert _send(browser, "/clients/bulk", verb="archive").headers["location"] == "/clients"
    assert _send(browser, "/clients/bulk", verb="explode", row=draft).status_code == 422
    assert _send(browser_of("alpen"), "/invoices/bulk", verb="void", row=draft, sure="1").status_code == 403


def test_a_notice_can_undo_and_do_nothing_else(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("member")
    ident = world.invoices["alpen-draft"]
    for path, verb, row in (
        ("/invoices/bulk", "void", ident),
        ("/sign-out", "restore", ident),
        ("https://elsewhere.example/bulk", "restore", ident),
        ("/invoices/bulk", "restore", '"><script>'),
    ):
        assert not Undo(path, verb, (row,)).sound
    browser.cookies.set(COOKIE, f'["good", "Look", "/invoices/bulk", "void", "{ident}"]')
    page = browser.get("/invoices").text
    assert "Look" in page
    assert "Undo" not in page
