"""One embedded Postgres per run, shared by xdist's workers; databases cloned from a migrated template.

``settings`` has a product database of each worker's own: what a test counts, queues or takes for the newest is not
another process's. ``fresh_settings`` gives a test databases and a lake of its own, so that it may replicate and publish
without meeting another test.
"""

import fcntl
import json
import os
import random
import shutil
import socket
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from imisofts import services
from imisofts import settings as settings_module
from imisofts.services import postgres, roles
from imisofts.settings import Settings
from tests.asvs import Witness

PORTS = 10
TEMPLATE = "imisofts_template"
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}


def pytest_configure(config: pytest.Config) -> None:
    """A run of everything answers for the tests that the security page names."""
    if Witness.is_needed(config):
        config.pluginmanager.register(Witness())


def free_port_base() -> int:
    """The first of ten neighbouring ports that nobody listens on."""
    for base in random.sample(range(20000, 32000, PORTS), 200):
        try:
            for offset in range(PORTS):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", base + offset))
        except OSError:
            continue
        return base
    raise RuntimeError("no ten free ports in a row")


def _run_folder() -> Path:
    """One folder per run: xdist tells its workers the run's id. Not pytest's own, which is closed to other accounts."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID") or uuid.uuid4().hex
    folder = Path(tempfile.gettempdir()) / f"imisofts-test-{run[:12]}"
    folder.mkdir(mode=0o755, exist_ok=True)
    return folder


def _shared_port_base(folder: Path) -> int:
    with (folder / "ports.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        file = folder / "ports.json"
        if not file.exists():
            file.write_text(json.dumps(free_port_base()), encoding="utf-8")
        return int(json.loads(file.read_text(encoding="utf-8")))


def clone_database(settings: Settings, template: str, name: str, owner: str) -> None:
    """``create database … template``, with what the copy leaves out: settings of the database and its privileges."""
    with psycopg.connect(postgres.superuser_url(settings), autocommit=True) as admin:
        admin.execute(
            sql.SQL("create database {} template {} owner {} strategy file_copy").format(
                *map(sql.Identifier, (name, template, owner))
            )
        )
        kept = admin.execute(
            "select unnest(setconfig) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase"
            " where d.datname = %s and s.setrole = 0",
            ("imisofts",),
        ).fetchall()
        for (setting,) in kept if template == TEMPLATE else []:
            key, _, value = setting.partition("=")
            parts = sql.SQL(", ").join(sql.Literal(part.strip(' "')) for part in value.split(","))
            admin.execute(
                sql.SQL("alter database {} set {} to {}").format(sql.Identifier(name), sql.Identifier(key), parts)
            )
        roles.allow(admin, name, [f"imisofts_{role}" for role in ("app", "loader")])


def drop_database(settings: Settings, name: str) -> None:
    """Drop a clone, its replication slots first."""
    with psycopg.connect(postgres.superuser_url(settings), autocommit=True) as admin:
        admin.execute(
            "select pg_terminate_backend(active_pid) from pg_replication_slots where database = %s and active", (name,)
        )
        admin.execute(
            "select pg_drop_replication_slot(slot_name) from pg_replication_slots where database = %s", (name,)
        )
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _prepare(settings: Settings) -> None:
    services.migrate(settings)
    clone_database(settings, "imisofts", TEMPLATE, "imisofts_owner")


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """The run's data folder, with its embedded Postgres running, migrated."""
    folder = _run_folder()
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        for name in [name for name in os.environ if name.startswith("IMISOFTS_")]:
            patch.delenv(name)
        patch.setenv("IMISOFTS_HOME", str(folder))
        patch.setenv("IMISOFTS_PORT_BASE", str(_shared_port_base(folder)))
        server = stack.enter_context(postgres.running(settings_module.load(), prepare=_prepare, options=FAST))
        yield folder
        stack.close()
        if server is not None:
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def settings(home: Path) -> Iterator[Settings]:
    """Settings of the run's installation; its product database is shared by the tests of this process alone."""
    run = settings_module.load(home)
    name = f"w_{uuid.uuid4().hex[:12]}"
    clone_database(run, TEMPLATE, name, "imisofts_owner")
    yield run.moved(**_product(run, name))
    drop_database(run, name)


def _product(settings: Settings, name: str) -> dict[str, str]:
    """The addresses of another product database of the same server."""
    return {
        url: _renamed(getattr(settings, url), name)
        for url in ("owner_database_url", "app_database_url", "loader_database_url")
    }


def _renamed(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()


@contextmanager
def _installations(settings: Settings) -> Iterator[Callable[[], Settings]]:
    """Makes installations with a product database, a lake catalogue and folders of their own."""
    made: list[tuple[str, str, Path]] = []

    def make() -> Settings:
        suffix = uuid.uuid4().hex[:12]
        product, catalogue = f"t_{suffix}", f"l_{suffix}"
        folder = settings.home / "fresh" / suffix
        folder.mkdir(parents=True)
        made.append((product, catalogue, folder))
        clone_database(settings, TEMPLATE, product, "imisofts_owner")
        clone_database(settings, "template1", catalogue, "imisofts_lake")
        return settings.moved(
            home=folder,
            lake_catalog_url=_renamed(settings.lake_catalog_url, catalogue),
            lake_data_path=str(folder / "lake"),
            **_product(settings, product),
        )

    yield make
    for product, catalogue, folder in made:
        drop_database(settings, product)
        drop_database(settings, catalogue)
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def make_settings(settings: Settings) -> Iterator[Callable[[], Settings]]:
    """Makes installations of the test's own; they go with it."""
    with _installations(settings) as make:
        yield make


@pytest.fixture(scope="module")
def module_settings(settings: Settings) -> Iterator[Settings]:
    """An installation of one file's own, for tests that read what was published once."""
    with _installations(settings) as make:
        yield make()


@pytest.fixture
def fresh_settings(make_settings: Callable[[], Settings]) -> Settings:
    """An installation of the test's own: migrated empty product database, empty lake catalogue, empty folders."""
    return make_settings()
