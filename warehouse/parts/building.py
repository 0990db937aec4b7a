"""Builds one part: the compiled models over a lake that holds its workspaces' rows alone.

Models name their sources ``lake.raw.<table>``. Here ``lake`` is a database in memory of one view for each of these
tables, which lets the part's rows through; the lake itself is attached under another name. No model says anything of
parts, and none can see, or forget to leave out, another part's rows.

What a part computes is held in memory and spills over into files where that is too little: only what it exports is
wanted afterwards, so nothing is compressed and kept that somebody would have to throw away.
"""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

from warehouse import lake
from warehouse.lake import literal, quoted
from warehouse.models import compiled, running
from warehouse.parts import cutting
from warehouse.replication import failpoints

if TYPE_CHECKING:
    import duckdb

    from imisofts.settings import Settings
    from warehouse.parts.board import Part

_WHOLE = "whole"


class PartFailed(Exception):
    """A model could not be built of the part's rows, or a test found some that break its rule."""


def build(settings: Settings, part: Part) -> str:
    """Build the part and write what leaves it as Parquet, one file a model; returns their folder, new at each attempt.

    Raises what DuckDB raises, and PartFailed; then, as after a kill, nobody reads the folder.
    """
    folder = f"{part.job.folder}/{part.id}-{uuid7().hex}"
    if "://" not in folder:
        Path(folder).mkdir(parents=True)
    with _own_folder(settings) as scratch, _opened(settings, part, scratch) as connection:
        project = part.job.project
        outcome = running.run(connection, project, project.models, project.tests, running.create)
        if failed := [f"{result.name}: {result.detail}" for result in outcome.results if not result.passed]:
            raise PartFailed("; ".join(failed))
        _export(connection, part, folder)
    return folder


def _export(connection: duckdb.DuckDBPyConnection, part: Part, folder: str) -> None:
    """Raises PartFailed where a row is not of the part's workspaces: some other part has it, too."""
    for name in part.job.exported:
        table = compiled.place(part.job.project.by_name[name])
        others = f"select 1 from {table} where {cutting.COLUMN} is null or {cutting.COLUMN} not in ({_listed(part)})"
        if connection.execute(f"{others} limit 1").fetchone() is not None:
            raise PartFailed(f"{name} has rows that are not of the part's workspaces")
        connection.execute(f"copy {table} to {literal(f'{folder}/{name}.parquet')} (format parquet)")
        failpoints.reach("mid_part")


@contextmanager
def _opened(settings: Settings, part: Part, scratch: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = lake.bare(lake.memory_limit(settings), scratch)
    try:
        lake.attach(connection, settings, snapshot=part.job.snapshot, name=_WHOLE)
        _show(connection, part)
        connection.execute(f"attach ':memory:' as {compiled.DATABASE}")
        connection.execute(f"use {compiled.DATABASE}")
        yield connection
    finally:
        connection.close()


def _show(connection: duckdb.DuckDBPyConnection, part: Part) -> None:
    """``lake.raw`` as the models know it, of these workspaces."""
    connection.execute("attach ':memory:' as lake; create schema lake.raw")
    found = lake.tables(connection, "raw", _WHOLE)
    for table, column in cutting.columns(connection, _WHOLE, found).items():
        chosen = "" if column is None else f" where {quoted(column)} in ({_listed(part)})"
        connection.execute(f"create view lake.raw.{quoted(table)} as from {_WHOLE}.raw.{quoted(table)}{chosen}")


def _listed(part: Part) -> str:
    return ", ".join(f"{literal(str(workspace))}::uuid" for workspace in part.workspaces)


@contextmanager
def _own_folder(settings: Settings) -> Iterator[Path]:
    """A folder for this process, locked as long as it lives: whatever is not locked is a killed one's, and goes."""
    root = settings.home / "parts"
    root.mkdir(parents=True, exist_ok=True)
    with (root / "lock").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        _drop_unlocked(root)
        folder = Path(tempfile.mkdtemp(dir=root))
        lock = (folder / "lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.close()


def sweep(settings: Settings) -> None:
    """Drop what killed builders left in this data folder."""
    root = settings.home / "parts"
    if root.is_dir():
        with (root / "lock").open("w") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            _drop_unlocked(root)


def _drop_unlocked(root: Path) -> None:
    for folder in root.iterdir():
        if not folder.is_dir():
            continue
        with (folder / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            shutil.rmtree(folder, ignore_errors=True)
