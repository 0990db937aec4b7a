"""A CSV file becomes rows of values, or reasons why not. Pure: no database, no clock.

Polars splits the file. It skips blank lines and knows no line numbers, so one with blank lines, quotes or ragged rows
is split by the standard library instead, which tells them.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars

from api.billing.service import DAYS_TO_PAY, amounts
from api.imports.fields import FIELDS, Field
from api.imports.schemas import ImportOptions, Kind, RowError

Row = dict[str, Any]
_UNEVEN = re.compile(rb'"|\n[ \t]*\r?\n|\x00')
LONGEST_ROWS = 1_000_000


class UnreadableFileError(ValueError):
    """The file as a whole cannot be read; the message says why. ``where`` is the field or column at fault."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(reason)
        self.where = where


@dataclass(slots=True)
class Table:
    """The file's cells by column, with each row's line."""

    columns: dict[str, Sequence[str | None]]
    lines: Sequence[int]
    ragged: list[RowError] = field(default_factory=list)


@dataclass(slots=True)
class Parsed:
    """Good rows (with ``line`` and the kind's fields) and the reasons against the others."""

    rows: list[Row]
    errors: list[RowError]
    total: int


def read(kind: Kind, file_name: str, content: bytes, options: ImportOptions) -> Parsed:
    """Every row of the file under the field names of ``kind``."""
    table = split(content)
    cells = _cells(kind, table, file_name, options)
    rows: list[Row] = [{"line": line} for line in table.lines]
    errors = list(table.ragged)
    bad: set[int] = set()
    for each, values in cells:
        _parse_column(each, values, rows, errors, bad)
    if kind is Kind.invoices:
        _complete_invoices(rows, errors, bad)
    _refuse_twins(rows, errors, bad)
    errors.sort(key=lambda error: error.line)
    good = [row for row in rows if row["line"] not in bad]
    return Parsed(good, errors, len(rows) + len(table.ragged))


def split(content: bytes) -> Table:
    """Cells and line numbers of a comma-separated file with a header line, in UTF-8."""
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        decoded = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableFileError("file", f"line {line} is not UTF-8") from None
    if not decoded.strip():
        raise UnreadableFileError("file", "the file is empty")
    if _UNEVEN.search(content) is None:
        try:
            frame = polars.read_csv(content, infer_schema=False, truncate_ragged_lines=False, raise_if_empty=False)
        except polars.exceptions.PolarsError:
            return _split_carefully(decoded)
        if frame.height and frame.select(polars.any_horizontal(polars.all().is_null()).any()).item():
            return _split_carefully(decoded)
        return Table({name: frame[name].to_list() for name in frame.columns}, range(2, frame.height + 2))
    return _split_carefully(decoded)


def _split_carefully(decoded: str) -> Table:
    reader = csv.reader(io.StringIO(decoded.replace("\x00", "\ufffd"), newline=""), strict=True)
    found: list[list[str]] = []
    lines: list[int] = []
    ragged: list[RowError] = []
    try:
        header = next(row for row in reader if row)
        start = reader.line_num + 1
        for row in reader:
            if row and len(row) == len(header):
                found.append(row)
                lines.append(start)
            elif row:
                reason = f"has {len(row)} cells where the header has {len(header)}"
                ragged.append(RowError(line=start, column="", reason=reason))
            start = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFileError("file", f"line {reader.line_num}: {error}") from None
    if len(set(header)) != len(header):
        raise UnreadableFileError("file", "two columns have the same name")
    columns = {name: [row[place] for row in found] for place, name in enumerate(header)}
    return Table(dict(columns), lines, ragged)


def _cells(
    kind: Kind, table: Table, file_name: str, options: ImportOptions
) -> list[tuple[Field, Sequence[str | None]]]:
    """The column of each field that the file or the options give."""
    known = {each.name for each in FIELDS[kind]}
    for name in [*options.map, *options.set]:
        if name not in known:
            raise UnreadableFileError(name, f"{kind} have no field {name!r}; they have {', '.join(sorted(known))}")
    found: list[tuple[Field, Sequence[str | None]]] = []
    for each in FIELDS[kind]:
        column = options.map.get(each.name, each.name)
        if column == "@row":
            found.append((each, [f"{file_name}:{line}" for line in table.lines]))
        elif each.name in options.set:
            found.append((each, [options.set[each.name]] * len(table.lines)))
        elif column in table.columns:
            found.append((each, table.columns[column]))
        elif each.name in options.map:
            raise UnreadableFileError(each.name, f"the file has no column {column!r}")
        elif each.required:
            raise UnreadableFileError(
                each.name, f"is required: map it to a column ({', '.join(table.columns)}) or set it"
            )
    return found


def _parse_column(
    each: Field, values: Sequence[str | None], rows: list[Row], errors: list[RowError], bad: set[int]
) -> None:
    for row, value in zip(rows, values, strict=True):
        trimmed = value.strip() if value else ""
        try:
            if not trimmed and each.required:
                raise ValueError("is empty")
            row[each.name] = each.parse(trimmed) if trimmed else None
        except ValueError as error:
            bad.add(row["line"])
            errors.append(RowError(line=row["line"], column=each.name, reason=str(error)))


def _complete_invoices(rows: list[Row], errors: list[RowError], bad: set[int]) -> None:
    """Minor units, due date and state of each invoice; ``total`` includes ``tax``."""
    for row in rows:
        if row["line"] in bad:
            continue
        row["total_minor"] = amounts.to_minor(row["total"], row["currency"])
        row["tax_minor"] = amounts.to_minor(row.get("tax") or Decimal(0), row["currency"])
        row["due_on"] = row.get("due_on") or row["issued_on"] + DAYS_TO_PAY
        row["said"] = row.get("status")
        row["status"] = row["said"] if row["said"] in {"draft", "void"} else "issued"
        column, reason = _wrong_invoice(row)
        if reason:
            bad.add(row["line"])
            errors.append(RowError(line=row["line"], column=column, reason=reason))


def _wrong_invoice(row: Row) -> tuple[str, str]:
    if row["total_minor"] < 0:
        return "total", "is below zero; import it as a credit note"
    if not 0 <= row["tax_minor"] <= row["total_minor"]:
        return "tax", "is not between zero and the total"
    if row["due_on"] < row["issued_on"]:
        return "due_on", "lies before issued_on"
    return "", ""


def _refuse_twins(rows: list[Row], errors: list[RowError], bad: set[int]) -> None:
    """The second row with an external id is bad: which one would count?"""
    first: dict[str, int] = {}
    for row in rows:
        if row["line"] in bad:
            continue
        line = first.setdefault(row["external_id"], row["line"])
        if line != row["line"]:
            bad.add(row["line"])
            reason = f"{row['external_id']!r} stands in line {line} already"
            errors.append(RowError(line=row["line"], column="external_id", reason=reason))
