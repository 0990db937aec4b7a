"""Publishing: readers see the whole old set or the whole new one, and a failed audit changes nothing for them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import psycopg
import pytest
from uuid_utils.compat import uuid7

from imisofts.access import ACTIONS_OF_ROLE, Actor, Role
from imisofts.services import postgres
from imisofts.settings import Settings
from tests.warehouse import toy
from warehouse import lake, publish, replication
from warehouse.gateway.reader import Reader
from warehouse.gateway.scope import Scope
from warehouse.publish import CheckResult

PASSED = CheckResult("totals_agree", "reconciliation", "one", True, "0 of 3 differ")
FAILED = CheckResult("totals_agree", "reconciliation", "one", False, "1 of 3 differs")
MARTS = ("one", "two", "three")
DATA_AT = datetime(2026, 10, 31, 12, tzinfo=UTC)


def _scratch(settings: Settings, number: int) -> Path:
    folder = settings.home / "scratch" / str(number)
    file = folder / "imisofts.duckdb"
    if file.exists():
        return file
    folder.mkdir(parents=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts")
        for mart in MARTS:
            connection.execute(f"create table marts.{mart} as select {number} as publication, i from range(2000) r(i)")
    return file


def publish_set(
    settings: Settings, number: int, checks: tuple[CheckResult, ...] = (PASSED,), *, lake_snapshot: int | None = None
) -> int:
    """Publish three marts whose every row says the number."""
    return publish.publish(
        settings,
        _scratch(settings, number),
        source_lsn="00000000/00000010",
        lake_snapshot=number if lake_snapshot is None else lake_snapshot,
        data_at=DATA_AT,
        metric_version="v1",
        checks=checks,
    )


def test_a_looping_reader_never_sees_a_mixed_set(fresh_settings: Settings) -> None:
    lake.ensure(fresh_settings)
    publish_set(fresh_settings, 1)
    seen: list[tuple[int, ...]] = []
    errors: list[Exception] = []
    stop = threading.Event()

    def read() -> None:
        connection = lake.connect(fresh_settings)
        try:
            while not stop.is_set():
                columns = ", ".join(f"(select max(publication) from lake.marts.{mart})" for mart in MARTS)
                row = connection.execute(f"select {columns}, (select max(id) from lake.meta.publication)").fetchone()
                assert row is not None
                seen.append(row)
        except (duckdb.Error, AssertionError) as error:
            errors.append(error)
        finally:
            connection.close()

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(2, 7):
        assert publish_set(fresh_settings, number) == number
    stop.set()
    reader.join()
    assert errors == []
    assert {len(set(row)) for row in seen} == {1}
    assert len(set(seen)) > 1


def test_a_publication_says_what_it_was_built_from(fresh_settings: Settings) -> None:
    lake.ensure(fresh_settings)
    publish_set(fresh_settings, 1)
    connection = lake.connect(fresh_settings)
    (found,) = publish.publications(connection)
    assert found.marts_snapshot == lake.current_snapshot(connection)
    connection.close()
    assert (found.id, found.lake_snapshot, found.checks_passed, found.checks_failed) == (1, 1, 1, 0)
    assert (found.data_at, found.data_on, found.checks) == (DATA_AT, DATA_AT.date(), (PASSED,))
    publish_set(fresh_settings, 2)
    pinned = lake.connect(fresh_settings, snapshot=found.marts_snapshot)
    assert pinned.execute("select max(publication) from lake.marts.one").fetchone() == (1,)
    pinned.close()


def test_a_mart_is_made_anew_for_other_columns_or_many_rows_only(
    fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each time a table is made, whoever has the lake open reads the whole catalogue again."""
    lake.ensure(fresh_settings)
    publish_set(fresh_settings, 1)
    before = _tables_of_one(fresh_settings)
    publish_set(fresh_settings, 2)
    assert _tables_of_one(fresh_settings) == before
    assert _ones(fresh_settings) == [(2, 2000)]
    with duckdb.connect(str(_scratch(fresh_settings, 3))) as connection:
        connection.execute("alter table marts.one add column more int")
    publish_set(fresh_settings, 3)
    wider = _tables_of_one(fresh_settings)
    assert len(wider) == len(before) + 1
    assert _ones(fresh_settings) == [(3, 2000)]
    monkeypatch.setattr(publish, "ROWS_EXCHANGED", 1_999)
    publish_set(fresh_settings, 4)
    assert len(_tables_of_one(fresh_settings)) == len(wider) + 1
    assert _ones(fresh_settings) == [(4, 2000)]


def _tables_of_one(settings: Settings) -> list[int]:
    with psycopg.connect(settings.lake_catalog_url) as catalogue:
        rows = catalogue.execute("select table_id from ducklake_table where table_name = 'one' order by 1")
        return [int(number) for (number,) in rows.fetchall()]


def _ones(settings: Settings) -> list[tuple[int, int]]:
    with lake.connect(settings) as connection:
        return connection.execute("select publication, count(*) from lake.marts.one group by 1").fetchall()


def test_a_failed_check_leaves_the_last_publication(fresh_settings: Settings) -> None:
    lake.ensure(fresh_settings)
    publish_set(fresh_settings, 1)
    with pytest.raises(publish.NothingToPublish, match="totals_agree"):
        publish_set(fresh_settings, 2, (PASSED, FAILED))
    publish.record_failure(fresh_settings, lake_snapshot=2, checks=[PASSED, FAILED])
    connection = lake.connect(fresh_settings)
    assert connection.execute("select max(publication) from lake.marts.one").fetchone() == (1,)
    audit, earlier = publish.audits(connection)
    connection.close()
    assert (audit.passed, audit.checks) == (False, (PASSED, FAILED))
    assert (earlier.passed, earlier.checks) == (True, (PASSED,)), "what is published has passed its audit"


def test_two_writers_take_turns(fresh_settings: Settings) -> None:
    lake.ensure(fresh_settings)
    with (
        lake.writer_lock(fresh_settings),
        pytest.raises(lake.WriterBusy),
        lake.writer_lock(fresh_settings, wait_seconds=0.2),
    ):
        pass


def test_a_reader_before_the_first_load_is_told_so(fresh_settings: Settings) -> None:
    with pytest.raises(lake.LakeMissing):
        lake.connect(fresh_settings)


def test_replication_and_publishing_at_once_keep_both(fresh_settings: Settings) -> None:
    toy.create(fresh_settings)
    replication.catch_up(fresh_settings)
    errors: list[Exception] = []

    def replicate() -> None:
        try:
            for _ in range(3):
                toy.every_change(fresh_settings)
                replication.catch_up(fresh_settings)
        except (duckdb.Error, lake.LakeError, replication.ReplicationError) as error:
            errors.append(error)

    loader = threading.Thread(target=replicate)
    loader.start()
    published = [publish_set(fresh_settings, number) for number in range(1, 4)]
    loader.join()
    assert errors == []
    assert published == [1, 2, 3]
    toy.compare(fresh_settings)


@contextmanager
def _databases_away(settings: Settings) -> Iterator[None]:
    """The product's database and the lake's catalogue end every session and let nobody in, as while they restart."""
    names = [urlsplit(url).path[1:] for url in (settings.owner_database_url, settings.lake_catalog_url)]
    with psycopg.connect(postgres.superuser_url(settings), autocommit=True) as admin:
        for name in names:
            admin.execute(f"alter database {name} allow_connections false".encode())
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = any(%s)", [names])
        yield
        for name in names:
            admin.execute(f"alter database {name} allow_connections true".encode())


def test_figures_and_replication_go_on_after_the_databases_restarted(fresh_settings: Settings) -> None:
    """A pinned publication answers again at its own version; the next one is seen, and replication catches up."""
    toy.create(fresh_settings)
    replication.catch_up(fresh_settings)
    publish_set(fresh_settings, 1)
    scope = Scope(Actor(uuid7(), None, Role.owner, "user", ACTIONS_OF_ROLE[Role.owner]))
    question = "select max(publication), count(*) from lake.marts.one"
    reader = Reader.of(fresh_settings)
    try:
        pin = reader.pin()
        assert pin.rows(scope, question) == [(1, 2000)]
        publish_set(fresh_settings, 2)
        with _databases_away(fresh_settings):
            with pytest.raises((duckdb.Error, psycopg.Error)):
                reader.pin()
            assert pin.rows(scope, question) == [(1, 2000)], "asked before: a publication never changes"
            with pytest.raises(duckdb.Error):
                pin.rows(scope, "select min(publication) from lake.marts.one")
        assert pin.rows(scope, "select min(publication) from lake.marts.one") == [(1,)]
        assert pin.rows(scope, question) == [(1, 2000)], "still the publication that it was pinned at"
        assert reader.pin().rows(scope, question) == [(2, 2000)]
        with pytest.raises(duckdb.CatalogException):
            reader.pin().rows(scope, "select * from lake.marts.nobody_knows")
    finally:
        reader.close()
    toy.every_change(fresh_settings)
    replication.catch_up(fresh_settings)
    toy.compare(fresh_settings)
