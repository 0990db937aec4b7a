"""Connections to the lake: one that always sees the present, and one per publication that never moves."""

import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

import duckdb

from imisofts.settings import Settings
from warehouse import lake
from warehouse.gateway.answers import Known, NothingPublished, Publication
from warehouse.gateway.catalogue import Catalogue
from warehouse.gateway.scope import Scope
from warehouse.lake import quoted
from warehouse.publish import AuditRow, PublicationRow, audits, publications

KEPT_PINS = 3
"""Questions that began before a new publication finish on theirs; older pins are let go."""
KEPT_ANSWERS, KEPT_ROWS = 256, 500
"""Answers that a pin remembers, those asked for last, and the rows up to which one is worth remembering."""

_NEWEST = """
    select id, published_at, coalesce(data_at, published_at), source_lsn, lake_snapshot, marts_snapshot,
        metric_version, checks_passed
    from lake.meta.publication order by id desc limit 1"""
_LAST_AUDIT = """select passed, "at", checks from lake.meta.audit order by id desc limit 1"""
_LAST_SIGN_OF_LIFE = """
    select max(seen_at) from (
        select max(beaten_at) as seen_at from lake.raw.heartbeat
        union all
        select max(committed_at) as seen_at from lake.meta.watermark
    )"""

_RAW_TABLES = """
    select table_name, column_name from duckdb_columns()
    where database_name = 'lake' and schema_name = 'raw'
        and (column_name = 'workspace_id' or (table_name = 'workspace' and column_name = 'id'))
    order by table_name"""

Row = tuple[Any, ...]
Found = TypeVar("Found")


class Connect(Protocol):
    """How the lake is opened; ``warehouse.lake.connect`` with its settings bound."""

    def __call__(self, *, snapshot: int | None = None) -> duckdb.DuckDBPyConnection: ...


@dataclass(frozen=True, slots=True)
class Audit:
    """The newest verdict on a build."""

    passed: bool
    at: datetime
    failed: tuple[str, ...]


class Pin:
    """One publication, attached at its snapshot: whatever is published meanwhile, its answers stay the same.

    With ``known``, the marts are those of what was recorded by then. Once ``lost`` it answers nothing more: some errors
    DuckDB takes for faults of its own, and then refuses whatever that engine is asked.
    """

    def __init__(
        self, publication: Publication, connection: duckdb.DuckDBPyConnection, known: Known | None = None
    ) -> None:
        self.publication = publication
        self.connection = connection
        self.known = known
        self.lost = False
        self._lock = threading.Lock()
        self._answers: OrderedDict[tuple[str, str], list[Row]] = OrderedDict()

    def close(self) -> None:
        """Let the snapshot go."""
        self.connection.close()

    def rows(self, scope: Scope, sql: str, parameters: dict[str, object] | None = None) -> list[Row]:
        """Run a question whose ``{mart}`` places the scope fills; every thread has a cursor of its own."""
        return self._answer(*scope.bind(sql, parameters or {}))

    def _answer(self, bound: str, values: dict[str, object]) -> list[Row]:
        """What never moves is asked once: an answer is remembered by its SQL and all values in it, among them whose
        rows it may see, so that nobody meets what another scope was told."""
        asked = (bound, repr(sorted(values.items())))
        with self._lock:
            if (kept := self._answers.get(asked)) is not None:
                self._answers.move_to_end(asked)
                return list(kept)
            cursor = self.connection.cursor()
        with self._asking(cursor):
            rows = cursor.execute(bound, values).fetchall()
        self._remember(asked, rows)
        return rows

    @contextmanager
    def _asking(self, cursor: duckdb.DuckDBPyConnection) -> Iterator[None]:
        try:
            yield
        except (duckdb.FatalException, duckdb.InternalException):
            self._lose()
            raise
        finally:
            cursor.close()

    def _lose(self) -> None:
        self.lost = True

    def _remember(self, asked: tuple[str, str], rows: list[Row]) -> None:
        if len(rows) > KEPT_ROWS:
            return
        with self._lock:
            self._answers[asked] = list(rows)
            while len(self._answers) > KEPT_ANSWERS:
                self._answers.popitem(last=False)


class Reader:
    """Thread-safe; opens connections when they are first needed, and again after the catalogue went away.

    ``doubt`` tells why the lake's rows may not be told to anybody, however new they are; ``None`` where they may.
    ``version`` tells the lake's newest version: while it stays, what was found in the present is remembered. Where it
    is ``None``, nothing is.
    """

    def __init__(
        self,
        connect: Connect,
        doubt: Callable[[], str | None] = lambda: None,
        version: Callable[[], Hashable | None] = lambda: None,
        let_go: Callable[[], None] = lambda: None,
    ) -> None:
        self._connect = connect
        self.doubt = doubt
        self._version = version
        self._let_go = let_go
        self._remembered: tuple[Hashable, dict[str, list[Row]]] = (None, {})
        self._lock = threading.Lock()
        self._present: duckdb.DuckDBPyConnection | None = None
        self._pins: dict[int, Pin] = {}

    @staticmethod
    def of(settings: Settings) -> "Reader":
        """The reader of an installation's lake."""
        catalogue = Catalogue(settings)
        return Reader(
            lambda *, snapshot=None: lake.connect(settings, read_only=True, snapshot=snapshot),
            catalogue.doubt,
            catalogue.version,
            catalogue.close,
        )

    def close(self) -> None:
        """Let every connection go."""
        with self._lock:
            self._drop_present()
            for pin in self._pins.values():
                pin.close()
            self._pins.clear()
        self._let_go()

    def newest(self) -> Publication | None:
        """The newest publication; ``None`` before the first."""
        found = self._known(_NEWEST)
        return _publication(found[0])[0] if found else None

    def pin(self) -> Pin:
        """The newest publication, held still. Raises :class:`NothingPublished` before the first."""
        found = self._known(_NEWEST)
        if not found:
            raise NothingPublished("There are no figures yet: nothing has been published.")
        publication, snapshot = _publication(found[0])
        with self._lock:
            # By version: maintenance may have moved the publication to one with the same marts in fewer files.
            if (held := self._pins.get(snapshot)) is None or held.lost:
                self._pins[snapshot] = Pin(publication, self._connect(snapshot=snapshot))
                for old in sorted(self._pins)[:-KEPT_PINS]:
                    del self._pins[old]
            return self._pins[snapshot]

    def audit(self) -> Audit | None:
        """The newest audit, passed or not; ``None`` before the first."""
        found = self._known(_LAST_AUDIT)
        if not found:
            return None
        passed, at, checks = found[0]
        failed = tuple(str(check["name"]) for check in json.loads(checks or "[]") if not check["passed"])
        return Audit(bool(passed), at, failed)

    def history(self, limit: int) -> tuple[list[PublicationRow], list[AuditRow]]:
        """The newest publications and audits, with their checks; empty before the first."""
        if self.newest() is None and self.audit() is None:
            return [], []
        return self.look(lambda cursor: (publications(cursor, limit), audits(cursor, limit)))

    def raw_rows(self, workspace_id: UUID) -> dict[str, int]:
        """Rows of one workspace in the lake's copy of each table that belongs to workspaces."""
        counts = (
            f"select '{table}', count(*) from lake.raw.{quoted(table)} where {column} = '{workspace_id}'"
            for table, column in self._known(_RAW_TABLES)
        )
        asked = " union all ".join(counts)
        return {name: int(rows) for name, rows in self._now(asked)} if asked else {}

    def replicated_at(self) -> datetime | None:
        """When replication last showed that it lives."""
        found = self._known(_LAST_SIGN_OF_LIFE)
        moment: datetime | None = found[0][0] if found else None
        return moment

    def look(self, at: Callable[[duckdb.DuckDBPyConnection], Found]) -> Found:
        """What ``at`` finds in the present, on a cursor of its own; a dead connection is opened once more."""
        try:
            return self._look(at)
        except duckdb.CatalogException:
            raise
        except duckdb.Error:
            with self._lock:
                self._drop_present()
        return self._look(at)

    def _known(self, sql: str) -> list[Row]:
        """Rows of the present, asked for once in each version of the lake: a newer one is noticed at once."""
        version = self._version()
        known, rows = self._remembered
        if version is None or version != known:
            rows = {}
        if sql not in rows:
            # Asked after the version: what is remembered of it may be newer, and never older.
            rows[sql] = self._now(sql)
            if version is not None:
                self._remembered = (version, rows)
        return rows[sql]

    def _now(self, sql: str) -> list[Row]:
        """Rows of the present; a lake without tables is empty."""
        try:
            return self.look(lambda cursor: cursor.execute(sql).fetchall())
        except (duckdb.CatalogException, lake.LakeMissing):
            return []

    def _look(self, at: Callable[[duckdb.DuckDBPyConnection], Found]) -> Found:
        with self._lock:
            if self._present is None:
                self._present = self._connect()
            cursor = self._present.cursor()
        try:
            return at(cursor)
        finally:
            cursor.close()

    def _drop_present(self) -> None:
        if self._present is not None:
            self._present.close()
        self._present = None


def _publication(row: Row) -> tuple[Publication, int]:
    identity, published_at, data_at, source_lsn, lake_snapshot, marts_snapshot, version, passed = row
    publication = Publication(
        id=identity,
        published_at=published_at,
        data_at=data_at,
        data_on=data_at.date(),
        source_lsn=source_lsn,
        lake_snapshot=lake_snapshot,
        metric_version=version,
        checks_passed=passed,
    )
    return publication, marts_snapshot


Clock = Callable[[], datetime]
