"""Many rows in one statement, on the session's own connection and so under its row security.

COPY is refused on tables with row security; arrays through ``unnest`` are nearly as fast and need no temporary table.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from psycopg import AsyncConnection
from pydantic_core import to_json
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import JSONB, dialect
from sqlalchemy.ext.asyncio import AsyncSession

Values = Mapping[str, Any]
_DIALECT = dialect()  # type: ignore[no-untyped-call]


async def insert(session: AsyncSession, table: Table, rows: Sequence[Values]) -> None:
    """Insert ``rows``, which all have the keys of the first."""
    if not rows:
        return
    names = list(rows[0])
    source, arrays = _source(table, names, rows)
    columns = ", ".join(names)
    chosen = ", ".join(_cast(table, name) for name in names)
    await _run(session, f"insert into {table.name} ({columns}) select {chosen} from {source}", arrays)


async def update(session: AsyncSession, table: Table, rows: Sequence[Values]) -> None:
    """Change the rows named by ``id``, each to the next version."""
    if not rows:
        return
    names = list(rows[0])
    source, arrays = _source(table, names, rows)
    changes = ", ".join(f"{name} = {_cast(table, name)}" for name in names if name != "id")
    statement = (
        f"update {table.name} set {changes}, version = {table.name}.version + 1, updated_at = now()"
        f" from {source} where {table.name}.id = s.id"
    )
    await _run(session, statement, arrays)


def _cast(table: Table, name: str) -> str:
    return f"s.{name}::jsonb" if isinstance(table.columns[name].type, JSONB) else f"s.{name}"


def _source(table: Table, names: Iterable[str], rows: Sequence[Values]) -> tuple[str, list[list[Any]]]:
    kinds: list[str] = []
    arrays: list[list[Any]] = []
    for name in names:
        kind = table.columns[name].type
        if isinstance(kind, JSONB):
            kinds.append("%s::text[]")
            arrays.append([to_json(row[name]).decode() for row in rows])
        else:
            kinds.append(f"%s::{kind.compile(_DIALECT)}[]")
            arrays.append([row[name] for row in rows])
    return f"unnest({', '.join(kinds)}) as s({', '.join(names)})", arrays


async def _run(session: AsyncSession, statement: str, arrays: list[list[Any]]) -> None:
    raw = (await (await session.connection()).get_raw_connection()).driver_connection
    assert isinstance(raw, AsyncConnection)
    await raw.execute(statement.encode(), arrays)
