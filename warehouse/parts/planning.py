"""From dbt's compiled models to what a part needs: the statements in order, and the tables that leave it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

from warehouse.parts.board import Statement

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest


@dataclass(frozen=True)
class Plan:
    """The models in the order of building; tables that are ``exported`` leave a part, ``inner`` ones do not."""

    statements: tuple[Statement, ...]
    exported: tuple[str, ...]

    @property
    def inner(self) -> tuple[str, ...]:
        """Tables that only other models read: the publisher need not have them."""
        return tuple(one.name for one in self.statements if one.kept and one.name not in self.exported)


def plan(manifest: Manifest, compiled: Iterable[Any]) -> Plan:
    """``compiled`` are dbt's results of compiling models. Marts leave a part, and every table that a test reads."""
    nodes = {result.node.unique_id: result.node for result in compiled}
    reads = {name: [other for other in node.depends_on_nodes if other in nodes] for name, node in nodes.items()}
    tests = (node for name, node in manifest.nodes.items() if name.startswith("test."))
    tested = {name for test in tests for name in test.depends_on_nodes}
    statements, exported = [], []
    for name in TopologicalSorter(reads).static_order():
        node = nodes[name]
        kept = node.config.materialized == "table"
        statements.append(Statement(node.schema, node.name, kept, str(node.compiled_code)))
        if kept and (node.schema == "marts" or name in tested):
            exported.append(node.name)
    return Plan(tuple(statements), tuple(exported))


def sources(manifest: Manifest, names: Iterable[str]) -> set[str]:
    """Raw tables that these models are made of."""
    by_name = {node.name: name for name, node in manifest.nodes.items() if name.startswith("model.")}
    waiting, seen, found = [by_name[name] for name in names], set[str](), set[str]()
    while waiting:
        name = waiting.pop()
        if name in manifest.sources:
            found.add(manifest.sources[name].name)
        elif name in manifest.nodes and name not in seen:
            seen.add(name)
            waiting += manifest.nodes[name].depends_on_nodes
    return found
