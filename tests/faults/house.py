"""Postgres, web and replication worker of one installation under the real supervisor: ``python -m tests.faults.house``.

What `imisofts up` runs, less what this proof does not need: Dagster's own servers, the console, jobs and mail.
"""

import time

from imisofts import programs
from imisofts.cli import up
from imisofts.settings import load

NEEDED = ("web", "replicate")


def main() -> None:
    """Until SIGTERM."""
    settings = load()
    planned = [program for program in programs.of(settings) if program.name in NEEDED]
    with up._databases(settings) as server:
        up._supervise(settings, planned, server, time.monotonic())


if __name__ == "__main__":
    main()
