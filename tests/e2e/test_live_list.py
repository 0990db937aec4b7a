"""A list that is looked at hears of what others do, its rows are chosen and acted on at once, and the act is undone."""

import json
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import DESK, PHONE, Place, faults, signed_in

pytestmark = pytest.mark.browser


def _tell_the_owner(place: Place) -> None:
    """What the dispatcher's job writes and announces when the ticket of the world was opened."""
    with psycopg.connect(place.settings.owner_database_url) as owner:
        row: Any = owner.execute(
            "insert into notification (id, workspace_id, user_id, event_id, kind, subject_kind, subject_id, label,"
            " occurred_at) select gen_random_uuid(), e.workspace_id, m.user_id, e.id, e.name, 'ticket', e.subject_id,"
            " 'T-0001', now() from event e join membership m on m.workspace_id = e.workspace_id and m.role = 'owner'"
            " where e.name = 'ticket.opened' limit 1 returning id, workspace_id, user_id"
        ).fetchone()
        word = json.dumps({"notification": str(row[0]), "workspace": str(row[1]), "user": str(row[2])})
        owner.execute("select pg_notify('imisofts_live', %s)", (word,))


def _choose_and_undo(page: Page, place: Place) -> None:
    page.goto(f"{place.url}/clients")
    rows = page.locator("#list tbody tr")
    expect(rows).to_have_count(2)
    rows.first.focus()
    page.keyboard.press("x")
    expect(page.locator("[data-chosen]")).to_have_text("1")
    page.locator("[data-choose-all]").check()
    expect(page.locator("[data-chosen]")).to_have_text("2")
    assert faults(page) == []
    page.get_by_role("button", name="Archive").click()
    expect(page.get_by_role("status").filter(has_text="2 clients are archived.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("2 clients are back.")).to_be_visible()
    expect(rows).to_have_count(2)


def _cannot_be_had_for_a_while(page: Page, place: Place) -> None:
    """A list that fails stays as it was, says so, and comes at the next try."""
    page.goto(f"{place.url}/clients")
    rows, failed = page.locator("#list tbody tr"), page.locator("#list [data-fragment-failed]")
    refusals: tuple[Callable[[Route], None], ...] = (
        lambda one: one.fulfill(status=503, body=""),
        lambda one: one.abort(),
    )
    for typed, refuse in zip(("alp", "bir"), refusals, strict=True):
        page.route("**/clients?*", refuse)
        before = rows.count()
        page.fill("#q", typed)
        expect(failed).to_be_visible()
        expect(rows).to_have_count(before)
        page.unroute("**/clients?*")
        failed.get_by_role("button", name="Try again").click()
        expect(rows).to_have_count(1)
        expect(failed).to_have_count(0)


def test_a_list_hears_of_others_and_what_was_done_is_undone(place: Place, browser: Browser) -> None:
    owner = signed_in(browser, place, "owner", DESK)
    _choose_and_undo(owner, place)
    _cannot_be_had_for_a_while(owner, place)
    owner.goto(f"{place.url}/tickets?show=all")
    expect(owner.locator("[data-bell][data-heard]")).to_have_count(1)
    tickets = owner.locator("#list tbody tr").count()
    other = signed_in(browser, place, "alpen", PHONE)
    other.goto(f"{place.url}/tickets/new")
    other.fill("[name=subject]", "The lift stands still")
    other.fill("[name=body]", "Since this morning.")
    owner.bring_to_front()
    news = owner.locator("[data-live=ticket]")
    expect(news).to_be_hidden()
    other.locator("form button.btn-primary").click()
    expect(other.get_by_role("heading", name="The lift stands still")).to_be_visible()
    expect(news).to_be_visible()
    news.click()
    expect(owner.locator("#list tbody tr")).to_have_count(tickets + 1)
    expect(news).to_be_hidden()
    _tell_the_owner(place)
    expect(owner.get_by_text("Ticket T-0001 was opened.")).to_be_visible()
    expect(owner.locator("[data-unread]")).to_have_text("1")
    assert faults(owner) == []
