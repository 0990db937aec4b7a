"""The lake's catalogue beside DuckDB, on one connection that stays: which version the lake is at, and what is doubted.

A question of DuckLake about the present looks through its catalogue anew, ten milliseconds of a core; the number of its
newest version is one row of Postgres, and while that stays nothing in the lake has changed.
"""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg

from warehouse import status

if TYPE_CHECKING:
    from imisofts.settings import Settings

_NEWEST = "select max(snapshot_id) from ducklake_snapshot"

Found = TypeVar("Found")
Connection = psycopg.Connection[tuple[Any, ...]]


class Catalogue:
    """Thread-safe; connects when first asked, and once more after the connection was lost."""

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._connected = 0

    def close(self) -> None:
        """Let the connection go; the next question makes another."""
        with self._lock:
            self._drop()

    def version(self) -> tuple[int, int] | None:
        """The lake's newest version, behind the number of the connection that told it: after a restart the catalogue
        may be a restored one, which counts anew. ``None`` where there is no lake yet, or nobody to ask.
        """
        try:
            row = self._ask(lambda catalogue: catalogue.execute(_NEWEST).fetchone())
        except psycopg.Error:
            return None
        return None if row is None or row[0] is None else (self._connected, int(row[0]))

    def doubt(self) -> str | None:
        """What :func:`warehouse.status.doubt` tells; raises :class:`psycopg.Error` where the catalogue is away."""
        return self._ask(lambda catalogue: status.doubt(self._settings, catalogue))

    def _ask(self, question: Callable[[Connection], Found]) -> Found:
        with self._lock:
            if self._connection is not None:
                try:
                    return question(self._connection)
                except psycopg.OperationalError:
                    self._drop()
            self._connection = psycopg.connect(self._settings.lake_catalog_url, autocommit=True)
            self._connected += 1
            return question(self._connection)

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None
