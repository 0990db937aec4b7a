"""What an operator does when the lake and the source are apart, or the lake is: verify, repair, resync."""

import json
import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from imisofts.cli import app as command
from imisofts.settings import Settings
from tests.warehouse import toy
from warehouse import lake, replication, status
from warehouse.replication import slots, verdicts
from warehouse.replication.errors import LakeDamaged, TableUnknown


@pytest.fixture
def loaded(fresh_settings: Settings) -> Settings:
    """A toy source whose first load is done."""
    toy.create(fresh_settings)
    replication.catch_up(fresh_settings)
    return fresh_settings


def tamper(settings: Settings, *statements: str) -> None:
    """Write to the lake past the loader."""
    with lake.connect(settings, read_only=False) as connection:
        for statement in statements:
            connection.execute(statement)


def lake_rows(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    with lake.connect(settings) as connection:
        return connection.execute(statement).fetchall()


def untouched(first: int, rows: int = 1) -> str:
    """Rows of the toy that :func:`toy.every_change` leaves alone: it takes the first and the last by id."""
    some = "select id from lake.raw.thing where count is not null order by id"
    return f"id in ({some} limit {rows} offset {first})"


def test_a_difference_is_counted_told_and_mended(loaded: Settings) -> None:
    toy.every_change(loaded)
    assert replication.verify(loaded, history=True).equal
    toy.compare(loaded)
    tamper(
        loaded,
        f"update lake.raw.thing set amount = amount + 0.00000001 where {untouched(40)}",
        f"delete from lake.raw.thing where {untouched(20, 2)}",
        f"insert into lake.raw.thing select * replace (uuid() as id) from lake.raw.thing where {untouched(50)}",
        "insert into lake.raw.pair select * from lake.raw.pair where b = 'after' and a = 1",
    )
    found = {one.name: one for one in replication.verify(loaded, history=True).tables}
    assert (found["thing"].missing, found["thing"].extra, found["thing"].different) == (2, 1, 1)
    assert (found["pair"].missing, found["pair"].extra) == (0, 1), "a row that stands there twice"
    assert found["thing"].history_differs
    assert found["heartbeat"].equal
    beat = status.pulse(loaded)
    assert not beat.fresh
    assert "thing: 2 missing, 1 extra, 1 different" in (beat.reason or "")
    assert "`imisofts lake repair`" in (beat.reason or "")

    done = replication.repair(loaded)
    assert (done.before.equal, done.after.equal) == (False, True)
    assert sorted(done.copied) == ["pair", "thing"]
    assert replication.verify(loaded, history=True).equal
    assert status.pulse(loaded).fresh
    assert {one.verdict.equal for one in verdicts.newest(loaded)} == {True}
    toy.compare(loaded)
    with pytest.raises(TableUnknown, match="no table nothing"):
        replication.resync_tables(loaded, ["nothing"])


def test_a_lost_slot_is_mended_by_the_lake_anew(loaded: Settings) -> None:
    name = slots.slot_name(loaded.loader_database_url)
    toy.every_change(loaded)
    before = lake_rows(loaded, "select max(_lsn) from lake.history.thing")
    toy.execute(loaded, f"select pg_drop_replication_slot('{name}')")
    toy.execute(loaded, "delete from pair where a = 1; delete from thing where count < 9")
    with pytest.raises(replication.SlotLost, match="`imisofts lake resync --all`"):
        replication.catch_up(loaded)
    assert "`imisofts lake resync --all`" in (status.pulse(loaded).reason or "")
    with lake.connect(
        loaded, snapshot=lake_rows(loaded, "select max(snapshot_id) from ducklake_snapshots('lake')")[0][0]
    ) as pin:
        counted = pin.execute("select count(*) from lake.raw.thing").fetchall()
        replication.resync_all(loaded)
        assert pin.execute("select count(*) from lake.raw.thing").fetchall() == counted, "a reader goes on"
    assert replication.verify(loaded, history=True).equal
    assert status.pulse(loaded).fresh
    # Another server may count from a lower position: what follows the load stays behind it in history.
    tamper(
        loaded,
        f"update lake.history.thing set _lsn = 'F' || _lsn where coalesce(_epoch, 0) = 0 and _lsn <= '{before[0][0]}'",
    )
    toy.execute(loaded, "update thing set name = 'again' where count < 20; delete from thing where count = 20")
    assert replication.verify(loaded, history=True).equal


def test_the_lakes_folder_or_catalogue_gone(fresh_settings: Settings) -> None:
    loaded = fresh_settings
    toy.create(loaded, rows=2_000)  # more than stay in the catalogue
    replication.catch_up(loaded)
    assert any(Path(loaded.lake_data_path).rglob("*.parquet"))
    shutil.rmtree(loaded.lake_data_path)
    for _ in range(2):
        with pytest.raises(LakeDamaged, match="`imisofts lake resync --all`"):
            replication.catch_up(loaded)
        assert not Path(loaded.lake_data_path).exists(), "no empty folder in the lake's place"
    assert not status.pulse(loaded).fresh
    replication.resync_all(loaded)
    toy.every_change(loaded)
    assert replication.verify(loaded).equal
    gone = loaded.moved(lake_catalog_url=loaded.lake_catalog_url + "_gone")
    with pytest.raises(replication.ReplicationError, match="does not exist"):
        replication.catch_up(gone)
    beat = status.pulse(gone)
    assert (beat.fresh, "does not exist" in (beat.reason or "")) == (False, True)


def test_the_commands(fresh_settings: Settings, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**fresh_settings.environment(), "IMISOFTS_HOME": str(settings.home)}.items():
        monkeypatch.setenv(name, value)
    replication.beat(fresh_settings)

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(command, ["lake", *words])
        return done.exit_code, done.stdout or str(done.exception)

    code, told = run("verify", "heartbeat", "--json")
    assert code == 0, told
    assert [(one["name"], one["rows"], one["missing"]) for one in json.loads(told)["tables"]] == [("heartbeat", 1, 0)]
    tamper(fresh_settings, "delete from lake.raw.heartbeat")
    code, told = run("verify", "heartbeat")
    assert (code, "1 missing" in told, "imisofts lake repair" in told) == (1, True, True)
    code, told = run("repair", "heartbeat", "--json")
    assert (code, json.loads(told)["copied"], json.loads(told)["after"]["equal"]) == (0, {"heartbeat": 1}, True)
    code, told = run("resync", "heartbeat")
    assert (code, "copied anew: heartbeat, 1 rows" in told, "every row equal" in told) == (0, True, True)
    # A table that figures are made of, taken out: nobody is told that they are fresh.
    toy.execute(fresh_settings, "alter publication imisofts_lake drop table client")
    replication.catch_up(fresh_settings)
    assert "client no longer in the lake" in (status.pulse(fresh_settings).reason or "")
    toy.execute(fresh_settings, "alter publication imisofts_lake add table client")
    replication.catch_up(fresh_settings)
    assert status.pulse(fresh_settings).fresh
    assert run("resync") == (1, "Say which table to copy anew, or --all.")
    assert run("verify", "nothing") == (1, "there is no table nothing in publication imisofts_lake")


def test_a_table_of_the_lake_dropped_by_hand(loaded: Settings) -> None:
    tamper(loaded, "drop table lake.raw.pair")
    toy.every_change(loaded)
    with pytest.raises(LakeDamaged, match="`imisofts lake resync TABLE`"):
        replication.catch_up(loaded)
    replication.resync_tables(loaded, ["pair"])
    assert replication.verify(loaded, history=True).equal


def test_a_lake_of_an_earlier_release_goes_on_without_a_copy(loaded: Settings) -> None:
    new = {"replicated_table": ("shape", "altered", "stored", "taken_out_at"), "watermark": ("epoch",)}
    tamper(loaded, *(f"alter table lake.meta.{table} drop column {one}" for table in new for one in new[table]))
    tamper(loaded, *(f"alter table lake.history.{table} drop column _epoch" for table in toy.COLUMNS))
    with psycopg.connect(loaded.lake_catalog_url, autocommit=True) as catalogue:
        catalogue.execute("alter table imisofts.replication drop column taken_out")
        catalogue.execute("update imisofts.replication set tables = 'as it was written then'")
    expected = toy.every_change(loaded)
    assert replication.catch_up(loaded).copied == ()
    assert toy.changes_kept(loaded) == expected
    assert replication.verify(loaded, history=True).equal
