"""The loader's two connections: to the source, and to the lake's catalogue with the writer's lock and the notebook."""

import time
from types import TracebackType
from typing import TYPE_CHECKING

import psycopg

from warehouse.replication import source
from warehouse.replication.progress import Catalogue
from warehouse.replication.source import Connection

if TYPE_CHECKING:
    from imisofts.settings import Settings

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
        self._catalogue: Catalogue | None = None

    def __enter__(self) -> "Sessions":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def source(self) -> Connection:
        """The loader's session in the product's database."""
        if self._source is None:
            self._source = source.connect(self._settings.loader_database_url)
        return self._source

    @property
    def catalogue(self) -> Catalogue:
        """Our session in the catalogue's database."""
        if self._catalogue is None:
            self._catalogue = psycopg.connect(self._settings.lake_catalog_url, autocommit=True)
        return self._catalogue

    def idle_note_is_due(self) -> bool:
        """Whether finding nothing should be written down now."""
        return not self._kept or time.monotonic() - self._noted >= IDLE_NOTE_SECONDS

    def noted(self) -> None:
        """Something was written down just now."""
        self._noted = time.monotonic()

    def close(self) -> None:
        """Let both connections go; the next use opens them anew."""
        for connection in (self._source, self._catalogue):
            if connection is not None:
                connection.close()
        self._source = self._catalogue = None
        self._noted = float("-inf")
