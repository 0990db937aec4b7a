"""A data folder backed up while it is at work, restored elsewhere, and compared; an older one copied and upgraded."""

import shutil
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from imisofts import services
from imisofts.cli import backup
from imisofts.errors import OperatorError
from imisofts.services import archive, postgres, version
from imisofts.settings import Settings, load
from tests.conftest import FAST, free_port_base
from tests.orchestration.conftest import Agency
from warehouse import lake, maintenance, pipeline, replication
from warehouse.publish import publications

SMALL = {**FAST, "shared_buffers": "32MB", "max_connections": "60"}


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for data folders, with a server's account let in; no setting of the run's own installation."""
    for name in ("IMISOFTS_HOME", "IMISOFTS_PORT_BASE"):
        monkeypatch.delenv(name, raising=False)
    with tempfile.TemporaryDirectory(prefix="imisofts-backup-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@contextmanager
def installation(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A data folder with its own server, and the environment that a command would have."""
    monkeypatch.setenv("IMISOFTS_HOME", str(home))
    monkeypatch.setenv("IMISOFTS_PORT_BASE", str(free_port_base()))
    settings = load()
    with postgres.running(settings, prepare=services.upgrade, options=SMALL):
        yield settings


def marts(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    """Every published mart, row by row."""
    with lake.connect(settings) as connection:
        names = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'lake' and schema_name = 'marts'"
        ).fetchall()
        return {
            name: connection.execute(f"select * from lake.marts.{name} order by all").fetchall() for (name,) in names
        }


def invoices(settings: Settings) -> int:
    with lake.connect(settings) as connection:
        row = connection.execute("select count(*) from lake.raw.invoice").fetchone()
    assert row is not None
    return int(row[0])


@contextmanager
def at_work(agency: Agency) -> Iterator[list[int]]:
    """Somebody writes, replicates and maintains meanwhile; gives how many invoices there are."""
    stop, written = threading.Event(), [1]

    def work() -> None:
        while not stop.is_set():
            agency.invoice(1_000)
            written[0] += 1
            replication.catch_up(agency.settings)
            maintenance.maintain(agency.settings, grace=timedelta(0))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield written
    finally:
        stop.set()
        thread.join()


@pytest.mark.slow
def test_restored_elsewhere_every_table_and_every_mart_is_equal(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = place / "house.tar"
    with installation(place / "here", monkeypatch) as settings:
        agency = Agency(settings)
        agency.invoice(1_000)
        assert pipeline.run(settings).published
        with at_work(agency) as written:
            while written[0] < 3:
                time.sleep(0.01)
            before = written[0] - 1
            backup.backup(file)
            after = written[0] + 1
        published = marts(settings)
        assert file.stat().st_mode & 0o077 == 0, "it holds every secret"
        with pytest.raises(OperatorError, match="never replaces"):
            backup.backup(file)
    monkeypatch.setenv("IMISOFTS_HOME", str(place / "there"))
    monkeypatch.setenv("IMISOFTS_PORT_BASE", str(free_port_base()))
    backup.restore(file)
    with pytest.raises(OperatorError, match="not empty"):
        backup.restore(file)
    with installation(place / "there", monkeypatch) as restored:
        assert before <= invoices(restored) <= after
        assert replication.verify(restored, history=True).equal
        assert marts(restored) == published
        with lake.connect(restored) as connection:
            assert [one.id for one in publications(connection)] == [1]
        agency = Agency(restored, agency.workspace)
        agency.invoice(1_000)
        assert pipeline.run(restored).published, "and life goes on"


def test_an_older_folder_is_copied_before_it_is_upgraded(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = place / "old"
    with installation(home, monkeypatch):
        pass
    (home / "version").write_text("1\n")
    copy = home / "backups" / f"before-version-{version.DATA_VERSION}.tar"
    with monkeypatch.context() as broken:
        broken.setattr(services, "migrate", lambda _: (_ for _ in ()).throw(RuntimeError("killed")))
        with pytest.raises(RuntimeError), installation(home, monkeypatch):
            pass
    assert (version.of(home), copy.exists()) == (1, True)
    made_at = copy.stat().st_mtime_ns
    with installation(home, monkeypatch):
        assert (version.of(home), copy.stat().st_mtime_ns) == (version.DATA_VERSION, made_at)
    _damaged(copy, place)


def _damaged(whole: Path, place: Path) -> None:
    """What is no whole backup makes no data folder."""
    short, changed = place / "short.tar", place / "changed.tar"
    shutil.copy(whole, short)
    with short.open("r+b") as file:
        file.truncate(whole.stat().st_size - 20_000)
    data = bytearray(whole.read_bytes())
    data[len(data) // 2] ^= 1
    changed.write_bytes(data)
    for file_of, reason in (
        (short, "no whole backup"),
        (changed, "damaged|no whole backup"),
        (place / "none", "no file"),
    ):
        with pytest.raises(OperatorError, match=reason):
            archive.unpack(file_of, place / "empty")
        assert not (place / "empty").exists()
        assert not (place / "empty.partial").exists()


def test_a_file_of_two_names_is_in_the_backup_once_and_comes_back_under_both(tmp_path: Path) -> None:
    first, second = tmp_path / "a.parquet", tmp_path / "b.parquet"
    first.write_bytes(b"rows" * 5_000)
    second.hardlink_to(first)
    packed = tmp_path / "packed.tar"
    with tarfile.open(packed, "w") as out:
        hashes = {path.name: archive._add(out, path.name, path) for path in (first, second)}
    assert packed.stat().st_size < 2 * first.stat().st_size
    with tarfile.open(packed) as found:
        found.extractall(tmp_path / "there", filter="data")
    assert hashes == {path.name: archive._hash(tmp_path / "there" / path.name) for path in (first, second)}
