"""A CSV, Excel or Parquet file becomes cells by column. What it is says its content, never its name. Pure.

Polars splits CSV. It skips blank lines and knows no line numbers, so a file with blank lines, quotes or ragged rows is
split by the standard library instead, which tells them.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any, Final

import openpyxl
import polars
from openpyxl.utils.exceptions import InvalidFileException

from api.imports.schemas import ImportColumn, ImportShape, RowError

_UNEVEN: Final = re.compile(r'"|\n[ \t]*\r?\n|\x00|\r(?!\n)')
_DELIMITERS: Final = ",;\t|"
_PEEKED_LINES: Final = 20
_SAMPLED: Final = 3
_SHOWN_TEXT: Final = 200
_SHOWN_COLUMNS: Final = 200
LONGEST_ROWS: Final = 1_000_000
LARGEST_UNPACKED: Final = 1024**3
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class UnreadableFileError(ValueError):
    """The file as a whole cannot be read; the message says why. ``where`` is the field or column at fault."""

    def __init__(self, where: str, reason: str) -> None:
        super().__init__(reason)
        self.where = where


@dataclass(slots=True)
class Table:
    """The file's cells by column (text, or values where the format has types), with each row's line.

    ``format`` is csv, xlsx or parquet; ``sheets`` are those of a workbook.
    """

    columns: dict[str, Sequence[Any]]
    lines: Sequence[int]
    format: str
    ragged: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sheets: list[str] = field(default_factory=list)

    def shape(self) -> ImportShape:
        """What the file looks like, for who maps its columns."""
        columns = [
            ImportColumn(name=name[:_SHOWN_TEXT], sample=[words(cell)[:_SHOWN_TEXT] for cell in values[:_SAMPLED]])
            for name, values in islice(self.columns.items(), _SHOWN_COLUMNS)
        ]
        return ImportShape(format=self.format, sheets=self.sheets, columns=columns)


def split(content: bytes, sheet: str | None = None) -> Table:
    """The cells of a file; ``sheet`` names one of a workbook in place of its first."""
    if content.startswith(b"PK\x03\x04"):
        table = _excel(content, sheet)
    elif sheet is not None:
        raise UnreadableFileError("sheet", "only an Excel file (.xlsx) has sheets")
    elif content.startswith(b"PAR1"):
        table = _parquet(content)
    elif content.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG")):
        raise UnreadableFileError("file", "the file is no CSV, Excel (.xlsx) or Parquet file; save it as one")
    else:
        table = _csv(content)
    if len(table.lines) > LONGEST_ROWS:
        raise UnreadableFileError("file", f"the file has more than {LONGEST_ROWS:,} rows; import it in parts")
    return table


def words(value: Any) -> str:
    """A typed cell as plain text: ISO dates, decimal point, yes and no, hours as 7:30."""
    if value is None or value != value:
        return ""
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return format(Decimal(f"{value:.15g}"), "f")
        case datetime() if value.tzinfo is None and value.time() == time():
            return value.date().isoformat()
        case datetime() | date():
            return value.isoformat()
        case time():
            return f"{value.hour}:{value.minute:02d}"
        case timedelta():
            minutes = round(value.total_seconds() / 60)
            return f"{minutes // 60}:{minutes % 60:02d}"
        case _:
            return str(value).strip()


def _csv(content: bytes) -> Table:
    decoded, notes = _decoded(content)
    if not decoded.strip():
        raise UnreadableFileError("file", "the file is empty")
    if "\n" not in decoded:
        decoded = decoded.replace("\r", "\n")  # as old spreadsheets on a Mac end their lines
    delimiter = _delimiter(decoded)
    table = None if _UNEVEN.search(decoded) else _split_quickly(decoded, delimiter)
    table = table or _split_carefully(decoded, delimiter)
    table.notes += notes
    return table


def _decoded(content: bytes) -> tuple[str, list[str]]:
    """The text, and what had to be assumed to read it."""
    encoding = next((name for mark, name in _BOMS if content.startswith(mark)), None)
    if encoding is None and b"\x00" in content[:2]:
        encoding = "utf-16-be" if content[:1] == b"\x00" else "utf-16-le"
    try:
        return content.decode(encoding or "utf-8"), []
    except UnicodeDecodeError as error:
        if encoding is not None or b"\x00" in content:
            raise UnreadableFileError("file", "the file is no text, Excel (.xlsx) or Parquet file") from None
        line = content.count(b"\n", 0, error.start) + 1
        note = f"line {line} is not UTF-8; the file was read as Western European (Windows-1252, Latin-1)"
        return content.decode("cp1252", errors="replace"), [note]


def _delimiter(decoded: str) -> str:
    """The one that splits the first lines into the most cells, as many in each."""

    def score(delimiter: str) -> tuple[bool, int]:
        head = islice((line for line in io.StringIO(decoded) if line.strip()), _PEEKED_LINES)
        try:
            widths = [len(row) for row in csv.reader(head, delimiter=delimiter)]
        except csv.Error:
            return False, 0
        return widths[0] > 1 and len(set(widths)) == 1, widths[0]

    return max(_DELIMITERS, key=score)


def _split_quickly(decoded: str, delimiter: str) -> Table | None:
    """By Polars; None where a row is ragged, for only the careful way knows its line."""
    try:
        frame = polars.read_csv(decoded.encode(), separator=delimiter, infer_schema=False, raise_if_empty=False)
    except polars.exceptions.PolarsError:
        return None
    if frame.height and frame.select(polars.any_horizontal(polars.all().is_null()).any()).item():
        return None
    return Table({name: frame[name].to_list() for name in frame.columns}, range(2, frame.height + 2), "csv")


def _split_carefully(decoded: str, delimiter: str) -> Table:
    text = io.StringIO(decoded.replace("\x00", "\ufffd"), newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
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
    columns = {name: [row[place] for row in found] for place, name in enumerate(_distinct(header))}
    return Table(dict(columns), lines, "csv", ragged)


def _distinct(header: list[str]) -> list[str]:
    if len(set(header)) != len(header):
        raise UnreadableFileError("file", "two columns have the same name")
    return header


def _excel(content: bytes, sheet: str | None) -> Table:
    """The cells of a sheet: its first row that is not empty names them, columns without a name are left out."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
        if unpacked > LARGEST_UNPACKED:
            raise UnreadableFileError("file", "the workbook is too large")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        if isinstance(error, UnreadableFileError):
            raise
        raise UnreadableFileError("file", "the file is no Excel workbook (.xlsx) that can be read") from None
    try:
        names = [each.title for each in book.worksheets]
        if sheet is not None and sheet not in names:
            raise UnreadableFileError("sheet", f"there is no sheet {sheet!r}; there are {', '.join(names)}")
        chosen = book[sheet] if sheet is not None else book.worksheets[0]
        rows = _filled(chosen.iter_rows(values_only=True))
        table = _sheet_table(rows)
    finally:
        book.close()
    table.sheets = names
    return table


def _filled(rows: Iterator[tuple[Any, ...]]) -> Iterator[tuple[int, tuple[Any, ...]]]:
    return ((line, row) for line, row in enumerate(rows, 1) if any(cell not in (None, "") for cell in row))


def _sheet_table(rows: Iterator[tuple[int, tuple[Any, ...]]]) -> Table:
    _, head = next(rows, (0, ()))
    header = {place: words(cell) for place, cell in enumerate(head) if words(cell)}
    if not header:
        raise UnreadableFileError("file", "the sheet is empty")
    _distinct(list(header.values()))
    found = list(islice(rows, LONGEST_ROWS + 1))
    columns = {name: [row[place] if place < len(row) else None for _, row in found] for place, name in header.items()}
    return Table(dict(columns), [line for line, _ in found], "xlsx")


def _parquet(content: bytes) -> Table:
    try:
        frame = polars.read_parquet(io.BytesIO(content))
    except (polars.exceptions.PolarsError, OSError):
        raise UnreadableFileError("file", "the file is no Parquet file that can be read") from None
    return Table({name: frame[name].to_list() for name in frame.columns}, range(2, frame.height + 2), "parquet")
