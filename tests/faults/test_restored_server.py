"""The source killed with -9, or put back to an earlier time: the one goes on, the other stops loudly.

Both let the slot stand behind what the lake has. A server of the test's own, whose data folder is really copied back.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from imisofts.errors import OperatorError
from imisofts.services import postgres
from imisofts.settings import Settings
from tests.conftest import free_port_base
from tests.warehouse import toy
from warehouse import replication, status
from warehouse.replication import continuity, slots, source


@contextmanager
def server_of_our_own(lake_settings: Settings) -> Iterator[tuple[Settings, postgres.Server]]:
    """A source in a server of its own; its lake's catalogue stays in the run's server."""
    with tempfile.TemporaryDirectory(prefix="imisofts-restored-") as folder:
        Path(folder).chmod(0o755)
        base = free_port_base()
        own = {
            f"{role}_database_url": f"postgresql://imisofts_{role}:word@127.0.0.1:{base + 5}/imisofts"
            for role in ("owner", "app", "loader")
        }
        settings = lake_settings.moved(home=Path(folder), port_base=base, **own)
        options = {"fsync": "off", "shared_buffers": "32MB", "max_connections": "30", "checkpoint_timeout": "1h"}
        with postgres.running(settings, prepare=lambda _: None, options=options) as server:
            assert server is not None
            yield settings, server


def start_again(server: postgres.Server) -> None:
    """After a kill the server's own children may hold its memory for a moment longer."""
    for _ in range(20):
        try:
            server.restart()
        except OperatorError:
            continue
        return
    raise AssertionError("the server did not start again")


def kill(server: postgres.Server) -> None:
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait()
    start_again(server)


def copy_folder(there: Path, here: Path) -> None:
    shutil.rmtree(here, ignore_errors=True)
    subprocess.run(["cp", "-a", str(there), str(here)], check=True)


def stands_at(settings: Settings) -> str:
    with source.connect(settings.loader_database_url) as connection:
        return slots.require(connection, slots.slot_name(settings.loader_database_url)).confirmed


def a_busy_neighbour_keeps_no_log(settings: Settings) -> None:
    """Another database of the same server writes; an idle source still lets the server forget that."""
    kept = "select restart_lsn::text from pg_replication_slots"
    with toy.superuser(settings) as connection:
        connection.execute("create database neighbour")
        before = connection.execute("select pg_current_wal_lsn()::text").fetchone()
        with psycopg.connect(postgres.superuser_url(settings, "neighbour"), autocommit=True) as neighbour:
            neighbour.execute("create table busy as select md5(i::text) from generate_series(1, 50000) i")
            neighbour.execute("checkpoint")
        for _ in range(2):
            replication.catch_up(settings)
        after = connection.execute(kept).fetchone()
    assert before is not None
    assert after is not None
    assert slots.sortable(after[0]) > slots.sortable(before[0]), "the server keeps the neighbour's log for us"


def test_a_crash_goes_on_and_a_restore_stops(fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with server_of_our_own(fresh_settings) as (settings, server):
        data = postgres.layout(settings).data
        toy.create(settings)
        replication.catch_up(settings)
        a_busy_neighbour_keeps_no_log(settings)
        toy.every_change(settings)
        replication.catch_up(settings)
        postgres.stop(server.process)
        copy_folder(data, settings.home / "earlier")
        server.restart()

        # A crash: the slot's position since the last checkpoint is forgotten, and everything comes once more.
        expected = toy.changes_kept(settings)
        for _ in range(3):
            expected += toy.every_change(settings)
            reached = replication.catch_up(settings).lsn
        kill(server)
        assert stands_at(settings) < reached
        expected += toy.every_change(settings)
        with monkeypatch.context() as patch:
            patch.setattr("warehouse.replication.loader.CHANGES_PER_BATCH", 20)  # fewer than come once more
            replication.catch_up(settings)
        assert toy.changes_kept(settings) == expected
        toy.compare(settings)

        # The copy put back: the same server and timeline by name.
        postgres.stop(server.process)
        copy_folder(settings.home / "earlier", data)
        server.restart()
        with pytest.raises(replication.SourceChanged, match=r"earlier time; `imisofts lake resync --all`"):
            replication.catch_up(settings)
        assert "restored" in (status.pulse(settings).reason or "")
        toy.execute(settings, "delete from thing where count < 40; update thing set name = 'life anew'")
        toy.execute(settings, "create table ballast as select md5(i::text) from generate_series(1, 60000) i")
        toy.execute(settings, "insert into pair values (77, 'after all', 'small')")
        with source.connect(settings.loader_database_url) as connection:
            assert slots.flushed(connection) > reached, "by positions alone nothing would be wrong now"
        with pytest.raises(replication.SourceChanged, match="does not hold the lake's last transaction"):
            replication.catch_up(settings)

        with monkeypatch.context() as guard_off:
            guard_off.setattr(continuity, "require_same_past", lambda *_: None)
            replication.catch_up(settings)
            assert not replication.verify(settings).equal, "rows missing without a word"
        replication.resync_all(settings)
        assert replication.verify(settings, history=True).equal
        assert status.pulse(settings).fresh
