"""Every text the portal says: the literals of its Python code and of its templates, with where each stands."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2.ext import babel_extract

from imisofts.settings import PROJECT_ROOT

ROOM = PROJECT_ROOT / "portal"
TAKES = {"_": 1, "gettext": 1, "ngettext": 2}
"""Names of the functions that translate, and how many of their first arguments are texts."""


@dataclass(frozen=True)
class Said:
    """A call that translates; ``texts`` is None where it is not given literals, so that nobody can translate it."""

    place: str
    texts: tuple[str, ...] | None


def everything() -> Iterator[Said]:
    """The texts of every page, in the order of their files."""
    for path in sorted([*ROOM.glob("*.py"), *(ROOM / "pages").rglob("*.py")]):
        if path.name != "language.py":  # the functions themselves
            yield from in_python(path.read_text(), str(path.relative_to(PROJECT_ROOT)))
    for path in sorted((ROOM / "templates").rglob("*.*")):
        yield from in_template(path, str(path.relative_to(PROJECT_ROOT)))


def in_python(source: str, name: str) -> Iterator[Said]:
    """The texts of a module."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in TAKES:
            given = node.args[: TAKES[called]]
            texts = tuple(one.value for one in given if isinstance(one, ast.Constant) and isinstance(one.value, str))
            yield Said(f"{name}:{node.lineno}", texts if len(texts) == TAKES[called] else None)


def in_template(path: Path, name: str) -> Iterator[Said]:
    """The texts of a template."""
    with path.open("rb") as file:
        for line, called, found, _ in babel_extract(file, tuple(TAKES), [], {}):
            texts = tuple(one for one in (found if isinstance(found, tuple) else (found,)) if isinstance(one, str))
            yield Said(f"{name}:{line}", texts if len(texts) == TAKES[called] else None)
