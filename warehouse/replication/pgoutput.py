"""The ``pgoutput`` protocol, version 1: bytes of one message in, frozen values out. Pure, no connection.

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


class Unchanged:
    """Marks a large value that the server did not send again because the update left it alone."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNCHANGED"


UNCHANGED = Unchanged()
Value = str | None | Unchanged
Row = list[Value]


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
class Change:
    """A row's change: ``old`` is the key (``K``) or the whole row (``O``) before it, if it was sent."""

    op: str
    relation_id: int
    old: Row | None
    new: Row | None
    old_is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Truncate:
    """All rows of these relations are gone."""

    relation_ids: tuple[int, ...]


Message = Begin | Commit | Relation | Change | Truncate


def decode(data: bytes) -> Message | None:
    """One message; ``None`` for those that carry no row (origin, type, logical message)."""
    kind = data[0]
    if kind in b"IUD":
        return _change(data, kind)
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


def _change(data: bytes, kind: int) -> Change:
    (relation_id,) = _UINT32.unpack_from(data, 1)
    marker = data[5]
    if kind == 0x49:  # I
        new, _ = _tuple(data, 6)
        return Change("insert", relation_id, None, new)
    if kind == 0x44:  # D
        old, _ = _tuple(data, 6)
        return Change("delete", relation_id, old, None, marker == 0x4F)
    if marker == 0x4E:  # N: an update that changed no key
        new, _ = _tuple(data, 6)
        return Change("update", relation_id, None, new)
    old, position = _tuple(data, 6)
    new, _ = _tuple(data, position + 1)
    return Change("update", relation_id, old, new, marker == 0x4F)


def _tuple(data: bytes, position: int) -> tuple[Row, int]:
    (count,) = _INT16.unpack_from(data, position)
    position += 2
    values: Row = []
    for _ in range(count):
        kind = data[position]
        position += 1
        if kind == 0x74:  # t
            (length,) = _UINT32.unpack_from(data, position)
            position += 4
            values.append(data[position : position + length].decode())
            position += length
        elif kind == 0x6E:  # n
            values.append(None)
        elif kind == 0x75:  # u
            values.append(UNCHANGED)
        else:
            raise UnknownChange(f"value of unknown kind {chr(kind)!r}")
    return values, position


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
