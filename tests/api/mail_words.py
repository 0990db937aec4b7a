"""Every text of our short mails, read from the modules that write them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from api.kit.wording import POWERED_BY
from imisofts.settings import PROJECT_ROOT

SENTENCE = re.compile(r"[A-Z{].*[ .,]|[A-Z][a-z]+$|(an?|your) ", re.DOTALL)
OTHERS = ("api/reports/",)
"""The report has a catalogue of its own."""


def everything() -> dict[str, str]:
    """Text → where it stands; ``{0}``, ``{1}``, … (or a name) in place of its values."""
    found: dict[str, str] = {POWERED_BY: "api/kit/wording.py"}
    for path in sorted((PROJECT_ROOT / "api").rglob("*.py")):
        name, source = str(path.relative_to(PROJECT_ROOT)), path.read_text()
        if "mail.Letter(" in source and not name.startswith(OTHERS):
            for line, text in _texts(ast.parse(source)):
                found.setdefault(text, f"{name}:{line}")
    return found


def _texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    skipped = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    skipped |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in skipped:
            text = _text(node)
            if SENTENCE.match(text) and "://" not in text:
                yield node.lineno, text


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    parts, place = [], 0
    for part in node.values:
        parts.append(str(part.value) if isinstance(part, ast.Constant) else f"{{{place}}}")
        place += not isinstance(part, ast.Constant)
    return "".join(parts)


def catalogue_of(language: str) -> Path:
    """The translations."""
    return PROJECT_ROOT / "api" / "locale" / language / "LC_MESSAGES" / "mails.po"
