"""Pages over the real API: who sees what, what a form refuses, and what leaves with every answer."""

import io
import re
from typing import Any

import pytest
from openpyxl import load_workbook

from imisofts.settings import Settings
from portal.app import PAGES
from portal.pages.invoice_forms import decimal_of, money_of
from portal.web import safe_next
from tests.warehouse import toy

ORIGIN = {"Origin": "http://127.0.0.1"}


def _token(html: str) -> str:
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', html)
    assert found
    return found.group(1)


def test_pages_by_role_and_client(site: Any) -> None:
    browser_of, world = site
    own, foreign = world.invoices["alpen-issued"], world.invoices["birke-issued"]
    staff = ("/", "/clients", "/clients.csv", "/clients/new", f"/clients/{world.clients['alpen']}", "/invoices",
             "/invoices.csv", "/invoices/new", f"/invoices/{own}", f"/invoices/{world.invoices['alpen-draft']}/edit",
             "/reports")  # fmt: skip
    for who in ("owner", "admin", "member"):
        browser = browser_of(who)
        assert {path: browser.get(path).status_code for path in staff} == dict.fromkeys(staff, 200)
    browser = browser_of("alpen")
    for path in ("/", "/invoices", "/invoices.csv", "/reports", f"/invoices/{own}"):
        answer = browser.get(path)
        assert answer.status_code == 200, path
        assert "Birke" not in answer.text
        assert foreign not in answer.text
    assert browser.get(f"/invoices/{foreign}").status_code == 404
    assert browser.get(f"/invoices/{world.invoices['alpen-draft']}").status_code == 404
    for path in ("/clients", "/clients.csv", "/clients/new", "/invoices/new", f"/clients/{world.clients['birke']}"):
        assert browser.get(path).status_code == 403, path
    browser = browser_of(None)
    for page in PAGES:
        if not page.public and "GET" in page.verbs:
            path = re.sub(r"\{\w+:uuid\}", own, page.path)
            assert browser.get(path).headers["location"].startswith("/sign-in"), path


def test_what_a_client_owes_is_the_same_on_every_page(site: Any, fresh_settings: Settings) -> None:
    """However many newer invoices stand before the one that is open."""
    browser_of, world = site
    with toy.superuser(fresh_settings) as everybody:
        made = everybody.execute(
            """insert into invoice select (jsonb_populate_record(null::invoice, to_jsonb(paid) || jsonb_build_object(
                'id', gen_random_uuid(), 'number', 'N-' || n, 'issued_on', '2026-06-01', 'external_id', null))).*
            from invoice as paid, generate_series(1, 26) as n where paid.id = %s""",
            (world.invoices["alpen-paid"],),
        )
    assert made.rowcount == 26
    staff = browser_of("owner").get(f"/clients/{world.clients['alpen']}").text
    home = browser_of("alpen").get("/").text
    assert "2,380.00" in staff.partition("<dt>Open</dt>")[2].partition("</dd>")[0]
    assert "2,380.00" in home.partition("Balance to pay")[2].partition("stat-note")[0]


def test_a_form_without_token_or_from_elsewhere_is_refused(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("owner")
    token = _token(browser.get("/clients/new").text)
    for page in PAGES:
        if "POST" not in page.verbs:
            continue
        path = re.sub(r"\{\w+:uuid\}", world.invoices["alpen-issued"], page.path)
        assert browser.post(path, data={"name": "x"}, headers=ORIGIN).status_code == 403, path
        sent = {"name": "x", "form_token": token}
        assert browser.post(path, data=sent).status_code == 403, path
        for foreign in ({"Origin": "http://evil.example"}, {**ORIGIN, "Sec-Fetch-Site": "cross-site"}):
            assert browser.post(path, data=sent, headers=foreign).status_code == 403, path


def test_a_refused_form_keeps_what_was_typed_and_a_lost_race_says_so(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("member")
    token = _token(browser.get("/clients/new").text)
    refused = browser.post(
        "/clients/new", headers=ORIGIN, data={"form_token": token, "name": "", "email": "a@b.example"}
    )
    assert refused.status_code == 422
    assert "a@b.example" in refused.text
    assert "Enter a name." in refused.text
    path = f"/clients/{world.clients['alpen']}/edit"
    sent = {"form_token": token, "etag": '"1"', "name": "First", "email": "", "currency": "EUR"}
    assert browser.post(path, headers=ORIGIN, data=sent).status_code == 303
    late = browser.post(path, headers=ORIGIN, data={**sent, "name": "Second"})
    assert late.status_code == 412
    assert "Somebody else changed this, too" in late.text
    assert 'value="Second"' in late.text


def test_every_answer_carries_a_strict_policy_and_no_inline_code(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("owner")
    for path in ("/", "/clients", f"/invoices/{world.invoices['alpen-issued']}", "/invoices/new", "/nowhere"):
        answer = browser.get(path)
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert not re.search(r"\son\w+=|\sstyle=|javascript:", answer.text)


@pytest.mark.parametrize(
    ("text", "value"), [("1,234.50", "1234.50"), ("1.234,50", "1234.50"), ("12,5", "12.5"), ("x", None), ("NaN", None)]
)
def test_numbers_as_people_type_them(text: str, value: str | None) -> None:
    found = decimal_of(text)
    assert (None if found is None else str(found)) == value


def test_a_list_leaves_as_a_workbook_too(site: Any) -> None:
    browser_of, _world = site
    answer = browser_of("owner").get("/clients.csv?as=xlsx")
    assert answer.headers["content-disposition"] == 'attachment; filename="clients.xlsx"'
    names = [row[0] for row in load_workbook(io.BytesIO(answer.content)).active.values]
    assert names[0] == "Name"
    assert len(names) > 2


def test_a_lines_service_period_is_told_by_its_days_and_kept_to_the_instant(site: Any) -> None:
    browser_of, world = site
    browser = browser_of("owner")
    path = f"/invoices/{world.invoices['alpen-draft']}"
    token = _token(browser.get(f"{path}/edit").text)
    line = {"description": "Care", "quantity": "1", "unit_price": "120", "tax_rate": "0"}
    form = {"form_token": token, "etag": '"1"', "client_id": world.clients["alpen"], **line}
    wrong = browser.post(
        f"{path}/edit", headers=ORIGIN, data={**form, "service_from": "2026-06-15", "service_until": ""}
    )
    assert (wrong.status_code, "Enter a date like 2026-01-31." in wrong.text) == (422, True)
    noon = "2026-06-15T10:00:00Z/2026-10-13T10:00:00Z"
    sent = {**form, "service_from": "2026-06-15", "service_until": "2026-10-13", "service": noon}
    assert browser.post(f"{path}/edit", headers=ORIGIN, data=sent).status_code == 303
    assert noon in browser.get(f"{path}/edit").text, "the days are as they were, so the hours stay"
    assert "Jun 15, 2026 – Oct 13, 2026" in browser.get(path).text
    sent |= {"etag": '"2"', "service_until": "2026-09-30"}
    assert browser.post(f"{path}/edit", headers=ORIGIN, data=sent).status_code == 303
    assert "2026-06-14T22:00:00Z/2026-09-30T22:00:00Z" in browser.get(f"{path}/edit").text


def test_amounts_and_ways_back() -> None:
    assert money_of("0.001", "EUR") is None
    assert str(money_of("100", "JPY")) == "100"
    assert safe_next("//evil.example") == "/"
    assert safe_next("/invoices?q=1") == "/invoices?q=1"


def test_an_address_of_nothing_keeps_the_frame_and_the_brand(site: Any) -> None:
    browser_of, _ = site
    found = browser_of("owner").get("/nowhere/at/all")
    assert (found.status_code, 'href="/clients"' in found.text) == (404, True)
    stranger = browser_of(None).get("/nowhere/at/all")
    assert (stranger.status_code, "Studio Nord" in stranger.text) == (404, True)
    assert stranger.headers["content-security-policy"]


def test_what_is_put_into_a_page_brings_no_styles_that_the_page_refuses(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("owner")
    assert "<style nonce=" in browser.get("/clients").text
    assert "<style" not in browser.get("/clients", headers={"HX-Request": "true"}).text
