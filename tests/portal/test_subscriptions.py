"""Pages of services and subscriptions over the real API: what forms refuse, what they do, and who sees what."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

from starlette.testclient import TestClient

from tests.portal.world_of_work import TODAY

ORIGIN = {"Origin": "http://127.0.0.1"}
FIRST = TODAY.replace(day=1)


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return unescape(found.group(1))


def send(browser: TestClient, path: str, **fields: Any) -> Any:
    """Open a form and send it with its hidden fields."""
    html = browser.get(path).text
    sent = {"form_token": hidden(html, "form_token"), "key": hidden(html, "key")}
    if 'name="etag"' in html:
        sent["etag"] = hidden(html, "etag")
    return browser.post(path, headers=ORIGIN, data={**sent, **fields})


def line(**typed: str) -> dict[str, str]:
    """A new line as a browser sends it."""
    values = {"service_id": "", "description": "", "quantity": "1", "unit_price": "", "discount_rate": "",
              "interval": "", "interval_count": "1", **typed}  # fmt: skip
    return {f"items.{name}": value for name, value in values.items()}


def subscribe(browser: TestClient, client_id: str, **typed: str) -> str:
    """The page of a new subscription that began with this year's first month or earlier."""
    values = {"description": "Care plan", "unit_price": "100,50", **typed}
    fields = {"client_id": client_id, "name": "Website care", "started_on": "2026-01-01", "currency": ""}
    answer = send(browser, "/subscriptions/new", **fields, trial_ends_on="", **line(**values))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_a_service_is_sold_changed_and_archived(site: Any) -> None:
    browser_of, _world = site
    browser = browser_of("owner")
    refused = send(browser, "/services/new", name="", unit_price="much", interval="month", interval_count="x")
    assert refused.status_code == 422
    for words in ("Enter a name.", "Enter a number.", "Enter a whole number", 'value="much"'):
        assert words in refused.text
    fields = {"name": "Monitoring", "unit_price": "1.200,50", "currency": "eur", "interval": "month"}
    path = send(browser, "/services/new", **fields, interval_count="3", description="").headers["location"]
    page = browser.get(path).text
    assert "€1,200.50" in page
    assert "every 3 months" in page
    assert "Monitoring" in browser.get("/services.csv").text
    token = hidden(page, "form_token")
    late = {"form_token": token, "etag": '"7"', **fields, "interval_count": "3", "name": "Mine"}
    answer = browser.post(f"{path}/edit", headers=ORIGIN, data=late)
    assert answer.status_code == 412
    assert 'value="Mine"' in answer.text
    etag = hidden(browser.get(f"{path}/archive").text, "etag")
    gone = browser.post(f"{path}/archive", headers=ORIGIN, data={"form_token": token, "etag": etag})
    assert gone.status_code == 303, gone.text
    assert "Monitoring" not in browser.get("/services").text
    assert "Monitoring" in browser.get("/services?show=archived").text
    browser = browser_of("member")
    assert [browser.get(each).status_code for each in ("/services", path, "/services/new")] == [200, 200, 403]


def test_a_new_subscription_keeps_what_was_typed_until_it_is_right(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("member")
    bad = line(description="Hosting", unit_price="lots", interval_count="0x")
    refused = send(browser, "/subscriptions/new", client_id="", started_on="", **bad)
    assert refused.status_code == 422
    for words in ("Choose a client.", "Enter the first day.", "Enter a number.", 'value="lots"', 'value="Hosting"'):
        assert words in refused.text
    more = send(browser, "/subscriptions/new", add_line="1", **line(description="Hosting"))
    assert len(re.findall('name="items.description"', more.text)) == 2
    days = {"started_on": "2026-01-01", "trial_ends_on": "2025-01-01"}
    refused = send(browser, "/subscriptions/new", client_id=world.clients["alpen"], **days, **line(
        description="Hosting", unit_price="5"))  # fmt: skip
    assert refused.status_code == 422
    assert 'id="trial_ends_on-error"' in refused.text
    path = subscribe(browser, world.clients["alpen"])
    page = browser.get(path).text
    assert "Active" in page
    assert "€100.50" in page
    assert "Website care" in browser.get("/subscriptions?q=website&status=active").text
    assert "No subscription matches" in browser.get("/subscriptions?q=website&status=ended").text
    assert "100.50" in browser.get("/subscriptions.csv").text


def test_lines_change_from_a_day_of_this_month_on(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("member")
    path = subscribe(browser, world.clients["alpen"])
    kept = {"items.unit_price": "100.5", "items.discount_rate": "", "items.interval": "month"}
    line_id = hidden(browser.get(f"{path}/change").text, "items.line_id")
    fields = {"items.line_id": line_id, "items.interval_count": "1", **kept}
    same = send(browser, f"{path}/change", effective_on=str(TODAY), **fields, **{"items.quantity": "1"})
    assert "Nothing is different yet" in same.text
    closed = str(FIRST - timedelta(days=1))
    refused = send(browser, f"{path}/change", effective_on=closed, **fields, **{"items.quantity": "3"})
    assert refused.status_code == 409
    assert 'id="effective_on-error"' in refused.text
    assert 'value="3"' in refused.text
    done = send(browser, f"{path}/change", effective_on=str(TODAY), **fields, **{"items.quantity": "3"})
    assert done.status_code == 303, done.text
    page = unescape(browser.get(path).text)
    assert "1 × €100.50 every month becomes 3 × €100.50 every month" in page
    assert "€301.50" in page
    html = browser.get(f"{path}/change").text
    late = {"form_token": hidden(html, "form_token"), "etag": '"1"', "effective_on": str(TODAY)}
    answer = browser.post(f"{path}/change", headers=ORIGIN, data={**late, **fields, "items.quantity": "9"})
    assert answer.status_code == 412
    assert "Somebody else changed this, too" in answer.text
    for words in ("Care plan: 9 × 100.5 EUR every month", "Care plan: 3 × 100.5 EUR every month"):
        assert words in answer.text


def test_a_line_recorded_wrongly_is_put_right_with_a_reason(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("member")
    path = subscribe(browser, world.clients["alpen"])
    rows = browser.get(f"{path}/correct").text
    row = f"{path}/correct/" + rows.partition(f'href="{path}/correct/')[2].partition('"')[0]
    kept = {"description": "Care plan", "quantity": "1", "unit_price": "100.50", "discount_rate": "", "ended_on": ""}
    kept["started_on"] = "2026-01-01"
    without = send(browser, row, **kept | {"unit_price": "90"})
    assert (without.status_code, 'id="reason-error"' in without.text) == (422, True)
    same = send(browser, row, **kept, reason="Typed wrong")
    assert (same.status_code, "Nothing is different yet" in same.text) == (422, True)
    wrong = send(browser, row, **kept | {"ended_on": "1999-01-01"}, reason="Typed wrong")
    assert (wrong.status_code, 'id="ended_on-error"' in wrong.text) == (422, True)
    assert send(browser, row, **kept | {"unit_price": "90,5"}, reason="Typed wrong").status_code == 303
    page = unescape(browser.get(path).text)
    assert "€90.50" in page
    assert "€100.50" not in page.partition("Day by day")[0]
    assert browser.get(f"{path}/correct/{world.clients['alpen']}").status_code == 404


def test_pause_resume_and_cancel_ask_for_a_day(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("member")
    path = subscribe(browser, world.clients["alpen"])
    refused = send(browser, f"{path}/pause", **{"from": str(TODAY), "until": str(TODAY)})
    assert refused.status_code == 422
    assert 'id="until-error"' in refused.text
    assert send(browser, f"{path}/pause", **{"from": str(TODAY), "until": ""}).status_code == 303
    assert "nothing is charged until it is resumed" in browser.get(path).text
    assert "Enter a day." in send(browser, f"{path}/resume", on="").text
    assert send(browser, f"{path}/resume", on=str(TODAY)).status_code == 303
    refused = send(browser, f"{path}/cancel", when="on", on=str(FIRST - timedelta(days=1)), reason="Too dear")
    assert refused.status_code == 409
    assert "Too dear" in refused.text
    assert 'id="on-error"' in refused.text
    assert send(browser, f"{path}/cancel", when="period_end", on="", reason="Too dear").status_code == 303
    page = browser.get(path).text
    assert "Cancelled on" in page
    assert "End sooner" in page
    assert send(browser, f"{path}/cancel", when="now", on="", reason="").status_code == 303
    ended = browser.get(path).text
    assert "This subscription has ended" in ended
    assert f"{path}/change" not in ended


def test_a_client_reads_its_own_subscriptions_and_no_reasons(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("member")
    own, foreign = (subscribe(browser, world.clients[name]) for name in ("alpen", "birke"))
    send(browser, f"{own}/cancel", when="period_end", on="", reason="Secretly dear")
    browser = browser_of("alpen")
    listed, page = browser.get("/subscriptions").text, browser.get(own)
    assert own in listed
    assert foreign not in listed
    assert page.status_code == 200
    assert "Secretly dear" not in page.text
    assert f"{own}/cancel" not in page.text
    assert browser.get(foreign).status_code == 404
    for path in ("/services", "/subscriptions/new", f"{own}/change", f"{own}/cancel"):
        assert browser.get(path).status_code == 403, path
    browser = browser_of("birke")
    assert own not in browser.get("/subscriptions").text


def test_a_cancellation_is_withdrawn_after_a_question(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("owner")
    path = subscribe(browser, world.clients["alpen"])
    assert "withdraw-cancellation" not in browser.get(path).text
    assert send(browser, f"{path}/cancel", when="on", on="2099-01-01", reason="").status_code == 303
    assert f'href="{path}/withdraw-cancellation"' in browser.get(path).text
    asked = browser.get(f"{path}/withdraw-cancellation").text
    assert "Withdraw the cancellation?" in asked
    assert "1 Jan 2099" in asked or "Jan 1, 2099" in asked
    assert 'class="banner banner-warning"' in browser.get(path).text, "a question changes nothing"
    assert send(browser, f"{path}/withdraw-cancellation").headers["location"] == path
    assert "withdraw-cancellation" not in browser.get(path).text
    assert "Cancellation withdrawn" in browser.get(path).text
    assert browser.get(f"{path}/withdraw-cancellation").headers["location"] == path
