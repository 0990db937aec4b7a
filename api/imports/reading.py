"""A file's cells become rows of a kind's values, or reasons why not. Pure: no database, no clock."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.imports import files
from api.imports.fields import Field
from api.imports.files import Table, UnreadableFileError
from api.imports.kinds import SUBJECTS
from api.imports.locales import plain
from api.imports.schemas import ImportOptions, Kind, RowError
from api.imports.subject import Row, Subject

Cells = tuple[Field, Sequence[Any]]


@dataclass(slots=True)
class Parsed:
    """Good rows (with ``line`` and the kind's fields and columns) and the reasons against the others."""

    rows: list[Row]
    errors: list[RowError]
    total: int
    notes: list[str] = field(default_factory=list)


def read(kind: Kind, file_name: str, table: Table, options: ImportOptions) -> Parsed:
    """Every row of the file under the field names of ``kind``."""
    subject = SUBJECTS[kind]
    cells = _cells(subject, table, file_name, options)
    rows: list[Row] = [{"line": line} for line in table.lines]
    errors = list(table.ragged)
    bad: set[int] = set()
    for each, values in cells:
        _parse_column(each, values, rows, options, errors, bad)
    _name_columns(subject, rows, bad)
    _refuse_twins(subject, rows, errors, bad)
    errors.sort(key=lambda error: error.line)
    good = [row for row in rows if row["line"] not in bad]
    return Parsed(good, errors, len(rows) + len(table.ragged), table.notes)


def _cells(subject: Subject, table: Table, file_name: str, options: ImportOptions) -> list[Cells]:
    """The column of each field that the file or the options give."""
    known = {each.name for each in subject.fields}
    for name in [*options.map, *options.set]:
        if name not in known:
            fields = ", ".join(each.name for each in subject.fields)
            raise UnreadableFileError(name, f"is no field of {subject.kind}; they have {fields}")
    found = {each.name: _values(each, table, file_name, options) for each in subject.fields}
    for each in subject.fields:
        if each.fallback:
            found[each.name] = _filled(found[each.name], found[each.fallback])
        if each.required and found[each.name] is None:
            columns = ", ".join(table.columns)
            raise UnreadableFileError(each.name, f"is required: map it to a column ({columns}) or set it")
    if subject.one_of and all(found[name] is None for name in subject.one_of):
        raise UnreadableFileError(" or ".join(subject.one_of), "is required: map one of them to a column or set it")
    return [(each, values) for each in subject.fields if (values := found[each.name]) is not None]


def _values(each: Field, table: Table, file_name: str, options: ImportOptions) -> Sequence[Any] | None:
    column = options.map.get(each.name, each.name)
    if column == "@row":
        return [f"{file_name}:{line}" for line in table.lines]
    if each.name in options.set:
        return [options.set[each.name]] * len(table.lines)
    if column in table.columns:
        return table.columns[column]
    if each.name in options.map:
        raise UnreadableFileError(each.name, f"the file has no column {column!r}")
    return None


def _filled(own: Sequence[Any] | None, other: Sequence[Any] | None) -> Sequence[Any] | None:
    if own is None or other is None:
        return own if other is None else other
    return [first if files.words(first) else second for first, second in zip(own, other, strict=True)]


def _parse_column(
    each: Field,
    values: Sequence[Any],
    rows: list[Row],
    options: ImportOptions,
    errors: list[RowError],
    bad: set[int],
) -> None:
    written = plain(options.locale, each.parse)
    for row, value in zip(rows, values, strict=True):
        try:
            row[each.name] = _parsed(each, value, written)
        except ValueError as error:
            bad.add(row["line"])
            errors.append(RowError(line=row["line"], column=each.name, reason=str(error)))


def _parsed(each: Field, value: Any, written: Callable[[str], str] | None) -> Any:
    """The value of a cell; only text is written in the file's locale, typed cells mean what they hold."""
    if isinstance(value, str):
        text = value.strip()
        if text and written is not None:
            text = written(text)
    else:
        text = files.words(value)
    if text:
        return each.parse(text)
    if each.required:
        raise ValueError("is empty")
    return None


def _name_columns(subject: Subject, rows: list[Row], bad: set[int]) -> None:
    """Each value under its column, too; a kind without external ids is shown by its key."""
    renamed = [(each.name, each.column) for each in subject.fields if each.to and each.target is None]
    keyless = "external_id" not in subject.key
    for row in rows:
        if row["line"] in bad:
            continue
        for name, column in renamed:
            if name in row:
                row[column] = row[name]
        if keyless:
            row["external_id"] = " ".join(str(row[name]) for name in subject.key)


def _refuse_twins(subject: Subject, rows: list[Row], errors: list[RowError], bad: set[int]) -> None:
    """The second row with a key is bad: which one would count?"""
    first: dict[str, int] = {}
    for row in rows:
        if row["line"] in bad:
            continue
        line = first.setdefault(row["external_id"], row["line"])
        if line != row["line"]:
            bad.add(row["line"])
            reason = f"{row['external_id']!r} stands in line {line} already"
            errors.append(RowError(line=row["line"], column=subject.fields[0].name, reason=reason))
