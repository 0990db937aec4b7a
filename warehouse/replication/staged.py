"""One table's changes, as text in a temporary table of DuckDB's, which spills it to disk where it grows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from warehouse.lake import literal, quoted
from warehouse.replication import tuples
from warehouse.replication.pgoutput import Relation
from warehouse.replication.slots import from_number
from warehouse.replication.source import Table
from warehouse.replication.tuples import Changes, Messages, Places, Tuples

_OPS = {tuples.INSERT: "insert", tuples.UPDATE: "update", tuples.DELETE: "delete"}
_MOMENT = pa.timestamp("us", "UTC")
_HEAD_SQL = (
    "_op varchar, _lsn varchar, _final_lsn varchar, _ordinal bigint, _seq bigint,"
    " _commit_time timestamptz, _unchanged varchar[], _origin varchar[]"
)
Key = tuple[str | None, ...]


@dataclass
class Transaction:
    """One of the stream: where its commit record lies, when it committed, and how many rows it has brought so far."""

    final_lsn: int
    committed_at: datetime
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Rows:
    """Places of some rows: the number of each one's transaction, its ordinal in that, its number in all that is staged.

    Three rows of an array, so that they are chosen and put together like the values beside them.
    """

    transactions: Sequence[Transaction]
    places: npt.NDArray[np.int64]

    @property
    def seq(self) -> Places:
        """The numbers in all that is staged."""
        numbers: Places = self.places[2]
        return numbers

    def head(self, ops: Sequence[str]) -> dict[str, pa.Array]:
        """Columns that tell where a change comes from.

        ``_lsn`` (the transaction's place) is the commit record's own, so it is known before the commit arrives; a
        snapshot's rows carry the point before it.
        """
        which = pa.array(self.places[0])
        return {
            "_op": pa.array(ops, pa.string()),
            "_lsn": pa.array([from_number(one.final_lsn + 1) for one in self.transactions]).take(which),
            "_final_lsn": pa.array([from_number(one.final_lsn) for one in self.transactions]).take(which),
            "_ordinal": pa.array(self.places[1]),
            "_seq": pa.array(self.places[2]),
            "_commit_time": pa.array([one.committed_at for one in self.transactions], _MOMENT).take(which),
        }


@dataclass
class Staged:
    """What is staged of one table; its temporary table is made here."""

    connection: duckdb.DuckDBPyConnection
    table: Table
    count: int = 0
    unchanged: set[str] = field(default_factory=set)
    """Columns of which some row was not sent because the update left a large value alone."""
    origins: dict[Key, list[str]] = field(default_factory=dict)
    """Rows that moved to another key, by the key they have now: where their unsent values are found."""

    def __post_init__(self) -> None:
        columns = "".join(f", {quoted(column.name)} varchar" for column in self.table.columns)
        self.connection.execute(f"create or replace temp table {stage_name(self.table.name)} ({_HEAD_SQL}{columns})")

    def put(self, relation: Relation, messages: Messages, changes: Changes, rows: Rows) -> None:
        """Stage changes; ``rows`` are their places, each move's being that of the delete which precedes it."""
        places = np.concatenate([rows.places, rows.places[:, changes.moved]], axis=1)
        places[1:, changes.moved] += 1
        values = changes.values.and_then(changes.before)
        origins = self._origins(relation, messages, changes, rows)
        unchanged, names = values.unchanged, np.array(relation.columns)
        self.unchanged.update(names[unchanged.any(axis=1)].tolist())
        ops = [_OPS[kind] for kind in changes.kinds.tolist()] + ["delete"] * len(changes.moved)
        columns = Rows(rows.transactions, places).head(ops)
        columns["_unchanged"] = _lists(unchanged, names)
        columns["_origin"] = pa.array(origins or [None] * len(ops), pa.list_(pa.string()))
        for column in self.table.columns:
            sent = column.name in relation.columns
            columns[column.name] = (
                values.texts(messages, relation.columns.index(column.name)) if sent else pa.nulls(len(ops), pa.string())
            )
        self._write(columns)

    def truncate(self, rows: Rows) -> None:
        """Stage that all rows are gone."""
        self._write(rows.head(["truncate"]))

    def drop(self) -> None:
        """Let the temporary table go."""
        self.connection.execute(f"drop table if exists {stage_name(self.table.name)}")

    def _write(self, columns: dict[str, pa.Array]) -> None:
        portion = pa.table(columns)
        names = ", ".join(quoted(name) for name in columns)
        self.connection.register("staged_portion", portion)
        self.connection.execute(
            f"insert into {stage_name(self.table.name)} ({names}) select {names} from staged_portion"
        )
        self.connection.unregister("staged_portion")
        self.count += portion.num_rows

    def _origins(
        self, relation: Relation, messages: Messages, changes: Changes, rows: Rows
    ) -> list[list[str] | None] | None:
        """Under which key each row's unsent values are found, where that is not its own: nowhere, if none ever moved.

        A row that moved with all its old values sent needs no other place. The list ends with those of the deletes.
        """
        if not self.origins and changes.whole.all():
            return None
        after, before = (self._keys(relation, messages, values) for values in (changes.values, changes.before))
        left = {
            row: key for row, key, whole in zip(changes.moved.tolist(), before, changes.whole, strict=True) if not whole
        }
        found: list[list[str] | None] = []
        for row, key in enumerate(after):
            moved = row in left
            found.append(self._move(left[row], key, int(rows.seq[row])) if moved else self.origins.get(key))
        return found + [None] * len(before)

    def _move(self, before: Key, after: Key, seq: int) -> list[str]:
        """Remember under which key a moved row's unsent values are found: its first one in this batch."""
        origin = self.origins.pop(before, None) or [str(value) for value in before]
        # Whoever takes the key that became free is another row: nothing of the one that left belongs to it.
        self.origins[before] = [*(str(value) for value in before), str(seq)]
        self.origins[after] = origin
        return origin

    def _keys(self, relation: Relation, messages: Messages, values: Tuples) -> list[Key]:
        columns = [
            values.texts(messages, relation.columns.index(name)).to_pylist()
            if name in relation.columns
            else [None] * values.rows
            for name in self.table.key
        ]
        return list(zip(*columns, strict=True))


def _lists(flags: npt.NDArray[np.bool_], names: npt.NDArray[np.str_]) -> pa.Array:
    """For each row the names of the columns whose flag is set, by flags of (column, row)."""
    ends = np.cumsum(flags.sum(axis=0), dtype=np.int32)
    _, chosen = np.nonzero(flags.T)
    return pa.ListArray.from_arrays(
        pa.array(np.concatenate([np.zeros(1, np.int32), ends])), pa.array(names[chosen].tolist(), pa.string())
    )


def stage_name(table: str) -> str:
    """The temporary table of a source table's staged changes."""
    return "temp.main." + quoted("stage_" + table)


def unchanged_in(column: str) -> str:
    """SQL: whether this staged row left the column's value out."""
    return f"list_contains(_unchanged, {literal(column)})"
