"""What cannot be taken back asks first, on a page with an address: no script has a part in it."""

import re
from html import unescape
from typing import Any

import pytest

ORIGIN = {"Origin": "http://127.0.0.1"}


def _hidden(html: str) -> dict[str, str]:
    """The hidden fields of the page's own form: the last one of its content."""
    form = html.partition("</main>")[0].rpartition("<form")[2]
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)}


@pytest.mark.parametrize(
    ("state", "verb", "question", "left"),
    [("overdue", "void", "Void this invoice?", "Void"), ("draft", "delete", "Delete this draft?", "")],
)
def test_an_invoice_asks_before_it_goes(site: Any, state: str, verb: str, question: str, left: str) -> None:
    browser_of, world = site
    browser = browser_of("member")
    path = f"/invoices/{world.invoices[f'alpen-{state}']}"
    assert f'href="{path}/{verb}"' in browser.get(path).text
    asked = browser.get(f"{path}/{verb}")
    assert question in asked.text
    assert "1,190.00" in asked.text
    assert browser.get(path).status_code == 200, "asking does nothing yet"
    assert browser.post(f"{path}/{verb}", headers=ORIGIN, data=_hidden(asked.text)).status_code == 303
    after = browser.get(path)
    assert (after.status_code == 404) if not left else (f">{left}</span>" in after.text)


def test_a_client_asks_before_it_is_archived_and_a_change_in_between_stops_it(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("member")
    path = f"/clients/{world.clients['birke']}"
    asked = browser.get(f"{path}/archive")
    assert "Archive this client?" in asked.text
    assert "every figure stay" in asked.text
    old = _hidden(asked.text)
    changed = {**old, "name": "Birke & Töchter", "email": "", "currency": "EUR"}
    assert browser.post(f"{path}/edit", headers=ORIGIN, data=changed).status_code == 303
    browser.post(f"{path}/archive", headers=ORIGIN, data=old)
    assert ">Archived</span>" not in browser.get(path).text, "somebody else changed what the question was about"
    fresh = _hidden(browser.get(f"{path}/archive").text)
    assert browser.post(f"{path}/archive", headers=ORIGIN, data=fresh).headers["location"] == "/clients"
    assert ">Archived</span>" in browser.get(path).text
    assert browser.get(f"{path}/archive").headers["location"] == path, "there is nothing left to ask"


@pytest.mark.parametrize(("state", "verb"), [("paid", "void"), ("draft", "void"), ("issued", "delete")])
def test_no_question_about_what_is_not_possible(site: Any, state: str, verb: str) -> None:
    browser_of, world = site
    browser = browser_of("owner")
    path = f"/invoices/{world.invoices[f'alpen-{state}']}"
    assert browser.get(f"{path}/{verb}").headers["location"] == path


def test_history_names_who_did_it(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("member")
    path = f"/invoices/{world.invoices['alpen-draft']}"
    page = browser.get(f"{path}/edit").text
    sent = _hidden(page) | {"client_id": world.clients["alpen"], "description": "A day", "quantity": "1"}
    sent |= {"unit_price": "95.5", "tax_rate": "0"}
    assert browser.post(f"{path}/edit", headers=ORIGIN, data=sent).status_code == 303
    after = browser.get(path).text
    assert "Ada Member" in after
    assert ">95.50<" in after
