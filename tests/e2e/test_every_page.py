"""Every page of the portal, on a desk and on a phone: nothing scrolls sideways, nothing serious for axe.

The pages come from the portal's own list, so a new one fails here until it has an address to look at.
"""

import os
from collections.abc import Iterator

import psycopg
import pytest
from playwright.sync_api import Browser, Page

from portal.app import PAGES
from tests.e2e.conftest import DESK, PHONE, Place, faults, opened, signed_in
from tests.portal import world as world_module

pytestmark = pytest.mark.browser
LOOKS = [(DESK, "dark"), (PHONE, "light")]
"""Each size and each theme once; ``PROVE=1`` looks at them in every pair."""
if os.environ.get("PROVE"):
    LOOKS += [(DESK, "light"), (PHONE, "dark")]
FILES = {
    "/sign-up/address",
    "/notifications/{id:uuid}/sentence",
    "/access.csv",
    "/imports.csv",
    "/reports.csv",
    "/settings/activity.csv",
    "/clients.csv",
    "/invoices.csv",
    "/projects.csv",
    "/people.csv",
    "/services.csv",
    "/subscriptions.csv",
    "/team.csv",
    "/tickets.csv",
    "/invoices/{id:uuid}/pdf",
    "/reports/{id:uuid}/pdf",
    "/brand/icon",
    "/manifest.webmanifest",
    "/worker.js",
    "/brand/{name}",
    "/settings/brand/preview",
    "/settings/brand/preview/invoice.png",
    "/settings/brand/preview/mail",
    "/settings/brand/preview/portal",
    "/settings/brand/preview/report.png",
}
"""Routes that answer with a file, not a page."""
WALKED = {"/imports/{id:uuid}", "/account/security/factors/{id:uuid}", "/account/security/factors/{id:uuid}/remove"}
"""Pages that come to be on the way there, and are looked at then."""


def addresses(place: Place) -> dict[str, list[str]]:
    """Route → what to look at there: each state that a page has."""
    clients, invoices = place.world.clients, place.world.invoices
    client = f"/clients/{clients['alpen']}"
    draft_report = world_module.draft_report(place.settings, place.world)
    states = [f"/invoices/{invoices[f'alpen-{state}']}" for state in ("draft", "issued", "overdue", "paid", "void")]
    draft, issued = states[:2]
    return {
        "/": ["/"],
        "/sign-in": ["/sign-in"],
        "/set-password": ["/set-password?token=spent"],
        "/forgot": ["/forgot"],
        "/help": ["/help"],
        "/offline": ["/offline"],
        "/style": ["/style"],
        "/search": ["/search?q=invoice", "/search?q=zzz"],
        "/settings": ["/settings"],
        "/notifications": ["/notifications", "/notifications?show=unread"],
        "/notifications/choices": ["/notifications/choices"],
        "/workspaces": ["/workspaces"],
        "/sign-on": ["/sign-on"],
        "/sign-on/callback": ["/sign-on/callback?state=x&code=y"],
        "/settings/sign-on": ["/settings/sign-on"],
        "/settings/sign-on/remove": ["/settings/sign-on/remove"],
        "/sign-up": ["/sign-up"],
        "/sign-up/confirm": ["/sign-up/confirm?token=spent"],
        "/account/email": ["/account/email"],
        "/account/email/confirm": ["/account/email/confirm?token=spent"],
        "/account/email/undo": ["/account/email/undo?token=spent"],
        "/switch": ["/switch?code=spent"],
        "/settings/domain": ["/settings/domain"],
        "/settings/domain/remove": ["/settings/domain/remove"],
        "/settings/brand": ["/settings/brand"],
        "/settings/plan": ["/settings/plan"],
        "/sign-in/mail": ["/sign-in/mail"],
        "/sign-in/link": ["/sign-in/link?token=spent"],
        "/invitation": ["/invitation?token=spent"],
        "/settings/roles": ["/settings/roles", "/settings/roles?role=owner"],
        "/settings/activity": ["/settings/activity", "/settings/activity?name=brand.updated"],
        "/account": ["/account"],
        "/settings/workspace": ["/settings/workspace"],
        "/account/activity": ["/account/activity"],
        "/settings/tokens": ["/settings/tokens"],
        "/settings/network": ["/settings/network"],
        "/account/tokens": ["/account/tokens"],
        "/settings/roles/new": ["/settings/roles/new"],
        "/settings/roles/{id:uuid}": [f"/settings/roles/{place.world.work['role']}"],
        "/settings/roles/{id:uuid}/delete": [f"/settings/roles/{place.world.work['role']}/delete"],
        "/access": ["/access", "/access?q=nobody"],
        "/access/new": ["/access/new"],
        "/access/{id:uuid}": [f"/access/{place.world.work['membership']}"],
        "/access/{id:uuid}/reset-factors": [f"/access/{place.world.work['membership']}/reset-factors"],
        "/access/{id:uuid}/end-sessions": [f"/access/{place.world.work['membership']}/end-sessions"],
        "/account/security": ["/account/security"],
        "/account/security/app": ["/account/security/app"],
        "/account/security/key": ["/account/security/key"],
        "/account/sessions": ["/account/sessions"],
        "/settings/security": ["/settings/security"],
        "/sign-in/factor": ["/sign-in/factor"],
        "/sign-in/passkey": ["/sign-in/passkey"],
        "/sign-in/enrol": ["/sign-in/enrol"],
        "/access/{id:uuid}/remove": [f"/access/{place.world.work['membership']}/remove"],
        "/clients": ["/clients", "/clients?q=nobody", "/clients?show=archived"],
        "/clients/new": ["/clients/new"],
        "/clients/{id:uuid}": [client],
        "/clients/{id:uuid}/edit": [f"{client}/edit"],
        "/clients/{id:uuid}/archive": [f"{client}/archive"],
        "/invoices": ["/invoices", "/invoices?q=nothing", "/invoices?status=overdue"],
        "/invoices/new": ["/invoices/new"],
        "/invoices/{id:uuid}": states,
        "/invoices/{id:uuid}/edit": [f"{draft}/edit"],
        "/invoices/{id:uuid}/delete": [f"{draft}/delete"],
        "/invoices/{id:uuid}/void": [f"{issued}/void"],
        "/reports": ["/reports"],
        "/reports/{id:uuid}/withdraw": [f"/reports/{draft_report}/withdraw"],
        "/clients/{id:uuid}/report-settings": [f"{client}/report-settings"],
        **_of_teams(place),
        **_of_work(place),
        **_of_care(place),
    }


def _of_teams(place: Place) -> dict[str, list[str]]:
    """Clients' people."""
    with psycopg.connect(place.settings.owner_database_url) as owner:
        query = "select m.id from membership m join app_user u on u.id = m.user_id where u.email = %s"
        row = owner.execute(query, (place.world.people["alpen"],)).fetchone()
    assert row
    return {
        "/team": ["/team", "/team?q=nobody"],
        "/team/new": ["/team/new"],
        "/team/{id:uuid}": [f"/team/{row[0]}"],
        "/team/{id:uuid}/remove": [f"/team/{row[0]}/remove"],
    }


def _of_care(place: Place) -> dict[str, list[str]]:
    """Support, contacts, services, subscriptions and imports."""
    care, client = place.world.care, f"/clients/{place.world.clients['alpen']}"
    tickets = [f"/tickets/{care[name]}" for name in ("ticket", "waiting", "resolved")]
    contact, service = f"{client}/contacts/{care['contact']}", f"/services/{care['service']}"
    subscription = f"/subscriptions/{care['subscription']}"
    verbs = ("change", "pause", "resume", "cancel", "withdraw-cancellation")
    return {
        "/tickets": ["/tickets", "/tickets?q=nothing", "/tickets?show=all&who=mine"],
        "/tickets/new": ["/tickets/new"],
        "/tickets/{id:uuid}": tickets,
        "/support": ["/support"],
        "/clients/{id:uuid}/contacts/new": [f"{client}/contacts/new"],
        "/clients/{id:uuid}/contacts/{contact:uuid}": [contact],
        "/clients/{id:uuid}/contacts/{contact:uuid}/remove": [f"{contact}/remove"],
        "/clients/{id:uuid}/tags": [f"{client}/tags"],
        "/clients/{id:uuid}/health": [f"{client}/health"],
        "/clients/{id:uuid}/timeline": [f"{client}/timeline"],
        "/services": ["/services", "/services?q=nothing", "/services?show=archived"],
        "/services/new": ["/services/new"],
        "/services/{id:uuid}": [service],
        "/services/{id:uuid}/edit": [f"{service}/edit"],
        "/services/{id:uuid}/archive": [f"{service}/archive"],
        "/subscriptions": ["/subscriptions", "/subscriptions?q=nothing"],
        "/subscriptions/new": ["/subscriptions/new"],
        "/subscriptions/{id:uuid}": [subscription],
        **{f"/subscriptions/{{id:uuid}}/{verb}": [f"{subscription}/{verb}"] for verb in verbs},
        "/subscriptions/{id:uuid}/correct": [f"{subscription}/correct"],
        "/subscriptions/{id:uuid}/correct/{row:uuid}": [f"{subscription}/correct/{care['subscription_row']}"],
        "/imports": ["/imports"],
    }


def _of_work(place: Place) -> dict[str, list[str]]:
    """Projects, tasks, time and people."""
    work = place.world.work
    project, task, person = f"/projects/{work['project']}", f"/tasks/{work['task']}", f"/people/{work['member']}"
    entry = f"/time/{work['entry']}"
    return {
        "/projects": ["/projects", "/projects?q=nothing", "/projects?show=all"],
        "/projects/new": ["/projects/new"],
        "/projects/{id:uuid}": [project, f"/projects/{work['foreign']}", f"/projects/{work['internal']}"],
        "/projects/{id:uuid}/edit": [f"{project}/edit"],
        "/projects/{id:uuid}/archive": [f"{project}/archive"],
        "/projects/{id:uuid}/tasks/new": [f"{project}/tasks/new"],
        "/projects/{project:uuid}/milestones/{id:uuid}": [f"{project}/milestones/{work['milestone']}"],
        "/tasks": ["/tasks", "/tasks?who=all&show=all", "/tasks?q=nothing"],
        "/tasks/{id:uuid}": [task],
        "/tasks/{id:uuid}/delete": [f"{task}/delete"],
        "/time": ["/time", "/time?week=2025-01-06"],
        "/time/{id:uuid}": [entry],
        "/time/{id:uuid}/delete": [f"{entry}/delete"],
        "/people": ["/people", "/people?q=nobody", "/people?show=archived"],
        "/people/new": ["/people/new"],
        "/people/{id:uuid}": [person, f"/people/{work['person']}"],
        "/people/{id:uuid}/edit": [f"{person}/edit"],
        "/people/{id:uuid}/archive": [f"{person}/archive"],
        "/holidays": ["/holidays", "/holidays?year=1999"],
    }


def test_every_page_has_an_address(place: Place) -> None:
    assert set(addresses(place)) | FILES | WALKED == {page.path for page in PAGES if "GET" in page.verbs}


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_every_page_is_fit_for_everybody(place: Place, browser: Browser, size: tuple[int, int], scheme: str) -> None:
    page = signed_in(browser, place, "owner", size, color_scheme=scheme)
    found = {}
    for path in (*(one for some in addresses(place).values() for one in some), "/nowhere"):
        page.goto(place.url + path)
        found[path] = faults(page)
    found |= {f"while {name}": faults(page) for name in _opened_states(page, place)}
    client = signed_in(browser, place, "alpen", size, color_scheme=scheme)
    project = f"/projects/{place.world.work['project']}"
    issued = f"/invoices/{place.world.invoices['alpen-issued']}"
    tickets = [f"/tickets/{place.world.care[name]}" for name in ("ticket", "resolved")]
    subscription = f"/subscriptions/{place.world.care['subscription']}"
    rest = ("/reports", "/clients", "/tickets", "/tickets/new", "/subscriptions", subscription)
    for path in ("/", "/invoices", issued, "/projects", project, *tickets, *rest):
        client.goto(place.url + path)
        found[f"client {path}"] = faults(client)
    stranger = opened(browser, size, color_scheme=scheme)
    for path in ("/sign-in", "/forgot", "/set-password?token=x", "/nowhere"):
        stranger.goto(place.url + path)
        found[f"stranger {path}"] = faults(stranger)
    assert {path: faulty for path, faulty in found.items() if faulty} == {}


def _opened_states(page: Page, place: Place) -> Iterator[str]:
    """Forms with their errors, and what opens on a page; each is looked at while it stands."""
    page.goto(f"{place.url}/clients/new")
    page.get_by_role("button", name="Create client").click()
    page.wait_for_selector(".invalid-feedback")
    yield "a client has no name"
    page.goto(f"{place.url}/invoices/new")
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_selector(".invalid-feedback")
    yield "an invoice has no lines"
    page.goto(f"{place.url}/invoices/{place.world.invoices['alpen-issued']}")
    page.locator("summary", has_text="Record payment").click()
    yield "a payment is typed"
    page.fill("#payment-amount", "much")
    page.get_by_role("button", name="Save payment").click()
    page.wait_for_selector(".invalid-feedback")
    yield "a payment is refused"
    page.goto(f"{place.url}/reports")
    page.locator("summary", has_text="New report").click()
    page.get_by_role("button", name="Make report").click()
    page.wait_for_selector(".invalid-feedback")
    yield "a report has no client"
    page.goto(f"{place.url}/tickets/{place.world.care['ticket']}")
    page.locator("summary", has_text="Change").click()
    yield "a ticket is changed"
    page.get_by_role("button", name="Send answer").click()
    page.wait_for_selector(".invalid-feedback")
    yield "an answer is empty"
    page.locator("summary", has_text="Account").click()
    yield "the account menu is open"
    yield from _an_import(page, place)


def _an_import(page: Page, place: Place) -> Iterator[str]:
    """A file with a good and a bad row, looked at before it is written."""
    page.goto(f"{place.url}/imports")
    page.get_by_role("button", name="Look at it first").click()
    page.wait_for_selector(".invalid-feedback")
    yield "an import has no file"
    page.goto(f"{place.url}/imports")
    page.select_option("#kind", "clients")
    file = b"external_id,name,email\nC-1,Seehotel,office@seehotel.example\nC-2,Lodge,nowhere\n"
    page.set_input_files("#file", {"name": "clients.csv", "mimeType": "text/csv", "buffer": file})
    page.get_by_role("button", name="Look at it first").click()
    page.wait_for_selector("#bad")
    yield "an import waits to be carried out"
