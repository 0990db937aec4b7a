"""One service for the tests of this folder, an agency of its own for each test."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from imisofts.access import Role
from imisofts.settings import Settings
from tests.api.agency import Agency, Api, found, running

Upload = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def api(settings: Settings) -> Iterator[Api]:
    with running(settings) as api:
        yield api


@pytest.fixture
def agency(api: Api) -> Agency:
    return found(api)


@pytest.fixture
def upload(agency: Agency) -> Upload:
    """Import a file and wait for its end; the import, with ``seen``: each ``done_rows`` polled."""

    def send(kind: str, text: str | bytes, *, name: str = "file.csv", dry_run: bool = False, **options: Any) -> Any:
        owner = agency.as_role[Role.owner]
        content = text.encode() if isinstance(text, str) else text
        run: dict[str, Any] = agency.api.ask(
            "POST",
            "/imports",
            owner,
            data={"kind": kind, "options": json.dumps(options), "dry_run": str(dry_run).lower()},
            files={"file": (name, content, "text/csv")},
        ).body
        seen: list[int] = []
        deadline = time.monotonic() + 120
        while run["status"] == "running" and time.monotonic() < deadline:
            time.sleep(0.05)
            run = agency.api.ask("GET", f"/imports/{run['id']}", owner).body
            seen.append(run["done_rows"])
        return {**run, "seen": seen}

    return send


@pytest.fixture
def rows(agency: Agency) -> Callable[..., list[Mapping[str, Any]]]:
    """All rows of a list, page by page."""

    def read(path: str, **params: Any) -> list[Mapping[str, Any]]:
        owner, found_rows, cursor = agency.as_role[Role.owner], [], None
        while True:
            asked = {**params, "limit": 200, **({"cursor": cursor} if cursor else {})}
            page = agency.api.ask("GET", path, owner, params=asked).body
            found_rows += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found_rows

    return read
