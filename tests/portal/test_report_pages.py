"""Report settings and the review as pages: what is chosen stays, refusals are said, drafts are decided."""

import re
from typing import Any

import psycopg

from imisofts.settings import Settings
from tests.portal.test_support import hidden, post
from tests.portal.world import draft_report


def test_settings_are_kept_and_refusals_lose_nothing(site: Any) -> None:
    browser_of, world = site
    client = f"/clients/{world.clients['alpen']}"
    path = f"{client}/report-settings"
    for who in ("member", "alpen"):
        assert browser_of(who).get(path).status_code == 403
    browser = browser_of("owner")
    assert f'href="{path}"' in browser.get(client).text
    assert browser.get(path).text.count(" checked") == 6
    refused = post(browser, path, path, etag='"0"', locale="en_US", cadence="none", review="1")
    assert refused.status_code == 422
    assert "Choose at least one section." in refused.text
    assert 'value="none" selected' in refused.text
    chosen = {"on_money": "1", "on_next": "1", "locale": "en_US", "cadence": "quarterly", "review": "1"}
    assert post(browser, path, path, etag='"0"', **chosen).headers["location"] == client
    kept = browser.get(path).text
    assert kept.count(" checked") == 3
    assert 'value="quarterly" selected' in kept
    assert hidden(kept, "etag") == '"1"'
    late = post(browser, path, path, etag='"0"', **{**chosen, "cadence": "none"})
    assert late.status_code == 412
    assert "Somebody else changed this" in late.text
    assert post(browser, path, path, etag=hidden(late.text, "etag"), **chosen).status_code == 303


def _status(settings: Settings, report_id: str) -> str:
    with psycopg.connect(settings.owner_database_url) as owner:
        found = owner.execute("select status from report_delivery where id = %s", (report_id,)).fetchone()
    assert found is not None
    return str(found[0])


def test_a_draft_is_read_and_approved_or_withdrawn_when_asked(site: Any, fresh_settings: Settings) -> None:
    browser_of, world = site
    report_id = draft_report(fresh_settings, world)
    assert "/approve" not in browser_of("member").get("/reports").text
    assert report_id not in browser_of("alpen").get("/reports").text
    assert browser_of("alpen").get(f"/reports/{report_id}/pdf").status_code == 404
    browser = browser_of("owner")
    assert "Draft, to be read" in browser.get("/reports").text
    assert browser.get(f"/reports/{report_id}/pdf").content == b"a document"
    assert post(browser, f"/reports/{report_id}/approve", "/reports").headers["location"] == "/reports"
    assert _status(fresh_settings, report_id) == "approved"
    other = draft_report(fresh_settings, world)
    path = f"/reports/{other}/withdraw"
    assert f'href="{path}"' in browser.get("/reports").text
    asked = browser.get(path)
    assert "Withdraw this report?" in asked.text
    assert "October 2026" in asked.text
    assert _status(fresh_settings, other) == "draft"
    post(browser, path, path)
    assert _status(fresh_settings, other) == "withdrawn"
    assert browser.get(path).headers["location"] == "/reports"


def test_a_client_with_german_reports_reads_everything_in_german(site: Any, fresh_settings: Settings) -> None:
    browser_of, world = site
    settings = f"/clients/{world.clients['alpen']}/report-settings"
    chosen = {"on_money": "1", "cadence": "monthly"}
    post(browser_of("owner"), settings, settings, etag='"0"', locale="de_DE", **chosen)
    report_id = draft_report(fresh_settings, world)
    with psycopg.connect(fresh_settings.owner_database_url) as owner:
        owner.execute("update report_delivery set status = 'sent', locale = 'de_DE' where id = %s", (report_id,))
        owner.commit()
        page = browser_of("alpen").get("/reports").text
        assert 'lang="de"' in page
        read = set(
            re.findall(r"[A-Z][a-z]+(?: [a-z]+)*", re.sub(r"<style.*?</style>|<[^>]+>", "|", page, flags=re.DOTALL))
        )
        assert {"Berichte", "Zeitraum", "Oktober", "Gesendet", "Abmelden"} <= read
        english = {"Reports", "Period", "October", "Sent", "Skip to content", "Home", "Sign out", "Invoices"}
        assert not read & english
    assert "Zu zahlender Saldo" in browser_of("alpen").get("/").text
    post(browser_of("owner"), settings, settings, etag='"1"', locale="en_GB", **chosen)
    assert 'lang="en-GB"' in browser_of("alpen").get("/reports").text


def test_a_new_report_may_be_of_a_quarter(site: Any, fresh_settings: Settings) -> None:
    browser_of, world = site
    browser = browser_of("owner")
    offered = re.findall(r'<option value="(\d{4}-Q\d)"', browser.get("/reports").text)
    assert len(offered) == 12
    assert offered == sorted(offered, reverse=True)
    asked = {"client": world.clients["alpen"], "period": offered[0]}
    assert post(browser, "/reports", "/reports", **asked).headers["location"] == "/reports"
    with psycopg.connect(fresh_settings.owner_database_url) as owner:
        assert owner.execute("select period from report_delivery").fetchone() == (offered[0],)
    refused = post(browser, "/reports", "/reports", **{**asked, "period": "2026-Q5"})
    assert refused.status_code == 422
    assert "is not a period" in refused.text
