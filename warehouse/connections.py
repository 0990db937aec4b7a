"""The lake for writing, and its catalogue, on connections that stay open from one use to the next.

To attach a lake and read what tables it has costs more than to write a small batch. What stays is let go after any
error, and when the catalogue's own connection was lost: behind a new one there may be a restored lake, which counts its
versions anew.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import psycopg

from warehouse import lake

if TYPE_CHECKING:
    import duckdb

    from imisofts.settings import Settings

Catalogue = psycopg.Connection[tuple[Any, ...]]

_NAME = "select schema_uuid::text from ducklake_schema where schema_id = 0"
"""A lake made anew in the same database has another one."""

USES = 100
"""DuckLake keeps what it reads of each version of the catalogue until it is closed, a tenth of a megabyte in a use:
after so many uses the lake is opened anew."""


class Connections:
    """Opened when first needed, and used by one thread at a time. Who uses it once closes it after that.

    ``limit`` is DuckDB's memory and ``inline_rows`` what stays in the catalogue, as in :func:`warehouse.lake.connect`;
    ``prepare`` is called with each lake that was opened.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        limit: str | None = None,
        inline_rows: int | None = None,
        prepare: Callable[[duckdb.DuckDBPyConnection], None] = lambda _: None,
    ) -> None:
        self._settings = settings
        self._limit, self._inline_rows, self._prepare = limit, inline_rows, prepare
        self._catalogue: Catalogue | None = None
        self._lake: duckdb.DuckDBPyConnection | None = None
        self._name: str | None = None
        self._used = 0

    @property
    def catalogue(self) -> Catalogue:
        """Our session in the catalogue's database."""
        if self._catalogue is None:
            self._catalogue = psycopg.connect(self._settings.lake_catalog_url, autocommit=True)
        return self._catalogue

    def awake(self) -> Catalogue:
        """The catalogue, after it has answered: a session that was lost since the last use is replaced."""
        try:
            self.catalogue.execute("select 1")
        except psycopg.OperationalError:
            self.close()
        return self.catalogue

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The lake for writing; after an error what was not committed is rolled back, and all is opened anew next time.

        Whoever writes holds the writer's lock. Raises what psycopg and DuckDB raise where the catalogue is away.
        """
        try:
            yield self._opened()
        except BaseException:
            if self._lake is not None:
                with contextlib.suppress(Exception):  # left to DuckDB, one that fails would end the process
                    self._lake.execute("rollback")
            self.close()
            raise

    def close(self) -> None:
        """Let both connections go; the next use opens them anew."""
        self._close_lake()
        if self._catalogue is not None:
            self._catalogue.close()
        self._catalogue = None

    def _opened(self) -> duckdb.DuckDBPyConnection:
        if self._lake is not None and (self._used >= USES or self._name != self._lakes_name()):
            self._close_lake()
        if self._lake is None:
            self._lake = lake.connect(self._settings, read_only=False, inline_rows=self._inline_rows, limit=self._limit)
            # What was read of files is the page cache's to keep: here it would grow up to the limit.
            self._lake.execute("set enable_external_file_cache = false")
            self._prepare(self._lake)
            self._name, self._used = self._lakes_name(), 0
        self._used += 1
        return self._lake

    def _lakes_name(self) -> str | None:
        try:
            row = self.catalogue.execute(_NAME).fetchone()
        except psycopg.errors.UndefinedTable:
            return None
        return None if row is None else str(row[0])

    def _close_lake(self) -> None:
        if self._lake is not None:
            self._lake.close()
        self._lake = self._name = None
