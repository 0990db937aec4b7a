"""Roles on one screen, and what somebody is here: made, ticked, read as sentences, saved, given."""

import re
from typing import Any

from imisofts.access import OF_EVERYBODY, Action
from portal import rights
from tests.portal.conftest import form_token

ORIGIN = {"Origin": "http://127.0.0.1"}


def _post(browser: Any, path: str, page: str, **typed: Any) -> Any:
    token = form_token(browser.get(page).text)
    return browser.post(path, headers=ORIGIN, data={"form_token": token, **typed})


def test_every_right_has_words_and_stands_in_one_area() -> None:
    found = [right.action for area in rights.areas() for right in area.rights]
    assert sorted(found) == sorted(set(Action) - OF_EVERYBODY)
    assert all(right.name and right.text for area in rights.areas() for right in area.rights)


def test_a_role_is_made_ticked_and_saved_once_its_sentences_were_read(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("owner")
    made = _post(browser, "/settings/roles/new", "/settings/roles/new", name="Bookkeeper", kind="staff", copy_of="")
    (role,) = re.findall(r"role=([0-9a-f-]{36})", made.headers["location"])
    again = _post(browser, "/settings/roles/new", "/settings/roles/new", name="bookkeeper", kind="staff", copy_of="")
    assert (again.status_code, 'value="bookkeeper"' in again.text) == (422, True)
    ticks = {"role": role, f"may-{role}": ["invoice.read", "payment.write"]}
    question = _post(browser, "/settings/roles", "/settings/roles", **ticks)
    assert all(words in question.text for words in ("Bookkeeper", "See invoices", "Record payments", "0 people"))
    assert "No longer able to" not in question.text
    sure = {**ticks, f"version-{role}": "1"}
    assert _post(browser, "/settings/roles/save", "/settings/roles", **sure).headers["location"] == "/settings/roles"
    page = browser.get("/settings/roles").text
    assert re.search(rf'name="may-{role}" value="payment.write" checked', page)
    stale = _post(browser, "/settings/roles/save", "/settings/roles", **sure)
    assert "bad" in stale.headers["set-cookie"], "the version that was looked at is gone"
    fewer = _post(browser, "/settings/roles", "/settings/roles", role=role, **{f"may-{role}": "invoice.read"})
    assert re.search(r"No longer able to.*Record payments", fewer.text, re.DOTALL)


def test_somebody_gets_a_role_of_ones_own_or_chosen_clients(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("owner")
    made = _post(browser, "/settings/roles/new", "/settings/roles/new", name="Reader", kind="staff", copy_of="client")
    role = made.headers["location"].partition("role=")[2]
    person = {"email": "eve@studio.example", "name": "Eve"}
    assert (
        _post(browser, "/access/new", "/access/new", **person, role=f"member:{role}").headers["location"] == "/access"
    )
    (at,) = set(re.findall(r"/access/[0-9a-f-]{36}", browser.get("/access?q=eve").text))
    form = browser.get(at).text
    assert f'value="member:{role}" selected' in form
    etag = re.findall(r'name="etag" value="([^"]*)"', form)[0].replace("&#34;", '"')
    alpen = world.clients["alpen"]
    chosen = {"etag": etag, "role": "member", "sees": "chosen", "client_ids": alpen}
    assert _post(browser, at, at, **chosen).headers["location"] == "/access"
    assert f'value="{alpen}" checked' in browser.get(at).text
    assert "chosen clients" in browser.get("/access?q=eve").text
    team = {"email": "kim@client.example", "name": "Kim", "role": "client_team", "client_id": alpen}
    sent = _post(browser, "/access/new", "/access/new", **team, rights=["invoice.read"])
    assert sent.headers["location"] == "/access"


def test_who_does_not_manage_roles_has_no_such_page(site: Any) -> None:
    browser_of, _ = site
    for who in ("member", "alpen"):
        browser = browser_of(who)
        assert [browser.get(path).status_code for path in ("/settings/roles", "/settings/roles/new")] == [403] * 2
