"""Replication, as seen from both sides: what the source holds is what the lake holds, and history tells how."""

import random
from contextlib import closing
from typing import Any

import psycopg
import pytest

from imisofts.settings import Settings
from tests.warehouse import toy
from warehouse import lake, replication, status
from warehouse.replication import failpoints, slots, source
from warehouse.replication.errors import PublicationMissing, SourceChanged, TableUnsupported


@pytest.fixture
def loaded(fresh_settings: Settings) -> Settings:
    """A toy source whose first load is done."""
    toy.create(fresh_settings)
    batch = replication.catch_up(fresh_settings)
    assert batch.first_load
    assert batch.tables == {"heartbeat": 0, "pair": 20, "thing": 100}
    return fresh_settings


def _lake(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    connection = lake.connect(settings)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()


def test_the_products_own_tables_are_carried(fresh_settings: Settings) -> None:
    with source.connect(fresh_settings.loader_database_url) as connection:
        published = set(source.tables(connection))
    replication.beat(fresh_settings)
    first = replication.catch_up(fresh_settings)
    assert set(first.tables) == published >= {"workspace", "client", "invoice", "invoice_line", "payment", "event"}
    assert first.tables["heartbeat"] == 1
    replication.beat(fresh_settings)
    assert replication.catch_up(fresh_settings).tables == {"heartbeat": 1}
    assert all(table.source_rows == table.lake_rows for table in status.read(fresh_settings).tables)


def test_a_table_of_many_pages_is_copied_by_a_role_that_may_read_its_columns_alone(fresh_settings: Settings) -> None:
    """Postgres refuses the place of a row (ctid) to such a role, and a reader in parts would ask for it."""
    toy.create(fresh_settings)
    with toy.superuser(fresh_settings) as connection:
        connection.execute("revoke select on pair from imisofts_loader")
        connection.execute("grant select (a, b, value) on pair to imisofts_loader")
        connection.execute(
            "insert into pair select i, repeat(md5(i::text), 30), 'large' from generate_series(100, 9999) i"
        )
        connection.execute("analyze pair")
        (pages,) = connection.execute("select relpages from pg_class where relname = 'pair'").fetchone() or (0,)
    assert pages > 1_000
    assert replication.catch_up(fresh_settings).tables["pair"] == 20 + 9_900


def test_every_kind_of_change_arrives_once(loaded: Settings) -> None:
    toy.compare(loaded)
    expected = toy.every_change(loaded)
    batch = replication.catch_up(loaded)
    assert batch.rows == sum(expected.values())
    toy.compare(loaded)
    assert toy.changes_kept(loaded) == expected
    again = replication.catch_up(loaded)
    assert (again.rows, again.snapshot, again.lsn) == (0, batch.snapshot, batch.lsn)
    assert toy.changes_kept(loaded) == expected


def test_random_changes_in_several_batches(loaded: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.replication.loader.CHANGES_PER_BATCH", 20)
    monkeypatch.setattr("warehouse.replication.staging._PORTION_MESSAGES", 3)  # transactions span several
    expected = toy.change(loaded, random.Random(2), transactions=12)
    replication.catch_up(loaded)
    toy.compare(loaded)
    assert toy.changes_kept(loaded) == expected


def test_personal_columns_are_current_state_only_and_secret_ones_nowhere(loaded: Settings) -> None:
    columns = _lake(loaded, "select schema_name || '.' || column_name from duckdb_columns() where table_name = 'thing'")
    names = {name for (name,) in columns}
    assert "raw.email" in names
    assert "history.email" not in names
    assert {"raw.secret", "history.secret"}.isdisjoint(names)


def test_an_idle_slot_lets_the_server_forget_its_wal(loaded: Settings) -> None:
    toy.execute(loaded, "create table not_replicated as select i from generate_series(1, 5000) i")
    before = replication.catch_up(loaded)
    with source.connect(loaded.loader_database_url) as connection:
        slot = slots.require(connection, slots.slot_name(loaded.loader_database_url))
    assert slot.confirmed > before.lsn
    toy.every_change(loaded)
    replication.catch_up(loaded)
    toy.compare(loaded)


def test_the_heartbeat_keeps_an_idle_source_fresh(loaded: Settings) -> None:
    replication.beat(loaded)
    batch = replication.catch_up(loaded)
    assert batch.tables == {"heartbeat": 1}
    assert status.pulse(loaded).fresh
    stale = loaded.moved(freshness_limit=loaded.freshness_limit * 0)
    assert "silent" in (status.pulse(stale).reason or "")


def test_a_new_column_comes_with_a_copy_and_a_full_history(loaded: Settings) -> None:
    toy.execute(loaded, "insert into pair values (500, 'before', 'small')")
    toy.execute(loaded, "alter table pair add column note text default 'old'")
    toy.execute(loaded, "insert into pair values (501, 'after', 'small', 'new'); delete from pair where a = 500")
    replication.catch_up(loaded)
    toy.compare(loaded)
    assert _lake(loaded, "select distinct note from lake.raw.pair order by 1") == [("new",), ("old",)]
    replication.catch_up(loaded)  # the copy's point may lie past the head that the first run took
    ops = _lake(loaded, "select _op from lake.history.pair where a = 500 order by _lsn, _ordinal")
    assert ops == [("insert",), ("delete",)]
    toy.execute(loaded, "update pair set note = 'changed' where a = 501")
    replication.catch_up(loaded)
    toy.compare(loaded)


def test_who_polls_often_keeps_its_connections(loaded: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.replication.sessions.IDLE_NOTE_SECONDS", 3600.0)
    with closing(replication.Sessions(loaded, kept=True)) as sessions:
        replication.catch_up(loaded, sessions)
        looked, held = status.pulse(loaded).polled_at, (sessions.source, sessions.catalogue)
        replication.catch_up(loaded, sessions)
        assert status.pulse(loaded).polled_at == looked, "nothing found is not written down each time"
        expected = toy.every_change(loaded)
        assert replication.catch_up(loaded, sessions).rows == sum(expected.values())
        assert (sessions.source, sessions.catalogue) == held
        for connection in held:
            toy.execute(loaded, f"select pg_terminate_backend({connection.info.backend_pid}, 10000)")
        with pytest.raises(replication.ReplicationError, match="goes on by itself"):
            replication.catch_up(loaded, sessions)
        assert not status.pulse(loaded).fresh
        replication.catch_up(loaded, sessions)
        assert status.pulse(loaded).fresh
    toy.compare(loaded)


def test_a_loader_that_lost_its_lock_does_not_commit(loaded: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    before = _lake(loaded, "select count(*) from lake.history.thing")
    toy.every_change(loaded)
    with closing(replication.Sessions(loaded, kept=True)) as sessions:

        def lose(name: str) -> None:
            if name == "before_lake_commit":
                toy.execute(loaded, f"select pg_terminate_backend({sessions.catalogue.info.backend_pid}, 10000)")

        with monkeypatch.context() as patch:
            patch.setattr(failpoints, "reach", lose)
            with pytest.raises(replication.ReplicationError):
                replication.catch_up(loaded, sessions)
        assert _lake(loaded, "select count(*) from lake.history.thing") == before
        replication.catch_up(loaded, sessions)
    toy.compare(loaded)


def test_a_lost_slot_is_an_error_and_never_green(loaded: Settings) -> None:
    name = slots.slot_name(loaded.loader_database_url)
    replication.catch_up(loaded)
    toy.execute(loaded, f"select pg_drop_replication_slot('{name}')")
    with pytest.raises(replication.SlotLost, match=name):
        replication.catch_up(loaded)
    found = status.read(loaded)
    assert not found.slot_ok
    assert not found.fresh
    assert name in (found.reason or "")
    assert not status.pulse(loaded).fresh


def test_a_slot_made_anew_is_noticed(loaded: Settings) -> None:
    name = slots.slot_name(loaded.loader_database_url)
    toy.execute(loaded, f"select pg_drop_replication_slot('{name}')")
    toy.execute(loaded, "delete from pair where a = 3")
    toy.execute(loaded, f"select pg_create_logical_replication_slot('{name}', 'pgoutput')")
    with pytest.raises(replication.SlotLost, match="made anew"):
        replication.catch_up(loaded)
    assert not status.read(loaded).slot_ok


def test_another_server_is_refused(loaded: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "identity", lambda _: source.Identity("42", 7))
    with pytest.raises(SourceChanged, match="timeline 7"):
        replication.catch_up(loaded)


def test_a_loader_under_row_security_copies_nothing_and_says_so(fresh_settings: Settings) -> None:
    toy.create(fresh_settings)
    restricted = fresh_settings.moved(loader_database_url=fresh_settings.app_database_url)
    toy.execute(fresh_settings, "grant select on thing, pair, heartbeat to imisofts_app")
    with psycopg.connect(restricted.loader_database_url) as connection:  # the guard off: zero rows, no error
        assert connection.execute("select count(*) from thing").fetchone() == (0,)
    with pytest.raises(TableUnsupported, match="BYPASSRLS"):
        replication.catch_up(restricted)


def test_nothing_published_is_an_error(fresh_settings: Settings) -> None:
    toy.create(fresh_settings)
    toy.execute(fresh_settings, "drop publication imisofts_lake")
    with pytest.raises(PublicationMissing):
        replication.catch_up(fresh_settings)


@pytest.mark.parametrize("column", ["amount numeric", "tags text[]", "span interval"])
def test_a_type_the_lake_cannot_keep_is_refused_by_name(fresh_settings: Settings, column: str) -> None:
    toy.create(fresh_settings)
    toy.execute(fresh_settings, f"create table odd (id int primary key, {column})")
    toy.execute(fresh_settings, "alter publication imisofts_lake add table odd")
    with pytest.raises(TableUnsupported, match=rf"odd\.{column.split()[0]}"):
        replication.catch_up(fresh_settings)


def test_status_counts_both_sides_and_what_waits(loaded: Settings) -> None:
    expected = toy.every_change(loaded)
    waiting = status.read(loaded)
    assert waiting.undelivered is not None
    # A moved key is one change in the stream and two rows of history.
    assert waiting.undelivered.rows == sum(expected.values()) - 1
    replication.catch_up(loaded)
    done = status.read(loaded)
    assert done.undelivered is not None
    assert done.undelivered.rows == 0
    assert all(table.source_rows == table.lake_rows for table in done.tables)
    assert done.fresh
