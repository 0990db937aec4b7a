"""The loader's notebook beside the lake: what it is about to acknowledge, and when it last looked.

Not part of the lake, because looking and finding nothing must not write a lake version. It is written *before* the slot
advances, so a slot that stands beyond it was moved or made anew by somebody else.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    from imisofts.settings import Settings

_CREATE = """
create schema if not exists imisofts;
create table if not exists imisofts.replication (
    slot text primary key, acknowledged text, lsn text, committed_at timestamptz,
    system_identifier text, timeline bigint, tables text, polled_at timestamptz, error text);
"""
_SAVE = """
insert into imisofts.replication as r
    (slot, acknowledged, lsn, committed_at, system_identifier, timeline, tables, polled_at, error)
values (%s, %s, %s, %s, %s, %s, %s, clock_timestamp(), null)
on conflict (slot) do update set acknowledged = excluded.acknowledged, lsn = excluded.lsn,
    committed_at = excluded.committed_at, system_identifier = excluded.system_identifier,
    timeline = excluded.timeline, tables = excluded.tables, polled_at = excluded.polled_at, error = null
"""
_FAIL = """
insert into imisofts.replication (slot, polled_at, error) values (%(slot)s, clock_timestamp(), %(error)s)
on conflict (slot) do update set polled_at = excluded.polled_at, error = excluded.error
"""


@dataclass(frozen=True)
class Progress:
    """What the loader knew when it last finished; ``lsn`` is the lake's watermark, ``acknowledged`` the slot's."""

    slot: str
    acknowledged: str
    lsn: str
    committed_at: datetime | None
    system_identifier: str
    timeline: int
    tables: str
    polled_at: datetime | None = None
    error: str | None = None


def read(settings: "Settings", slot: str) -> Progress | None:
    """The notebook's page for this slot; nothing before the first load."""
    with psycopg.connect(settings.lake_catalog_url, autocommit=True) as catalogue:
        found = catalogue.execute("select to_regclass('imisofts.replication') is not null").fetchone()
        if not (found and found[0]):
            return None
        row = catalogue.execute(
            "select slot, coalesce(acknowledged, ''), coalesce(lsn, ''), committed_at, coalesce(system_identifier, ''),"
            " coalesce(timeline, 0), coalesce(tables, ''), polled_at, error from imisofts.replication where slot = %s",
            (slot,),
        ).fetchone()
    return Progress(*row) if row else None


def write(settings: "Settings", progress: Progress) -> None:
    """Note what is about to be acknowledged; durable before the slot moves."""
    with psycopg.connect(settings.lake_catalog_url, autocommit=True) as catalogue:
        catalogue.execute(_CREATE)
        catalogue.execute(
            _SAVE,
            (
                progress.slot,
                progress.acknowledged,
                progress.lsn,
                progress.committed_at,
                progress.system_identifier,
                progress.timeline,
                progress.tables,
            ),
        )


def fail(settings: "Settings", slot: str, error: str) -> None:
    """Note why the last look failed, so that every surface can say it."""
    with psycopg.connect(settings.lake_catalog_url, autocommit=True) as catalogue:
        catalogue.execute(_CREATE)
        catalogue.execute(_FAIL, {"slot": slot, "error": error})


def lake_snapshot(settings: "Settings") -> int | None:
    """The lake's newest version, asked of the catalogue without opening the lake."""
    with psycopg.connect(settings.lake_catalog_url, autocommit=True) as catalogue:
        row = catalogue.execute("select max(snapshot_id) from ducklake_snapshot").fetchone()
    return row[0] if row else None
