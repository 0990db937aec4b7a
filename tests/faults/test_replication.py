"""The loader broken off at every named line, then run again: nothing missing, nothing extra, nothing different.

Three ways of breaking off (kill -9, an exception, every socket cut) and six kinds of change. A sample takes each line
once, with the ways and kinds in turn; with ``PROVE=1`` every combination.
"""

import itertools
import os
import signal
from collections import Counter
from collections.abc import Iterator

import duckdb
import pytest

from imisofts.settings import Settings
from tests.faults import runner
from tests.faults.runner import Runner
from tests.warehouse import toy
from warehouse import lake, replication, status
from warehouse.replication import failpoints

PROVE = os.environ.get("PROVE") == "1"
SEED = int(os.environ.get("SEED", "1"))
ACTIONS = ("kill", "raise", "cut")
OPERATIONS = ("insert", "update", "delete", "truncate", "move a key", "added column")
NAMES = (*failpoints.COPYING, *failpoints.STREAMING, *failpoints.COMMIT)
ENDINGS = {
    "kill": {-signal.SIGKILL},
    "raise": {runner.BROKEN_OFF},
    "cut": {runner.DONE, runner.STOPPED},
}
Changes = Counter[tuple[str, str]]


@pytest.fixture(scope="module")
def loader() -> Iterator[Runner]:
    """The process that forks a loader for each run."""
    with runner.running() as running:
        yield running


def matrix() -> list[tuple[str, str, str]]:
    """Failpoint, action and operation of each run."""
    if PROVE:
        return list(itertools.product(NAMES, ACTIONS, OPERATIONS))
    turns = zip(itertools.cycle(ACTIONS), itertools.cycle(OPERATIONS), strict=False)
    drawn = itertools.islice(turns, SEED, SEED + len(NAMES))
    return [(name, action, operation) for name, (action, operation) in zip(NAMES, drawn, strict=True)]


def work(settings: Settings, operation: str, name: str, turn: int) -> Changes:
    """What happens in the source before the loader is broken off; returns the history rows that it must leave.

    Lines of a copy are reached only where one is due: another column asks for it.
    """
    expected = Changes() if operation == "added column" else toy.do(settings, operation)
    if operation == "added column" or name in failpoints.COPYING:
        column = f"extra_{turn % 12}"
        toy.execute(settings, f"alter table pair drop column if exists {column}")
        toy.execute(settings, f"alter table pair add column {column} int default {turn}")
        in_a_file = name == "file_written"
        expected += toy.many_pairs(settings) if in_a_file else toy.do(settings, "insert pairs")
    return expected


def equal(settings: Settings) -> None:
    """Every table by key and row hash, and what history rebuilds of it."""
    found = replication.verify(settings, history=True)
    assert found.equal, found


def test_loads_broken_off(fresh_settings: Settings, loader: Runner) -> None:
    """The first load, tried again and again; then, with a lake there, loads of everything anew."""
    toy.create(fresh_settings)
    toy.many_pairs(fresh_settings)
    before, after = (*failpoints.COPYING, "before_lake_commit"), failpoints.COMMIT[1:]
    for name, action in in_turn(before):
        assert loader.run(fresh_settings, f"{name}:{action}") in ENDINGS[action], (name, action)
        assert not watermark(fresh_settings), (name, action)
        toy.do(fresh_settings, "insert pairs")
    for name, action in in_turn(after, *before[::-1] if PROVE else ()):
        verb = "resync_all" if watermark(fresh_settings) else "catch_up"
        toy.many_pairs(fresh_settings)  # the changes below leave few, and no file is written of few
        assert loader.run(fresh_settings, f"{name}:{action}", verb=verb) in ENDINGS[action], (name, action)
        toy.every_change(fresh_settings)
        try:
            replication.catch_up(fresh_settings)
        except (replication.SlotLost, replication.SourceChanged):  # the slot is the new one, the lake still the old
            assert verb == "resync_all"
            replication.resync_all(fresh_settings)
        equal(fresh_settings)
        toy.compare(fresh_settings)


def in_turn(*names: str | tuple[str, ...]) -> list[tuple[str, str]]:
    """Each name with one action; with every action where it is proved."""
    flat = [one for name in names for one in ([name] if isinstance(name, str) else name)]
    if PROVE:
        return list(itertools.product(flat, ACTIONS))
    return list(zip(flat, itertools.islice(itertools.cycle(ACTIONS), SEED, None), strict=False))


def watermark(settings: Settings) -> bool:
    """Whether a load was ever committed."""
    if not lake.exists(settings):
        return False
    with lake.connect(settings) as connection:
        try:
            return connection.execute("select count(*) from lake.meta.watermark").fetchone() == (1,)
        except duckdb.CatalogException:
            return False


def test_streaming_broken_off(fresh_settings: Settings, loader: Runner) -> None:
    toy.create(fresh_settings)
    replication.catch_up(fresh_settings)
    expected = Changes()
    runs = matrix()
    for turn, (name, action, operation) in enumerate(runs):
        expected += work(fresh_settings, operation, name, turn)
        assert loader.run(fresh_settings, f"{name}:{action}") in ENDINGS[action], (name, action, operation)
        expected += toy.do(fresh_settings, "update")
        equal(fresh_settings)
        assert toy.changes_kept(fresh_settings) == expected, (name, action, operation)
        if turn % 20 == 19 or turn + 1 == len(runs):
            toy.compare(fresh_settings)
            told = f"{turn + 1} runs broken off, {sum(expected.values())} changes"
            print(f"{told}: 0 missing, 0 extra, 0 different", flush=True)


def test_one_transaction_of_very_many_rows(fresh_settings: Settings, loader: Runner) -> None:
    """It comes whole, and is spilled: memory does not follow its size."""
    rows = 500_000 if PROVE else 20_000
    toy.create(fresh_settings)
    replication.catch_up(fresh_settings)
    insert = (
        "insert into thing (id, workspace_id, name, email, amount, count, at, ok, doc) select gen_random_uuid(),"
        " gen_random_uuid(), md5(i::text), i || '@example.org', i, i, now(), true, jsonb_build_object('i', i)"
        f" from generate_series(1000, {999 + rows}) i"
    )
    toy.execute(fresh_settings, f"{insert}; update thing set name = 'half' where count % 2 = 0; delete from pair")
    code, peak = loader.measured(fresh_settings)
    assert code == runner.DONE
    assert peak < 1 << 30
    equal(fresh_settings)
    print(f"one transaction of {rows} new and {rows // 2} changed rows: {peak >> 20} MiB at most", flush=True)


def test_a_full_disk_stops_and_goes_on(fresh_settings: Settings, loader: Runner) -> None:
    """The limit of a file's size stands in for a full disk: the same write fails, with another number."""
    toy.create(fresh_settings)
    replication.catch_up(fresh_settings)
    toy.execute(fresh_settings, "insert into pair select i, md5(i::text), null from generate_series(1000, 6000) i")
    for _ in range(2):
        assert loader.measured(fresh_settings, file_bytes=20_000)[0] == runner.STOPPED
    assert "disk is full" in (status.pulse(fresh_settings).reason or "")
    equal(fresh_settings)
    assert status.pulse(fresh_settings).fresh


def test_a_watermark_apart_from_its_rows_doubles_history(fresh_settings: Settings, loader: Runner) -> None:
    """The guard off: the comparison goes red, so it would show a loader that is not exactly-once."""
    toy.create(fresh_settings)
    replication.catch_up(fresh_settings)
    expected = toy.every_change(fresh_settings)
    assert loader.run(fresh_settings, "after_lake_commit:kill", guarded=False) == -signal.SIGKILL
    replication.catch_up(fresh_settings)
    assert toy.changes_kept(fresh_settings) == expected + expected
    with pytest.raises(AssertionError, match="doubled"):
        toy.compare(fresh_settings)
