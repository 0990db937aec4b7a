"""Tables as CSV and Excel files: exact values, and no cell that a spreadsheet would run as a formula.

Console and portal save the same rows through these two functions, so that a figure leaves the house in one way.
"""

import csv as csv_module
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

CSV_TYPE: Final = "text/csv; charset=utf-8"
EXCEL_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
_TYPED_NUMBER = re.compile(r"^-?\d+([.,]\d+)?$")
_STARTS_FORMULA = frozenset("=+-@\t\r")
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

Rows = Sequence[Mapping[str, object]]


def cell(value: object) -> str:
    """Text of a CSV cell that no spreadsheet will run; negative numbers stay numbers, a decimal keeps its digits."""
    text = format(value, "f") if isinstance(value, Decimal) else "" if value is None else str(value)
    if text[:1] in _STARTS_FORMULA and not _TYPED_NUMBER.match(text):
        return "'" + text
    return text


def columns_of(rows: Rows) -> dict[str, str]:
    """Every key of the rows, in the order of their first appearance, headed by itself."""
    return {name: name for row in rows for name in row}


def csv(rows: Rows, columns: Mapping[str, str] | None = None) -> bytes:
    """Rows under the heads of ``columns`` (key to head; without it, all keys); UTF-8 with the mark that Excel needs."""
    heads = columns_of(rows) if columns is None else columns
    sheet = io.StringIO()
    writer = csv_module.writer(sheet)
    if heads:
        writer.writerow(heads.values())
    writer.writerows([cell(row.get(name)) for name in heads] for row in rows)
    return sheet.getvalue().encode("utf-8-sig")


def excel(rows: Rows, columns: Mapping[str, str] | None = None) -> bytes:
    """The same table as a workbook of one sheet: numbers and dates as such, all else as text, the head bold and still.

    A text that looks like a plain decimal becomes a number, because the portal's rows carry their amounts as text;
    digits with a leading zero are somebody's number plate and stay text.
    """
    heads = columns_of(rows) if columns is None else columns
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Sheet1")
    sheet.freeze_panes = "A2"
    for position, (name, head) in enumerate(heads.items()):
        width = max([len(head), *(len(str(row.get(name) or "")) for row in rows[:200])])
        sheet.column_dimensions[get_column_letter(position + 1)].width = min(max(width + 2, 10), 48)
    sheet.append([_text(sheet, head, bold=True) for head in heads.values()])
    for row in rows:
        sheet.append([_excel_cell(sheet, row.get(name)) for name in heads])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _excel_cell(sheet: WriteOnlyWorksheet, value: object) -> object:
    if isinstance(value, datetime):
        return _text(sheet, value.isoformat(sep=" ", timespec="seconds"))
    if value is None or isinstance(value, bool | int | float | Decimal | date):
        return value
    text = str(value)
    if _NUMBER.match(text) and not re.match(r"^-?0\d", text) and len(text) <= 15:
        return Decimal(text)
    return _text(sheet, text)


def _text(sheet: WriteOnlyWorksheet, text: str, *, bold: bool = False) -> WriteOnlyCell:
    """A cell that is text whatever it begins with."""
    made = WriteOnlyCell(sheet, _NOT_IN_XML.sub("", text))
    made.data_type = "s"
    if bold:
        made.font = Font(bold=True)
    return made
