"""What Lighthouse says of pages of a running portal: a phone of the middle class on a slow line, its own default."""

import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from playwright.sync_api import sync_playwright

from api.kit.security import cookie_name
from bench.page import Page
from bench.programs import running
from imisofts import sample
from imisofts.access import Role
from imisofts.settings import PROJECT_ROOT, Settings

PROGRAM = PROJECT_ROOT / "tests" / "node_modules" / "lighthouse" / "cli" / "index.js"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking --disable-component-update".split()
GOALS = {"performance": 95, "accessibility": 100, "best-practices": 95}
"""Points of a hundred, by category."""
PAGES: tuple[tuple[str, str, Role | None], ...] = (
    ("sign-in", "/sign-in", None),
    ("staff home", "/", Role.owner),
    ("client home", "/", Role.client),
    ("invoice list", "/invoices", Role.owner),
)
"""Name, address, and who looks."""
RUNS, SECONDS = 5, 120
TRIES = 3
"""The browser now and then records nothing of a page (NO_NAVSTART); Lighthouse says to run it again."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Points of a hundred by category, and what cost points, in Lighthouse's words."""

    points: Mapping[str, int]
    faults: tuple[str, ...]


def missing() -> str:
    """What stands in the way of asking here, if anything."""
    if not PROGRAM.exists():
        return "Lighthouse is not installed: npm ci in tests/"
    return "" if Path(CHROMIUM).exists() else "needs Chromium: set CHROMIUM to its path"


def measure(settings: Settings, page: Page) -> None:
    """The median of five of each page; needs the sample agency with its figures published."""
    if reason := missing():
        page.not_measured("Lighthouse", reason)
        return
    people = {one.role: one for one in sample.sign_ins(settings)}
    with running(settings, "web", f"{settings.public_url}/health"):
        for name, path, role in PAGES:
            given = {"email": people[role].email, "password": people[role].password} if role else None
            with looking(settings.public_url, given) as port:
                verdicts = [ask(settings.public_url + path, port) for _ in range(RUNS)]
            _add(page, name, verdicts)


def _add(page: Page, name: str, verdicts: list[Verdict]) -> None:
    medians = {what: int(statistics.median(one.points[what] for one in verdicts)) for what in GOALS}
    slowest = min(one.points["performance"] for one in verdicts)
    page.add(
        f"Lighthouse, {name}: performance, accessibility, best practices",
        " / ".join(str(medians[what]) for what in GOALS),
        f"median of {len(verdicts)}, at worst {slowest}; an emulated phone on slow 4G",
        goal=" / ".join(f"≥ {least}" for least in GOALS.values()),
        met=all(medians[what] >= least for what, least in GOALS.items()),
    )


@contextmanager
def looking(url: str, given: Mapping[str, str] | None) -> Iterator[int]:
    """A browser with a profile of its own, signed in with ``given`` (e-mail, password); yields the port it obeys."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory(prefix="imisofts-browser-") as folder, sync_playwright() as playwright:
        flags = [*FLAGS, f"--remote-debugging-port={port}"]
        context = playwright.chromium.launch_persistent_context(folder, executable_path=CHROMIUM, args=flags)
        if given:
            with httpx2.Client(base_url=url) as client:
                client.post("/v1/session", json=dict(given)).raise_for_status()
                name = cookie_name(url)
                context.add_cookies([{"name": name, "value": str(client.cookies[name]), "url": url}])
        yield port
        context.close()


def ask(url: str, port: int) -> Verdict:
    """One run over one page. Raises ``ValueError`` where the page answered from another address: not signed in."""
    categories = ",".join(GOALS)
    node = str(Path(sys.executable).with_name("node"))
    options = [f"--port={port}", "--output=json", "--quiet", f"--only-categories={categories}"]
    environment = {**os.environ, "CI": "1"}  # asks nobody whether errors may be reported
    command = [node, str(PROGRAM), url, *options]
    for _ in range(TRIES):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
        if not done.returncode:
            break
    else:
        raise RuntimeError(f"Lighthouse gave up on {url}: {done.stderr.strip()[-200:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    if found["finalDisplayedUrl"] != url:
        raise ValueError(f"{url} led to {found['finalDisplayedUrl']}")
    return Verdict(
        {name: round(found["categories"][name]["score"] * 100) for name in GOALS},
        tuple(_faults(found)),
    )


def _faults(found: Mapping[str, Any]) -> Iterator[str]:
    """Audits that count and were not passed in full."""
    for name in GOALS:
        for reference in found["categories"][name]["auditRefs"]:
            audit = found["audits"][reference["id"]]
            if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
                yield f"{name}: {audit['title']} ({audit.get('displayValue') or audit['score']})"
