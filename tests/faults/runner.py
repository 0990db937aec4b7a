"""The loader in processes of its own, to be broken off: ``python -m tests.faults.runner``.

One process imports everything once, and forks for each line of JSON on its standard input: settings, failpoint, verb,
whether the guard is off, and how large a file may grow. It answers with the exit code of the fork, negative for a
signal, and its largest size in memory. With the guard off the
watermark is written in a transaction after the rows, as a loader without exactly-once would.
"""

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import duckdb

from imisofts.settings import PROJECT_ROOT, Settings
from warehouse import lake, maintenance, replication
from warehouse.replication import failpoints, state
from warehouse.replication.failpoints import FailpointReached
from warehouse.replication.loader import Run
from warehouse.replication.state import Watermark

DONE, FAILED, STOPPED, BROKEN_OFF = 0, 1, 4, 3
"""Exit codes: it went through; it failed otherwise; it stopped with an error of ours; the failpoint raised."""
VERBS: dict[str, Callable[[Settings], object]] = {
    "catch_up": replication.catch_up,
    "resync_all": replication.resync_all,
    "maintain": partial(maintenance.maintain, grace=timedelta(0)),
}
_LONGEST = 300


def guard_off() -> None:
    """Move the watermark out of the rows' transaction."""
    late: list[Watermark] = []
    write = state.write_watermark
    commit = Run.commit

    def postpone(_: duckdb.DuckDBPyConnection, mark: Watermark) -> None:
        late.append(mark)

    def commit_then_mark(run: Run, connection: duckdb.DuckDBPyConnection, message: str) -> None:
        commit(run, connection, message)
        write(connection, late.pop())

    state.write_watermark = postpone  # type: ignore[assignment]
    Run.commit = commit_then_mark  # type: ignore[method-assign, assignment]


@dataclass(frozen=True)
class Runner:
    """The process that forks."""

    process: "subprocess.Popen[str]"

    def run(self, settings: Settings, failpoint: str, *, verb: str = "catch_up", guarded: bool = True) -> int:
        """One run of the loader with a failpoint (``name:action``); its exit code."""
        return self.measured(settings, failpoint, verb, guarded)[0]

    def measured(
        self, settings: Settings, failpoint: str = "", verb: str = "catch_up", guarded: bool = True, file_bytes: int = 0
    ) -> tuple[int, int]:
        """One run, in which no file may grow beyond ``file_bytes``; its exit code and its peak memory in bytes."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        asked = [settings.model_dump_json(), failpoint, verb, guarded, file_bytes]
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        code, kilobytes = self.process.stdout.readline().split()
        return int(code), int(kilobytes) * 1024


@contextmanager
def running() -> Iterator[Runner]:
    """A runner that lasts as long as the block."""
    command = [sys.executable, "-m", "tests.faults.runner"]
    with subprocess.Popen(
        command, cwd=PROJECT_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Runner(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()


def _child(settings: str, failpoint: str, verb: str, guarded: bool, file_bytes: int) -> int:
    signal.alarm(_LONGEST)
    if file_bytes:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    os.environ[failpoints.ENVIRONMENT] = failpoint
    if not guarded:
        guard_off()
    try:
        VERBS[verb](Settings.model_validate_json(settings))
    except FailpointReached:
        return BROKEN_OFF
    except replication.ReplicationError as error:
        with suppress(OSError):  # the limit of a file's size binds a log, too
            print(f"stopped: {error}", file=sys.stderr)
        return STOPPED
    return DONE


def main() -> None:
    """Until standard input ends; ``os._exit`` because nothing may be tidied up after a failpoint either."""
    lake._check_signatures = lambda: None  # type: ignore[assignment] # the tests' own process has checked them
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            code = 1
            try:
                code = _child(*json.loads(line))
            finally:
                os._exit(code)
        _, status, used = os.wait4(child, 0)
        print(os.waitstatus_to_exitcode(status), used.ru_maxrss, flush=True)


if __name__ == "__main__":
    main()
