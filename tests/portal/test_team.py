"""A client's main person manages the own colleagues on a page."""

import re
from typing import Any

from tests.portal.conftest import form_token

ORIGIN = {"Origin": "http://127.0.0.1"}


def _etag(html: str) -> str:
    found = re.search(r'name="etag" value="([^"]*)"', html)
    assert found
    return found.group(1).replace("&#34;", '"')


def test_a_colleague_is_invited_changed_and_taken_out_again(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("alpen")
    assert 'href="/team"' in browser.get("/").text
    form = browser.get("/team/new").text
    assert all(words in form for words in ("See invoices", "Read reports", "See company details"))
    assert "Choose a client" not in form
    typed = {"form_token": form_token(form), "email": "jo@client.example", "name": "Jo", "role": "client_team"}
    refused = browser.post("/team/new", headers=ORIGIN, data=typed)
    assert (refused.status_code, "Choose at least one right." in refused.text) == (422, True)
    assert 'value="jo@client.example"' in refused.text
    made = browser.post("/team/new", headers=ORIGIN, data={**typed, "rights": ["invoice.read", "ticket.read"]})
    assert made.headers["location"] == "/team"
    page = browser.get("/team").text
    assert "See invoices, See tickets" in page
    (at,) = set(re.findall(r'href="(/team/[0-9a-f-]{36})"', browser.get("/team?q=jo%40").text))
    colleague = browser.get(at).text
    changed = {"form_token": form_token(colleague), "etag": _etag(colleague), "role": "client_team"}
    assert browser.post(at, headers=ORIGIN, data={**changed, "rights": "report.read"}).headers["location"] == "/team"
    late = browser.post(at, headers=ORIGIN, data={**changed, "rights": "invoice.read"})
    assert (late.status_code, "Somebody else changed this" in late.text) == (412, True)
    again = browser.post(f"{at}/link", headers=ORIGIN, data={"form_token": form_token(colleague)})
    assert again.headers["location"] == "/team"
    question = browser.get(f"{at}/remove").text
    assert "Take the invitation back?" in question
    sure = {"form_token": form_token(question), "etag": _etag(question)}
    assert browser.post(f"{at}/remove", headers=ORIGIN, data=sure).headers["location"] == "/team"
    assert "Nobody matches" in browser.get("/team?q=jo%40").text


def test_each_sees_only_the_people_that_are_theirs_to_manage(site: Any) -> None:
    browser_of, world = site
    own = browser_of("alpen").get("/team").text
    assert ("alpen@client.example" in own, "birke@" in own, "studio.example" in own) == (True, False, False)
    file = browser_of("alpen").get("/team.csv").text
    assert ("alpen@client.example" in file, "birke@" in file) == (True, False)
    staff = browser_of("owner")
    page = staff.get("/team").text
    assert all(words in page for words in ("Client teams", "Birke Möbel", "alpen@client.example"))
    form = staff.get(f"/team/new?client_id={world.clients['birke']}").text
    assert re.search(rf'value="{world.clients["birke"]}" selected', form)
    sent = {"form_token": form_token(form), "email": "x@y.example", "name": "X", "role": "client", "client_id": ""}
    assert "Enter a client." in staff.post("/team/new", headers=ORIGIN, data=sent).text
    member = browser_of("member")
    assert [member.get(path).status_code for path in ("/team", "/team/new", "/team.csv")] == [403] * 3
    assert 'href="/team"' not in member.get("/").text
