"""The publisher's side: whether a build is worth sharing, and waiting for its parts while building some of them."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from uuid_utils.compat import uuid7

from imisofts.settings import LAKE_BUILDS
from warehouse import lake
from warehouse.lake import literal
from warehouse.models import running
from warehouse.parts import board, building, cutting, planning, working
from warehouse.publish import CheckResult

if TYPE_CHECKING:
    import duckdb

    from imisofts.settings import Settings
    from warehouse.models.compiled import Model, Project, Test
    from warehouse.models.running import Outcome
    from warehouse.parts.board import Catalogue, Cut, Job, Standing
    from warehouse.parts.planning import Plan

_POLL = 0.5
"""Seconds after which a killed builder's part is looked for; what is done is told at once."""
_log = logging.getLogger("imisofts.builder")


@dataclass(frozen=True)
class Shared:
    """A build whose tables lie in files: a folder for each part, with a file for each table."""

    plan: Plan
    folders: tuple[str, ...]
    builders: int

    def __str__(self) -> str:
        return f"in {len(self.folders)} parts by {self.builders} builder{'' if self.builders == 1 else 's'}"

    def run(self, connection: duckdb.DuckDBPyConnection, project: Project) -> Outcome:
        """What the parts made, and the tests of the whole; every part has passed the others, else it were none."""
        outcome = running.run(connection, project, self.plan.gathered, self.plan.whole, self._gather)
        outcome.results += [CheckResult(test.name, "dbt", test.about, passed=True) for test in self.plan.part.tests]
        return outcome

    def _gather(self, connection: duckdb.DuckDBPyConnection, model: Model) -> None:
        """A view of a model's rows, in the files of all parts where they were exported. Raises what `create` raises."""
        if model.name in self.plan.exported:
            files = ", ".join(literal(f"{folder}/{model.name}.parquet") for folder in self.folders)
            model = replace(model, sql=f"select * from read_parquet([{files}])")
        running.create(connection, model)


@contextmanager
def shared(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    project: Project,
    snapshot: int,
    models: Sequence[Model],
    tests: Sequence[Test],
) -> Iterator[Shared | None]:
    """The tables of one build made in parts; None where nobody is there to help, it is too small, or a part failed.

    Then the publisher builds as it would alone: what is wrong with the data is told in the same words, and what is
    wrong with a builder's machine is nobody's trouble. The files are there while the block runs. `connection` has that
    version of the lake attached as ``lake``.
    """
    with board.session(settings) as catalogue:
        cuts = _cuts(connection, catalogue, project.sources(model.name for model in models))
        if not cuts:
            yield None
            return
        plan = planning.plan(models, tests)
        folder = f"{_root(settings)}/{uuid7().hex}"
        job = board.Job(snapshot, folder, plan.part, plan.exported)
        try:
            with lake.files_kept(settings):
                standing = _parts(settings, catalogue, job, cuts)
                if standing.failure is not None:
                    _log.error("built alone, since a part failed: %s", standing.failure)
                    yield None
                else:
                    yield Shared(plan, standing.folders, len(standing.builders))
        finally:
            working.discard(folder)


def sweep(settings: Settings) -> None:
    """Drop what a killed publisher or builder left; called while no other build can run."""
    building.sweep(settings)
    working.discard(_root(settings))
    with board.session(settings) as catalogue:
        board.forget(catalogue)


def _root(settings: Settings) -> str:
    return f"{settings.lake_data_path.rstrip('/')}/{LAKE_BUILDS}"


def _cuts(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, tables: set[str]) -> list[Cut]:
    builders = board.present(catalogue)
    if not builders:
        return []
    rows = cutting.rows_by_workspace(connection, tables)
    if len(rows) < 2 or sum(rows.values()) < cutting.LEAST_ROWS:
        return []
    return cutting.cut(rows, builders + 1)


def _parts(settings: Settings, catalogue: Catalogue, job: Job, cuts: list[Cut]) -> Standing:
    """Work through the parts with whoever helps, until all are done or one has failed."""
    with board.announced(catalogue, job, cuts) as build:
        while True:
            busy = working.once(settings, catalogue)
            standing = board.standing(catalogue, build)
            if standing.failure is not None or not standing.waiting:
                return standing
            if not busy:
                board.await_news(catalogue, _POLL)
