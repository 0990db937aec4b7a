"""What verifications found, kept in the lake's catalogue: the newest verdict on each table says whether to trust it."""

import contextlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import psycopg

from warehouse.replication import progress
from warehouse.replication.progress import Catalogue

if TYPE_CHECKING:
    from imisofts.settings import Settings

_CREATE = """
create schema if not exists imisofts;
create table if not exists imisofts.verification (
    id bigint generated always as identity primary key, at timestamptz not null, lsn text not null,
    lake_snapshot bigint not null, name text not null, rows bigint not null, missing bigint not null,
    extra bigint not null, different bigint not null, history_differs boolean);
create index if not exists verification_newest on imisofts.verification (name, id desc);
"""
_SAVE = """
insert into imisofts.verification (at, lsn, lake_snapshot, name, rows, missing, extra, different, history_differs)
select %s, %s, %s, * from unnest(%s::text[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::boolean[])
"""
_FORGET = "delete from imisofts.verification where at < now() - interval '90 days'"
_NEWEST = """
select distinct on (name) at, lsn, lake_snapshot, name, rows, missing, extra, different, history_differs
from imisofts.verification order by name, id desc
"""


@dataclass(frozen=True)
class Verdict:
    """One table at one point: its rows in the source, and how the lake's copy differs from them.

    ``history_differs`` is unknown (``None``) where history was not asked to rebuild the table.
    """

    name: str
    rows: int
    missing: int
    extra: int
    different: int
    history_differs: bool | None = None

    @property
    def equal(self) -> bool:
        """Whether source and lake hold the same rows."""
        return not (self.missing or self.extra or self.different or self.history_differs)

    @property
    def told(self) -> str:
        """``3 missing, 1 different``."""
        counts = {"missing": self.missing, "extra": self.extra, "different": self.different}
        said = [f"{count} {word}" for word, count in counts.items() if count]
        return ", ".join([*said, *(["history rebuilds other rows"] if self.history_differs else [])]) or "equal"


@dataclass(frozen=True)
class Verification:
    """Source and lake compared at one point of the source's log (``lsn``)."""

    at: datetime
    lsn: str
    lake_snapshot: int
    tables: tuple[Verdict, ...]

    @property
    def equal(self) -> bool:
        """Whether every table that was compared is equal."""
        return all(table.equal for table in self.tables)


@dataclass(frozen=True)
class Standing:
    """A table's newest verdict, and when and where it was found."""

    at: datetime
    lsn: str
    lake_snapshot: int
    verdict: Verdict


def write(catalogue: Catalogue, found: Verification) -> None:
    """Keep what was found; verdicts of more than 90 days ago go."""
    tables = found.tables
    values = (
        found.at,
        found.lsn,
        found.lake_snapshot,
        [table.name for table in tables],
        [table.rows for table in tables],
        [table.missing for table in tables],
        [table.extra for table in tables],
        [table.different for table in tables],
        [table.history_differs for table in tables],
    )
    progress.put(catalogue, _CREATE, _SAVE, values)
    catalogue.execute(_FORGET)


def forget(catalogue: Catalogue) -> None:
    """Let every verdict go: the whole lake was loaded anew, perhaps from a server that counts from a lower position."""
    with contextlib.suppress(psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        catalogue.execute("delete from imisofts.verification")


def newest(settings: "Settings") -> tuple[Standing, ...]:
    """The newest verdict on each table that was ever compared, by name."""
    with psycopg.connect(settings.lake_catalog_url, autocommit=True) as catalogue:
        return standing(catalogue)


def standing(catalogue: Catalogue) -> tuple[Standing, ...]:
    """See :func:`newest`; on a connection that is there."""
    try:
        rows = catalogue.execute(_NEWEST).fetchall()
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName):
        return ()
    return tuple(Standing(at, lsn, snapshot, Verdict(*facts)) for at, lsn, snapshot, *facts in rows)
