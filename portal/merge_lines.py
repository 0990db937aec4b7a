"""The lines of an editor in a lost race: each of both versions beside the other's, so that one chooses line by line.

In a form the lines are one value, JSON of a list of rows (:func:`packed`). The choice sends each line, or where they
cannot be told apart all of them, under ``<name>.<n>``; :func:`sent` puts them together again.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from starlette.datastructures import FormData

from portal.forms import Form

MOST = 500
"""Lines of one form."""


@dataclass(frozen=True, slots=True)
class Lines:
    """``words`` tells one row; ``key`` is the field that stays while a line is changed, where there is one. Without it
    a line is known by its place, as long as none was added, taken out or moved."""

    name: str
    label: str
    words: Callable[[Mapping[str, str]], str]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One line, or all of them; its values are JSON of a list of rows."""

    name: str
    label: str
    words: Callable[[Mapping[str, str]], str]
    box: str = ""

    def shown(self, value: str) -> str:
        """The rows in words, one a line."""
        return "\n".join(self.words(row) for row in _rows(value))


def packed(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> str:
    """Rows as a form's value."""
    return json.dumps([{name: row.get(name, "") for name in columns} for row in rows])


def with_lines(
    form: Form, name: str, rows: Sequence[Mapping[str, str]], columns: Sequence[str], prefix: str = ""
) -> Form:
    """The form with its rows as one value, and without the single fields they were sent in."""
    single = {f"{prefix}{column}" for column in columns}
    bare = {key: value for key, value in form.values.items() if key not in single and not key.startswith(f"{name}.")}
    return replace(form, values=bare | {name: packed(rows, columns)})


def sent(form: FormData, name: str, columns: Sequence[str]) -> list[dict[str, str]] | None:
    """The rows that a choice sent; None where the form was no choice."""
    found: list[dict[str, str]] = []
    texts = [str(form[f"{name}.{n}"]) for n in range(MOST) if f"{name}.{n}" in form]
    for text in texts:
        found += [{column: str(row.get(column, "")).strip() for column in columns} for row in _rows(text)]
    return found[:MOST] if texts else None


def parts(lines: Lines, before: str | None, mine: str, theirs: str) -> Iterator[tuple[Part, str | None, str, str]]:
    """Each line in its three versions, or all of them at once where nobody can tell which one became which."""
    began, typed, stored = _rows(before or ""), _rows(mine), _rows(theirs)
    if lines.key:
        yield from _by_key(lines, began, typed, stored)
    elif before is not None and _same_places(began, typed) and _same_places(began, stored):
        for n, (was, one, other) in enumerate(zip(began, typed, stored, strict=True)):
            yield _part(lines, n), json.dumps([was]), json.dumps([one]), json.dumps([other])
    else:
        whole = None if before is None else json.dumps(began)
        yield Part(f"{lines.name}.0", lines.label, lines.words), whole, json.dumps(typed), json.dumps(stored)


def _by_key(
    lines: Lines, began: list[dict[str, str]], typed: list[dict[str, str]], stored: list[dict[str, str]]
) -> Iterator[tuple[Part, str | None, str, str]]:
    """A line that is stored no longer cannot be chosen; one that only the other added stays."""
    was_of, typed_of = ({row.get(lines.key, ""): row for row in rows} for rows in (began, typed))
    for n, row in enumerate(stored):
        name = row.get(lines.key, "")
        was = was_of.get(name)
        before = None if was is None else json.dumps([was])
        yield _part(lines, n), before, json.dumps([typed_of.get(name, row)]), json.dumps([row])


def _part(lines: Lines, n: int) -> Part:
    return Part(f"{lines.name}.{n}", f"{lines.label}: {n + 1}", lines.words)


def _same_places(began: list[dict[str, str]], now: list[dict[str, str]]) -> bool:
    """Whether each line can only have become the one at its place: none was added, taken out or moved."""
    if len(began) != len(now):
        return False
    return all(row == was or row not in began for row, was in zip(now, began, strict=True))


def _rows(text: str) -> list[dict[str, str]]:
    """What browsers send is read with care: anything but a list of rows is no rows."""
    try:
        found = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return []
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
