"""Pages of a running portal, asked for by sixteen connections at a time; the client is a process of its own."""

import httpx2

from api.kit.security import cookie_name
from bench import child
from bench.page import Page
from bench.programs import cpu_seconds, running
from imisofts import sample
from imisofts.access import Role
from imisofts.settings import Settings

PAGES = {
    "/invoices": "a third of that draws fifty rows, the rest asks the API three times",
    "/": "it asks the API eight times, each in a transaction of its own",
}
"""Each page with where its time goes, as a profile showed."""
CONNECTIONS, SECONDS = 16, 8
GOAL_MS = 50


def measure(settings: Settings, page: Page) -> None:
    """Needs the sample agency with its figures published."""
    owner = next(one for one in sample.sign_ins(settings) if one.role == Role.owner)
    with running(settings, "web", f"{settings.public_url}/health") as server:
        with httpx2.Client(base_url=settings.public_url) as browser:
            given = {"email": owner.email, "password": owner.password}
            browser.post("/v1/session", json=given).raise_for_status()
            cookie = str(browser.cookies[cookie_name(settings.public_url)])
        for path, why in PAGES.items():
            _page(settings, page, path, why, cookie, server)


def _page(settings: Settings, page: Page, path: str, why: str, cookie: str, server: int) -> None:
    """One page: alone first, then by all connections, each of which asks again as soon as it has its answer."""
    alone = _ask(settings, path, cookie, connections=1)
    before = cpu_seconds(server)
    many = _ask(settings, path, cookie, connections=CONNECTIONS)
    each = (cpu_seconds(server) - before) / many["requests"] * 1000
    page.add(
        f"portal page {path} at {CONNECTIONS} connections, p95",
        f"{many['p95']:.0f} ms",
        f"{alone['p50']:.0f} ms by one connection, {each:.0f} ms of the server's processor a page ({why}),"
        f" {1000 / each:.0f} pages a CPU second, {many['bytes'] / 1000:.0f} kB; client and server share the cores",
        goal=f"≤ {GOAL_MS} ms",
        met=many["p95"] <= GOAL_MS,
    )


def _ask(settings: Settings, path: str, cookie: str, connections: int) -> dict[str, float]:
    given = {
        "KNOCK_URL": f"{settings.public_url}{path}",
        "KNOCK_COOKIE": f"{cookie_name(settings.public_url)}={cookie}",
        "KNOCK_CONNECTIONS": str(connections),
        "KNOCK_SECONDS": str(SECONDS if connections > 1 else SECONDS / 4),
    }
    return child.ours("bench.knock", given, seconds=10 * SECONDS)
