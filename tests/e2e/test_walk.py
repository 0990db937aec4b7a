"""From an invitation to the report in the client's hand: every step as a person takes it, in each language."""

import asyncio
import base64
import os
import re
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pymupdf
import pytest
from playwright.sync_api import Browser, Page, expect

from api.identity import totp
from api.jobs import queue, worker
from api.kit.database import Database
from api.reports import jobs as report_jobs
from api.reports.office import Office
from imisofts.settings import Settings
from tests.api.reports import samples
from tests.api.reports.conftest import Numbers
from tests.e2e.conftest import DESK, PHONE, Place, faults, opened
from tests.portal import world as world_module
from tests.portal.test_translations import GERMAN, catalogue, texts_of
from warehouse import pipeline

pytestmark = pytest.mark.browser
EVE, HOUSE, SHADE = "eve@studio.example", "Studio Nordlicht & Söhne", "#7a1f5c"
CLIENT = "Alpenblick Hotels & Resorts GmbH"
DEEP = bool(os.environ.get("PROVE"))
WALKS = [("de-DE", "dark")]
"""The language that is longer in the theme that is looked at less; ``PROVE=1`` walks every pair, with figures that were
published on the way in place of given ones."""
if DEEP:
    WALKS += [("en-GB", "light"), ("en-GB", "dark"), ("de-DE", "light")]
Say = Callable[[str], str]


@dataclass(frozen=True)
class Walk:
    """Where it leads, and how what the portal says in English is said in its language."""

    place: Place
    browser: Browser
    locale: str
    scheme: str
    say: Say

    def arrive(self, size: tuple[int, int]) -> Page:
        """A browser that nobody has signed in with."""
        return opened(self.browser, size, locale=self.locale, color_scheme=self.scheme)

    def come_in(self, page: Page, email: str) -> None:
        """By address and password; what comes then depends on who it is."""
        page.goto(f"{self.place.url}/sign-in")
        page.get_by_label(self.say("E-mail")).fill(email)
        page.get_by_label(self.say("Password"), exact=True).fill(world_module.PASSWORD)
        page.get_by_role("button", name=self.say("Sign in"), exact=True).click()

    def press(self, page: Page, name: str) -> None:
        page.get_by_role("button", name=self.say(name), exact=True).click()

    def head(self, page: Page, title: str) -> None:
        """Wait for a page by its title; nobody may stumble over it."""
        expect(page.get_by_role("heading", level=1)).to_have_text(self.say(title))
        assert faults(page) == []


@pytest.fixture
def spoken() -> Callable[[str], Say]:
    """``locale`` → how a text of the portal is said there."""
    german = catalogue(GERMAN)

    def of(locale: str) -> Say:
        return (lambda text: texts_of(german[text].string)[0]) if locale == "de-DE" else str

    return of


@pytest.mark.parametrize(("locale", "scheme"), WALKS)
def test_from_an_invitation_to_the_report_in_hand(
    place: Place,
    browser: Browser,
    spoken: Callable[[str], Say],
    monkeypatch: pytest.MonkeyPatch,
    locale: str,
    scheme: str,
) -> None:
    monkeypatch.setenv("IMISOFTS_HOME", str(place.settings.home))
    for name, value in place.settings.environment().items():
        monkeypatch.setenv(name, value)  # the worker reads its settings as it does in a house
    walk = Walk(place, browser, locale, scheme, spoken(locale))
    invite(walk)
    eve = walk.arrive(DESK)
    accept(walk, eve)
    secure(walk, eve)
    brand(walk, eve)
    number = bill(walk, eve)
    publish(place, monkeypatch)
    send_report(walk, eve)
    read_on_a_phone(walk, number)


def work_off(place: Place) -> None:
    """The real worker does all that waits, and ends."""

    async def work() -> None:
        worker.import_tasks()
        async with queue.worker_app(place.settings.app_database_url) as app:
            await app.run_worker_async(wait=False, install_signal_handlers=False)

    with ThreadPoolExecutor(1) as aside:  # the browser's loop runs in this thread
        aside.submit(asyncio.run, work()).result()


def invite(walk: Walk) -> None:
    """The owner writes to somebody who is to run the agency with them."""
    page = walk.arrive(DESK)
    walk.come_in(page, walk.place.world.people["owner"])
    page.wait_for_url(f"{walk.place.url}/")
    page.goto(f"{walk.place.url}/access/new")
    walk.head(page, "Invite somebody")
    page.get_by_label(walk.say("E-mail")).fill(EVE)
    page.get_by_label(walk.say("Name"), exact=True).fill("Eve Sommer")
    page.get_by_label(walk.say("Role"), exact=True).select_option("admin")
    walk.press(page, "Send the invitation")
    page.wait_for_url(f"{walk.place.url}/access")


def accept(walk: Walk, page: Page) -> None:
    """The mail arrives; its link leads in, with a password of one's own."""
    work_off(walk.place)
    (mail,) = [one for one in walk.place.post.inbox.mails if str(one["To"]) == EVE]
    text = mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    (path,) = re.findall(r"/invitation\?token=[\w-]+", text)
    page.goto(walk.place.url + path)
    expect(page.locator("html")).to_have_attribute("lang", walk.locale.removesuffix("-DE"))
    assert faults(page) == []
    page.get_by_label(walk.say("Choose a password")).fill(world_module.PASSWORD)
    page.get_by_label(walk.say("The same once more")).fill(world_module.PASSWORD)
    walk.press(page, "Accept and come in")
    page.wait_for_url(f"{walk.place.url}/")


def secure(walk: Walk, page: Page) -> None:
    """An authenticator app is added, and asked for at the next sign-in."""
    page.goto(f"{walk.place.url}/account/security")
    page.get_by_role("link", name=walk.say("Add an authenticator app")).click()
    walk.head(page, "Add an authenticator app")
    secret = base64.b32decode("".join(page.locator("code.secret").inner_text().split()))
    page.get_by_label(walk.say("Code"), exact=True).fill(code(secret))
    walk.press(page, "Add")
    walk.head(page, "Your recovery codes")
    expect(page.locator("ul.codes li")).to_have_count(10)
    page.get_by_role("link", name=walk.say("I have kept them")).click()
    page.locator("summary", has_text=walk.say("Account")).click()
    walk.press(page, "Sign out")
    page.wait_for_url(re.compile("/sign-in"))
    walk.come_in(page, EVE)
    walk.head(page, "One more step")
    page.get_by_label(walk.say("Code"), exact=True).fill(code(secret, later=1))
    walk.press(page, "Sign in")
    page.wait_for_url(f"{walk.place.url}/")


def code(secret: bytes, later: int = 0) -> str:
    """What the app shows; ``later`` by so many of its steps, because each counts once."""
    return totp.code(secret, totp.step_of(datetime.now(UTC)) + later)


def brand(walk: Walk, page: Page) -> None:
    """The agency gets its name and its colour."""
    page.goto(f"{walk.place.url}/settings/brand")
    page.get_by_label(walk.say("Name that clients see")).fill(HOUSE)
    page.get_by_label(walk.say("Main colour")).fill(SHADE)
    page.locator("form", has=page.locator("#accent")).get_by_role("button", name=walk.say("Save changes")).click()
    expect(page).to_have_title(re.compile(re.escape(HOUSE)))


def bill(walk: Walk, page: Page) -> str:
    """The first invoice of the new colleague, and its payment; its number."""
    page.goto(f"{walk.place.url}/invoices/new?client_id={walk.place.world.clients['alpen']}")
    page.get_by_label(walk.say("Description")).fill("Bergsommer: Fotografie")
    page.get_by_label(walk.say("Unit price")).fill("500")
    walk.press(page, "Save draft")
    walk.press(page, "Issue invoice")
    expect(page.locator(".head .state")).to_have_text(walk.say("Open"))
    page.locator("summary", has_text=walk.say("Record payment")).click()
    walk.press(page, "Save payment")
    expect(page.locator(".head .state")).to_have_text(walk.say("Paid"))
    assert faults(page) == []
    return page.get_by_role("heading", level=1).inner_text().split()[-1]


def publish(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a report tells: the lake's figures, or for the short walk those that stand in for them."""
    if DEEP:
        assert pipeline.run(place.settings).published
        return
    with psycopg.connect(place.settings.owner_database_url) as owner:
        owner.execute("set local row_security = off")
        (workspace_id,) = owner.execute("select id from workspace").fetchone() or ()
    numbers = Numbers({workspace_id: samples.figures(CLIENT)})

    @asynccontextmanager
    async def here(settings: Settings) -> AsyncIterator[Office]:
        database = Database(settings.app_database_url, pool_size=1)
        yield Office(settings, database, numbers)
        await database.close()

    monkeypatch.setattr(report_jobs, "opened", here)


def send_report(walk: Walk, page: Page) -> None:
    """Last month's report leaves by mail."""
    page.goto(f"{walk.place.url}/reports")
    page.locator("summary", has_text=walk.say("New report")).click()
    page.locator("#client").select_option(label=CLIENT)
    walk.press(page, "Make report")
    expect(page.get_by_text(walk.say("The report is being made."))).to_be_visible()
    work_off(walk.place)


def read_on_a_phone(walk: Walk, number: str) -> None:
    """The client finds the invoice, and the same document that came by mail, under the agency's name and colour."""
    phone = walk.arrive(PHONE)
    walk.come_in(phone, walk.place.world.people["alpen"])
    phone.wait_for_url(f"{walk.place.url}/")
    expect(phone).to_have_title(re.compile(re.escape(HOUSE)))
    assert faults(phone) == []
    turn_to(walk, phone, "Invoices")
    phone.get_by_role("link", name=number).click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text(number)
    expect(phone.locator(".head .state")).to_have_text(walk.say("Paid"))
    assert faults(phone) == []
    turn_to(walk, phone, "Reports")
    with phone.expect_download() as download:
        phone.get_by_role("link", name=walk.say("PDF")).click()
    document = Path(download.value.path()).read_bytes()
    (attached,) = [
        part.get_payload(decode=True)
        for mail in walk.place.post.inbox.mails
        for part in mail.walk()
        if part.get_content_type() == "application/pdf"
    ]
    assert document == attached
    read = pymupdf.open(stream=document, filetype="pdf")  # type: ignore[no-untyped-call]
    assert HOUSE in read[0].get_text()  # type: ignore[no-untyped-call]


def turn_to(walk: Walk, phone: Page, title: str) -> None:
    """By the menu of small screens."""
    phone.get_by_role("link", name=walk.say("Open menu")).click()
    phone.get_by_role("link", name=walk.say(title), exact=True).click()
    walk.head(phone, title)
