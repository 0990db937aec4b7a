"""The figures of one run: printed as they come, and kept as a page of the documentation."""

import os
import platform
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docs" / "operate" / "benchmarks.md"


@dataclass(frozen=True)
class Figure:
    """One measurement: what was measured, the figure, what else is worth knowing, and its goal where it has one."""

    what: str
    figure: str
    note: str = ""
    goal: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """The goal, and whether this run met it; ``None`` where that was not to be had."""
        if self.met is None:
            return self.goal
        return f"{self.goal}: {'met' if self.met else 'missed'}"


@dataclass
class Page:
    """All figures of a run."""

    figures: list[Figure] = field(default_factory=list)

    def add(self, what: str, figure: str, note: str = "", *, goal: str = "", met: bool | None = None) -> None:
        """Print a figure and keep it."""
        found = Figure(what, figure, note, goal, met)
        self.figures.append(found)
        print(f"{what:<62} {figure:>12}  {'; '.join(part for part in (found.verdict, note) if part)}", flush=True)

    @contextmanager
    def tried(self, what: str) -> Iterator[None]:
        """A part that may fail: the other figures are still worth printing."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it was is said in its line
            self.add(what, "failed", f"{type(error).__name__}: {error}"[:300].replace("\n", " "), met=False)

    def not_measured(self, what: str, reason: str, goal: str = "") -> None:
        """Keep a place for a figure that is not to be had here."""
        self.add(what, "not measured", reason, goal=goal)

    def write(self) -> None:
        """Put the page where the documentation has it."""
        rows = "\n".join(f"| {one.what} | {one.figure} | {one.verdict} | {one.note} |" for one in self.figures)
        FILE.write_text(_TEXT.format(machine=_machine(), commit=_commit(), rows=rows), encoding="utf-8")


_TEXT = """# Measurements

Written by `make bench`: {commit}.
{machine}

Every goal is a ratio of two things run side by side in one run, so that it holds on other machines; seconds do not.
Peers come from a lock of their own (`bench/peers.txt`), installed into the user's cache; their start is not counted.
Where one is not to be had, its line says why. A CPU second is one of the client: the database's own are not in it.

| what | figure | goal | note |
|---|---|---|---|
{rows}
"""


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    parts = [f"{os.cpu_count()} cores ({platform.machine()})", f"{memory:.0f} GiB", platform.system()]
    parts += [f"Python {platform.python_version()}", f"DuckDB {version('duckdb')}"]
    return ", ".join(parts) + "."


def _commit() -> str:
    """Date and commit; the page itself does not make a checkout dirty."""

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    today = f"{datetime.now(UTC):%Y-%m-%d}"
    head = git("rev-parse", "--short", "HEAD")
    if not head:
        return f"{today}, no checkout"
    changed = [line for line in git("status", "--porcelain", "-uno").splitlines() if not line.endswith(FILE.name)]
    return f"{today}, commit {head}{' with changes on top' if changed else ''}"
