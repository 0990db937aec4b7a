"""A running installation: the worker asked to catch up, and the databases killed with -9 under API and worker."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import httpx2
import pytest
from typer.testing import CliRunner

from api.client import Client, Credentials, Problem
from api.identity import operator
from imisofts import settings as installation
from imisofts.access import Role
from imisofts.cli import app as command
from imisofts.services import postgres
from imisofts.settings import PROJECT_ROOT, Settings
from orchestration import control
from orchestration.instance import open_instance
from tests.api.agency import PASSWORD
from tests.conftest import free_port_base
from tests.orchestration.conftest import Agency
from warehouse import lake
from warehouse.replication import reading, source

KILLS = 10 if os.environ.get("PROVE") == "1" else 1
PATIENCE = 300.0


def eventually(condition: Callable[[], object], what: str) -> None:
    """Wait for it; patience is for a busy machine and asserts nothing about speed."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.2)


@dataclass
class Writer:
    """Makes clients through the API, one after another, each asked for until it is answered."""

    settings: Settings
    credentials: Credentials
    acknowledged: list[str] = field(default_factory=list)
    refused: int = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        stop = threading.Event()
        thread = threading.Thread(target=lambda: asyncio.run(self._write(stop)))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def goes_on(self) -> None:
        """Wait for ten more answers."""
        wanted = len(self.acknowledged) + 10
        eventually(lambda: len(self.acknowledged) >= wanted, "the API answers no more")

    async def _write(self, stop: threading.Event) -> None:
        async with Client.http(self.settings.public_url) as client:
            while not stop.is_set():
                name = f"client-{len(self.acknowledged)}"
                body, key = {"name": name, "external_id": name}, {"Idempotency-Key": name}
                try:
                    await client.post("/clients", credentials=self.credentials, json=body, headers=key)
                    self.acknowledged.append(name)
                except (Problem, httpx2.HTTPError) as error:
                    if isinstance(error, Problem) and error.status < 500:
                        raise
                    self.refused += 1
                await asyncio.sleep(0.05)


@dataclass
class House:
    """An installation that runs."""

    settings: Settings
    process: "subprocess.Popen[bytes]"

    def command(self, *arguments: str) -> str:
        """Standard output of the `imisofts` command."""
        own = {"IMISOFTS_HOME": str(self.settings.home), "IMISOFTS_PORT_BASE": str(self.settings.port_base)}
        answer = CliRunner().invoke(command, list(arguments), env=own, catch_exceptions=False)
        assert answer.exit_code == 0, answer.output
        return answer.stdout

    def ask(self, method: str, path: str, who: Credentials | None = None, **options: Any) -> Any:
        """One request over HTTP."""

        async def asked() -> Any:
            async with Client.http(self.settings.public_url) as client:
                return await client.request(method, path, credentials=who, **options)

        return asyncio.run(asked())

    def answers(self) -> bool:
        """Whether the API and the worker both do."""
        try:
            self.ask("GET", "/metrics")
        except Problem as problem:
            return problem.status == 401 and control.alive(self.settings)
        except httpx2.HTTPError:
            return False
        return False

    def owner(self) -> tuple[Agency, Credentials]:
        """A new agency, and its owner signed in."""
        slug = f"house-{time.monotonic_ns()}"
        made = operator.create_workspace(
            self.settings, slug, name="Acme", currency="EUR", timezone="Europe/Berlin", week_starts_on=0
        )
        link = operator.create_user(
            self.settings, f"owner@{slug}.example", workspace=slug, role=Role.owner, name="Ann", client_id=None
        )
        token = {"token": link.partition("token=")[2], "password": PASSWORD}
        cookies = self.ask("POST", "/session/link", json=token).cookies
        return Agency(self.settings, made), Credentials(cookie=cookies["imisofts_session"])

    def server_pid(self) -> int | None:
        """The process of the database server; nothing while there is none."""
        try:
            return int((postgres.layout(self.settings).data / "postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError):
            return None

    def kill_databases(self) -> None:
        """-9 to the server, and wait for another one that answers."""
        before = self.server_pid()
        assert before is not None
        os.kill(before, signal.SIGKILL)
        eventually(
            lambda: self.server_pid() not in (None, before) and postgres.is_running(self.settings),
            "the supervisor did not start Postgres again",
        )


@pytest.fixture(scope="module")
def house(home: Path) -> Iterator[House]:
    """Its own data folder, ports and databases, made durable as a real one is."""
    folder = home / "house"
    folder.mkdir(mode=0o755)
    own = {"IMISOFTS_HOME": str(folder), "IMISOFTS_PORT_BASE": str(free_port_base())}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in own.items():
            patch.setenv(name, value)
        settings = installation.load(folder)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.house"], cwd=PROJECT_ROOT, env={**os.environ, **own}
    )
    opened = House(settings, process)
    try:
        eventually(lambda: process.poll() is not None or opened.answers(), "it did not come up")
        assert process.poll() is None
        yield opened
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0


def differences(settings: Settings) -> dict[str, int]:
    """Rows of each replicated table that stand on one side only."""
    found: dict[str, int] = {}
    with source.connect(settings.loader_database_url) as session:
        tables = source.tables(session).values()
    with lake.connect(settings) as connection:
        reading.attach(connection, settings)
        for table in tables:
            there = ", ".join(f'cast("{column.name}" as {column.lake_type})' for column in table.columns)
            here = ", ".join(f'"{column.name}"' for column in table.columns)
            product, raw = (
                f"select {there} from source.public.{table.name}",
                f"select {here} from lake.raw.{table.name}",
            )
            row = connection.execute(
                f"select count(*) from (({product} except all {raw}) union all ({raw} except all {product}))"
            ).fetchone()
            assert row is not None
            found |= {table.name: row[0]} if row[0] else {}
    return found


def forget_one(agency: Agency) -> None:
    """The lake loses a row, as a loader that is not exact would leave it."""
    with lake.writer_lock(agency.settings), lake.connect(agency.settings, read_only=False) as connection:
        connection.execute("delete from lake.raw.client where id = ?", [agency.client])


def published_total(agency: Agency) -> str:
    with lake.connect(agency.settings) as connection:
        row = connection.execute(
            "select sum(total)::decimal(18, 2)::varchar from lake.marts.fct_invoices where workspace_id = ?",
            [agency.workspace],
        ).fetchone()
    assert row is not None
    return str(row[0])


@pytest.mark.slow
def test_the_worker_catches_up_when_asked_and_tells_dagster(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DAGSTER_HOME", "DAGSTER_PG_URL", "DAGSTER_DISABLE_TELEMETRY", "IMISOFTS_HOME"):
        monkeypatch.setenv(name, "")  # opening the instance sets them; this puts them back afterwards
    agency, _ = house.owner()
    agency.invoice(1_000)
    assert "0 failed" in house.command("pipeline", "run")
    assert published_total(agency) == "10.00"
    before = control.run(house.settings).publication_id or 0
    agency.invoice(2_000)
    told = house.command("pipeline", "run")
    assert [line.split()[0] for line in told.splitlines() if line.startswith(("replicate", "build"))] == [
        "replicate",
        "build",
    ]
    assert published_total(agency) == "30.00"
    invoices = dg.AssetKey(["marts", "fct_invoices"])
    check = dg.AssetCheckKey(invoices, "reconciliation")
    with open_instance(house.settings) as instance:

        def newest(key: dg.AssetKey, told: str) -> Any:
            event = instance.get_latest_materialization_event(key)
            found = event.asset_materialization if event else None
            return found.metadata[told].value if found and told in found.metadata else 0

        eventually(lambda: newest(invoices, "publication") > before, "Dagster was not told of the publication")
        eventually(lambda: newest(dg.AssetKey(["raw", "invoice"]), "rows"), "Dagster was not told of the rows")
        verdicts = instance.event_log_storage.get_asset_check_execution_history(check, limit=10)
        assert {verdict.status.value for verdict in verdicts} == {"SUCCEEDED"}


@pytest.mark.slow
def test_databases_killed_under_api_and_worker_lose_nothing(house: House) -> None:
    agency, owner = house.owner()
    agency.invoice(1_000)
    house.command("pipeline", "run")
    figure = "/metrics/invoiced?from=2026-10-01&to=2026-10-31"
    before = house.ask("GET", figure, owner).body["rows"]
    writer = Writer(house.settings, owner)
    with writer.at_work():
        for _ in range(KILLS):
            writer.goes_on()
            house.kill_databases()
            writer.goes_on()
    assert house.ask("GET", figure, owner).body["rows"] == before
    house.command("pipeline", "run")
    eventually(lambda: not differences(house.settings), "the lake differs from the product's database")
    with lake.connect(house.settings) as connection:
        kept = connection.execute(
            "select external_id from lake.raw.client where workspace_id = ? and external_id is not null",
            [agency.workspace],
        ).fetchall()
        doubled = connection.execute(
            "select count(*) - count(distinct (_lsn, _ordinal)) from lake.history.client"
        ).fetchone()
    assert sorted(name for (name,) in kept) == sorted(writer.acknowledged)
    assert doubled == (0,)
    forget_one(agency)
    assert differences(house.settings).get("client") == 1, "the comparison is blind"
    print(
        f"{KILLS} kills of the database server, {len(writer.acknowledged)} writes acknowledged and {writer.refused}"
        " asked again: 0 lost, 0 doubled, every table equal"
    )
