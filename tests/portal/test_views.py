"""A list in one's own way: columns that are remembered, views that are saved, without a script."""

import re
from html import unescape
from typing import Any

from starlette.testclient import TestClient

ORIGIN = {"Origin": "http://127.0.0.1"}


def _send(browser: TestClient, path: str, **fields: Any) -> Any:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', browser.get("/").text)
    assert found
    return browser.post(path, headers=ORIGIN, data={"form_token": found.group(1), **fields})


def _heads(browser: TestClient, path: str) -> list[str]:
    table = browser.get(path).text.partition("<thead>")[2].partition("</thead>")[0]
    cells = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', table)
    return [unescape(re.sub(r"<[^>]+>", "", cell)) for cell in cells]


def test_columns_are_remembered_and_go_back_to_the_usual_ones(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("member")
    usual = _heads(browser, "/clients")
    assert usual == ["Name", "E-mail", "Currency", "External id", "Client since"]
    chosen = {"list_name": "clients", "back": "/clients?q=a", "column": ["currency", "no_such_column"]}
    assert _send(browser, "/lists/columns", **chosen).headers["location"] == "/clients?q=a"
    assert _heads(browser, "/clients") == ["Name", "Currency"], "what the list is about stays"
    browser = browser_of("owner")
    assert _heads(browser, "/clients") == usual, "everybody has their own"
    browser = browser_of("member")
    _send(browser, "/lists/columns", list_name="clients", back="/clients", usual="1")
    assert _heads(browser, "/clients") == usual


def test_a_view_is_saved_shared_changed_and_deleted(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("member")
    back = "/invoices?status=overdue&sort=due_on&cols=due_on,open"
    saved = _send(browser, "/views", list_name="invoices", back=back, name="Late payers", shared="1")
    view = saved.headers["location"]
    ident = view.partition("view=")[2]
    page = browser.get(view).text
    assert f'{ident}" aria-current="page">Late payers' in page
    assert _heads(browser, view) == ["Number", "Due", "Open"]
    assert "Changed since it was saved" not in page
    other = view.replace("status=overdue", "status=paid")
    assert "Changed since it was saved" in browser.get(other).text
    etag = '"1"'
    _send(browser, f"/views/{ident}", verb="save", back=other, etag=etag)
    owner = browser_of("owner")
    listed = owner.get("/invoices").text
    assert "status=paid" in listed.partition(">Late payers")[0].rpartition("<a ")[2]
    assert "Save as it is now" not in owner.get(view).text, "somebody else's view"
    assert "Late payers" not in browser_of("alpen").get("/invoices").text
    browser = browser_of("member")
    assert _send(browser, f"/views/{ident}", verb="delete", back=view, etag=etag).status_code == 303
    assert "Late payers" in browser.get("/invoices").text, "the version that was looked at is not the present one"
    gone = _send(browser, f"/views/{ident}", verb="delete", back=view, etag='"2"')
    assert "view=" not in gone.headers["location"]
    assert "Late payers" not in browser.get("/invoices").text


def test_lists_beside_the_work_are_looked_at_in_ones_own_way_as_well(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("owner")
    kept = {
        "/access": ("access", "?role=admin", "joined_at", ["Name", "Came in"], "Ada Admin"),
        "/settings/activity": (
            "activity",
            "?name=session.started",
            "who",
            ["When", "Who"],
            "Ada Owner",
        ),
    }
    for path, (name, asked, column, heads, shown) in kept.items():
        _send(browser, "/lists/columns", list_name=name, back=path, column=[column])
        assert _heads(browser, path) == heads
        view = _send(browser, "/views", list_name=name, back=path + asked, name="Mine").headers["location"]
        page = browser.get(view).text
        assert 'aria-current="page">Mine' in page
        assert shown in page.partition('id="list"')[2]
    assert "Nothing of this kind" in browser.get("/settings/activity?since=2090-01-01").text
    for name in ("imports", "reports"):
        saved = _send(browser, "/views", list_name=name, back=f"/{name}?status=failed", name="Failed")
        assert f"No {name[:-1]} matches" in browser.get(saved.headers["location"]).text
        assert browser.get(f"/{name}.csv?as=xlsx").status_code == 200
