"""Projects, tasks, time and people as pages: who sees what, what a form refuses, and a week that adds up."""

import re
from datetime import date, timedelta
from typing import Any

import pytest

from portal.hours import minutes_of
from portal.pages.time import first_day

ORIGIN = {"Origin": "http://127.0.0.1"}


def _token(html: str) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', html)
    assert found
    return found.group(1)


def test_work_pages_by_role_and_client(site: Any) -> None:
    browser_of, world = site
    work = world.work
    own, foreign = f"/projects/{work['project']}", f"/projects/{work['foreign']}"
    shared = ("/projects", "/projects.csv", own)
    staff = (*shared, f"{own}/edit", f"{own}/archive", f"{own}/tasks/new", "/tasks", f"/tasks/{work['task']}", "/time",
             "/people", "/people.csv", f"/people/{work['member']}", "/holidays")  # fmt: skip
    management = ("/people/new", f"/people/{work['member']}/edit", f"/people/{work['member']}/archive")
    for who, seen in (("owner", (*staff, *management)), ("member", staff)):
        browser = browser_of(who)
        assert {path: browser.get(path).status_code for path in seen} == dict.fromkeys(seen, 200)
    browser = browser_of("member")
    assert [browser.get(path).status_code for path in management] == [403] * 3
    page = browser.get(f"/people/{work['member']}").text
    assert "€120.00" in page
    assert "41.37" not in page
    assert "41.37" in browser_of("owner").get(f"/people/{work['member']}").text
    browser = browser_of("alpen")
    for path in shared:
        answer = browser.get(path)
        assert answer.status_code == 200, path
        for hidden in ("Brand guide", "internal note", "12,000", "Our own website", "Ada", "Planned", "New task"):
            assert hidden not in answer.text, (path, hidden)
    assert "Design approved" in browser.get(own).text
    assert browser.get(foreign).status_code == 404
    for path in set(staff) - set(shared):
        assert browser.get(path).status_code == 403, path


def test_a_project_from_its_form_to_its_end(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("member")
    token = _token(browser.get("/projects/new").text)
    typed = {"form_token": token, "name": "Spring campaign", "client_id": world.clients["birke"], "budget": "much"}
    refused = browser.post("/projects/new", headers=ORIGIN, data=typed)
    assert (refused.status_code, "Enter hours like 40 or 37:30." in refused.text) == (422, True)
    assert 'value="Spring campaign"' in refused.text
    made = browser.post("/projects/new", headers=ORIGIN, data={**typed, "budget": "37:30", "fixed_fee": "1.250,50"})
    at = made.headers["location"]
    page = browser.get(at).text
    assert "of 37:30 h planned" in page
    assert "€1,250.50" in page
    sent = {"form_token": token, "title": "Slogan", "estimate": "2,5", "priority": "high"}
    assert browser.post(f"{at}/tasks/new", headers=ORIGIN, data=sent).headers["location"] == at
    task = re.search(r'data-href="(/tasks/[0-9a-f-]+)"', browser.get(at).text)
    assert task
    assert 'value="2:30"' in browser.get(task.group(1)).text
    move = {"form_token": token, "verb": "complete", "etag": '"1"', "back": at}
    browser.post(f"{task.group(1)}/move", headers=ORIGIN, data=move)
    assert "1 of 1 done" in browser.get(at).text
    browser.post(
        f"{at}/milestones", headers=ORIGIN, data={"form_token": token, "title": "Go live", "due_on": "2026-05-01"}
    )
    found = re.search(rf'href="({at}/milestones/[0-9a-f-]+)"', browser.get(at).text)
    assert found
    milestone, form = found.group(1), {"form_token": token, "etag": '"1"'}
    assert 'value="2026-05-01"' in browser.get(milestone).text
    assert browser.post(milestone, headers=ORIGIN, data={**form, "title": ""}).status_code == 422
    moved = {**form, "title": "Go live in two languages", "due_on": "2026-06-12"}
    assert browser.post(milestone, headers=ORIGIN, data=moved).headers["location"] == at
    assert "12 Jun 2026" in browser.get(at).text or "Jun 12, 2026" in browser.get(at).text
    late = browser.post(milestone, headers=ORIGIN, data={**moved, "title": "Mine"})
    assert (late.status_code, 'value="Mine"' in late.text, hidden_etag(late.text)) == (412, True, "&#34;2&#34;")
    browser.post(f"{at}/complete", headers=ORIGIN, data={"form_token": token})
    page = browser.get(at).text
    assert ("Go live in two languages" in page, "Completed" in page) == (True, True)
    late = {**typed, "etag": '"1"', "budget": "40"}
    lost = browser.post(f"{at}/edit", headers=ORIGIN, data=late)
    assert (lost.status_code, "Somebody else changed this" in lost.text) == (412, True)
    browser.post(f"{at}/archive", headers=ORIGIN, data={"form_token": token, "etag": '"2"'})
    assert "Spring campaign" not in browser.get("/projects").text
    assert "Spring campaign" in browser.get("/projects?show=archived").text


def hidden_etag(html: str) -> str:
    found = re.search(r'name="etag" value="([^"]*)"', html)
    assert found
    return found.group(1)


def test_a_week_of_time_adds_up_and_takes_no_more_than_a_day_has(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("member")
    token = _token(browser.get("/time").text)
    week = "/time?week=2026-03-18"
    sent = {"form_token": token, "work": f"t:{world.work['task']}", "worked_on": "2026-03-18", "is_billable": "1"}
    made = browser.post("/time", headers=ORIGIN, data={**sent, "hours": "7:15", "note": "Prices"})
    assert made.headers["location"] == week
    browser.post("/time", headers=ORIGIN, data={**sent, "work": "", "worked_on": "2026-03-20", "hours": "1.5"})
    page = browser.get(week).text
    assert "7:15 h billable of 8:45 h" in page
    assert ("Booking form" in page, "Prices" in page) == (True, True)
    full = browser.post("/time", headers=ORIGIN, data={**sent, "hours": "17:00", "note": "Too much"})
    assert (full.status_code, "16 h 45 min are left" in full.text, "Too much" in full.text) == (409, True, True)
    assert browser.post("/time", headers=ORIGIN, data={**sent, "hours": "soon"}).status_code == 422
    entry = re.search(r'href="(/time/[0-9a-f-]{36})"', page)
    assert entry
    change = {**sent, "hours": "8", "etag": '"1"'}
    assert browser.post(entry.group(1), headers=ORIGIN, data=change).headers["location"].startswith(week)
    assert "8:00 h billable of 9:30 h" in browser.get(week).text
    gone = {"form_token": token, "etag": '"2"'}
    browser.post(f"{entry.group(1)}/delete", headers=ORIGIN, data=gone)
    assert "0:00 h billable of 1:30 h" in browser.get(week).text
    theirs = {**sent, "hours": "1", "person": world.work["owner"]}
    assert browser.post("/time", headers=ORIGIN, data=theirs).status_code == 403
    assert "Whose time" not in browser.get("/time").text
    assert "Whose time" in browser_of("owner").get("/time").text


def test_a_closed_month_is_changed_only_on_purpose(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("owner")
    at = f"/people/{world.work['member']}"
    token = _token(browser.get(at).text)
    sent = {"form_token": token, "started_on": "2025-02-01", "monday": "4"}
    refused = browser.post(f"{at}/working-hours", headers=ORIGIN, data=sent)
    assert (refused.status_code, "This lies in a closed month" in refused.text) == (422, True)
    done = browser.post(f"{at}/working-hours", headers=ORIGIN, data={**sent, "correction": "1"})
    assert done.status_code == 303
    assert browser.get(at).text.count("4:00") >= 2


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("1:30", 90), ("1.5", 90), ("1,5", 90), ("1h 30m", 90), ("90 min", 90), ("8", 480), ("0:05", 5), ("x", None),
     ("-1", None), ("1:75", None), ("", None)],
)  # fmt: skip
def test_durations_as_people_type_them(text: str, minutes: int | None) -> None:
    assert minutes_of(text) == minutes


def test_a_week_begins_as_the_workspace_says() -> None:
    wednesday = date(2026, 3, 18)
    assert first_day(wednesday, 0) == date(2026, 3, 16)
    assert first_day(wednesday, 6) == date(2026, 3, 15)
    assert first_day(date(2026, 3, 15), 6) == date(2026, 3, 15)
    assert first_day(date(2026, 3, 15), 0) == date(2026, 3, 16) - timedelta(days=7)
