"""Runs compiled models and tests over one connection, in graph order, with dbt's own meaning.

A model whose SQL fails, or that is made of rows that failed a test, takes along what is made of it. A contract is kept
as dbt keeps it: the columns and types of the SQL are compared with it, and the table refuses what may not be empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import duckdb

from warehouse.lake import one_look, quoted
from warehouse.models.compiled import DATABASE, Model, Project, Test, place, source
from warehouse.models.earlier import Earlier
from warehouse.publish import CheckResult

if TYPE_CHECKING:
    from collections.abc import Callable

AS_PUBLISHED = "as published: no row that it reads has changed"


class ContractBroken(Exception):
    """A model's SQL gives other columns or types than its contract says."""


@dataclass
class Outcome:
    """What a run made and found: every test's verdict, and a failing one for each model whose SQL failed.

    `lost` are models that failed, or are made of what failed: not made, or not to be used. `same` are those of the
    built that have the rows which they had.
    """

    built: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    same: set[str] = field(default_factory=set)
    results: list[CheckResult] = field(default_factory=list)


def run(
    connection: duckdb.DuckDBPyConnection,
    project: Project,
    models: Sequence[Model],
    tests: Iterable[Test],
    make: Callable[[duckdb.DuckDBPyConnection, Model], None],
    earlier: Earlier | None = None,
) -> Outcome:
    """Make the models and ask the tests. `connection` has ``lake`` and the scratch database attached.

    What `earlier` rows say that no change reaches is neither made nor asked again.
    """
    outcome, asked, earlier = Outcome(), list(tests), earlier or Earlier()
    _ask(connection, project, [test for test in asked if not test.models], outcome, earlier)
    for schema in sorted({model.schema for model in models}):
        connection.execute(f"create schema if not exists {DATABASE}.{quoted(schema)}")
    for model in models:
        if model.name in outcome.lost:
            continue
        if earlier.stands(connection, model):
            outcome.built.add(model.name)
            continue
        try:
            make(connection, model)
            earlier.compare(connection, model)
        except (duckdb.Error, ContractBroken) as error:
            outcome.results.append(CheckResult(model.name, "dbt", model.name, passed=False, detail=_readable(error)))
            outcome.lost |= {model.name, *_made_of(project, {model.name})}
        else:
            outcome.built.add(model.name)
    _ask(connection, project, [test for test in asked if test.models], outcome, earlier)
    outcome.built -= outcome.lost
    outcome.same = outcome.built - earlier.anew
    return outcome


def create(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    """One model's table or view. Raises what DuckDB raises, and ContractBroken.

    A view keeps to its contract's columns and types; that nothing is empty, only a table can promise.
    """
    target = place(model)
    if not model.columns:
        connection.execute(f"create {'table' if model.kept else 'view'} {target} as {model.sql}")
        return
    _compare(connection, model)
    names = ", ".join(quoted(column.name) for column in model.columns)
    if not model.kept:
        connection.execute(f"create view {target} as select {names} from ({model.sql})")
        return
    columns = ", ".join(
        f"{quoted(column.name)} {column.type}{' not null' if column.filled else ''}" for column in model.columns
    )
    connection.execute(f"create table {target} ({columns})")
    connection.execute(f"insert into {target} ({names}) select {names} from ({model.sql})")


def _compare(connection: duckdb.DuckDBPyConnection, model: Model) -> None:
    contract = ", ".join(f"null::{column.type} as {quoted(column.name)}" for column in model.columns)
    stated, found = (
        {row[0].lower(): row[1] for row in connection.execute(f"describe {one}").fetchall()}
        for one in (f"select {contract}", model.sql)
    )
    other = [f"{name} is {found.get(name)}, not {kind}" for name, kind in stated.items() if found.get(name) != kind]
    other += [f"{name} is not in the contract" for name in found.keys() - stated.keys()]
    if other:
        raise ContractBroken(f"This model's SQL does not keep its contract: {'; '.join(other)}")


def _ask(
    connection: duckdb.DuckDBPyConnection,
    project: Project,
    tests: Iterable[Test],
    outcome: Outcome,
    earlier: Earlier,
) -> None:
    """The tests' verdicts; where one fails, what is made of all that it reads counts as not built."""
    with one_look(connection):
        for test in tests:
            if outcome.lost & set(test.models):
                continue
            if not earlier.reached(test):
                outcome.results.append(CheckResult(test.name, "dbt", test.about, passed=True, detail=AS_PUBLISHED))
                continue
            try:
                row = connection.execute(test.sql).fetchone()
                failures, warns, fails = row or (0, False, False)
                detail = f"Got {failures} results, {test.said}" if warns or fails else ""
            except duckdb.Error as error:
                fails, detail = True, _readable(error)
                connection.execute("rollback; begin")  # nothing is answered any more after an error
            outcome.results.append(CheckResult(test.name, "dbt", test.about, passed=not fails, detail=detail))
            if fails:
                outcome.lost |= _made_of(project, {*test.models, *(source(table) for table in test.tables)})


def _made_of(project: Project, read: set[str]) -> set[str]:
    return {model for model, above in project.above.items() if read <= above}


def _readable(error: Exception) -> str:
    """DuckDB's message in one line."""
    lines = (line.strip() for line in str(error).splitlines())
    return " ".join(line for line in lines if line)[:1000]
