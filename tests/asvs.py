"""The page that sets the product beside OWASP ASVS, read as data."""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/security/asvs.md"
_ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (\d) \| (.*) \| (.*) \|$", re.MULTILINE)
_NAMED = re.compile(r"`(tests/[\w/.]+\.py)::(\w+)`")


def tests_named_in(text: str) -> list[tuple[str, str]]:
    """Each test in ``text`` that is named as `tests/….py::test_…`: file from the root, function."""
    return _NAMED.findall(text)


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement; ``shown`` is what stands in the last column."""

    number: str
    level: int
    asked: str
    shown: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        """The tests named: file from the root, function."""
        return tests_named_in(self.shown)


def lines() -> list[Line]:
    """Every requirement on the page."""
    found = _ROW.findall(PAGE.read_text(encoding="utf-8"))
    return [Line(number, int(level), asked.strip(), shown.strip()) for number, level, asked, shown in found]


def named() -> set[tuple[str, str]]:
    """Every test that the page names."""
    return {test for line in lines() for test in line.tests}


@cache
def tests_of(file: str) -> dict[str, bool]:
    """The test functions of a file, and whether each is run wherever it is."""
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    marks = [node for node in tree.body if isinstance(node, ast.Assign) and "pytestmark" in ast.unparse(node)]
    return {one.name: not _may_be_left_out([*one.decorator_list, *marks]) for one in functions}


def _may_be_left_out(marks: list[ast.expr | ast.Assign]) -> bool:
    return any(word in ast.unparse(mark) for mark in marks for word in (".skip", ".xfail"))


class Witness:
    """Fails a run of all tests in which a test that the page names did not run or did not pass."""

    def __init__(self) -> None:
        self.passed: set[str] = set()
        self.missing: list[str] = []

    @staticmethod
    def is_needed(config: pytest.Config) -> bool:
        """Whether this process sees every test: no choice was made, and xdist's workers report to somebody else."""
        choices = ("keyword", "markexpr", "deselect", "lf", "maxfail", "collectonly")
        chosen = any(getattr(config.option, name, None) for name in choices)
        everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS
        return everything and not chosen and not hasattr(config, "workerinput")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what passed; of a test with several cases, one is enough."""
        if report.when == "call" and report.passed:
            self.passed.add(report.nodeid.partition("[")[0])

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Compare, once all is over."""
        self.missing = sorted({f"{file}::{name}" for file, name in named()} - self.passed)
        if self.missing and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Say what was missing."""
        for test in self.missing:
            terminalreporter.line(f"docs/security/asvs.md names {test}, which did not run or did not pass", red=True)
