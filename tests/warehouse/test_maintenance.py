"""Maintenance: whoever reads goes on reading the same, and the lake does not grow with the changes it has seen."""

import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from imisofts.settings import Settings
from tests.faults import runner
from tests.warehouse import toy
from tests.warehouse.test_publish import publish_set
from warehouse import changes, lake, maintenance, replication
from warehouse.gateway.reader import Reader

NOW = timedelta(0)
A_QUESTION = timedelta(seconds=30)
"""Longer than any question of the test takes, however slow the machine; shorter than the week."""
DAYS = 7
ONE_SET = "select count(*), min(publication), max(publication) from lake.marts.one"


def versions(settings: Settings) -> set[int]:
    with lake.connect(settings) as connection:
        rows = connection.execute("select snapshot_id from ducklake_snapshots('lake')").fetchall()
    return {int(version) for (version,) in rows}


def publish_present(settings: Settings, number: int) -> None:
    """A set of marts, published as built from the lake's present version."""
    publish_set(settings, number, lake_snapshot=max(versions(settings)))


def raw_bytes(settings: Settings) -> int:
    """What lies in the folders of raw tables, whoever still needs it."""
    return sum(file.stat().st_size for file in (Path(settings.lake_data_path) / "raw").rglob("*.parquet"))


@contextmanager
def reading(settings: Settings) -> Iterator[list[object]]:
    """Somebody asks the newest publication and the present in a loop; yields what was wrong."""
    reader, stop = Reader.of(settings), threading.Event()
    wrong: list[object] = []
    rounds = 0

    def loop() -> None:
        nonlocal rounds
        while not stop.wait(0.01):
            try:
                pin = reader.pin()
                marts = pin.connection.cursor().execute(ONE_SET).fetchall()
                doubled = reader._now("select count(*) - count(distinct id) from lake.raw.thing")
                if (marts, doubled) != ([(2000, pin.publication.id, pin.publication.id)], [(0,)]):
                    wrong.append((pin.publication.id, marts, doubled))
            except Exception as error:  # noqa: BLE001 - whatever breaks a reader is what we look for
                wrong.append(error)
            rounds += 1

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield wrong
    finally:
        stop.set()
        thread.join()
        reader.close()
    assert rounds > DAYS


def test_a_week_of_changes_stays_small_and_no_reader_notices(fresh_settings: Settings) -> None:
    settings, chance = fresh_settings, random.Random(3)
    toy.create(settings, rows=4_000)
    replication.catch_up(settings)
    publish_present(settings, 1)
    with reading(settings) as wrong:
        for day in range(DAYS):
            toy.execute(settings, f"update thing set count = count + 1 where count % {DAYS} = {day}")
            toy.change(settings, chance, transactions=2)
            replication.catch_up(settings)
            publish_present(settings, day + 2)
            maintenance.maintain(settings, grace=A_QUESTION)
    assert wrong == []
    maintenance.maintain(settings, grace=NOW)
    toy.compare(settings)
    left = raw_bytes(settings)
    with lake.connect(settings, read_only=False, inline_rows=0) as connection:
        for table in toy.COLUMNS:
            connection.execute(f"create table lake.raw.fresh_{table} as select * from lake.raw.{table}")
    fresh = raw_bytes(settings) - left
    assert 0 < left <= 1.5 * fresh, (left, fresh)


def test_what_somebody_may_stand_on_is_kept_and_the_rest_let_go(fresh_settings: Settings) -> None:
    settings = fresh_settings
    toy.create(settings)
    replication.catch_up(settings)
    for number in (1, 2, 3):
        publish_present(settings, number)
    reader = Reader.of(settings)
    held = reader.pin()
    young = maintenance.maintain(settings)
    assert (young.expired_versions, young.deleted_files) == (0, 0), "younger than the grace"
    toy.every_change(settings)
    replication.catch_up(settings)
    done = maintenance.maintain(settings, grace=NOW)
    assert (done.flushed_rows > 0, done.expired_versions > 0, done.deleted_files > 0) == (True, True, True)
    moved = reader.pin()
    assert (moved.publication.id, moved is held) == (3, False), "the same publication at a version that is kept"
    assert moved.connection.cursor().execute(ONE_SET).fetchall() == [(2000, 3, 3)]
    with pytest.raises(duckdb.Error):
        held.connection.cursor().execute(ONE_SET)
    again = maintenance.maintain(settings, grace=NOW)
    assert (again.flushed_rows, again.rewritten_files, again.merged_files) == (0, 0, 0)
    reader.close()


def test_what_changed_since_the_publication_is_known_for_a_day(
    fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = fresh_settings
    replication.catch_up(settings)
    publish_present(settings, 1)
    published = max(versions(settings)) - 1
    toy.execute(settings, "insert into heartbeat values (1, now())")
    toy.execute(
        settings,
        "insert into workspace (id, slug, name, currency, timezone) values (gen_random_uuid(), 'a', 'A', 'EUR', 'UTC')",
    )
    replication.catch_up(settings)

    def changed() -> list[str] | None:
        with lake.connect(settings) as connection:
            found = changes.changed_since(connection, published)
        return None if found is None else sorted(found)

    assert changed() == ["workspace"]
    maintenance.maintain(settings, grace=NOW)
    maintenance.maintain(settings, grace=NOW)
    assert changed() == ["workspace"], "and nothing that maintenance itself moved"
    monkeypatch.setattr(maintenance, "TRAIL", NOW)
    maintenance.maintain(settings, grace=NOW)
    assert changed() is None, "all of it has to be built"


def test_broken_off_and_run_again(fresh_settings: Settings) -> None:
    """Killed, raised out of, and with every socket cut, in the middle; each time the next run goes on."""
    settings = fresh_settings
    toy.create(settings)
    replication.catch_up(settings)
    endings = {"kill": {-signal.SIGKILL}, "raise": {runner.BROKEN_OFF}, "cut": {runner.DONE, runner.FAILED}}
    with runner.running() as forked:
        for action, ending in endings.items():
            toy.every_change(settings)
            replication.catch_up(settings)
            assert forked.run(settings, f"mid_maintenance:{action}", verb="maintain") in ending
            toy.every_change(settings)
            replication.catch_up(settings)
            toy.compare(settings)
    maintenance.maintain(settings, grace=NOW)
    toy.compare(settings)
