"""The loader in a process of its own, to be killed: ``python -m tests.faults.runner SETTINGS_JSON [--guard-off]``.

With the guard off the watermark is written in a transaction after the rows, as a loader without exactly-once would.
"""

import os
import sys

import duckdb

from imisofts.settings import Settings
from warehouse import replication
from warehouse.replication import state
from warehouse.replication.failpoints import FailpointReached
from warehouse.replication.loader import Run
from warehouse.replication.state import Watermark


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


def main() -> None:
    """One catch-up; ``os._exit`` because nothing may be tidied up after a failpoint's exception either."""
    if "--guard-off" in sys.argv:
        guard_off()
    try:
        replication.catch_up(Settings.model_validate_json(sys.argv[1]))
    except FailpointReached:
        os._exit(3)


if __name__ == "__main__":
    main()
