"""The ``pgoutput`` protocol, version 1: one message that carries no row in, frozen values out. Pure, no connection.

Those that carry rows are many, and read many at once: :mod:`warehouse.replication.tuples`.

https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from warehouse.replication.errors import UnknownChange

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_BEGIN = struct.Struct(">QqI")
_COMMIT = struct.Struct(">BQQq")
_INT16 = struct.Struct(">h")
_UINT32 = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Begin:
    """A transaction starts; ``final_lsn`` is where its commit record lies."""

    final_lsn: int
    committed_at: datetime


@dataclass(frozen=True, slots=True)
class Commit:
    """A transaction ends; the next one starts at or after ``end_lsn``."""

    end_lsn: int
    committed_at: datetime


@dataclass(frozen=True, slots=True)
class Relation:
    """Names the columns of the changes that follow for this id; ``key`` are those of its replica identity."""

    id: int
    schema: str
    table: str
    columns: tuple[str, ...]
    key: frozenset[str]


@dataclass(frozen=True, slots=True)
class Truncate:
    """All rows of these relations are gone."""

    relation_ids: tuple[int, ...]


Message = Begin | Commit | Relation | Truncate


def decode(data: bytes) -> Message | None:
    """One message without a row; ``None`` for those that say nothing about rows (origin, type, logical message)."""
    kind = data[0]
    if kind == 0x42:  # B
        final_lsn, at, _ = _BEGIN.unpack_from(data, 1)
        return Begin(final_lsn, _EPOCH + timedelta(microseconds=at))
    if kind == 0x43:  # C
        _, _, end_lsn, at = _COMMIT.unpack_from(data, 1)
        return Commit(end_lsn, _EPOCH + timedelta(microseconds=at))
    if kind == 0x52:  # R
        return _relation(data)
    if kind == 0x54:  # T
        (count,) = _UINT32.unpack_from(data, 1)
        return Truncate(struct.unpack_from(f">{count}I", data, 6))
    if kind in b"OYM":
        return None
    raise UnknownChange(f"message of unknown kind {chr(kind)!r}")


def _relation(data: bytes) -> Relation:
    (relation_id,) = _UINT32.unpack_from(data, 1)
    schema, position = _name(data, 5)
    table, position = _name(data, position)
    (count,) = _INT16.unpack_from(data, position + 1)
    position += 3
    columns: list[str] = []
    key: set[str] = set()
    for _ in range(count):
        of_key = data[position] & 1
        name, position = _name(data, position + 1)
        position += 8
        columns.append(name)
        if of_key:
            key.add(name)
    return Relation(relation_id, schema or "pg_catalog", table, tuple(columns), frozenset(key))


def _name(data: bytes, position: int) -> tuple[str, int]:
    end = data.index(0, position)
    return data[position:end].decode(), end + 1
