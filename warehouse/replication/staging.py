"""Decoded changes on their way to the lake: per table, as text in DuckDB's own temporary tables.

A transaction comes whole, however large, so rows leave Python in chunks and DuckDB spills them to disk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

import duckdb
import polars as pl

from warehouse.lake import literal, quoted
from warehouse.replication import pgoutput
from warehouse.replication.errors import UnknownChange
from warehouse.replication.pgoutput import UNCHANGED, Change, Relation, Row, Truncate, Value
from warehouse.replication.slots import from_number
from warehouse.replication.source import SCHEMA, Table

_CHUNK_ROWS = 20_000
_HEAD: dict[str, pl.DataType] = {
    "_op": pl.String(),
    "_lsn": pl.String(),
    "_final_lsn": pl.String(),
    "_ordinal": pl.Int64(),
    "_seq": pl.Int64(),
    "_commit_time": pl.Datetime("us", "UTC"),
    "_unchanged": pl.List(pl.String()),
    "_origin": pl.List(pl.String()),
}
_HEAD_SQL = (
    "_op varchar, _lsn varchar, _final_lsn varchar, _ordinal bigint, _seq bigint,"
    " _commit_time timestamptz, _unchanged varchar[], _origin varchar[]"
)


@dataclass
class _Staged:
    """One table's rows that Python still holds, and how many there were in all."""

    table: Table
    rows: list[list[object]] = field(default_factory=list)
    count: int = 0
    unchanged: set[str] = field(default_factory=set)
    origins: dict[tuple[Value, ...], list[str]] = field(default_factory=dict)
    """Rows that moved to another key, by the key they have now: where their unsent values are found."""


class Staging:
    """Collects the changes of whole transactions; a transaction whose rows the lake already has is skipped.

    ``synced`` are the points of the tables' copies: what is older is history only, and is not refused.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        tables: dict[str, Table],
        watermark: str,
        synced: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._connection = connection
        self._known = tables
        self._watermark = watermark
        self._synced = synced
        self._relations: dict[int, Relation] = {}
        self._staged: dict[str, _Staged] = {}
        self._begin: pgoutput.Begin | None = None
        self._skip = False
        self._seq = 0
        self._ordinal = 0
        self._pending = 0
        self.messages = 0
        self.end_lsn: str | None = None
        self.committed_at: datetime | None = None

    def add(self, data: bytes) -> None:
        """Take one message of the stream."""
        self.messages += 1
        match pgoutput.decode(data):
            case Change() as change:
                if not self._skip:
                    self._change(change)
            case pgoutput.Begin() as begin:
                self._begin = begin
                self._ordinal = 0
                self._skip = from_number(begin.final_lsn) < self._watermark
            case pgoutput.Commit() as commit:
                self._commit(commit)
            case Relation() as relation:
                self._relations[relation.id] = relation
            case Truncate() as truncate:
                for relation_id in () if self._skip else truncate.relation_ids:
                    if (table := self._table(self._relations[relation_id])) is not None:
                        self._put(table, self._relations[relation_id], "truncate", None)
            case None:
                pass

    def counts(self) -> dict[str, int]:
        """Staged rows per table."""
        return {name: staged.count for name, staged in self._staged.items() if staged.count}

    def unchanged(self, table: str) -> set[str]:
        """Columns of which some row was not sent because the update left a large value alone."""
        return self._staged[table].unchanged

    def flush(self) -> None:
        """Move what Python still holds into the temporary tables."""
        for name, staged in self._staged.items():
            if staged.rows:
                self._write(name, staged)
        self._pending = 0

    def close(self) -> None:
        """Drop the temporary tables; the connection may be used for the next batch."""
        for name in self._staged:
            self._connection.execute(f"drop table if exists {stage_name(name)}")

    def _commit(self, commit: pgoutput.Commit) -> None:
        if not self._skip:
            self.end_lsn = from_number(commit.end_lsn)
            self.committed_at = commit.committed_at
        self._begin = None

    def _table(self, relation: Relation) -> Table | None:
        return self._known.get(relation.table) if relation.schema == SCHEMA else None

    def _change(self, change: Change) -> None:
        relation = self._relations[change.relation_id]
        table = self._table(relation)
        if table is None:
            return
        if change.op != "insert":
            self._require_key(table, relation)
        if change.new is None:
            self._put(table, relation, "delete", change.old)
            return
        origin: list[str] | None = None
        if change.old is not None:
            moved = self._key(relation, table, change.old) != self._key(relation, table, change.new)
            if change.old_is_whole:
                _fill(change.new, change.old)
            elif moved:
                origin = self._move(table, relation, change.old, change.new)
            if moved:
                self._put(table, relation, "delete", change.old)
        self._put(table, relation, change.op, change.new, origin)

    def _require_key(self, table: Table, relation: Relation) -> None:
        """An update or a delete says whose it is by the replica identity: it has to hold the lake's key."""
        assert self._begin is not None
        if set(table.key) <= relation.key:
            return
        if from_number(self._begin.final_lsn) >= self._synced.get(table.name, ""):
            raise UnknownChange(
                f"{table.name}: its replica identity ({', '.join(sorted(relation.key)) or 'nothing'}) lacked its key"
                f" ({', '.join(table.key)}) when rows were changed: `imisofts lake resync {table.name}`"
            )

    @staticmethod
    def _key(relation: Relation, table: Table, row: Row) -> tuple[Value, ...]:
        return tuple(row[relation.columns.index(name)] if name in relation.columns else None for name in table.key)

    def _move(self, table: Table, relation: Relation, old: Row, new: Row) -> list[str]:
        """Remember under which key a moved row's unsent values are found: its first one in this batch."""
        origins = self._stage(table).origins
        before = self._key(relation, table, old)
        origin = origins.pop(before, None) or [str(value) for value in before]
        # Whoever takes the key that became free is another row: nothing of the one that left belongs to it.
        origins[before] = [*(str(value) for value in before), str(self._seq)]
        origins[self._key(relation, table, new)] = origin
        return origin

    def _stage(self, table: Table) -> _Staged:
        staged = self._staged.get(table.name)
        if staged is None:
            staged = self._staged[table.name] = _Staged(table)
            self._create(table)
        return staged

    def _put(
        self, table: Table, relation: Relation, op: str, values: Row | None, origin: list[str] | None = None
    ) -> None:
        assert self._begin is not None
        staged = self._stage(table)
        sent = dict(zip(relation.columns, values, strict=True)) if values is not None else {}
        unchanged = [name for name, value in sent.items() if value is UNCHANGED]
        staged.unchanged.update(unchanged)
        if origin is None and staged.origins and values is not None:
            origin = staged.origins.get(self._key(relation, table, values))
        # `_lsn` (the transaction's place) is the commit record's own, so it is known before the commit arrives; a
        # snapshot's rows carry the point before it.
        row: list[object] = [op, from_number(self._begin.final_lsn + 1), from_number(self._begin.final_lsn)]
        row += [self._ordinal, self._seq, self._begin.committed_at, unchanged, origin]
        row += [None if (value := sent.get(c.name)) is UNCHANGED else value for c in table.columns]
        staged.rows.append(row)
        staged.count += 1
        self._ordinal += 1
        self._seq += 1
        self._pending += 1
        if self._pending >= _CHUNK_ROWS:
            self.flush()

    def _create(self, table: Table) -> None:
        columns = "".join(f", {quoted(column.name)} varchar" for column in table.columns)
        self._connection.execute(f"create or replace temp table {stage_name(table.name)} ({_HEAD_SQL}{columns})")

    def _write(self, name: str, staged: _Staged) -> None:
        schema = {**_HEAD, **{column.name: pl.String() for column in staged.table.columns}}
        chunk = pl.DataFrame(staged.rows, schema=schema, orient="row").to_arrow()
        self._connection.register("staged_chunk", chunk)
        self._connection.execute(f"insert into {stage_name(name)} select * from staged_chunk")
        self._connection.unregister("staged_chunk")
        staged.rows = []


def _fill(new: Row, old: Row) -> None:
    """Values that were not sent again, from the whole old row."""
    for place, value in enumerate(new):
        if value is UNCHANGED:
            new[place] = old[place]


def stage_name(table: str) -> str:
    """The temporary table of a source table's staged changes."""
    return "temp.main." + quoted("stage_" + table)


def unchanged_in(column: str) -> str:
    """SQL: whether this staged row left the column's value out."""
    return f"list_contains(_unchanged, {literal(column)})"
