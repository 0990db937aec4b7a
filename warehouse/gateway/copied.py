"""One workspace's rows of a publication, in memory: for whoever asks dozens of questions at once, as a report does.

A question of the lake costs a look into its catalogue before it reads a row. A mart is copied when it is first named,
with one workspace's rows and nobody else's; the scope binds every question as it does in the lake.
"""

import threading
from collections import OrderedDict
from contextlib import suppress
from itertools import count
from uuid import UUID

import duckdb

from warehouse.gateway.reader import Pin, Row
from warehouse.gateway.scope import MARTS, Scope, named
from warehouse.lake import quoted

KEPT = 3
"""Reports of a workspace come one after another; so many workspaces are asked about at a time."""
OWN_ROWS = "workspace_id = cast(? as uuid)"
"""A guard of its own, beside the scope's."""
_numbers = count()


class Copy(Pin):
    """A pin whose marts are copied as they are asked for; raises :class:`ValueError` for another workspace's actor."""

    def __init__(self, pin: Pin, workspace_id: UUID) -> None:
        super().__init__(pin.publication, pin.connection)
        self._pin = pin
        self._workspace_id = workspace_id
        self._name = f"copy_{next(_numbers)}"
        self._copied: set[str] = set()
        self._copying = threading.Lock()
        with self._copying:
            cursor = pin.connection.cursor()
            cursor.execute(f"attach ':memory:' as {self._name}; create schema {self._name}.marts")
            cursor.close()

    def __del__(self) -> None:
        with suppress(duckdb.Error):  # the pin's own end lets everything go
            self.connection.cursor().execute(f"detach {self._name}")

    def rows(self, scope: Scope, sql: str, parameters: dict[str, object] | None = None) -> list[Row]:
        """The same answers as the pin's."""
        if scope.actor.workspace_id != self._workspace_id:
            raise ValueError("this copy holds another workspace's rows")
        for mart in named(sql):
            self._bring(mart)
        bound, values = scope.bind(sql, parameters or {}, f"{self._name}.marts")
        return self._answer(bound, values)

    def _bring(self, mart: str) -> None:
        with self._copying:
            if mart in self._copied:
                return
            cursor = self.connection.cursor()
            with self._asking(cursor):
                cursor.execute(
                    f"create table {self._name}.marts.{quoted(mart)} as"
                    f" select * from {MARTS}.{quoted(mart)} where {OWN_ROWS}",
                    [str(self._workspace_id)],
                )
            self._copied.add(mart)

    def _lose(self) -> None:
        self._pin.lost = True


class Copies:
    """The newest copies, by publication's version and workspace."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[int, UUID], tuple[Pin, Copy]] = OrderedDict()

    def of(self, pin: Pin, workspace_id: UUID) -> Copy:
        """The workspace's copy of what the pin holds."""
        key = (id(pin), workspace_id)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = (pin, Copy(pin, workspace_id))  # the pin lives as long: its id is nobody else's
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(key)
            return self._kept[key][1]

    def clear(self) -> None:
        """Let every copy go."""
        with self._lock:
            self._kept.clear()
