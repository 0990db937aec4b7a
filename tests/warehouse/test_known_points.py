"""Places in the record and what is kept of them, on a history written by hand."""

import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import duckdb
import pytest

from imisofts.settings import Settings
from warehouse import build, known, lake
from warehouse.known import shelf
from warehouse.replication import record
from warehouse.replication.state import HISTORY_HEAD

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHANGES = (
    # op, epoch, position, ordinal, minutes after noon, id, value
    ("snapshot", None, "05", 1, 0, 1, "first"),
    ("snapshot", None, "05", 2, 0, 2, "second"),
    ("update", None, "06", 0, 3, 1, "by a clock that was ahead"),
    ("insert", None, "07", 0, 2, 3, "third"),
    ("delete", None, "08", 0, 4, 2, None),
    ("truncate", 1, "03", -1, 10, None, None),  # loaded anew, from a server that counts from a lower position
    ("snapshot", 1, "03", 1, 10, 1, "anew"),
    ("insert", 1, "04", 0, 12, 4, "fourth"),
    ("truncate", 1, "05", 0, 14, None, None),
    ("insert", 1, "05", 1, 14, 5, "fifth"),
)
PUBLICATIONS = ((1, "08", 5), (2, "04", 13), (3, "02", 11))
"""Id, position, minutes: the third has the copy from beyond its position."""


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture
def history() -> Iterator[duckdb.DuckDBPyConnection]:
    """The histories that the models read, empty but for the invoices'."""
    connection = lake.bare()
    connection.execute("attach ':memory:' as lake; create schema lake.history; create schema lake.meta")
    head = ", ".join(f"{column.name} {column.lake_type}" for column in HISTORY_HEAD)
    for table in build.sources_read():
        connection.execute(f"create table lake.history.{table} ({head}, id integer, value varchar)")
    for op, epoch, lsn, ordinal, minutes, ident, value in CHANGES:
        row = [op, epoch, lsn, ordinal, after(minutes), ident, value]
        connection.execute("insert into lake.history.invoice values (?, ?, ?, ?, ?, ?, ?)", row)
    columns = "id bigint, source_lsn varchar, published_at timestamptz, data_at timestamptz"
    connection.execute(f"create table lake.meta.publication ({columns})")
    for ident, lsn, minutes in PUBLICATIONS:
        values = [ident, lsn, after(minutes), after(minutes - 0.5)]
        connection.execute("insert into lake.meta.publication values (?, ?, ?, ?)", values)
    yield connection
    connection.close()


def rows(connection: duckdb.DuckDBPyConnection, point: known.Point) -> dict[int, str]:
    standing = record.standing("invoice", ["id"], (point.epoch, point.lsn))
    return dict(connection.execute(f"select id, value from {standing}").fetchall())


@pytest.mark.parametrize(
    ("minutes", "place", "standing"),
    [
        (0, (0, "05"), {1: "first", 2: "second"}),
        (1, (0, "05"), {1: "first", 2: "second"}),
        (2, (0, "07"), {1: "by a clock that was ahead", 2: "second", 3: "third"}),
        (9, (0, "08"), {1: "by a clock that was ahead", 3: "third"}),
        (11, (1, "03"), {1: "anew"}),
        (12, (1, "04"), {1: "anew", 4: "fourth"}),
        (60, (1, "05"), {5: "fifth"}),
    ],
)
def test_an_instant_is_a_place_in_the_log(
    history: duckdb.DuckDBPyConnection, minutes: int, place: tuple[int, str], standing: dict[int, str]
) -> None:
    point = known.at(history, after(minutes))
    assert (point.epoch, point.lsn) == place
    assert rows(history, point) == standing


@pytest.mark.parametrize(
    ("publication", "place", "standing"),
    [
        (1, (0, "08"), {1: "by a clock that was ahead", 3: "third"}),
        (2, (1, "04"), {1: "anew", 4: "fourth"}),
        (3, (1, "03"), {1: "anew"}),
    ],
)
def test_a_publication_is_one_too(
    history: duckdb.DuckDBPyConnection, publication: int, place: tuple[int, str], standing: dict[int, str]
) -> None:
    point = known.of_publication(history, publication)
    assert (point.epoch, point.lsn) == place
    assert rows(history, point) == standing


def test_the_record_begins_with_the_latest_first_copy(history: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(known.NotOnRecord, match="The record begins at 2026-03-01T12:00:00"):
        known.at(history, after(-1))
    first = "values ('{}', null, '06', 1, ?, 1, 'x')"
    history.execute(f"insert into lake.history.ticket {first.format('insert')}", [after(3)])
    assert known.at(history, after(1)).lsn == "05", "a table that was empty at its first load was known to be"
    history.execute(f"insert into lake.history.client {first.format('snapshot')}", [after(8)])
    with pytest.raises(known.NotOnRecord, match="The record begins at 2026-03-01T12:08:00"):
        known.at(history, after(7))
    with pytest.raises(known.NotOnRecord, match="The record begins at"):
        known.of_publication(history, 1)
    history.execute("drop table lake.history.payment")
    with pytest.raises(known.NotOnRecord, match="payment was never loaded"):
        known.at(history, after(60))


def test_few_are_kept_and_none_for_long(tmp_path: Path) -> None:
    """The four asked for last; what is a day old, or built by other models, goes at once."""
    settings = cast(Settings, SimpleNamespace(home=tmp_path))
    points = [known.Point(0, f"0{number}", NOON) for number in range(8)]
    now = time.time()
    for number, point in enumerate(points[:7]):
        folder = shelf._place(settings, point)
        folder.mkdir()
        (folder / "marts.duckdb").touch()
        os.utime(folder / "marts.duckdb", (now, now - (2 * shelf.KEPT_SECONDS if number == 6 else 0)))
        os.utime(folder, (now, now - 1000 + number))
    strange = tmp_path / "known" / "at-0-01-0-other-models"
    strange.mkdir()
    assert known.find(settings, points[0]) is not None, "asked for again: kept before the others"
    assert known.tidy(settings) == 4
    assert [known.find(settings, point) is not None for point in points] == [
        number in (0, 3, 4, 5) for number in range(8)
    ]
    (shelf._place(settings, points[3]) / "refused.txt").write_text("two checks")
    with pytest.raises(known.CannotBeBuilt, match="two checks"):
        known.find(settings, points[3])


def test_one_builds_at_a_time_and_who_waits_is_told(tmp_path: Path) -> None:
    """Whoever waited finds what the other has built, and builds nothing."""
    settings = cast(Settings, SimpleNamespace(home=tmp_path))
    point = known.Point(0, "01", NOON)
    told, found = threading.Event(), list[Path]()
    waiting = threading.Thread(target=lambda: found.append(known.prepare(settings, point, told.set)))
    with shelf._one_builder(settings, lambda: None):
        waiting.start()
        assert told.wait(60)
        assert known.tidy(settings) == 0, "nothing is let go while somebody builds"
        folder = shelf._place(settings, point)
        folder.mkdir()
        (folder / "marts.duckdb").touch()
    waiting.join(60)
    assert found == [folder / "marts.duckdb"]
