"""The stream of changes on its way to the lake: whole transactions, their rows numbered and staged table by table.

A transaction comes whole, however large, so messages are read in portions of a bounded size.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType

import duckdb
import numpy as np

from warehouse.replication import pgoutput, tuples
from warehouse.replication.errors import UnknownChange
from warehouse.replication.pgoutput import Relation, Truncate
from warehouse.replication.slots import from_number
from warehouse.replication.source import SCHEMA, Table
from warehouse.replication.staged import Rows, Staged, Transaction
from warehouse.replication.tuples import Changes, Messages, Places

_PORTION_MESSAGES = 20_000
_PORTION_BYTES = 32 * 2**20
_ROWS = (tuples.INSERT, tuples.UPDATE, tuples.DELETE)


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
        self._staged: dict[str, Staged] = {}
        self._portion: list[bytes] = []
        self._portion_bytes = 0
        self._transaction: Transaction | None = None
        self._stretches: list[tuple[int, int, Transaction]] = []
        self._seq = 0
        self.messages = 0
        self.end_lsn: str | None = None
        self.committed_at: datetime | None = None

    def add(self, messages: Iterable[bytes]) -> None:
        """Take the next messages of the stream."""
        for data in messages:
            self._portion.append(data)
            self._portion_bytes += len(data)
            if len(self._portion) >= _PORTION_MESSAGES or self._portion_bytes >= _PORTION_BYTES:
                self.flush()

    def counts(self) -> dict[str, int]:
        """Staged rows per table."""
        return {name: staged.count for name, staged in self._staged.items() if staged.count}

    def unchanged(self, table: str) -> set[str]:
        """Columns of which some row was not sent because the update left a large value alone."""
        return self._staged[table].unchanged

    def flush(self) -> None:
        """Stage what was taken; ``end_lsn`` and what is counted tell of it from here on."""
        if not self._portion:
            return
        messages = Messages(self._portion)
        begun = 0
        for place in np.flatnonzero(~np.isin(messages.bytes[messages.starts], _ROWS)).tolist():
            self._stretch(begun, place)
            self._follow(messages, self._portion[place])
            begun = place + 1
        self._stretch(begun, len(self._portion))
        self._take(messages)
        self.messages += len(self._portion)
        self._portion, self._portion_bytes = [], 0

    def close(self) -> None:
        """Drop the temporary tables; the connection may be used for the next batch."""
        for staged in self._staged.values():
            staged.drop()

    def _stretch(self, begun: int, ended: int) -> None:
        """Remember these messages as changes of the transaction under way, unless the lake has it."""
        if begun < ended and self._transaction is not None:
            self._stretches.append((begun, ended, self._transaction))

    def _follow(self, messages: Messages, data: bytes) -> None:
        """Take a message that carries no row. What came before another shape of a table is read by the shape it had."""
        match pgoutput.decode(data):
            case pgoutput.Begin(final_lsn, committed_at):
                known = from_number(final_lsn) < self._watermark
                self._transaction = None if known else Transaction(final_lsn, committed_at)
            case pgoutput.Commit() as commit:
                if self._transaction is not None:
                    self.end_lsn = from_number(commit.end_lsn)
                    self.committed_at = commit.committed_at
                self._transaction = None
            case Relation() as relation:
                if self._relations.get(relation.id, relation) != relation:
                    self._take(messages)
                self._relations[relation.id] = relation
            case Truncate() as truncate:
                self._take(messages)
                self._truncate(truncate)
            case None:
                pass

    def _truncate(self, truncate: Truncate) -> None:
        if (transaction := self._transaction) is None:
            return
        for relation_id in truncate.relation_ids:
            if (staged := self._stage(self._relations[relation_id])) is not None:
                staged.truncate(Rows([transaction], np.array([[0], [transaction.rows], [self._seq]])))
                transaction.rows += 1
                self._seq += 1

    def _take(self, messages: Messages) -> None:
        """Number and stage the stretches: a row has its place in its transaction, over all replicated tables."""
        stretches, self._stretches = self._stretches, []
        if not stretches:
            return
        of = np.concatenate([np.arange(begun, ended) for begun, ended, _ in stretches])
        transactions = list({id(transaction): transaction for _, _, transaction in stretches}.values())
        numbers = {id(transaction): number for number, transaction in enumerate(transactions)}
        within = np.repeat(
            [numbers[id(transaction)] for _, _, transaction in stretches],
            [ended - begun for begun, ended, _ in stretches],
        )
        read = self._read(messages, of)
        rows = np.zeros(len(of) + 1, np.int64)
        for _, _, where, changes in read:
            rows[where + 1] = 1
            rows[where[changes.moved] + 1] = 2
        before = np.cumsum(rows)  # rows that precede a message, and behind the last one: all
        first = before[np.searchsorted(within, np.arange(len(transactions)))]
        base = np.array([transaction.rows for transaction in transactions]) - first
        places = np.stack([within, before[:-1] + base[within], before[:-1] + self._seq])
        for relation, staged, where, changes in read:
            if len(named := where[changes.kinds != tuples.INSERT]):
                self._require_key(staged.table, relation, transactions[within[named[-1]]])
            staged.put(relation, messages, changes, Rows(transactions, places[:, where]))
        transactions[-1].rows += int(before[-1] - first[-1])
        self._seq += int(before[-1])

    def _read(self, messages: Messages, of: Places) -> list[tuple[Relation, Staged, Places, Changes]]:
        """The changes of each replicated table among the messages ``of``: where they stand in it, and what they are."""
        relations = messages.numbers(messages.starts[of] + 1, ">u4")
        found = []
        for relation in (self._relations[number] for number in np.unique(relations).tolist()):
            if (staged := self._stage(relation)) is None:
                continue
            where = np.flatnonzero(relations == relation.id)
            key = [relation.columns.index(name) for name in staged.table.key if name in relation.columns]
            changes = tuples.changes(messages, of[where], len(relation.columns), key)
            found.append((relation, staged, where, changes))
        return found

    def _stage(self, relation: Relation) -> Staged | None:
        """Where the relation's changes are staged; nowhere, if it is not replicated."""
        table = self._known.get(relation.table) if relation.schema == SCHEMA else None
        if table is None:
            return None
        if table.name not in self._staged:
            self._staged[table.name] = Staged(self._connection, table)
        return self._staged[table.name]

    def _require_key(self, table: Table, relation: Relation, last: Transaction) -> None:
        """An update or a delete says whose it is by the replica identity: it has to hold the lake's key."""
        if set(table.key) <= relation.key:
            return
        if from_number(last.final_lsn) >= self._synced.get(table.name, ""):
            raise UnknownChange(
                f"{table.name}: its replica identity ({', '.join(sorted(relation.key)) or 'nothing'}) lacked its key"
                f" ({', '.join(table.key)}) when rows were changed: `imisofts lake resync {table.name}`"
            )
