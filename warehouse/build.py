"""Builds marts into a private scratch file: the models below what changed, and the tests of them.

dbt compiles the project once (`warehouse.models.dbt`), this process runs its text (`warehouse.models.running`). What
the last publication's build left (`warehouse.models.kept`) and no change reaches is not computed again.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse import lake
from warehouse.lake import literal
from warehouse.models import compiled, dbt, earlier, kept, running
from warehouse.models.dbt import SCRATCH_FILE, BuildFailed, fingerprint, manifest_json, one_state, sources_read
from warehouse.models.earlier import Earlier
from warehouse.parts import sharing
from warehouse.publish import CheckResult

if TYPE_CHECKING:
    import duckdb

    from imisofts.settings import Settings
    from warehouse.models.kept import Stand

__all__ = [
    "BuildFailed",
    "BuildResult",
    "build",
    "discard",
    "fingerprint",
    "keep",
    "manifest_json",
    "marts_below",
    "one_state",
    "opened",
    "sources_read",
    "sweep",
]


@dataclass(frozen=True)
class BuildResult:
    """What one build left: the scratch file, the verdicts of dbt's tests, and the marts that were built.

    The file may hold more marts than these: kept ones, as they were. `shared` says how many builders made it in how
    many parts; empty where this process made it alone. `files` are closed by `discard`: what is shared lies in them.
    `same` are those of the marts whose rows came out as they have been published.
    """

    scratch: Path
    results: list[CheckResult]
    ok: bool
    models: list[str]
    shared: str = ""
    same: frozenset[str] = frozenset()
    files: contextlib.ExitStack = field(default_factory=contextlib.ExitStack, repr=False, compare=False)


def build(
    settings: Settings,
    snapshot: int,
    *,
    data_at: datetime,
    changed: Collection[str] | None,
    share: bool = False,
    since: Stand | None = None,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> BuildResult:
    """Build what depends on the changed raw tables (None: everything) as of one lake snapshot.

    `data_at` is the last instant that the snapshot covers; models read it as the data date. `since` is the
    publication after which these tables and nothing else changed. With `share` builders may help (`warehouse.parts`):
    one such build at a time, of one lake. `connection` is one that `opened` gave. The caller owns the scratch folder
    afterwards and gives it to `discard` or `keep`. Raises BuildFailed when the project cannot be compiled, and what
    DuckDB raises when the lake is not there.
    """
    scratch = _new_scratch(settings)
    if changed is not None and not set(changed) & sources_read():
        return BuildResult(scratch, [], ok=True, models=[])
    project = dbt.project(settings).at(data_at)
    stale = project.below(changed)
    wanted = project.marts(stale)
    taken = since is not None and kept.take(settings, since, scratch)
    with contextlib.ExitStack() as standing, contextlib.ExitStack() as files:
        connection = connection or standing.enter_context(opened(settings, snapshot))
        standing.enter_context(_attached(connection, scratch))
        if taken:  # what the next change may replace is not worth a thorough look for the smallest form
            connection.execute("set force_compression = 'uncompressed'")
        before = earlier.put_aside(connection, project, changed or ()) if taken else Earlier()
        models = project.needed(stale if changed is None else wanted, before.there)
        tests = project.asked_of(models, before.there)
        shared = None
        if share:
            shared = files.enter_context(sharing.shared(settings, connection, project, snapshot, models, tests))
        if shared is None:
            outcome = running.run(connection, project, models, tests, running.create, before)
        else:
            outcome = shared.run(connection, project)
        kept_open = files.pop_all()
    built = [mart for mart in wanted if mart in outcome.built]
    results = [*outcome.results, *_not_built(wanted, built, outcome.results)]
    ok = all(check.passed for check in results)
    return BuildResult(scratch, results, ok, built, str(shared or ""), frozenset(outcome.same), kept_open)


def discard(built: BuildResult) -> None:
    """Remove what a build left; what it held is published or not wanted."""
    built.files.close()
    shutil.rmtree(built.scratch.parent, ignore_errors=True)


def keep(settings: Settings, built: BuildResult, stand: Stand) -> None:
    """Leave what was just published to the next build; what builders made goes with their files."""
    if built.shared:
        discard(built)
    else:
        kept.give(settings, stand, built.scratch)


def sweep(settings: Settings, current: Stand | None = None) -> None:
    """Drop what killed builds left behind; called while no other build can run."""
    kept.sweep(settings, current)


def marts_below(settings: Settings, changed: Collection[str] | None) -> list[str]:
    """Names of the marts that a change of these raw tables has to rebuild; None: all of them."""
    project = dbt.project(settings)
    return project.marts(project.below(changed))


@contextlib.contextmanager
def opened(settings: Settings, snapshot: int) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with one version of the lake, to look, build and audit with: to attach it costs more than most models."""
    connection = lake.bare(lake.memory_limit(settings), lake.spill(settings))
    try:
        lake.attach(connection, settings, snapshot=snapshot)
        yield connection
    finally:
        connection.close()


@contextlib.contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, scratch: Path) -> Iterator[None]:
    connection.execute(f"attach {literal(str(scratch))} as {compiled.DATABASE}")
    connection.execute(f"use {compiled.DATABASE}")
    try:
        yield
    finally:
        connection.execute(f"use memory; detach {compiled.DATABASE}")


def _new_scratch(settings: Settings) -> Path:
    """A folder of its own under `scratch/`; the pipeline's lock makes older ones leftovers of a crash."""
    return Path(tempfile.mkdtemp(dir=kept.root(settings))) / SCRATCH_FILE


def _not_built(expected: list[str], built: list[str], results: list[CheckResult]) -> Iterator[CheckResult]:
    """A mart without a verdict is a failure of its own: silence would leave its last good verdict standing."""
    told = {result.table for result in results if not result.passed}
    for mart in expected:
        if mart not in built and mart not in told:
            reason = "what it reads failed" if told else "dbt gave no verdict on it"
            yield CheckResult(f"{mart} is built", "dbt", mart, passed=False, detail=f"it was not built: {reason}")
