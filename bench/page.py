"""The figures of one run: printed as they come, and kept as a page of the documentation."""

import os
import platform
import subprocess
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
        """The goal, and whether this run met it."""
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

    def write(self) -> None:
        """Put the page where the documentation has it."""
        rows = "\n".join(f"| {one.what} | {one.figure} | {one.verdict} | {one.note} |" for one in self.figures)
        FILE.write_text(_TEXT.format(machine=_machine(), commit=_commit(), rows=rows), encoding="utf-8")


_TEXT = """# Measurements

Written by `make bench`: {commit}.
{machine}

Every goal is a ratio of two things run side by side in one run, so that it holds on other machines; seconds do not.
Peers are not measured: none of them is installed here.

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
