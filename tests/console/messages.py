"""Every text that the console can say: of its code and templates, a client's health, and the metrics' own."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from imisofts.settings import PROJECT_ROOT
from warehouse.metrics import metrics

TAKES = {"_": 1, "count": 2}
"""Names of the functions that translate, and how many of their first arguments are texts; a client's health has its
own, ``say``."""
_IN_TEMPLATE = re.compile(r'\b(?:_|count)\(("[^"]+")(?:, ("[^"]+"), \w)?')


def calls() -> Iterator[tuple[str, tuple[str, ...] | None]]:
    """Where each is said and its texts: one, or two where something is counted; None where it is no literal."""
    files = [*sorted((PROJECT_ROOT / "console").rglob("*.py")), PROJECT_ROOT / "warehouse/gateway/health_words.py"]
    for path in files:
        if path.name != "language.py":
            yield from _in_code(path)
    for path in sorted((PROJECT_ROOT / "console" / "templates").glob("*.html")):
        for found in _IN_TEMPLATE.finditer(path.read_text()):
            yield path.name, tuple(ast.literal_eval(text) for text in found.groups() if text)


def _in_code(path: Path) -> Iterator[tuple[str, tuple[str, ...] | None]]:
    constants = {
        target.id: [value.value for value in ast.walk(node.value) if isinstance(value, ast.Constant)]
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None
        for target in (node.target,)
    }
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        takes = {"say": 1} if path.name == "health_words.py" else TAKES
        if called not in takes or (called == "count" and len(node.args) != 3):
            continue
        given = node.args[: takes[called]]
        if isinstance(given[0], ast.Subscript) and isinstance(given[0].value, ast.Name):
            # words by a key: a table of constants, of which the values are said
            table = constants.get(given[0].value.id, [])
            yield from ((path.name, (str(text),)) for text in table[len(table) // 2 :])
            continue
        texts = tuple(one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))
        yield f"{path.name}:{node.lineno}", texts if len(texts) == takes[called] else None


def of_metrics() -> set[str]:
    """Names, definitions and rules of every metric."""
    return {text for one in metrics() for text in (one.label, one.definition, *one.policy)}
