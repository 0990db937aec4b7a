"""What models had for rows before a change, beside what they have after it: a change goes no further than rows differ.

A model is made again where a table that it reads has changed, or a model that it reads came out differently. Everything
else has its earlier rows back, and a test of nothing but such rows has its earlier verdict.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from warehouse.lake import quoted, tables
from warehouse.models.compiled import DATABASE, Model, Project, Test, place

if TYPE_CHECKING:
    import duckdb


@dataclass
class Earlier:
    """``there`` are models that no change can reach, ``aside`` where the rows of the others lie, by name.

    ``anew`` grows while models are made: those whose rows are not the earlier ones, or had none.
    """

    changed: frozenset[str] | None = None
    there: frozenset[str] = frozenset()
    aside: Mapping[str, Model] = field(default_factory=dict)
    anew: set[str] = field(default_factory=set)

    def stands(self, connection: duckdb.DuckDBPyConnection, model: Model) -> bool:
        """Whether nothing that the model reads has changed; then its rows are back in their place."""
        before = self.aside.get(model.name)
        if before is None or self.reached(model):
            return False
        connection.execute(f"alter table {place(before)} rename to {quoted(model.name)}")
        return True

    def compare(self, connection: duckdb.DuckDBPyConnection, model: Model) -> None:
        """Note whether a model that was made has other rows than before, which are let go."""
        before = self.aside.get(model.name)
        if before is None:
            self.anew |= {model.name} if model.kept or self.reached(model) else set()
            return
        row = connection.execute(
            f"select (select count(*) from {place(model)}) = (select count(*) from {place(before)})"
            f" and not exists (from {place(model)} except all from {place(before)})"
        ).fetchone()
        self.anew |= set() if row and row[0] else {model.name}
        connection.execute(f"drop table {place(before)}")

    def reached(self, one: Model | Test) -> bool:
        """Whether something that it reads has changed."""
        return self.changed is None or bool(self.anew & set(one.models) or self.changed & set(one.tables))


def put_aside(connection: duckdb.DuckDBPyConnection, project: Project, changed: Collection[str]) -> Earlier:
    """What an earlier build left in the attached scratch file, of which these raw tables have changed since."""
    stale, aside = project.below(changed), {}
    schemas = {model.schema for model in project.models}
    found = {name for schema in schemas for name in tables(connection, schema, DATABASE)}
    for model in (project.by_name[name] for name in found & stale):
        if model.kept:
            aside[model.name] = dataclasses.replace(model, name=f"{model.name} before")
            connection.execute(f"alter table {place(model)} rename to {quoted(aside[model.name].name)}")
        else:
            connection.execute(f"drop view {place(model)}")
    return Earlier(frozenset(changed), frozenset(found - stale), aside)
