"""Who builds what: a build, its parts, and who has taken which, in the lake's catalogue database.

Nothing here has a timeout. A build is alive, a part taken and a builder there for as long as somebody's session holds
an advisory lock that says so: what a killed process held is free when Postgres sees its connection end. Dead machines
do not end connections, so sessions are probed.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import duckdb
import psycopg

from warehouse.models import compiled
from warehouse.models.compiled import Project

if TYPE_CHECKING:
    from imisofts.settings import Settings

Catalogue = psycopg.Connection[tuple[Any, ...]]

_BUILDS, _PARTS = 0x696D6962, 0x696D6970
"""First halves of the locks' keys; the second is an id. Zero in place of a build: a builder is there."""
_PROBED = "set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3"
"""A machine that lost its power holds a part for half a minute; a process that was killed, not at all."""
_CREATE = """
create schema if not exists imisofts;
create table if not exists imisofts.build (
    id int generated always as identity primary key, engine text not null, snapshot bigint not null,
    folder text not null, statements jsonb not null, exported text[] not null);
create table if not exists imisofts.build_part (
    id int generated always as identity primary key, build int not null references imisofts.build on delete cascade,
    workspaces uuid[] not null, rows bigint not null, folder text, built_by text, failure text);
"""
_ADD = "insert into imisofts.build (engine, snapshot, folder, statements, exported) values (%s, %s, %s, %s, %s)"
_ADD_PARTS = "insert into imisofts.build_part (build, workspaces, rows) values (%s, %s, %s)"
_ALIVE = """
exists (select from pg_locks l join pg_database d on d.oid = l.database where d.datname = current_database()
    and l.locktype = 'advisory' and l.objsubid = 2 and l.granted and l.classid::bigint = %s and l.objid::bigint = b.id)
"""
_WAITING = f"""
select p.id from imisofts.build_part p join imisofts.build b on b.id = p.build
where p.folder is null and b.engine = %s and {_ALIVE}
    and not exists (select from imisofts.build_part f where f.build = b.id and f.failure is not null)
order by p.rows desc, p.id
"""
_TAKE = """
select b.snapshot, b.folder, b.statements, b.exported, p.workspaces
from imisofts.build_part p join imisofts.build b on b.id = p.build where p.id = %s and p.folder is null
"""
_PRESENT = """
select count(*) from pg_locks l join pg_database d on d.oid = l.database where d.datname = current_database()
    and l.locktype = 'advisory' and l.objsubid = 2 and l.granted and l.classid::bigint = %s and l.objid = 0
"""
_NEWS = "imisofts_builds"
_NOT_YET = (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName)


@dataclass(frozen=True)
class Job:
    """What every part of one build has in common: the lake's version, the models and tests of its rows, and which of
    the models are written to files below ``folder``."""

    snapshot: int
    folder: str
    project: Project
    exported: tuple[str, ...]


@dataclass(frozen=True)
class Cut:
    """The workspaces of one part, and how many raw rows they have together."""

    workspaces: tuple[UUID, ...]
    rows: int


@dataclass(frozen=True)
class Part:
    """A part that this process has taken."""

    id: int
    job: Job
    workspaces: tuple[UUID, ...]


@dataclass(frozen=True)
class Standing:
    """How far a build has come: parts not yet done, the folders of the others, who built them, why one failed."""

    waiting: int
    folders: tuple[str, ...]
    builders: tuple[str, ...]
    failure: str | None


@contextmanager
def session(settings: Settings) -> Iterator[Catalogue]:
    """A connection that takes parts; what it holds is free when it ends, however it ends."""
    with psycopg.connect(settings.lake_catalog_url, autocommit=True) as catalogue:
        catalogue.execute(_PROBED.encode())
        yield catalogue


def sign_in(catalogue: Catalogue) -> None:
    """Say that a builder is there, for as long as this session lasts; it hears of news from now on."""
    _listen(catalogue)
    catalogue.execute("select pg_advisory_lock_shared(%s, 0)", (_BUILDS,))


def await_news(catalogue: Catalogue, seconds: float) -> None:
    """Until a build is announced or a part has come to its end, or for so many seconds: a kill tells nobody."""
    for _ in catalogue.notifies(timeout=seconds, stop_after=1):
        pass


def _listen(catalogue: Catalogue) -> None:
    catalogue.execute(f"listen {_NEWS}".encode())


def _tell(catalogue: Catalogue) -> None:
    catalogue.execute(f"notify {_NEWS}".encode())


def present(catalogue: Catalogue) -> int:
    """How many builders are there."""
    row = catalogue.execute(_PRESENT, (_BUILDS,)).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def announced(catalogue: Catalogue, job: Job, cuts: Iterable[Cut]) -> Iterator[int]:
    """A build whose parts may be taken while the block runs; yields its id. One at a time: older ones are let go."""
    forget(catalogue)
    catalogue.execute(_CREATE.encode())
    with catalogue.transaction():
        values = (duckdb.__version__, job.snapshot, job.folder, compiled.dump(job.project), list(job.exported))
        row = catalogue.execute(f"{_ADD} returning id".encode(), values).fetchone()
        assert row is not None
        build = int(row[0])
        catalogue.execute("select pg_advisory_lock(%s, %s)", (_BUILDS, build))
        for cut in cuts:
            catalogue.execute(_ADD_PARTS, (build, list(cut.workspaces), cut.rows))
        _listen(catalogue)
        _tell(catalogue)
    try:
        yield build
    finally:
        with contextlib.suppress(psycopg.OperationalError):
            forget(catalogue)
            catalogue.execute("select pg_advisory_unlock(%s, %s)", (_BUILDS, build))


def forget(catalogue: Catalogue) -> None:
    """Let every build go; called while no other can be alive."""
    with contextlib.suppress(*_NOT_YET):
        catalogue.execute("delete from imisofts.build")


@contextmanager
def taken(catalogue: Catalogue) -> Iterator[Part | None]:
    """The largest part that waits and nobody has, held while the block runs; None where there is none."""
    part = _take(catalogue)
    try:
        yield part
    finally:
        if part is not None:
            with contextlib.suppress(psycopg.OperationalError):  # a lost session has let the part go
                catalogue.execute("select pg_advisory_unlock(%s, %s)", (_PARTS, part.id))


def _take(catalogue: Catalogue) -> Part | None:
    try:
        waiting = catalogue.execute(_WAITING.encode(), (duckdb.__version__, _BUILDS)).fetchall()
    except _NOT_YET:
        return None
    for (part,) in waiting:
        row = catalogue.execute("select pg_try_advisory_lock(%s, %s)", (_PARTS, part)).fetchone()
        if row is None or not row[0]:
            continue
        found = catalogue.execute(_TAKE, (part,)).fetchone()  # asked again: it may have been done meanwhile
        if found is not None:
            snapshot, folder, project, exported, workspaces = found
            return Part(part, Job(snapshot, folder, compiled.of(project), tuple(exported)), tuple(workspaces))
        catalogue.execute("select pg_advisory_unlock(%s, %s)", (_PARTS, part))
    return None


def done(catalogue: Catalogue, part: Part, folder: str, builder: str) -> bool:
    """Note where a part's files are; False where its build is no more."""
    statement = "update imisofts.build_part set folder = %s, built_by = %s where id = %s and folder is null"
    found = catalogue.execute(statement, (folder, builder, part.id)).rowcount == 1
    _tell(catalogue)
    return found


def failed(catalogue: Catalogue, part: Part, reason: str) -> None:
    """Note why a part could not be built: nobody takes another one of its build."""
    catalogue.execute("update imisofts.build_part set failure = %s where id = %s", (reason[:1000], part.id))
    _tell(catalogue)


def standing(catalogue: Catalogue, build: int) -> Standing:
    """How far a build has come."""
    rows: Sequence[tuple[Any, ...]] = catalogue.execute(
        "select folder, built_by, failure from imisofts.build_part where build = %s order by id", (build,)
    ).fetchall()
    folders = tuple(folder for folder, _, _ in rows if folder is not None)
    builders = tuple(sorted({builder for _, builder, _ in rows if builder is not None}))
    failure = next((failure for _, _, failure in rows if failure is not None), None)
    return Standing(len(rows) - len(folders), folders, builders, failure)
