"""What the gateway remembers of the present: it is asked for once, and never older than the lake."""

import psycopg
import pytest

from imisofts.settings import Settings
from warehouse import lake
from warehouse.gateway.catalogue import Catalogue
from warehouse.gateway.reader import Reader


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
