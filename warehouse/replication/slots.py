"""The replication slot: made with an exported snapshot, peeked, checked, and advanced only after the lake's commit."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from warehouse.replication import failpoints
from warehouse.replication.errors import ANEW, SlotLost
from warehouse.replication.source import Connection, connect

_BUSY_SECONDS = 20.0


@dataclass(frozen=True)
class Slot:
    """A slot as the server sees it; positions are the lake's sortable form."""

    name: str
    confirmed: str
    usable: bool


@dataclass(frozen=True)
class ExportedSnapshot:
    """A point that a copy can read at; changes committed from ``lsn`` on come from the slot."""

    slot: str
    lsn: str
    snapshot: str


def slot_name(loader_url: str) -> str:
    """One slot per database: slots live in the server, databases are cloned and tested beside one another."""
    database = str(conninfo_to_dict(loader_url).get("dbname", "imisofts"))
    return "".join(c if c.isalnum() and c.isascii() else "_" for c in database.lower())[:58] + "_lake"


def passing_name(name: str) -> str:
    """The name of a slot of ours beside ``name`` that goes with its connection; as long as that one."""
    return name.removesuffix("_lake") + "_sync"


def sortable(lsn: str) -> str:
    """``1/A0`` → ``00000001/000000A0``: compares as text in every engine, and Postgres reads it back."""
    high, _, low = lsn.partition("/")
    return f"{int(high, 16):08X}/{int(low, 16):08X}"


def from_number(position: int) -> str:
    """A 64-bit WAL position in the sortable form."""
    return f"{position >> 32:08X}/{position & 0xFFFFFFFF:08X}"


def find(connection: Connection, name: str) -> Slot | None:
    """The slot, or nothing where the server has none of that name."""
    row = connection.execute(
        "select confirmed_flush_lsn::text, wal_status from pg_replication_slots"
        " where slot_name = %s and database = current_database()",
        (name,),
    ).fetchone()
    if row is None:
        return None
    return Slot(name, sortable(row[0] or "0/0"), row[0] is not None and row[1] != "lost")


def require(connection: Connection, name: str) -> Slot:
    """The slot; raises :class:`SlotLost` where it is gone or the server removed its WAL."""
    slot = find(connection, name)
    if slot is None:
        raise SlotLost(f"replication slot {name} is gone: changes since the last batch are lost; {ANEW}")
    if not slot.usable:
        raise SlotLost(f"the server removed the WAL of replication slot {name}: {ANEW}")
    return slot


def drop(connection: Connection, name: str) -> None:
    """Remove a slot that no lake belongs to: a first load was interrupted."""
    if find(connection, name) is not None:
        when_free(connection, "select pg_drop_replication_slot(%s)", name)


def flushed(connection: Connection) -> str:
    """The server's head: everything committed so far lies below it."""
    row = connection.execute("select current_setting('synchronous_commit') = 'off'").fetchone()
    if row and row[0]:
        # Commits answer before they are flushed, and only what is flushed can be decoded: flush by a commit of ours.
        with connection.transaction():
            connection.execute("set local synchronous_commit = on")
            connection.execute("select pg_logical_emit_message(true, 'imisofts', 'flush')")
    row = connection.execute("select pg_current_wal_flush_lsn()::text").fetchone()
    assert row is not None
    return sortable(row[0])


def acknowledge(connection: Connection, name: str, lsn: str) -> None:
    """Let the server forget the WAL below ``lsn``; only what the lake has committed may be acknowledged."""
    slot = require(connection, name)
    if lsn > slot.confirmed:
        when_free(connection, "select pg_replication_slot_advance(%s, %s::pg_lsn)", name, lsn)


def when_free(connection: Connection, statement: str, *parameters: object) -> psycopg.Cursor[tuple[Any, ...]]:
    """Run a slot function, waiting for the server to notice that a killed loader left."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            return connection.execute(statement.encode(), parameters or None)
        except (psycopg.errors.ObjectInUse, psycopg.errors.DuplicateObject):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def wait_until_free(connection: Connection, name: str) -> None:
    """Wait for the server to notice that a killed loader left the slot."""
    deadline = time.monotonic() + _BUSY_SECONDS
    statement = "select active_pid from pg_replication_slots where slot_name = %s and active_pid is not null"
    while connection.execute(statement, (name,)).fetchone() and time.monotonic() < deadline:
        time.sleep(0.05)


@contextmanager
def exported(url: str, name: str, *, temporary: bool = False) -> Iterator[ExportedSnapshot]:
    """Make a slot and hold its exported snapshot open for the copy; the connection stays silent meanwhile."""
    with connect(url, replication=True) as connection:
        kind = "TEMPORARY LOGICAL" if temporary else "LOGICAL"
        statement = f"CREATE_REPLICATION_SLOT {name} {kind} pgoutput (SNAPSHOT 'export')"
        row = when_free(connection, statement).fetchone()
        assert row is not None
        failpoints.reach("slot_made")
        yield ExportedSnapshot(slot=row[0], lsn=sortable(row[1]), snapshot=row[2])
