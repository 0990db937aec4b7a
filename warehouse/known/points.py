"""Places in the record: the last commit that was in the lake's history by an instant, or that a publication holds.

The record is the history of the tables that figures are made of. Rows that were copied into the lake were recorded
when they were copied, whatever their own dates say.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from warehouse import build
from warehouse.lake import LakeError, quoted
from warehouse.replication import state
from warehouse.replication.record import PLACE

_COPIED = "(_op = 'snapshot' or (_op = 'truncate' and _ordinal = -1))"
_OF_A_TABLE = f"""
    select max((coalesce(_epoch, 0), _lsn)) filter (_commit_time <= $instant and {{1}}) as place,
        max(_commit_time) filter (_commit_time <= $instant) as recorded_at,
        arg_min(_op, {PLACE}) as first_op, arg_min(_commit_time, {PLACE}) as begun_at
    from lake.history.{{0}}"""
_OF_ALL = """
    select max(place)[1], max(place)[2], max(recorded_at), min(begun_at),
        max(begun_at) filter (first_op = 'snapshot')
    from ({})"""


class NotOnRecord(LakeError):
    """The record does not reach there; the sentence says how far it does."""


@dataclass(frozen=True)
class Point:
    """Everything of the history up to ``lsn`` of ``epoch``, and nothing after it.

    ``recorded_at`` is the instant of the newest commit among it: the data date follows from it.
    """

    epoch: int
    lsn: str
    recorded_at: datetime


def at(connection: duckdb.DuckDBPyConnection, instant: datetime) -> Point:
    """The last commit by ``instant``. Commits stand in the order of the log: one before it is in, whatever its clock
    said. Raises :class:`NotOnRecord` before the record begins."""
    epoch, lsn, recorded_at = _newest(connection, instant, "true")
    return Point(epoch, lsn, recorded_at)


def of_publication(connection: duckdb.DuckDBPyConnection, identity: int) -> Point:
    """What a publication was built from. Raises :class:`NotOnRecord` where there is no such publication.

    Besides the log up to its position it may hold a table's copy from beyond: a copy does not move the position.
    """
    found = connection.execute(
        "select source_lsn, published_at, coalesce(data_at, published_at) from lake.meta.publication where id = ?",
        [identity],
    ).fetchone()
    if found is None:
        raise NotOnRecord(f"There is no publication {identity}.")
    lsn, published_at, data_at = found
    epoch, copied, _ = _newest(connection, published_at, _COPIED)
    return Point(epoch or 0, max(lsn, copied or ""), data_at)


def _newest(connection: duckdb.DuckDBPyConnection, instant: datetime, which: str) -> tuple[Any, Any, Any]:
    """Epoch, position and instant of the last change by ``instant`` among those that ``which`` holds for.

    Raises :class:`NotOnRecord` before the record begins: before a table's first copy nobody knows what it held; one
    that was empty then was known to be.
    """
    there = state.lake_columns(connection, "history").keys()
    if missing := build.sources_read() - there:
        raise NotOnRecord(f"There is no record yet: {', '.join(sorted(missing))} was never loaded.")
    rows = " union all ".join(_OF_A_TABLE.format(quoted(name), which) for name in sorted(there))
    row = connection.execute(_OF_ALL.format(rows), {"instant": instant}).fetchone()
    assert row is not None
    *newest, begun_at, copied_at = row
    if begun_at is None:
        raise NotOnRecord("There is no record yet: nothing has been replicated.")
    begin = max(begun_at, copied_at or begun_at)
    if instant < begin:
        raise NotOnRecord(f"The record begins at {begin.isoformat()}: what was known before that is not in it.")
    epoch, lsn, recorded_at = newest
    return epoch, lsn, recorded_at
