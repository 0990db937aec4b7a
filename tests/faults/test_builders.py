"""A build shared by real builder processes, one of them killed in the middle of its part, equals a build by one."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from uuid_utils.compat import uuid7

from imisofts import programs
from imisofts.settings import PROJECT_ROOT, Settings
from tests.warehouse.gateway import markers
from tests.warehouse.gateway.lake_fixture import FixtureLake, raw_tables
from warehouse import build, lake
from warehouse.models import dbt, running
from warehouse.models.compiled import Column, Model, Project
from warehouse.parts import board, building, cutting, planning, sharing, working
from warehouse.replication import failpoints

HOUSES, PATIENCE = 4, 120.0
DATA_AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
WIDE = None if os.environ.get("PROVE") == "1" else {"invoice", "time_entry"}
"""What has changed: at full depth everything, else what about half of the marts are made of."""
SMALL = {"exchange_rate"}
"""A change of these builds one mart of few models, which has a row for each agency."""
Marts = dict[str, tuple[list[tuple[object, ...]], Counter[tuple[object, ...]]]]


class SharedLake(FixtureLake):
    """The fixture's rows in a lake whose catalogue is Postgres, which builders share."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        lake.ensure(settings)
        with lake.writer_lock(settings), lake.writing(settings) as connection:
            connection.execute("".join(raw_tables()))

    def connect(self, *, read_only: bool = True, snapshot: int | None = None) -> duckdb.DuckDBPyConnection:
        return lake.connect(self.settings, read_only=read_only, snapshot=snapshot)


@pytest.fixture(scope="module")
def agencies(module_settings: Settings) -> Iterator[Settings]:
    """Several agencies' rows in one lake, any of which is enough to share a build."""
    markers.fill(SharedLake(module_settings), HOUSES)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "LEAST_ROWS", 1)
        patch.setattr(cutting, "PARTS_EACH", 1)
        yield module_settings


@contextmanager
def builder(settings: Settings, failpoint: str = "") -> Iterator["subprocess.Popen[bytes]"]:
    """A real builder process; ready, that is, signed in, when the block begins."""
    environment = {**os.environ, **settings.environment(), failpoints.ENVIRONMENT: failpoint}
    with board.session(settings) as catalogue:
        before = board.present(catalogue)
        process = subprocess.Popen([sys.executable, "-m", "warehouse.parts.builder"], cwd=PROJECT_ROOT, env=environment)
        try:
            while board.present(catalogue) == before:
                assert process.poll() is None, "the builder ended before it was ready"
            yield process
        finally:
            process.kill()
            process.wait()


def built(settings: Settings, changed: set[str] | None = None) -> tuple[build.BuildResult, Marts]:
    """A build, and the columns and rows of each of its marts; nothing of it stays."""
    with lake.connect(settings) as connection:
        snapshot = lake.current_snapshot(connection)
    result = build.build(settings, snapshot, data_at=DATA_AT, changed=changed, share=True)
    with duckdb.connect(str(result.scratch), read_only=True) as connection:
        marts = {mart: _content(connection, f"marts.{mart}") for mart in result.models}
    build.discard(result)
    return result, marts


def _content(
    connection: duckdb.DuckDBPyConnection, table: str
) -> tuple[list[tuple[object, ...]], Counter[tuple[object, ...]]]:
    columns: list[tuple[object, ...]] = [row[:2] for row in connection.execute(f"describe {table}").fetchall()]
    return columns, Counter(connection.execute(f"select columns(*)::varchar from {table}").fetchall())


def leftovers(settings: Settings) -> list[Path]:
    """Files of parts, wherever a builder may have put them."""
    places = (settings.home / "parts", Path(settings.lake_data_path) / "builds")
    return [path for place in places for path in place.rglob("*") if path != place / "lock"]


@pytest.mark.slow
def test_a_builder_killed_in_the_middle_of_its_part_is_replaced_and_the_marts_are_equal(
    agencies: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone, wanted = built(agencies, WIDE)
    assert (alone.ok, alone.shared) == (True, ""), [check for check in alone.results if not check.passed]
    once = working.once
    with builder(agencies, "mid_part:kill") as killed, builder(agencies) as other:

        def after_the_kill(settings: Settings, catalogue: board.Catalogue) -> bool:
            """The publisher takes its first part when one of the two builders has been killed in its own."""
            assert killed.wait(PATIENCE) == -signal.SIGKILL
            if not struck:
                struck.extend(leftovers(agencies))
            return once(settings, catalogue)

        struck: list[Path] = []
        monkeypatch.setattr(working, "once", after_the_kill)
        together, found = built(agencies, WIDE)
        assert other.poll() is None
    assert any(path.suffix == ".parquet" for path in struck), "it was killed while it wrote"
    assert together.ok, [check for check in together.results if not check.passed]
    assert together.shared.startswith("in 3 parts by "), together.shared
    assert set(found) == set(wanted)
    assert sum(rows.total() for _, rows in wanted.values()) > 10 * HOUSES
    for mart, content in wanted.items():
        assert found[mart] == content, mart
    assert {check.name for check in together.results} == {check.name for check in alone.results}
    sharing.sweep(agencies)
    assert leftovers(agencies) == []
    with board.session(agencies) as catalogue:
        assert catalogue.execute("select count(*) from imisofts.build").fetchone() == (0,)
        assert catalogue.execute("select count(*) from imisofts.build_part").fetchone() == (0,)


def test_without_its_filter_a_part_would_double_rows_and_is_refused(
    agencies: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(board, "present", lambda _: 1)
    guarded, _ = built(agencies, SMALL)
    assert (guarded.ok, guarded.shared) == (True, "in 2 parts by 1 builder")
    show = building._show

    def everybody(connection: duckdb.DuckDBPyConnection, part: board.Part) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(cutting, "columns", lambda _connection, _lake, tables: dict.fromkeys(tables))
            show(connection, part)

    monkeypatch.setattr(building, "_show", everybody)
    alone, marts = built(agencies, SMALL)
    assert "dim_currency_rates has rows that are not of the part's workspaces" in caplog.text
    assert (alone.ok, alone.shared, marts["dim_currency_rates"][1].total()) == (True, "", HOUSES)


def test_a_part_that_fails_leaves_the_build_to_one(agencies: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(board, "present", lambda _: 1)

    def full(*_: object) -> str:
        raise OSError("no space left on device")

    monkeypatch.setattr(building, "build", full)
    result, marts = built(agencies, SMALL)
    assert (result.ok, result.shared) == (True, "")
    assert marts["dim_currency_rates"][1].total() == HOUSES
    assert leftovers(agencies) == []


def test_a_part_is_nobody_elses_until_its_session_ends(agencies: Settings) -> None:
    job = board.Job(1, "", Project((), ()), ())
    cuts = [board.Cut((uuid7(),), 1), board.Cut((uuid7(),), 2)]
    with board.session(agencies) as publisher, board.session(agencies) as other:
        with board.announced(publisher, job, cuts) as number, board.taken(publisher) as larger:
            assert larger is not None
            assert larger.workspaces == cuts[1].workspaces
            with board.session(agencies) as lost, board.taken(lost) as smaller:
                assert smaller is not None
                with board.taken(other) as nothing:
                    assert nothing is None
                lost.close()
                with board.taken(other) as again:
                    assert again == smaller
                    assert board.done(other, smaller, "there", "somebody")
            assert not board.done(publisher, smaller, "elsewhere", "late")
            assert board.standing(publisher, number) == board.Standing(1, ("there",), ("somebody",), None)
        with board.taken(other) as gone:
            assert gone is None, "its publisher has let the build go"


def test_workspaces_are_cut_evenly_and_each_once(agencies: Settings) -> None:
    """The fixture makes one part a builder."""
    rows = {uuid7(): size for size in (900, 500, 400, 100, 90, 10, 5, 5)}
    cuts = cutting.cut(rows, 3)
    assert sorted(one.rows for one in cuts) == [520, 590, 900]
    assert sorted(workspace for one in cuts for workspace in one.workspaces) == sorted(rows)
    assert all(one.rows == sum(rows[workspace] for workspace in one.workspaces) for one in cuts)
    assert len(cutting.cut(dict(list(rows.items())[:2]), 8)) == 2


def test_a_row_whose_workspace_is_gone_still_belongs_to_a_part(agencies: Settings) -> None:
    with lake.connect(agencies) as connection:
        rows = cutting.rows_by_workspace(connection, ["client", "workspace", "heartbeat"])
        orphaned = cutting.rows_by_workspace(connection, ["client"])
    assert set(rows.values()) == {4}, "an agency and its three clients"
    assert set(orphaned) == set(rows)


def test_a_key_within_its_workspace_is_asked_of_parts_and_an_id_alone_of_the_whole(agencies: Settings) -> None:
    project = dbt.project(agencies)
    found = planning.plan(project.models, project.tests)
    keys = {test.name for test in project.tests if test.rule == "unique_together"}
    ids = {test.name for test in project.tests if test.rule == "unique"}
    assert keys <= {test.name for test in found.part.tests}
    assert ids <= {test.name for test in found.whole}
    assert {test.name for test in project.tests} == {test.name for test in (*found.part.tests, *found.whole)}


def test_what_parts_made_keeps_to_its_contract_like_what_one_made() -> None:
    def gathered(sql: str) -> Model:
        columns = (Column("workspace_id", "UUID", filled=True), Column("amount", "DECIMAL(24,8)", filled=False))
        return Model("marts", "money", kept=False, sql=sql, columns=columns)

    kept = "select 1::decimal(24, 8) as amount, uuid() as workspace_id"
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as imisofts; create schema imisofts.marts")
        with pytest.raises(running.ContractBroken, match="amount is INTEGER"):
            running.create(connection, gathered("select 1 as amount, uuid() as workspace_id"))
        with pytest.raises(running.ContractBroken, match="more is not in the contract"):
            running.create(connection, gathered(f"{kept}, 1 as more"))
        running.create(connection, gathered(kept))
        columns = connection.execute("describe imisofts.marts.money").fetchall()
    assert [name for name, *_ in columns] == ["workspace_id", "amount"]


def test_the_supervisor_starts_the_others_beside_the_worker(agencies: Settings) -> None:
    names = [program.name for program in programs.of(agencies.moved(builders=3))]
    assert [name for name in names if name.startswith("builder")] == ["builder2", "builder3"]
    assert "builder2" not in {program.name for program in programs.of(agencies)}


def test_nobody_there_means_nobody_is_asked(agencies: Settings) -> None:
    with (
        duckdb.connect() as connection,
        sharing.shared(agencies, connection, dbt.project(agencies), 0, [], []) as shared,
    ):
        assert shared is None
