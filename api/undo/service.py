"""Keeping what is deleted, and bringing it back. The rows travel as JSON inside Postgres, so no value changes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from api.kit.errors import NotFound
from api.kit.models import Base
from api.undo.errors import PlaceTaken

WITHIN: Final = timedelta(minutes=10)
"""How long a deletion can be undone."""
Parts = Mapping[type[Base], str]
"""Tables whose rows go with a deleted one → the column that names it."""


async def keep(session: AsyncSession, kind: type[Base], row_id: UUID, parts: Parts | None = None) -> None:
    """Keep a row that this transaction is about to delete, and the rows that go with it."""
    await session.flush()
    kept = [_rows(kind, "id"), *(_rows(part, column) for part, column in (parts or {}).items())]
    await session.execute(
        text(
            "insert into deleted_row (id, workspace_id, kind, rows, deleted_at)"
            " select :id, cast(current_setting('app.workspace_id') as uuid), :kind, jsonb_agg(each), :now"
            f" from ({' union all '.join(kept)}) as kept(each)"
        ),
        {"id": row_id, "kind": kind.__tablename__, "now": session.info["clock"].now()},
    )


async def bring_back(session: AsyncSession, kind: type[Base], row_id: UUID, parts: Parts | None = None) -> None:
    """Insert what :func:`keep` kept, as the row's next version.

    :class:`NotFound` when nothing of this kind was deleted under that id in the last ten minutes, :class:`PlaceTaken`
    when it has no place any more. The caller reads the row through its own visibility and records the event.
    """
    found = await session.scalar(
        text("select id from deleted_row where id = :id and kind = :kind and deleted_at >= :since for update"),
        {"id": row_id, "kind": kind.__tablename__, "since": session.info["clock"].now() - WITHIN},
    )
    if found is None:
        raise NotFound("Nothing like that was deleted in the last ten minutes.")
    try:
        async with session.begin_nested():
            for table in (kind, *(parts or {})):
                await session.execute(_insert(table), {"id": row_id, "table": table.__tablename__})
    except IntegrityError as error:
        detail = "What it belonged to is gone, or something else has taken its place."
        raise PlaceTaken(detail) from error
    await forget(session, row_id)


async def kept(session: AsyncSession, kind: type[Base], row_id: UUID, part: type[Base]) -> list[dict[str, Any]]:
    """The rows of ``part`` as they were when :func:`keep` kept them with that row; none once that is too long ago."""
    found = await session.scalar(
        text(
            "select jsonb_path_query_array(rows, '$[*] ? (@.table == $name).row',"
            " jsonb_build_object('name', cast(:part as text))) from deleted_row"
            " where id = :id and kind = :kind and deleted_at >= :since"
        ),
        {
            "id": row_id,
            "kind": kind.__tablename__,
            "part": part.__tablename__,
            "since": session.info["clock"].now() - WITHIN,
        },
    )
    return list(found or ())


async def forget(session: AsyncSession, row_id: UUID) -> None:
    """What was kept under that id is used, or is to be kept anew."""
    await session.execute(text("delete from deleted_row where id = :id"), {"id": row_id})


def _rows(table: type[Base], column: str) -> str:
    name = table.__tablename__
    return f"select jsonb_build_object('table', '{name}', 'row', to_jsonb(t)) from {name} t where t.{column} = :id"


def _insert(table: type[Base]) -> TextClause:
    name = table.__tablename__
    return text(
        f"insert into {name} select r.* from deleted_row d, jsonb_array_elements(d.rows) as each,"
        f" jsonb_populate_record(cast(null as {name}), each->'row'"
        " || jsonb_build_object('version', cast(each->'row'->>'version' as integer) + 1)) as r"
        " where d.id = :id and each->>'table' = :table"
    )
