"""Connections that stay: they see what others wrote, and never a lake that is no longer there."""

from collections.abc import Iterator
from contextlib import closing

import duckdb
import psycopg
import pytest

from imisofts.settings import Settings
from warehouse import lake
from warehouse.connections import Connections


@pytest.fixture
def place(fresh_settings: Settings) -> Settings:
    """An installation with an empty lake."""
    lake.ensure(fresh_settings)
    return fresh_settings


@pytest.fixture
def connections(place: Settings) -> Iterator[Connections]:
    with closing(Connections(place)) as connections:
        yield connections


def _tables(connections: Connections) -> tuple[duckdb.DuckDBPyConnection, list[str]]:
    with connections.writing() as connection:
        return connection, lake.tables(connection, "raw")


def _create(settings: Settings, *tables: str) -> None:
    with lake.writing(settings) as connection:
        for table in tables:
            connection.execute(f"create table lake.raw.{table} (id int)")


def _end_sessions(settings: Settings) -> None:
    with psycopg.connect(settings.lake_catalog_url, autocommit=True) as other:
        others = "datname = current_database() and pid <> pg_backend_pid()"
        other.execute(f"select pg_terminate_backend(pid, 10000) from pg_stat_activity where {others}")


def test_what_others_wrote_is_seen_by_what_stays_open(place: Settings, connections: Connections) -> None:
    first, _ = _tables(connections)
    _create(place, "one")
    assert _tables(connections) == (first, ["one"])


def test_what_is_open_is_not_open_for_ever(connections: Connections, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckLake never lets go of what it read of a version: a worker of weeks would hold gigabytes."""
    monkeypatch.setattr("warehouse.connections.USES", 2)
    opened = [_tables(connections)[0] for _ in range(4)]
    assert opened[0] is opened[1]
    assert opened[1] is not opened[2]
    assert opened[2] is opened[3]


def test_after_an_error_nothing_is_left_and_all_is_opened_anew(place: Settings, connections: Connections) -> None:
    first, _ = _tables(connections)
    with pytest.raises(duckdb.Error, match="nobody"), connections.writing() as connection:
        connection.execute("begin; create table lake.raw.half (id int); select * from nobody")
    second, tables = _tables(connections)
    assert second is not first
    assert tables == []


def test_a_lost_session_is_replaced_and_the_lake_with_it(place: Settings, connections: Connections) -> None:
    first, _ = _tables(connections)
    _end_sessions(place)
    connections.awake()
    second, tables = _tables(connections)
    assert second is not first
    assert tables == []


def test_a_lake_made_anew_in_the_same_place_is_not_taken_for_the_old_one(
    place: Settings, connections: Connections
) -> None:
    """It counts its versions from one again, and what was read of the old one's tables is kept by version."""
    _create(place, "old", "older")
    assert _tables(connections)[1] == ["old", "older"]
    with psycopg.connect(place.lake_catalog_url) as catalogue:
        tables = catalogue.execute(
            "select relname::text from pg_class where relname like 'ducklake%' and relkind = 'r'"
        )
        for (table,) in tables.fetchall():
            catalogue.execute(f'drop table "{table}"'.encode())
    lake.ensure(place)
    _create(place, "fresh", "fresher")
    assert _tables(connections)[1] == ["fresh", "fresher"]
