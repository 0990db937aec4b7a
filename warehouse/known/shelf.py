"""Marts as they were known at a point: built once, kept for a while, read by whoever asks for the same point.

They stand in files of the data folder and never in ``lake.marts``, so that nobody meets them who did not ask. Few are
kept, and none for longer than a day: they hold names, which live in no history.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from warehouse import build, lake
from warehouse.known.points import Point
from warehouse.known.rebuilding import rebuild
from warehouse.lake import LakeError, literal, quoted

if TYPE_CHECKING:
    from imisofts.settings import Settings

KEPT = 4
KEPT_SECONDS = 24 * 60 * 60
_MARTS = "marts.duckdb"
_REFUSED = "refused.txt"
_PREFIX = "at-"
_WORK = "work"


class CannotBeBuilt(LakeError):
    """What was recorded by then does not pass the checks of today's models; the sentence names them."""


def find(settings: "Settings", point: Point) -> Path | None:
    """The file with the marts of the point, if it is there. Raises :class:`CannotBeBuilt` where that was found out."""
    folder = _place(settings, point)
    if (folder / _REFUSED).exists():
        raise CannotBeBuilt((folder / _REFUSED).read_text(encoding="utf-8"))
    marts = folder / _MARTS
    if not marts.exists():
        return None
    with suppress(FileNotFoundError):  # let go just now: who opens it is told
        os.utime(folder)  # the ones asked for last are kept
    return marts


def prepare(settings: "Settings", point: Point, waiting: Callable[[], None] = lambda: None) -> Path:
    """The marts of the point, built if they are not there: some seconds. One build at a time on a data folder; who
    comes meanwhile waits, after a call of ``waiting``.

    Raises :class:`CannotBeBuilt` where the checks fail, and :class:`~warehouse.build.BuildFailed` where dbt cannot run.
    """
    with _one_builder(settings, waiting):
        found = find(settings, point)
        if found is None:
            _build(settings, point)
            _tidy(settings)
            found = find(settings, point)
    assert found is not None, "the newest build is kept"
    return found


def tidy(settings: "Settings") -> int:
    """Let go of what is too old, beyond the number kept, or built by other models; how many. Readers notice nothing.

    While something is built nothing is done: the builder tidies up itself.
    """
    with _lock_file(settings) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return 0
        return _tidy(settings)


def _tidy(settings: "Settings") -> int:
    now, version = time.time(), build.fingerprint()
    shelves = sorted(_root(settings).glob(f"{_PREFIX}*"), key=lambda folder: folder.stat().st_mtime, reverse=True)
    current = [folder for folder in shelves if folder.name.endswith(version)]
    fresh = [folder for folder in current if now - _built_at(folder) < KEPT_SECONDS][:KEPT]
    gone = [folder for folder in shelves if folder not in fresh]
    for folder in gone:
        shutil.rmtree(folder, ignore_errors=True)
    return len(gone)


def _build(settings: "Settings", point: Point) -> None:
    """In folders of the builder's own; what it made appears under its name when it is whole."""
    root = _root(settings)
    work = root / _WORK
    shutil.rmtree(work, ignore_errors=True)  # a killed builder's: the lock is ours
    made = work / "made"
    made.mkdir(parents=True)
    catalogue, version = rebuild(settings, point, work)
    apart = settings.moved(home=root, lake_catalog_url=catalogue)
    build.sweep(apart)
    everything = set(build.sources_read())
    built = build.build(apart, version, data_at=point.recorded_at, changed=everything)
    try:
        if built.ok:
            _keep(built, made / _MARTS)
        else:
            failed = ", ".join(check.name for check in built.results if not check.passed)
            sentence = f"What was recorded by then does not pass the checks of today's figures: {failed}."
            (made / _REFUSED).write_text(sentence, encoding="utf-8")
    finally:
        build.discard(built)
    made.rename(_place(settings, point))
    shutil.rmtree(work)


def _keep(built: build.BuildResult, file: Path) -> None:
    """The marts alone: what they were computed from is not asked for."""
    connection = lake.bare()
    try:
        connection.execute(f"attach {literal(str(built.scratch))} as scratch (read_only)")
        connection.execute(f"attach {literal(str(file))} as kept")
        connection.execute("create schema kept.marts")
        for mart in built.models:
            name = f"marts.{quoted(mart)}"
            connection.execute(f"create table kept.{name} as select * from scratch.{name}")
    finally:
        connection.close()


def _root(settings: "Settings") -> Path:
    folder = settings.home / "known"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _place(settings: "Settings", point: Point) -> Path:
    """By the point and by the models: other models answer anew. The instant is in it because the data date is."""
    place = f"{point.epoch}-{point.lsn.replace('/', '')}-{point.recorded_at.timestamp():.6f}"
    return _root(settings) / f"{_PREFIX}{place}-{build.fingerprint()}"


def _built_at(folder: Path) -> float:
    return max((file.stat().st_mtime for file in folder.iterdir()), default=0.0)


def _lock_file(settings: "Settings") -> TextIO:
    return (_root(settings) / "builder.lock").open("w")


@contextmanager
def _one_builder(settings: "Settings", waiting: Callable[[], None]) -> Iterator[None]:
    """The lock goes with its process."""
    with _lock_file(settings) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
