"""Opening the lake: what DuckDB prints when it cannot never holds a password."""

from collections.abc import Callable
from datetime import UTC, datetime

import duckdb
import pytest
from psycopg.conninfo import conninfo_to_dict

from imisofts import machine
from imisofts.settings import Settings
from tests.warehouse import toy
from warehouse import build, lake, replication
from warehouse.replication import reading

PASSWORD = "pass'word-nobody-may-read"
NOWHERE = f"postgresql://imisofts_lake:{PASSWORD}@127.0.0.1:1/imisofts_lake"


def read(settings: Settings) -> None:
    lake._attach(lake.bare(), settings, True, None, 0)


def write(settings: Settings) -> None:
    lake.connect(settings, read_only=False)


def copy(settings: Settings) -> None:
    reading.attach(lake.bare(), settings)


def build_marts(settings: Settings) -> None:
    build.build(settings, 1, data_at=datetime(2026, 1, 1, tzinfo=UTC), changed=None)


@pytest.mark.parametrize("opening", [read, write, copy, build_marts])
def test_a_database_that_does_not_answer_is_named_without_its_password(
    settings: Settings, opening: Callable[[Settings], None]
) -> None:
    away = settings.moved(lake_catalog_url=NOWHERE, loader_database_url=NOWHERE)
    with pytest.raises((duckdb.Error, build.BuildFailed)) as caught:
        opening(away)
    told = f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"
    assert "port='1'" in told or "port 1 failed" in told
    assert "nobody-may-read" not in told


def test_a_connection_that_is_open_shows_no_password(fresh_settings: Settings) -> None:
    """What was attached stays in memory, where any later error could print it."""
    toy.create(fresh_settings)
    replication.catch_up(fresh_settings)
    secret = str(conninfo_to_dict(fresh_settings.lake_catalog_url)["password"])
    with lake.connect(fresh_settings) as connection:
        paths = [path for (path,) in connection.execute("select path from duckdb_databases()").fetchall() if path]
        kept = connection.execute("select secret_string from duckdb_secrets()").fetchall()
    assert any("imisofts_lake" in path for path in paths)
    assert kept
    assert secret not in f"{paths} {kept}"


def test_each_connection_has_a_bound_and_a_folder_of_its_own_for_what_is_beyond(fresh_settings: Settings) -> None:
    """A second one would take the first one's files for its own, and what a killed process left is nobody's."""
    lake.ensure(fresh_settings)
    left = fresh_settings.home / "spill" / "999999999-0"
    left.mkdir(parents=True)
    asked = "select current_setting('memory_limit'), current_setting('temp_directory')"
    given = fresh_settings.moved(lake_memory="300MiB")
    with lake.connect(given) as one, lake.connect(given) as two, lake.connect(given, limit="200MiB") as worker:
        found = [row for each in (one, two, worker) for row in each.execute(asked).fetchall()]
    assert [limit for limit, _ in found] == ["300.0 MiB", "300.0 MiB", "200.0 MiB"]
    assert len({folder for _, folder in found}) == 3
    assert not left.exists()


def test_four_processes_do_not_take_more_than_the_machine_has(settings: Settings) -> None:
    assert lake.memory_limit(settings.moved(lake_memory="3GB")) == "3GB"
    each = int(lake.memory_limit(settings.moved(lake_memory="")).removesuffix("MiB")) * 2**20
    assert 0 < 4 * each <= machine.memory()
