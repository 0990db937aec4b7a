"""The compiled project: models in the order of building, the tests of them, and what depends on what.

Pure: nothing here knows dbt or opens a database. Models and tests name models by their names, raw tables by theirs.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from warehouse.lake import quoted

MARTS = "marts"
DATABASE = "imisofts"
"""What compiled SQL calls the database that it builds into."""
DATA_AT = "{data at}"
"""Stands in compiled SQL for the last instant that the data covers: the one thing that differs between builds."""


@dataclass(frozen=True)
class Column:
    """A column of a model's contract: its type as DuckDB spells it, and whether it may be empty."""

    name: str
    type: str
    filled: bool


@dataclass(frozen=True)
class Model:
    """One model: its place in scratch, whether its rows are kept or asked anew (a view), its SQL, what it reads.

    `columns` is its contract where it has to keep one, else empty.
    """

    schema: str
    name: str
    kept: bool
    sql: str
    models: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()

    @property
    def filled(self) -> tuple[str, ...]:
        """Columns that may not be empty, as the contract says."""
        return tuple(column.name for column in self.columns if column.filled)


@dataclass(frozen=True)
class Test:
    """One test: SQL of one row ``(failures, warns, fails)``, what it reads, and the model or raw table it is told of.

    ``rule`` is the generic test's name, empty where it was written by hand, and ``together`` the columns that it takes
    together, such as those of a key; ``said`` is when it fails, for a person.
    """

    __test__ = False  # for pytest, which collects what is called so

    name: str
    about: str
    rule: str
    sql: str
    said: str
    models: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    together: tuple[str, ...] = ()


@dataclass(frozen=True)
class Project:
    """Every model after those that it reads, and every test."""

    models: tuple[Model, ...]
    tests: tuple[Test, ...]

    def at(self, data_at: datetime) -> Project:
        """The project of one build."""

        def bound(sql: str) -> str:
            return sql.replace(DATA_AT, data_at.isoformat())

        return Project(
            tuple(dataclasses.replace(model, sql=bound(model.sql)) for model in self.models),
            tuple(dataclasses.replace(test, sql=bound(test.sql)) for test in self.tests),
        )

    def asked_of(self, models: Iterable[Model], there: Collection[str]) -> list[Test]:
        """Tests of these models and of the raw tables that they read, as far as all that a test reads is there.

        A test of a model that was left as it is belongs to them when it compares it with one of these.
        """
        made = {model.name: model for model in models}
        tables = {table for model in made.values() for table in model.tables}
        return [
            test
            for test in self.tests
            if made.keys() | there >= set(test.models)
            and (made.keys() & set(test.models) or (not test.models and tables & set(test.tables)))
        ]

    @cached_property
    def by_name(self) -> Mapping[str, Model]:
        return {model.name: model for model in self.models}

    @cached_property
    def above(self) -> Mapping[str, frozenset[str]]:
        """All that a model is made of, directly or not: names of models, and of raw tables as ``raw.<table>``."""
        found: dict[str, frozenset[str]] = {}
        for model in self.models:
            direct = {*model.models, *(source(table) for table in model.tables)}
            found[model.name] = frozenset(direct).union(*(found[name] for name in model.models))
        return found

    def below(self, tables: Collection[str] | None) -> frozenset[str]:
        """Models that a change of these raw tables changes; None: all of them."""
        changed = None if tables is None else {source(table) for table in tables}
        return frozenset(name for name, read in self.above.items() if changed is None or changed & read)

    def marts(self, names: Collection[str]) -> list[str]:
        """The marts among these models, by name."""
        return sorted(name for name in names if self.by_name[name].schema == MARTS)

    def needed(self, wanted: Collection[str], there: Collection[str] = ()) -> list[Model]:
        """These models and all that they read, in the order of building, but nothing that is ``there``."""
        found: set[str] = set()
        waiting = [name for name in wanted if name not in there]
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += [other for other in self.by_name[name].models if other not in there]
        return [model for model in self.models if model.name in found]

    def sources(self, names: Iterable[str]) -> set[str]:
        """Raw tables that these models are made of."""
        known = {source(table): table for model in self.models for table in model.tables}
        return {known[one] for name in names for one in self.above[name] if one in known}


def place(model: Model) -> str:
    """A model's place in scratch, as SQL."""
    return f"{DATABASE}.{quoted(model.schema)}.{quoted(model.name)}"


def source(table: str) -> str:
    """A raw table among the names of models."""
    return f"raw.{table}"


def dump(project: Project) -> str:
    return json.dumps(dataclasses.asdict(project))


def load(text: str) -> Project:
    """What `dump` wrote."""
    return of(json.loads(text))


def of(document: Mapping[str, Any]) -> Project:
    """A project from its plain values."""
    models = (
        Model(**_tuples(values) | {"columns": tuple(Column(**column) for column in values["columns"])})
        for values in document["models"]
    )
    return Project(tuple(models), tuple(Test(**_tuples(values)) for values in document["tests"]))


def _tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
