"""The same table and the same changes by dlt, which is what a user would install instead."""

import os
from pathlib import Path

import psycopg

from bench import peers
from bench.clock import Spent, timed
from bench.page import Page
from imisofts.settings import Settings
from warehouse import replication

CHANGES, TRANSACTIONS = 50_000, 100
BACKENDS = (("connectorx", 4), ("pyarrow", 12))
"""How dlt reads the source, and how many times as fast we want to be; it writes into a DuckDB file, without history."""
SOURCES = "BENCH_DLT_SOURCES"
Connection = psycopg.Connection[tuple[object, ...]]


def first_load(settings: Settings, page: Page, table: str, rows: int, ours: Spent) -> None:
    """Each backend once, into a file that is not there yet."""
    source = settings.loader_database_url.replace("postgresql://", "postgresql+psycopg2://", 1)
    for backend, goal in BACKENDS:
        what, wanted = f"the same rows by dlt with {backend}, without history", f"≥ {goal} × as slow as ours"
        given = {"RIVAL_SOURCE": source, "RIVAL_TABLE": table, "RIVAL_BACKEND": backend}
        try:
            theirs = peers.run("load", given)
        except peers.NotMeasured as reason:
            page.not_measured(what, str(reason), wanted)
            continue
        if theirs["rows"] != rows:
            page.not_measured(what, f"{theirs['rows']} rows arrived", wanted)
            continue
        ratio = theirs["seconds"] / ours.wall
        note = f"{theirs['seconds']:.1f} s, {rows / theirs['cpu']:,.0f} rows a CPU second"
        page.add(what, f"{ratio:.1f} ×", note, goal=wanted, met=ratio >= goal)


def changes(
    settings: Settings, sessions: replication.Sessions, connection: Connection, url: str, page: Page, table: str
) -> None:
    """Updates in many transactions: into raw and history by us, into a DuckDB file by dlt's `pg_replication`."""
    what, wanted = f"{CHANGES:,} changes by dlt's pg_replication", "≥ 15 × as slow as ours"
    sources = os.environ.get(SOURCES)
    if not sources:
        page.not_measured(what, f"{SOURCES} names no checkout of dlt's verified sources", wanted)
        return
    slot = "rival"
    connection.execute("select pg_create_logical_replication_slot(%s, 'pgoutput')", (slot,))
    each = CHANGES // TRANSACTIONS
    for number in range(TRANSACTIONS):
        chosen = f"amount_minor > {number * each} and amount_minor <= {(number + 1) * each}"
        connection.execute(f"update {table} set amount = amount + 2 where {chosen}".encode())
    with timed() as ours:
        replication.catch_up(settings, sessions)
    given = {"RIVAL_SOURCE": url, "RIVAL_TABLE": table, "RIVAL_SLOT": slot, "PYTHONPATH": str(_found(Path(sources)))}
    try:
        theirs = peers.run("follow", given)
    except peers.NotMeasured as reason:
        page.not_measured(what, str(reason), wanted)
        return
    finally:
        connection.execute("select pg_drop_replication_slot(%s)", (slot,))
    if theirs["rows"] != CHANGES:
        page.not_measured(what, f"{theirs['rows']} rows arrived", wanted)
        return
    ratio = theirs["seconds"] / ours.wall
    note = f"{theirs['seconds']:.1f} s to our {ours.wall:.1f} s, {CHANGES / theirs['cpu']:,.0f} a CPU second"
    page.add(what, f"{ratio:.1f} ×", note, goal=wanted, met=ratio >= 15)


def _found(checkout: Path) -> Path:
    """The folder whose package is `pg_replication`: the checkout's own `sources`, or what was given."""
    inside = checkout / "sources"
    return inside if inside.is_dir() else checkout
