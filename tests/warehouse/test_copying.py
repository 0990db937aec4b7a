"""Tables that are copied into files: one file for raw and history, read by two sessions at one point."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from imisofts.settings import Settings
from tests.warehouse import toy
from warehouse import lake, maintenance, replication, status
from warehouse.replication import failpoints, reading

ROWS = 1_500
_KINDS = """
create table kinds (id uuid primary key, amount numeric(24,8), wide numeric(38,10), small smallint, count bigint,
    share real, ratio double precision, day date, at timestamptz, local timestamp, clock time, ok boolean, doc jsonb,
    currency char(3), kind kind, note varchar(40), nothing text);
insert into kinds select gen_random_uuid(), i * -1.00000001, i * 1e20, i, i,
    case when i = 7 then 'nan' when i = 8 then '-infinity' else i / 3.0 end, case when i % 2 = 0 then i / 7.0 end,
    case when i = 9 then 'infinity' else date '2026-01-01' + i end, now() + i * interval '1 second',
    timestamp '2026-01-01 00:00:00.123456' + i * interval '1 day', time '00:00' + i * interval '1 minute', i % 3 = 0,
    jsonb_build_object('i', i), 'GB', 'large', repeat('ä"\\', i % 10), null from generate_series(1, 400) i;
grant select on kinds to imisofts_loader;
alter publication imisofts_lake add table kinds;
"""


@pytest.fixture
def large(fresh_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A toy source of more rows than the catalogue keeps, each table of it large enough for two sessions."""
    monkeypatch.setattr(reading, "LARGE_PAGES", 0)
    toy.create(fresh_settings, ROWS)
    return fresh_settings


def files(settings: Settings, schema: str, table: str) -> list[Path]:
    return sorted((Path(settings.lake_data_path) / schema / table).glob("*.parquet"))


def ask(settings: Settings, question: str) -> list[tuple[Any, ...]]:
    with lake.connect(settings) as connection:
        return connection.execute(question).fetchall()


def test_raw_and_history_stand_on_one_file_and_part_when_one_of_them_changes(large: Settings) -> None:
    replication.catch_up(large)
    toy.compare(large)
    raw, history = files(large, "raw", "pair"), files(large, "history", "pair")
    assert len(raw) == len(history) == 2
    assert all(one.samefile(other) for one, other in zip(raw, history, strict=True))
    toy.execute(large, "delete from pair where a % 2 = 0; update pair set value = 'large' where a % 3 = 0")
    replication.catch_up(large)
    maintenance.maintain(large, grace=timedelta(0))
    assert not any(file.exists() for file in raw), "raw was written anew without its dead rows"
    assert all(file.stat().st_nlink == 1 for file in files(large, "history", "pair"))
    toy.compare(large)
    assert replication.verify(large, history=True).equal


def test_personal_data_is_in_no_file_of_history(large: Settings) -> None:
    toy.execute(large, f"{_KINDS}; comment on column kinds.note is 'lake: personal'")
    replication.catch_up(large)
    (history,) = files(large, "history", "kinds")
    names = ask(large, f"select name from parquet_schema({lake.literal(str(history))})")
    assert ("currency",) in names
    assert ("note",) not in names
    assert history.stat().st_nlink == 1


def test_binary_values_are_found(large: Settings) -> None:
    """DuckLake would look for them between bounds that it misread, were it given a file."""
    toy.execute(
        large,
        "create table stored (id int primary key, content bytea); grant select on stored to imisofts_loader;"
        " insert into stored select i, decode(lpad(to_hex(i), 8, '0'), 'hex') from generate_series(1, 300) i;"
        " alter publication imisofts_lake add table stored",
    )
    replication.catch_up(large)
    assert ask(large, "select id from lake.raw.stored where content = unhex('0000000a')") == [(10,)]


@pytest.mark.parametrize("pages", [0, 1_000])
def test_every_kind_of_value_is_read_as_it_is(large: Settings, monkeypatch: pytest.MonkeyPatch, pages: int) -> None:
    """By two sessions and by one; and found by what the lake knows of a file's smallest and largest values."""
    monkeypatch.setattr(reading, "LARGE_PAGES", pages)
    toy.execute(large, _KINDS)
    replication.catch_up(large)
    assert files(large, "raw", "kinds")[0].samefile(files(large, "history", "kinds")[0])
    assert replication.verify(large, history=True).equal
    for condition in ("amount < -399", "ratio > 57", "share < 0", "share > 1000", "day > '3000-01-01'", "not ok"):
        here = ask(large, f"select count(*) from lake.raw.kinds where {condition}")
        with toy.superuser(large) as connection:
            assert here == connection.execute(f"select count(*) from kinds where {condition}").fetchall(), condition
    assert ask(large, "select count(distinct _ordinal) from lake.history.kinds") == [(400,)]


def test_both_sessions_read_at_the_point_of_the_slot(large: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row moves to another page, and some go, between the making of the slot and the sessions' beginning."""
    read_at, turn = reading.read_at, threading.Lock()

    def meanwhile(*given: Any) -> None:
        with turn:
            toy.execute(large, "update pair set value = 'large'; delete from pair where a = (select min(a) from pair)")
        read_at(*given)

    monkeypatch.setattr(reading, "read_at", meanwhile)
    assert replication.catch_up(large).tables["pair"] == ROWS // 5
    replication.catch_up(large)
    toy.compare(large)


def test_a_copy_says_how_far_it_is(large: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str | None] = []
    reach = failpoints.reach

    def listen(name: str) -> None:
        told.extend([status.pulse(large).reason] if name == "mid_copy" else [])
        reach(name)

    monkeypatch.setattr(failpoints, "reach", listen)
    replication.catch_up(large)
    assert told[1] == "nothing has been replicated yet; pair, table 2 of 3, is being copied"
    assert status.pulse(large).fresh
    replication.resync_tables(large, ["pair"])
    assert told[3] is None, "what was there before stays good"
    assert status.read(large).reason is None


def test_a_column_that_the_source_no_longer_has_stays_empty_in_a_copy(large: Settings) -> None:
    toy.execute(large, "alter table pair add column extra int default 4")
    replication.catch_up(large)
    toy.execute(large, "alter table pair drop column extra")
    assert replication.resync_tables(large, ["pair"]).tables["pair"] == ROWS // 5
    assert ask(large, "select count(*), count(extra) from lake.raw.pair") == [(ROWS // 5, 0)]
    assert ask(large, "select count(extra) from lake.history.pair") == [(ROWS // 5,)]
    toy.execute(large, "alter table pair alter column b type varchar(9), add column extra text default 'other'")
    assert replication.resync_tables(large, ["pair"]).tables["pair"] == ROWS // 5
    assert ask(large, "select count(extra__integer), min(extra) from lake.raw.pair") == [(0, "other")]
    assert replication.verify(large, history=True).equal


def test_where_a_file_can_have_one_name_only_there_are_two(large: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", refused)
    replication.catch_up(large)
    raw, history = files(large, "raw", "pair"), files(large, "history", "pair")
    assert not any(one.samefile(other) for one, other in zip(raw, history, strict=True))
    toy.compare(large)
