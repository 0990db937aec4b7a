"""Lists as files, CSV or Excel: the same rows and order, safe to open in a spreadsheet; and files of the API."""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from imisofts import exports
from portal.door import Answer, Door, Json
from portal.lists import EXPORT_ROWS
from portal.web import Visit


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


def table_file(visit: Visit, name: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, object]]) -> Response:
    """A download with a header row: a workbook where the address says ``as=xlsx``, else CSV."""
    if visit.request.query_params.get("as") == "xlsx":
        return _download(f"{name}.xlsx", exports.EXCEL_TYPE, exports.excel(rows, columns))
    return _download(f"{name}.csv", exports.CSV_TYPE, exports.csv(rows, columns))


def attached(answer: Answer) -> Response:
    """A PDF as the API answered it, under the name that it has there."""
    name = answer.headers["content-disposition"]
    return Response(answer.content, media_type="application/pdf", headers={"Content-Disposition": name})


def _download(name: str, media_type: str, content: bytes) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
