"""A build killed half way, a publication killed at its commit: readers keep a whole set, and nothing is forgotten."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from imisofts.settings import PROJECT_ROOT, Settings
from tests.orchestration.conftest import Agency
from warehouse import lake, pipeline
from warehouse.publish import publications
from warehouse.replication import failpoints

PROVE = os.environ.get("PROVE") == "1"
ROUNDS = 3 if PROVE else 1
AT_COMMIT = failpoints.PUBLISHING if PROVE else failpoints.PUBLISHING[:1]
PATIENCE = 300.0
RUN = (
    "import sys; from imisofts.settings import Settings; from warehouse import pipeline; "
    "pipeline.run(Settings.model_validate_json(sys.argv[1]))"
)


def start_pipeline(settings: Settings, failpoint: str = "") -> "subprocess.Popen[bytes]":
    """One run in a process of its own."""
    environment = {**os.environ, failpoints.ENVIRONMENT: failpoint}
    return subprocess.Popen([sys.executable, "-c", RUN, settings.model_dump_json()], cwd=PROJECT_ROOT, env=environment)


def kill_while_it_builds(settings: Settings) -> None:
    """-9 as soon as its scratch file is open, long before the last mart."""
    before = set(scratch(settings))
    building = start_pipeline(settings)
    deadline = time.monotonic() + PATIENCE
    while not any((folder / "imisofts.duckdb").exists() for folder in set(scratch(settings)) - before):
        assert building.poll() is None, "it ended before it built"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    building.kill()
    assert building.wait() == -signal.SIGKILL


def scratch(settings: Settings) -> list[Path]:
    """Folders of builds that are under way, or were; not what is kept for the next one."""
    return list((settings.home / "scratch").glob("[!k]*"))


def published(settings: Settings) -> tuple[int, str]:
    """How many publications there are, and the total that readers see."""
    with lake.connect(settings) as connection:
        row = connection.execute("select sum(total)::decimal(18, 2)::varchar from lake.marts.fct_invoices").fetchone()
        assert row is not None
        return len(publications(connection)), row[0]


@pytest.mark.slow
def test_a_killed_build_or_publication_leaves_the_last_one_and_the_next_run_succeeds(fresh_settings: Settings) -> None:
    agency = Agency(fresh_settings)
    agency.invoice(1_000)
    assert pipeline.run(fresh_settings).published
    before, kills = (1, "10.00"), 0
    for made in range(1, ROUNDS + 1):
        agency.invoice(2_000)
        after = (made + 1, f"{10 + 20 * made}.00")
        kill_while_it_builds(fresh_settings)
        assert published(fresh_settings) == before, "killed while it built"
        assert scratch(fresh_settings), "a killed process tidies up nothing"
        for name in AT_COMMIT:
            assert start_pipeline(fresh_settings, f"{name}:kill").wait(PATIENCE) == -signal.SIGKILL
            assert published(fresh_settings) == (after if name == "after_publication_commit" else before), name
        assert pipeline.run(fresh_settings).publication_id == made + 1
        assert published(fresh_settings) == after
        assert not scratch(fresh_settings)
        before, kills = after, kills + 1 + len(AT_COMMIT)
    print(f"{kills} builds and publications killed: the last publication stood each time, no file left")
