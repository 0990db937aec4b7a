"""The loader killed at every named line, then run again: nothing missing, nothing extra, nothing different.

A sample kills once per failpoint; with ``PROVE=1`` every failpoint is killed and broken off many times over.
"""

import os
import random
import signal
import subprocess
import sys
from collections import Counter

import pytest

from imisofts.settings import PROJECT_ROOT, Settings
from tests.warehouse import toy
from warehouse import replication
from warehouse.replication import failpoints

PROVE = os.environ.get("PROVE") == "1"
SEED = int(os.environ.get("SEED", "1"))
ROUNDS = 14 if PROVE else 1
ACTIONS = ("kill", "raise") if PROVE else ("kill",)
ENDINGS = {"kill": -signal.SIGKILL, "raise": 3}


def run_loader(settings: Settings, failpoint: str, *options: str) -> int:
    """One catch-up in a process of its own; its exit code."""
    command = [sys.executable, "-m", "tests.faults.runner", settings.model_dump_json(), *options]
    environment = {**os.environ, failpoints.ENVIRONMENT: failpoint}
    return subprocess.run(command, cwd=PROJECT_ROOT, env=environment, check=False, timeout=120).returncode


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("name", [*failpoints.COPYING, *failpoints.COMMIT])
def test_first_load_broken_off(fresh_settings: Settings, name: str, action: str) -> None:
    toy.create(fresh_settings)
    assert run_loader(fresh_settings, f"{name}:{action}") == ENDINGS[action]
    expected = toy.change(fresh_settings, random.Random(SEED))
    before = Counter({key: rows for key, rows in expected.items() if name in failpoints.COMMIT[1:]})
    replication.catch_up(fresh_settings)
    toy.compare(fresh_settings)
    # Where the first load had been committed the changes are history; where not, they are part of the new copy.
    assert toy.changes_kept(fresh_settings) == before


@pytest.mark.slow
def test_streaming_broken_off(fresh_settings: Settings) -> None:
    toy.create(fresh_settings)
    replication.catch_up(fresh_settings)
    chance = random.Random(SEED)
    expected: Counter[tuple[str, str]] = Counter()
    runs = 0
    for _ in range(ROUNDS):
        for name in (*failpoints.STREAMING, *failpoints.COMMIT):
            for action in ACTIONS:
                expected += toy.change(fresh_settings, chance)
                assert run_loader(fresh_settings, f"{name}:{action}") == ENDINGS[action]
                expected += toy.change(fresh_settings, chance, transactions=1)
                replication.catch_up(fresh_settings)
                toy.compare(fresh_settings)
                assert toy.changes_kept(fresh_settings) == expected, name
                runs += 1
        print(f"{runs} runs broken off, {sum(expected.values())} changes: 0 missing, 0 extra, 0 different", flush=True)


def test_a_watermark_apart_from_its_rows_doubles_history(fresh_settings: Settings) -> None:
    """The guard off: the comparison goes red, so it would show a loader that is not exactly-once."""
    toy.create(fresh_settings)
    replication.catch_up(fresh_settings)
    expected = toy.every_change(fresh_settings)
    assert run_loader(fresh_settings, "after_lake_commit:kill", "--guard-off") == -signal.SIGKILL
    replication.catch_up(fresh_settings)
    assert toy.changes_kept(fresh_settings) == expected + expected
    with pytest.raises(AssertionError, match="doubled"):
        toy.compare(fresh_settings)
