"""Pages of a running portal, asked for by sixteen connections at a time; the client is a process of its own."""

import httpx2

from api.kit.security import cookie_name
from bench import child
from bench.page import Page
from bench.programs import cpu_seconds, running
from imisofts import sample
from imisofts.access import Role
from imisofts.machine import processors
from imisofts.settings import Settings

PAGES = {
    "/invoices": "a quarter of that draws fifty rows, the rest asks the API three times",
    "/": "it asks the API eight times, each in a transaction of its own",
}
"""Each page with where its time goes, as a profile showed."""
CONNECTIONS, SECONDS = 16, 8
GOAL_MS = 50
_ROOM_MS = GOAL_MS * processors() / CONNECTIONS
"""Of processor for one page, where all connections are to be served within the goal."""


def measure(settings: Settings, page: Page) -> None:
    """Needs the sample agency with its figures published."""
    owner = next(one for one in sample.sign_ins(settings) if one.role == Role.owner)
    with running(settings, "web", f"{settings.public_url}/health") as servers:
        with httpx2.Client(base_url=settings.public_url) as browser:
            given = {"email": owner.email, "password": owner.password}
            browser.post("/v1/session", json=given).raise_for_status()
            cookie = str(browser.cookies[cookie_name(settings.public_url)])
        for path, why in PAGES.items():
            _page(settings, page, path, why, cookie, servers)


def _page(settings: Settings, page: Page, path: str, why: str, cookie: str, servers: list[int]) -> None:
    """One page: once every server knows it, alone and then by all connections, each of which asks again as soon as it
    has its answer."""
    _ask(settings, path, cookie, connections=CONNECTIONS, seconds=SECONDS / 2)
    alone = _ask(settings, path, cookie, connections=1, seconds=SECONDS / 4)
    before = cpu_seconds(*servers)
    many = _ask(settings, path, cookie, connections=CONNECTIONS, seconds=SECONDS)
    each = (cpu_seconds(*servers) - before) / many["requests"] * 1000
    page.add(
        f"portal page {path} at {CONNECTIONS} connections, p95",
        f"{many['p95']:.0f} ms",
        f"{alone['p50']:.0f} ms by one connection, {each:.0f} ms of processor a page in {len(servers)} servers ({why}),"
        f" {1000 / each:.0f} pages a CPU second, {many['bytes'] / 1000:.0f} kB; the goal leaves {_ROOM_MS:.0f} ms for"
        " server, Postgres and client, which share the cores",
        goal=f"≤ {GOAL_MS} ms",
        met=many["p95"] <= GOAL_MS,
    )


def _ask(settings: Settings, path: str, cookie: str, connections: int, seconds: float) -> dict[str, float]:
    given = {
        "KNOCK_URL": f"{settings.public_url}{path}",
        "KNOCK_COOKIE": f"{cookie_name(settings.public_url)}={cookie}",
        "KNOCK_CONNECTIONS": str(connections),
        "KNOCK_SECONDS": str(seconds),
    }
    return child.ours("bench.knock", given, seconds=10 * SECONDS)
