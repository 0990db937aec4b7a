"""The loader's connections: to the source, to the catalogue with the writer's lock and the notebook, to the lake."""

import time
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import duckdb

from warehouse import lake
from warehouse.connections import Connections
from warehouse.replication import source, state
from warehouse.replication.progress import Catalogue
from warehouse.replication.source import Connection

if TYPE_CHECKING:
    from imisofts.settings import Settings

MEMORY_LIMIT = "512MB"
IDLE_NOTE_SECONDS = 10.0
"""How often a loader that finds nothing says so, and lets the server forget its WAL."""


class Sessions:
    """Opened when first needed. Who polls each second keeps one, and closes it after any error.

    A kept one notes an idle look every ten seconds only; every other look is noted.
    """

    def __init__(self, settings: "Settings", *, kept: bool = False) -> None:
        self._settings = settings
        self._kept = kept
        self._noted = float("-inf")
        self._source: Connection | None = None
        self._lake = Connections(settings, limit=MEMORY_LIMIT, prepare=_keep_books)

    @property
    def source(self) -> Connection:
        """The loader's session in the product's database."""
        if self._source is None:
            self._source = source.connect(self._settings.loader_database_url)
        return self._source

    @property
    def catalogue(self) -> Catalogue:
        """Our session in the catalogue's database."""
        return self._lake.catalogue

    def lake(self) -> AbstractContextManager[duckdb.DuckDBPyConnection]:
        """The lake for writing, with its books as this release keeps them; under the writer's lock."""
        return self._lake.writing()

    def idle_note_is_due(self) -> bool:
        """Whether finding nothing should be written down now."""
        return not self._kept or time.monotonic() - self._noted >= IDLE_NOTE_SECONDS

    def noted(self) -> None:
        """Something was written down just now."""
        self._noted = time.monotonic()

    def close(self) -> None:
        """Let every connection go; the next use opens them anew."""
        if self._source is not None:
            self._source.close()
        self._source = None
        self._lake.close()
        self._noted = float("-inf")


def _keep_books(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("begin")  # one version of the lake in place of one for each schema and table
    lake.create_schemas(connection)
    state.upgrade_books(connection)
    connection.execute("commit")
