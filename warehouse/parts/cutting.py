"""Which workspaces make a part: as even as they can be made by rows, and more parts than builders."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from warehouse.lake import quoted
from warehouse.parts.board import Cut

if TYPE_CHECKING:
    import duckdb

LEAST_ROWS = 1_000_000
"""A build of fewer raw rows is done sooner by one: compiling, writing and reading files costs seconds, too."""
PARTS_EACH = 2
"""So many parts for each builder: a slow one holds the others up by one part, and a killed one loses one."""
COLUMN, WORKSPACE = "workspace_id", "workspace"


def rows_by_workspace(connection: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> dict[UUID, int]:
    """Rows of each workspace in these raw tables of the attached ``lake``, also of one that is no longer a row itself.

    Whatever a mart could be made of belongs to some part: a row without its workspace is not lost by the cut.
    """
    counts = " union all ".join(
        f"select {quoted(column)} as workspace, count(*) as found from lake.raw.{quoted(table)} group by all"
        for table, column in columns(connection, "lake", tables).items()
        if column is not None
    )
    if not counts:
        return {}
    rows = connection.execute(f"select workspace, sum(found)::bigint from ({counts}) group by all").fetchall()
    return {workspace: int(found) for workspace, found in rows}


def columns(connection: duckdb.DuckDBPyConnection, lake: str, tables: Iterable[str]) -> Mapping[str, str | None]:
    """The column of each raw table that says whose a row is; None where rows are nobody's, and every part sees them."""
    found = connection.execute(
        "select table_name from duckdb_columns() where database_name = ? and schema_name = 'raw' and column_name = ?",
        [lake, COLUMN],
    ).fetchall()
    owned = {str(name) for (name,) in found}
    return {table: "id" if table == WORKSPACE else COLUMN if table in owned else None for table in sorted(set(tables))}


def cut(rows: Mapping[UUID, int], builders: int) -> list[Cut]:
    """The workspaces in at most ``PARTS_EACH`` parts a builder: largest first, each to the part with fewest rows."""
    count = min(PARTS_EACH * builders, len(rows))
    heap: list[tuple[int, int, list[UUID]]] = [(0, number, []) for number in range(count)]
    for workspace in sorted(rows, key=lambda one: (-rows[one], one)):
        total, number, chosen = heapq.heappop(heap)
        heapq.heappush(heap, (total + rows[workspace], number, [*chosen, workspace]))
    return [Cut(tuple(chosen), total) for total, _, chosen in heap]
