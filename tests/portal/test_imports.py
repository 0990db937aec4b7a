"""The way of a file through the portal: looked at, mapped, written, remembered; only for who may import."""

import re
import time
from typing import Any

from api.imports.kinds import SUBJECTS
from portal.pages import import_words

ORIGIN = {"Origin": "http://127.0.0.1"}


def _token(html: str) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', html)
    assert found
    return found.group(1)


def _finished(browser: Any, path: str) -> str:
    """The run's page once it stands still."""
    deadline = time.monotonic() + 60
    html: str = browser.get(path).text
    while 'hx-trigger="every 1s"' in html and time.monotonic() < deadline:
        time.sleep(0.1)
        html = browser.get(path).text
    return html


def _upload(browser: Any, kind: str, text: str, **more: str) -> Any:
    sent = {"form_token": _token(browser.get("/imports").text), "kind": kind, **more}
    return browser.post("/imports", data=sent, files={"file": ("they.csv", text.encode())}, headers=ORIGIN)


def _post(browser: Any, path: str, html: str, **sent: str) -> str:
    answer = browser.post(path, data={"form_token": _token(html), **sent}, headers=ORIGIN)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_a_file_is_looked_at_mapped_written_and_its_mapping_remembered(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("owner")
    text = "Nr;Kunde;Wert;Waehrung;Datum\nI-1;Neue GmbH;1.234,50;EUR;03.10.2026\n"
    first = _upload(browser, "invoices", text, locale="de")
    html = _finished(browser, first.headers["location"])
    assert "is required: map it to a column (Nr, Kunde, Wert, Waehrung, Datum)" in html
    mapped = {"map.external_id": "Nr", "map.client": "Kunde", "map.total": "Wert", "map.currency": "Waehrung",
              "map.issued_on": "Datum", "locale": "de"}  # fmt: skip
    second = _post(browser, f"{first.headers['location']}/check", html, **mapped)
    html = _finished(browser, second)
    assert "no client has the external id &#39;Neue GmbH&#39;" in html
    third = _post(browser, f"{second}/check", html, **mapped, create_missing="1")
    html = _finished(browser, third)
    assert "1 × client" in html
    assert "€1,234.50" in html
    assert "I-1" not in browser.get("/invoices").text
    done = _post(browser, f"{third}/run", html)
    html = _finished(browser, done)
    assert "Imported" in html
    assert "/check" not in html
    assert "I-1" in browser.get("/invoices").text
    again = _upload(browser, "invoices", text.replace("I-1;Neue GmbH;1.234,50", "I-1;Neue GmbH;1.300,00"))
    html = _finished(browser, again.headers["location"])
    assert re.search(r"<del>€1,234.50</del> → <ins>€1,300.00</ins>", html), html
    assert browser.get("/imports").text.count("they.csv") >= 5


def test_a_form_without_file_or_kind_says_so_and_a_bad_row_can_be_left_out(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("owner")
    html = browser.get("/imports").text
    answer = browser.post("/imports", data={"form_token": _token(html)}, headers=ORIGIN)
    assert answer.status_code == 422
    assert "Choose a file." in answer.text
    assert "Choose what the rows are." in answer.text
    sent = _upload(browser, "people", "email,name\na@a.example,Ada\nnobody,Bob\n")
    html = _finished(browser, sent.headers["location"])
    assert "is no e-mail address" in html
    done = _post(browser, f"{sent.headers['location']}/run", html, skip_bad="1")
    assert "Imported" in _finished(browser, done)


def test_only_who_may_import_sees_the_page(site: Any) -> None:
    browser_of, _ = site
    for who, status in (("owner", 200), ("admin", 200), ("member", 403), ("alpen", 403)):
        browser = browser_of(who)
        assert browser.get("/imports").status_code == status
        assert ('href="/imports"' in browser.get("/").text) == (status == 200)


def test_people_are_invited_from_a_file_after_a_look(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("owner")
    assert 'href="/imports?kind=users"' in browser.get("/access").text
    assert '<option value="users" selected' in browser.get("/imports?kind=users").text
    text = "Mail,Name,Role,Client\nzoe@client.example,Zoe,client,Birke Möbel\n"
    looked = _upload(browser, "users", text)
    html = _finished(browser, looked.headers["location"])
    assert "each of these people gets an invitation by mail" in html
    assert "<ins>Birke Möbel</ins>" in html
    assert "zoe@" not in browser.get("/access?q=zoe").text.partition('id="list"')[2]
    done = _post(browser, f"{looked.headers['location']}/run", html)
    assert "Imported" in _finished(browser, done)
    assert "Invited until" in browser.get("/access?q=zoe").text


def test_every_column_that_an_import_fills_has_a_name() -> None:
    """What nobody named would stand in the difference as the database spells it."""
    columns = {column for subject in SUBJECTS.values() for column in subject.columns}
    assert sorted(columns - set(import_words._known())) == []
