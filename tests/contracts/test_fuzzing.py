"""The API against its own document: whatever is sent, no fault of ours, no ignored sign-in, no undocumented answer.

Schemathesis makes the requests, valid and not, follows ids from answer to answer, and checks each answer in every way
it knows. PROVE=1 makes 20,000 of them, SEED chooses others.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn

from api.kit.security import form_token
from imisofts.access import Role
from imisofts.settings import Settings
from tests.api.agency import Agency, Api, found, running, sign_in
from tests.conftest import free_port_base

HERE = Path(__file__).parent
PROVE = bool(os.environ.get("PROVE"))
PHASES, EACH, LEAST = ("coverage,fuzzing,stateful", 30, 20_000) if PROVE else ("fuzzing,stateful", 9, 2_000)

OF_PEOPLE = "^([A-Z]+ /v1/(session|account)|DELETE /v1/tokens)"
"""What a token is refused before anything is looked at, and what would end the token that the walk goes by."""


@contextmanager
def _served(api: Api) -> Iterator[str]:
    """The service over HTTP, in the loop that its database connections belong to."""
    port = free_port_base()
    server = uvicorn.Server(uvicorn.Config(api.app, port=port, log_level="critical", ws="none", lifespan="off"))
    running = api.portal.start_task_soon(server.serve)
    while not server.started:
        time.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        running.result()


def _walk(url: str, folder: Path, heads: dict[str, str], *more: str) -> int:
    """How many requests were made; fails with what Schemathesis says when one was answered wrongly."""
    report = folder / "report.json"
    command: list[str | Path] = [
        Path(sys.executable).parent / "st", "--config-file", HERE / "schemathesis.toml", "run", f"{url}/openapi.json",
        "--checks", "all", "--phases", PHASES, "--max-examples", str(EACH), "--seed", os.environ.get("SEED", "1"),
        "--no-shrink", "--report", "json", "--report-json-path", report, *more,
        *(part for name, value in heads.items() for part in ("-H", f"{name}: {value}")),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    said = done.stdout.partition("= FAILURES =")[2] or done.stdout
    assert done.returncode == 0, said[:12_000] + done.stderr[-2000:]
    return int(json.loads(report.read_text(encoding="utf-8"))["test_cases"]["generated"])


@pytest.fixture
def agency(fresh_settings: Settings) -> Iterator[Agency]:
    """An agency of the test's own: it will not be the same afterwards."""
    with running(fresh_settings) as api:
        yield found(api)


@pytest.mark.slow
def test_the_api_keeps_to_its_document(agency: Agency, tmp_path: Path) -> None:
    token = agency.api.ask("POST", "/tokens", agency.as_role[Role.owner], json={"name": "Fuzz"}).body["token"]
    cookie = sign_in(agency.api, agency.email(Role.owner)).cookie or ""
    with _served(agency.api) as url:
        made = _walk(url, tmp_path, {"Authorization": f"Bearer {token}"}, "--exclude-name-regex", OF_PEOPLE)
        heads = {"Cookie": f"imisofts_session={cookie}", "X-Form-Token": form_token(cookie)}
        made += _walk(url, tmp_path, heads, "--include-name-regex", OF_PEOPLE)
    assert made >= LEAST
