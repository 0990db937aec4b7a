"""The rows inside many change messages of ``pgoutput``, taken apart a column at a time instead of a row at a time.

Python does a fixed number of steps per column, however many rows there are; NumPy does the rest. No text is copied: the
Arrow columns made here are views into the messages, and DuckDB reads them where they lie.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.replication.errors import UnknownChange

INSERT, UPDATE, DELETE = b"IUD"
_NEW, _OLD_ROW = b"NO"
_TEXT, _NULL, _UNCHANGED = b"tnu"
_INLINE = 12  # an Arrow view holds a text up to this many bytes itself
_PADDING = bytes(32)  # words are read where a row's last value is null or short
_KEPT = np.array([struct.unpack("<3I", (b"\xff" * length).ljust(_INLINE, b"\0")) for length in range(_INLINE + 1)])

Places = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Messages:
    """Messages one behind the other in one piece of memory; ``starts`` are their places in it."""

    def __init__(self, messages: Sequence[bytes]) -> None:
        lengths = np.fromiter(map(len, messages), np.int64, len(messages))
        self.starts: Places = np.cumsum(lengths) - lengths
        self.data = b"".join((*messages, _PADDING))
        self.bytes = np.frombuffer(self.data, np.uint8)

    def numbers(self, at: Places, kind: str) -> npt.NDArray[np.int64]:
        """The numbers of this NumPy kind that begin at these places, aligned or not."""
        every = np.ndarray((len(self.bytes) - np.dtype(kind).itemsize + 1,), kind, self.data, strides=(1,))
        return every[at].astype(np.int64)


@dataclass(frozen=True, slots=True)
class Tuples:
    """Values by (column, row): each one's kind, where its text begins in the messages, and its length there."""

    kinds: npt.NDArray[np.uint8]
    starts: Places
    lengths: Places

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return int(self.kinds.shape[1])

    @property
    def unchanged(self) -> Flags:
        """By (column, row): large values that were not sent again because the update left them alone."""
        return np.equal(self.kinds, _UNCHANGED)

    def take(self, rows: Places | Flags) -> "Tuples":
        """These rows."""
        return Tuples(self.kinds[:, rows], self.starts[:, rows], self.lengths[:, rows])

    def and_then(self, others: "Tuples") -> "Tuples":
        """These rows and, behind them, others."""
        return Tuples(
            np.concatenate([self.kinds, others.kinds], axis=1),
            np.concatenate([self.starts, others.starts], axis=1),
            np.concatenate([self.lengths, others.lengths], axis=1),
        )

    def replaced(self, where: Flags, others: "Tuples") -> "Tuples":
        """The values of others where the flags (one for each value) say so."""
        return Tuples(
            np.where(where, others.kinds, self.kinds),
            np.where(where, others.starts, self.starts),
            np.where(where, others.lengths, self.lengths),
        )

    def texts(self, messages: Messages, column: int) -> pa.Array:
        """One column for Arrow: views of 16 bytes, either the text itself or its beginning and where it lies."""
        starts, lengths = self.starts[column], self.lengths[column]
        views = np.zeros((self.rows, 4), "<u4")
        views[:, 0] = lengths
        kept = _KEPT[np.minimum(lengths, _INLINE)]
        for word in range(3):
            views[:, word + 1] = messages.numbers(starts + 4 * word, "<u4") & kept[:, word]
        long = lengths > _INLINE
        views[long, 2] = 0
        views[long, 3] = starts[long]
        sent = np.packbits(self.kinds[column] == _TEXT, bitorder="little")
        parts = [pa.py_buffer(part) for part in (sent, views, messages.data)]
        return pa.Array.from_buffers(pa.string_view(), self.rows, parts)


@dataclass(frozen=True, slots=True)
class Changes:
    """The inserts, updates and deletes of one relation, in their order.

    ``values`` are a row after its change, of a deleted one those before it. ``before`` are rows under their old key,
    for the updates that ``moved`` a row; ``whole`` says for each of those whether all old values were sent.
    """

    kinds: npt.NDArray[np.uint8]
    values: Tuples
    before: Tuples
    moved: Places
    whole: Flags


def changes(messages: Messages, of: Places, columns: int, key: Sequence[int]) -> Changes:
    """Read the messages with these numbers, all of one relation, of which ``key`` are the places of the lake's key."""
    at = messages.starts[of]
    kinds, markers = messages.bytes[at], messages.bytes[at + 5]
    values, ends = _read(messages, at + 6, columns)
    doubled = np.flatnonzero((kinds == UPDATE) & (markers != _NEW))
    before, whole = values.take(doubled), markers[doubled] == _OLD_ROW
    if not len(doubled):
        return Changes(kinds, values, before, doubled, whole)
    after, _ = _read(messages, ends[doubled] + 1, columns)
    after = after.replaced(after.unchanged & whole, before)
    moved = np.zeros(len(doubled), np.bool_)
    for column in key:
        old, new = (side.texts(messages, column).cast(pa.string()).fill_null("") for side in (before, after))
        moved |= pc.not_equal(old, new).to_numpy(zero_copy_only=False)
    for mine, theirs in ((values.kinds, after.kinds), (values.starts, after.starts), (values.lengths, after.lengths)):
        mine[:, doubled] = theirs
    return Changes(kinds, values, before.take(moved), doubled[moved], whole[moved])


def _read(messages: Messages, at: Places, columns: int) -> tuple[Tuples, Places]:
    """The tuples that begin at these places, and where each ends."""
    if (messages.numbers(at, ">u2") != columns).any():
        raise UnknownChange(f"a row of other than {columns} columns")
    shape = (columns, len(at))
    found = Tuples(np.empty(shape, np.uint8), np.empty(shape, np.int64), np.empty(shape, np.int64))
    position = at + 2
    for column in range(columns):
        kind = messages.bytes[position]
        sent = kind == _TEXT
        if not (sent | (kind == _NULL) | (kind == _UNCHANGED)).all():
            raise UnknownChange(f"values of unknown kinds among {sorted(map(chr, np.unique(kind)))}")
        found.kinds[column] = kind
        found.starts[column] = position + 5
        found.lengths[column] = np.where(sent, messages.numbers(position + 1, ">u4"), 0)
        position = position + np.where(sent, found.lengths[column] + 5, 1)
    return found, position
