"""Lists as CSV files: the same rows and order, safe to open in a spreadsheet."""

import csv
import io
import re
from collections.abc import Mapping, Sequence

from starlette.responses import Response

from portal.door import Door, Json
from portal.lists import EXPORT_ROWS

_NUMBER = re.compile(r"^-?\d+([.,]\d+)?$")


async def all_rows(api: Door, path: str, query: Mapping[str, str]) -> list[Json]:
    """Every row of a list, page by page, up to ``EXPORT_ROWS``."""
    rows: list[Json] = []
    params = {**query, "limit": "200"}
    params.pop("cursor", None)
    while len(rows) < EXPORT_ROWS:
        answer = await api.get(path, params=params)
        rows.extend(answer.items)
        if not answer.next_cursor:
            break
        params["cursor"] = answer.next_cursor
    return rows[:EXPORT_ROWS]


def cell(value: object) -> str:
    """Text that a spreadsheet will not run as a formula; negative numbers stay numbers."""
    text = "" if value is None else str(value)
    if text[:1] in {"=", "+", "-", "@", "\t", "\r"} and not _NUMBER.match(text):
        return "'" + text
    return text


def csv_file(name: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, object]]) -> Response:
    """A download with a header row; UTF-8 with the mark that spreadsheets look for."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(columns.values())
    for row in rows:
        writer.writerow([cell(row.get(column)) for column in columns])
    return Response(
        sheet.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
