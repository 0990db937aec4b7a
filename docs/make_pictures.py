"""Pictures for the documentation, taken from a running installation with its sample sign-ins.

Run ``python docs/make_pictures.py`` while ``make up`` runs; needs Chromium (``CHROMIUM``, else /usr/bin/chromium).
"""

import json
import os
from pathlib import Path
from typing import Any

import pymupdf
from playwright.sync_api import BrowserContext, sync_playwright

from imisofts.settings import Settings, load

OUT = Path(__file__).parent / "pictures"
FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-background-networking "
    "--disable-component-update --disable-sync --no-first-run"
).split()


def sign_in(context: BrowserContext, settings: Settings, person: dict[str, Any]) -> None:
    """Through the portal's own form."""
    page = context.new_page()
    page.goto(f"{settings.public_url}/sign-in")
    page.fill("#email", person["email"])
    page.fill("#password", person["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{settings.public_url}/")
    page.close()


def take(context: BrowserContext, address: str, name: str, ready: str | None = None) -> None:
    """One page into ``docs/pictures``, once ``ready`` is there: the console draws after it has loaded."""
    page = context.new_page()
    page.goto(address)
    if ready:
        page.wait_for_selector(ready, timeout=60_000)
        page.wait_for_timeout(6000)
    page.wait_for_timeout(400)
    page.screenshot(path=OUT / f"{name}.png")
    page.close()


def report_page(context: BrowserContext, settings: Settings) -> None:
    """The second page (the first with figures) of the newest report that has a PDF."""
    page = context.new_page()
    page.goto(f"{settings.public_url}/reports")
    link = page.locator("a[href$='/pdf']").first
    if link.count():
        answer = context.request.get(settings.public_url + str(link.get_attribute("href")))
        document = pymupdf.open(stream=answer.body(), filetype="pdf")  # type: ignore[no-untyped-call]
        document[min(1, len(document) - 1)].get_pixmap(dpi=110).save(OUT / "report-1.png")  # type: ignore[no-untyped-call]
    page.close()


def main() -> None:
    """All pictures."""
    settings = load()
    sample = json.loads((settings.home / "sample.json").read_text(encoding="utf-8"))
    people = {person["role"]: person for person in sample["sign_ins"]}
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=FLAGS
        )
        desk = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
        sign_in(desk, settings, people["owner"])
        for path, name in (("/", "home"), ("/invoices", "invoices"), ("/clients", "clients")):
            take(desk, settings.public_url + path, f"portal-{name}")
        for path, name in (("", "overview"), ("revenue", "revenue")):
            take(desk, f"{settings.console_url}/{path}", f"console-{name}", ready=".im-card, .im-question")
        report_page(desk, settings)
        phone = browser.new_context(viewport={"width": 375, "height": 800}, color_scheme="dark", locale="en-GB")
        sign_in(phone, settings, people["client"])
        take(phone, settings.public_url, "portal-client-phone")
        browser.close()


if __name__ == "__main__":
    main()
