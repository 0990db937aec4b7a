"""The loader's notebook beside the lake: what it is about to acknowledge, and when it last looked.

Not part of the lake, because looking and finding nothing must not write a lake version. It is written *before* the slot
advances, so a slot that stands beyond it was moved or made anew by somebody else.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from imisofts.settings import Settings

Catalogue = psycopg.Connection[tuple[Any, ...]]

_CREATE = """
create schema if not exists imisofts;
create table if not exists imisofts.replication (
    slot text primary key, acknowledged text, lsn text, committed_at timestamptz,
    system_identifier text, timeline bigint, tables text, polled_at timestamptz, error text);
alter table imisofts.replication add column if not exists taken_out text;
alter table imisofts.replication add column if not exists copying text;
"""
_SAVE = """
insert into imisofts.replication as r
    (slot, acknowledged, lsn, committed_at, system_identifier, timeline, tables, taken_out, polled_at, error)
values (%s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp(), null)
on conflict (slot) do update set acknowledged = excluded.acknowledged, lsn = excluded.lsn,
    committed_at = excluded.committed_at, system_identifier = excluded.system_identifier,
    timeline = excluded.timeline, tables = excluded.tables, taken_out = excluded.taken_out,
    polled_at = excluded.polled_at, error = null, copying = null
"""
_FAIL = """
insert into imisofts.replication (slot, polled_at, error) values (%(slot)s, clock_timestamp(), %(error)s)
on conflict (slot) do update set polled_at = excluded.polled_at, error = excluded.error, copying = null
"""
_COPYING = """
insert into imisofts.replication (slot, polled_at, copying) values (%(slot)s, clock_timestamp(), %(copying)s)
on conflict (slot) do update set polled_at = excluded.polled_at, copying = excluded.copying
"""
_READ = """
select slot, coalesce(acknowledged, ''), coalesce(lsn, ''), committed_at, coalesce(system_identifier, ''),
    coalesce(timeline, 0), coalesce(tables, ''), coalesce(to_jsonb(r) ->> 'taken_out', ''), polled_at, error,
    to_jsonb(r) ->> 'copying'
from imisofts.replication r where slot = %s
"""
_NOT_YET = (psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn, psycopg.errors.InvalidSchemaName)


@dataclass(frozen=True)
class Progress:
    """What the loader knew when it last finished; ``lsn`` is the lake's watermark, ``acknowledged`` the slot's.

    ``taken_out`` names the tables, with commas, that are in the lake and no longer published; ``copying`` says which
    table of how many is being copied just now.
    """

    slot: str
    acknowledged: str
    lsn: str
    committed_at: datetime | None
    system_identifier: str
    timeline: int
    tables: str
    taken_out: str = ""
    polled_at: datetime | None = None
    error: str | None = None
    copying: str | None = None


def read(settings: "Settings", slot: str) -> Progress | None:
    """The notebook's page for this slot; nothing before the first load."""
    with psycopg.connect(settings.lake_catalog_url, autocommit=True) as catalogue:
        return page(catalogue, slot)


def page(catalogue: Catalogue, slot: str) -> Progress | None:
    """The notebook's page for this slot, on a connection that is there."""
    try:
        row = catalogue.execute(_READ, (slot,)).fetchone()
    except _NOT_YET:
        return None
    return Progress(*row) if row else None


def write(catalogue: Catalogue, progress: Progress) -> None:
    """Note what is about to be acknowledged; durable before the slot moves."""
    known = (
        progress.slot,
        progress.acknowledged,
        progress.lsn,
        progress.committed_at,
        progress.system_identifier,
        progress.timeline,
        progress.tables,
        progress.taken_out,
    )
    put(catalogue, _CREATE, _SAVE, known)


def copying(catalogue: Catalogue, slot: str, told: str) -> None:
    """Note what is being copied: a first load of a large house takes a while, and nothing of it is in the lake yet."""
    put(catalogue, _CREATE, _COPYING, {"slot": slot, "copying": told})


def fail(settings: "Settings", slot: str, error: str) -> None:
    """Note why the last look failed, so that every surface can say it."""
    with psycopg.connect(settings.lake_catalog_url, autocommit=True) as catalogue:
        put(catalogue, _CREATE, _FAIL, {"slot": slot, "error": error})


def put(catalogue: Catalogue, create: str, statement: str, values: Any) -> None:
    """Write to a table of ours in the catalogue, which is made, or widened, when it is first missed."""
    try:
        catalogue.execute(statement.encode(), values)
    except _NOT_YET:
        catalogue.execute(create.encode())
        catalogue.execute(statement.encode(), values)


def lake_snapshot(catalogue: Catalogue) -> int | None:
    """The lake's newest version, asked of the catalogue without opening the lake; nothing where there is no lake."""
    try:
        row = catalogue.execute("select max(snapshot_id) from ducklake_snapshot").fetchone()
    except _NOT_YET:
        return None
    return row[0] if row else None
