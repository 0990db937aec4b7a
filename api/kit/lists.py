"""Lists: one place parses filters, sorts, pages by keyset and serialises columns once.

Entities cost three to four times as much as columns, so a list selects columns and writes JSON straight from the rows.
"""

import base64
import binascii
import inspect
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy import ColumnElement, Row, Select, or_, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from api.kit.errors import Malformed, NotFound

Column = ColumnElement[Any] | InstrumentedAttribute[Any]
Item = TypeVar("Item")
MAX_LIMIT = 200
_OPERATORS: dict[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "gte": lambda column, value: column >= value,
    "gt": lambda column, value: column > value,
    "lte": lambda column, value: column <= value,
    "lt": lambda column, value: column < value,
}


class Page(BaseModel, Generic[Item]):
    """A page of a list; ``next_cursor`` is null on the last one."""

    items: list[Item]
    next_cursor: str | None


@dataclass(frozen=True)
class ListSpec:
    """What a list shows and may be asked.

    ``columns``: name in the answer → column, in order, ``id`` among them. ``filterable`` columns take
    ``name=a,b`` and, where ordered, ``name.gte`` and its kin. ``search`` columns are looked through by ``q``.
    """

    columns: Mapping[str, Column]
    default_sort: str
    sortable: Sequence[str] = ()
    filterable: Sequence[str] = ()
    search: Sequence[Column] = ()

    def names(self) -> list[str]:
        """Every query parameter that this list understands."""
        filters = [f"{name}{op}" for name in self.filterable for op in ["", *(f".{o}" for o in self._operators(name))]]
        return ["limit", "cursor", "sort", *(["q"] if self.search else []), *filters]

    def _operators(self, name: str) -> list[str]:
        return list(_OPERATORS) if _python_type(self.columns[name]) in {date, datetime, int, Decimal} else []


@dataclass(frozen=True)
class ListParams:
    """What one caller asks of a list."""

    limit: int
    cursor: str | None
    sort: str
    filters: tuple[tuple[str, str], ...]
    search: str | None


def parameters(spec: ListSpec) -> Callable[..., Awaitable[ListParams]]:
    """A dependency that reads a list's parameters and refuses those it does not know (422)."""

    names = spec.names()

    async def read(request: Request, **values: Any) -> ListParams:
        unknown = [name for name in request.query_params if name not in names]
        if unknown:
            raise Malformed(
                "Unknown parameters.", fields=[(name, "is not a parameter of this list") for name in unknown]
            )
        sort = values["sort"] or spec.default_sort
        if sort.removeprefix("-") not in {*spec.sortable, spec.default_sort.removeprefix("-")}:
            raise Malformed(
                "This list cannot be sorted so.", fields=[("sort", f"choose from {', '.join(spec.sortable)}")]
            )
        given = request.query_params.multi_items()
        filters = tuple((name, value) for name, value in given if name in names[3:] and name != "q")
        return ListParams(values["limit"], values["cursor"], sort, filters, values.get("q"))

    read.__signature__ = _signature(spec)  # type: ignore[attr-defined]
    return read


def _signature(spec: ListSpec) -> inspect.Signature:
    """The parameters as FastAPI reads them, so that each filter stands in the OpenAPI document."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Rows a page.")]
    cursor = Annotated[str | None, Query(max_length=1000, description="`next_cursor` of the page before.")]
    order = f"Column to sort by, `-` first for descending: {', '.join(spec.sortable)}."
    ways = [
        way
        for name in dict.fromkeys((*spec.sortable, spec.default_sort.removeprefix("-")))
        for way in (name, f"-{name}")
    ]
    said: dict[str, Any] = {"enum": ways}
    sort = Annotated[
        str | None, Query(max_length=100, description=order, examples=[spec.default_sort], json_schema_extra=said)
    ]
    found = [
        inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Request),
        inspect.Parameter("limit", keyword, annotation=limit, default=50),
        inspect.Parameter("cursor", keyword, annotation=cursor, default=None),
        inspect.Parameter("sort", keyword, annotation=sort, default=None),
    ]
    for name in spec.names()[3:]:
        text = Annotated[
            str | None,
            Query(alias=name, max_length=1000, description=_explain(name), json_schema_extra=_said(spec, name)),
        ]
        found.append(inspect.Parameter(name.replace(".", "_"), keyword, annotation=text, default=None))
    return inspect.Signature(found)


_ONE: dict[type, str] = {
    bool: "(true|false)",
    int: r"-?[0-9]{1,18}",
    UUID: r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    date: r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    Decimal: r"-?[0-9]{1,15}(\.[0-9]{1,8})?",
}


def _said(spec: ListSpec, name: str) -> dict[str, Any]:
    """What the document says of a filter's text beyond its length: how one value is written, and that of many."""
    column, _, operator = name.partition(".")
    one = _ONE.get(_python_type(spec.columns[column])) if name != "q" else None
    if one is None:
        return {}
    return {"pattern": f"^{one}$" if operator else f"^{one}(,{one})*$"}


def _explain(name: str) -> str:
    if name == "q":
        return "Looks for these words."
    column, _, operator = name.partition(".")
    words = {"gte": "at least", "gt": "more than", "lte": "at most", "lt": "less than"}
    return f"`{column}` {words[operator]} this." if operator else f"`{column}` is one of these, separated by commas."


def _python_type(column: Column) -> type:
    try:
        return column.type.python_type
    except NotImplementedError:
        return str


def _parse(column: Column, name: str, text: str) -> Any:
    kind = _python_type(column)
    try:
        if kind is bool:
            return {"true": True, "false": False}[text]
        if kind is datetime or kind is date:
            return (datetime if kind is datetime else date).fromisoformat(text)
        if kind is int and abs(int(text)) >= 2**63:
            raise ValueError(text)
        if kind in (int, UUID, Decimal):
            return kind(text)
    except (ValueError, KeyError, InvalidOperation):
        raise Malformed("A filter is wrong.", fields=[(name, f"{text!r} is no {kind.__name__}")]) from None
    if "\x00" in text:
        raise Malformed("A filter is wrong.", fields=[(name, "holds a character that no text has")])
    return text


def conditions(spec: ListSpec, params: ListParams) -> list[ColumnElement[bool]]:
    """What ``params`` ask for, as conditions; for a question about the same rows that is not a list."""
    found: list[ColumnElement[bool]] = []
    for name, value in params.filters:
        key, _, operator = name.partition(".")
        column = spec.columns[key]
        if operator:
            found.append(_OPERATORS[operator](column, _parse(column, name, value)))
        else:
            found.append(column.in_([_parse(column, name, part) for part in value.split(",")]))
    if params.search:
        found.append(or_(*(column.ilike(contains(params.search), escape="\\") for column in spec.search)))
    return found


def contains(words: str) -> str:
    """A pattern for ``ilike(…, escape="\\\\")`` that finds ``words`` anywhere, every character meaning itself."""
    plain = words.replace("\x00", "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def _write_cursor(sort: str, value: Any, row_id: UUID) -> str:
    text = to_json([sort, value, row_id])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


@dataclass(frozen=True)
class _Part:
    """A stretch of the list that one index walks: rows with a value in the sort column, or those without."""

    where: tuple[ColumnElement[bool], ...]
    order: tuple[ColumnElement[Any], ...]


def _parts(spec: ListSpec, params: ListParams) -> list[_Part]:
    """What is left of the list behind the cursor, in (sort column, id) order; rows without a value come last.

    The two stretches are asked for apart, and a row is compared as a whole, because an index serves neither
    ``nulls last`` backwards nor ``a < x or (a = x and b < y)``: both read every row before the page.
    """
    column, ident = spec.columns[params.sort.removeprefix("-")], spec.columns["id"]
    downwards = params.sort.startswith("-")
    by_id = ident.desc() if downwards else ident.asc()
    nullable = _may_be_empty(column, ident)
    valued = _Part((column.is_not(None),) if nullable else (), (column.desc() if downwards else column.asc(), by_id))
    empty = _Part((column.is_(None),), (by_id,))
    if params.cursor is None:
        return [valued, empty] if nullable else [valued]
    value, row_id = _read_cursor(column, params)
    if value is None:
        return [replace(empty, where=(*empty.where, ident < row_id if downwards else ident > row_id))]
    row, last = tuple_(column, ident), tuple_(value, row_id, types=(column.type, ident.type))
    valued = replace(valued, where=(row < last if downwards else row > last,))
    return [valued, empty] if nullable else [valued]


def _may_be_empty(column: Column, ident: Column) -> bool:
    """Whether a row can be without it; what is joined or calculated can always be."""
    own = getattr(column, "table", None) is getattr(ident, "table", column)
    return not own or bool(getattr(column, "nullable", True))


def _read_cursor(column: Column, params: ListParams) -> tuple[Any, UUID]:
    """The sort value and the id of the page's last row, as :func:`_write_cursor` kept them."""
    try:
        raw = base64.urlsafe_b64decode(f"{params.cursor}{'=' * (-len(params.cursor or '') % 4)}")
        sort, value, row_id = json.loads(raw)
        if sort != params.sort or not isinstance(row_id, str) or isinstance(value, (list, dict)):
            raise ValueError(sort)
        return None if value is None else _parse(column, "cursor", str(value)), UUID(row_id)
    except (ValueError, binascii.Error):
        raise Malformed("The cursor does not belong to this list.", fields=[("cursor", "is not valid here")]) from None


async def one(session: AsyncSession, select: Select[Any], spec: ListSpec, row_id: UUID, missing: str) -> dict[str, Any]:
    """The row as the list shows it; :class:`NotFound` saying ``missing`` when ``select`` does not let it be seen."""
    columns = (c.label(key) for key, c in spec.columns.items())
    query = select.with_only_columns(*columns, maintain_column_froms=True).where(spec.columns["id"] == row_id)
    found = (await session.execute(query)).mappings().first()
    if found is None:
        raise NotFound(missing)
    return dict(found)


async def page(
    session: AsyncSession,
    select: Select[Any],
    spec: ListSpec,
    params: ListParams,
    complete: Callable[[list[dict[str, Any]]], Awaitable[None]] | None = None,
) -> Response:
    """Answer one page of ``select`` (which carries the visibility) as ``{items, next_cursor}``.

    ``complete`` gets the page's rows at once, to add what no column can say; it asks a fixed number of queries.
    """
    name = params.sort.removeprefix("-")
    query = select.with_only_columns(*(c.label(key) for key, c in spec.columns.items()), maintain_column_froms=True)
    query = query.where(*conditions(spec, params)).order_by(None)
    connection = await session.connection()  # columns need nothing of the session, which would look at each row again
    rows: list[Row[Any]] = []
    for part in _parts(spec, params):
        wanted = query.where(*part.where).order_by(*part.order).limit(params.limit + 1 - len(rows))
        rows += await connection.execute(wanted)
        if len(rows) > params.limit:
            break
    items = [dict(zip(spec.columns, row, strict=True)) for row in rows[: params.limit]]
    last = items[-1] if len(rows) > params.limit else None
    cursor = _write_cursor(params.sort, last[name], last["id"]) if last else None
    if complete is not None:
        await complete(items)
    return Response(to_json({"items": items, "next_cursor": cursor}), media_type="application/json")
