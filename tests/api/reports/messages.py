"""Every text that a PDF can say: those of the code, read from its syntax, and the metrics' own."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from imisofts.settings import PROJECT_ROOT
from warehouse.gateway.client_report import DEFINED
from warehouse.metrics import metrics

ROOMS = ("api/paper", "api/reports", "api/billing", "imisofts/charts")
TAKES = {"say": 1, "translate": 1, "count": 2}
"""Names of the functions that translate, and how many of their first arguments are texts."""


@dataclass(frozen=True)
class Call:
    """A call that translates; ``texts`` is None where it is not given literals, so that nobody can translate it."""

    place: str
    texts: tuple[str, ...] | None


def calls() -> Iterator[Call]:
    """Every call that translates, in the rooms that make a PDF."""
    for room in ROOMS:
        for path in sorted((PROJECT_ROOT / room).rglob("*.py")):
            yield from _calls(path, str(path.relative_to(PROJECT_ROOT)))


def _calls(path: Path, name: str) -> Iterator[Call]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called not in TAKES or (called == "count" and len(node.args) < 3):
            continue
        given = node.args[: TAKES[called]]
        texts = tuple(one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))
        yield Call(f"{name}:{node.lineno}", texts if len(texts) == TAKES[called] else None)


def of_metrics() -> set[str]:
    """Names, definitions and rules of the metrics that a report may print."""
    found = [one for one in metrics() if one.name in DEFINED]
    return {text for one in found for text in (one.label, one.definition, *one.policy)}
