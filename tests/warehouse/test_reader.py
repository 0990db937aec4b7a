"""What the gateway remembers of the present: it is asked for once, and never older than the lake. What it holds open is
opened anew when it is lost."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import psycopg
import pytest
from uuid_utils.compat import uuid7

from imisofts.access import ACTIONS_OF_ROLE, Actor, Role
from imisofts.settings import Settings
from warehouse import lake
from warehouse.gateway.catalogue import Catalogue
from warehouse.gateway.copied import Copies
from warehouse.gateway.reader import Reader
from warehouse.gateway.scope import Scope


@pytest.fixture
def place(fresh_settings: Settings) -> Settings:
    """An installation with an empty lake."""
    lake.ensure(fresh_settings)
    return fresh_settings


def _publish(settings: Settings, identity: int) -> None:
    with lake.writing(settings) as connection:
        connection.execute(
            "insert into lake.meta.publication"
            f" values ({identity}, now(), '0/1', 1, 1, now(), current_date, 'v', 1, 0, '[]')"
        )


def _newest(reader: Reader) -> int | None:
    found = reader.newest()
    return found.id if found else None


def test_a_publication_is_seen_at_once(place: Settings) -> None:
    reader = Reader.of(place)
    try:
        seen = [_newest(reader)]
        for identity in (1, 2):
            _publish(place, identity)
            seen.append(_newest(reader))
    finally:
        reader.close()
    assert seen == [None, 1, 2]


def test_nothing_is_asked_again_while_the_lake_stays(place: Settings) -> None:
    version: tuple[int, int] | None = (1, 1)
    reader = Reader(lambda *, snapshot=None: lake.connect(place, snapshot=snapshot), version=lambda: version)
    try:
        assert _newest(reader) is None
        _publish(place, 1)
        assert _newest(reader) is None  # by this version the lake has not changed
        version = (1, 2)
        assert _newest(reader) == 1
        version = None
        _publish(place, 2)
        assert _newest(reader) == 2  # nothing is remembered of a lake whose version cannot be told
    finally:
        reader.close()


def test_another_connection_may_be_to_another_lake(place: Settings) -> None:
    catalogue = Catalogue(place)
    try:
        before = catalogue.version()
        assert before is not None
        assert catalogue.version() == before
        with psycopg.connect(place.lake_catalog_url, autocommit=True) as other:
            others = "datname = current_database() and pid <> pg_backend_pid()"
            other.execute(f"select pg_terminate_backend(pid) from pg_stat_activity where {others}")
        after = catalogue.version()
        assert after not in (None, before)
    finally:
        catalogue.close()


@contextmanager
def _rows_away(settings: Settings) -> Iterator[None]:
    """What waits in the catalogue cannot be read, which DuckLake takes for a fault of its own: its engine gives up."""
    with psycopg.connect(settings.lake_catalog_url, autocommit=True) as catalogue:
        names = [
            name for (name,) in catalogue.execute("select table_name from ducklake_inlined_data_tables").fetchall()
        ]
        for name in names:
            catalogue.execute(f"alter table {name} rename to away_{name}".encode())
        yield
        for name in names:
            catalogue.execute(f"alter table away_{name} rename to {name}".encode())


@pytest.mark.parametrize("copied", [False, True])
def test_a_publication_whose_engine_gave_up_is_opened_anew(place: Settings, copied: bool) -> None:
    owner = Actor(uuid7(), None, Role.owner, "user", ACTIONS_OF_ROLE[Role.owner])
    with lake.writing(place) as connection:
        connection.execute(
            f"create table lake.marts.dim_currency_rates as select '{owner.workspace_id}' as workspace_id, 7 as number"
        )
    _publish(place, 1)
    with lake.writing(place) as connection:
        connection.execute(f"update lake.meta.publication set marts_snapshot = {lake.current_snapshot(connection)}")
    reader, copies, scope = Reader.of(place), Copies(), Scope(owner)
    question = "select number from {dim_currency_rates}"

    def ask() -> list[tuple[object, ...]]:
        pin = reader.pin()
        return (copies.of(pin, owner.workspace_id) if copied else pin).rows(scope, question)

    try:
        held = reader.pin()
        held.connection.execute("set threads = 1")  # with more of them it is an error as any other
        with _rows_away(place), pytest.raises(duckdb.Error):
            ask()
        assert held.lost, "an engine that goes on after such an error needs none of this"
        assert ask() == [(7,)]
    finally:
        copies.clear()
        reader.close()
