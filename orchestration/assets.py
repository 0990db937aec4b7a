"""What Dagster knows: one asset per replicated table and per dbt model, with owner, freshness and checks.

Everything is read from the dbt project, so that a new model or test appears without a line here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg

from warehouse.publish import CheckResult

RAW_OWNER, MODEL_OWNER = "team:platform", "team:analytics"
CHECKS = {
    "source": "The lake's copy equals the source row by row, compared at one point of its log.",
    "dbt": "The rules in the dbt project: keys, references, accepted values, reconciliations of models.",
    "expectation": "The frame that leaves: complete, within range, not drifted from the last publication.",
    "reconciliation": "The mart agrees with the lake's copy of the source, to the cent.",
}
REPORTED_EVERY = timedelta(minutes=30)
"""A quiet asset is confirmed this often: silence alone does not make it stale."""
KEEP_REPLICATING = "keep_replicating"
"""The sensor that keeps replication going. Stopping it pauses the worker, too."""
_QUIET_MODEL = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=3), warn_window=timedelta(hours=1))


@dataclass(frozen=True)
class Project:
    """The dbt project as Dagster needs it; from `warehouse.build.manifest_json`."""

    manifest: Mapping[str, Any]

    def raw_tables(self) -> list[str]:
        sources = self.manifest["sources"].values()
        return sorted(source["name"] for source in sources if source["source_name"] == "raw")

    def raw_description(self, table: str) -> str:
        for source in self.manifest["sources"].values():
            if source["name"] == table and source.get("description"):
                return str(source["description"])
        return f"The lake's copy of the product's table {table}, row for row."

    @cached_property
    def models(self) -> list[Mapping[str, Any]]:
        """Each model after the models that it reads."""
        found = {name: node for name, node in self.manifest["nodes"].items() if node["resource_type"] == "model"}
        reads = {
            name: [other for other in node["depends_on"]["nodes"] if other in found] for name, node in found.items()
        }
        return [found[name] for name in TopologicalSorter(reads).static_order()]

    def made_with(self, marts: Collection[str]) -> list[Mapping[str, Any]]:
        """These marts and the views that no other mart reads, each after what it reads.

        A view that other marts read as well is left out: told anew, it would make those look behind.
        """
        below: dict[str, set[str]] = {model["unique_id"]: set() for model in self.models}
        for model in reversed(self.models):
            own = {model["name"]} if model_key(model).path[0] == "marts" else set()
            below[model["unique_id"]] |= own
            for other in model["depends_on"]["nodes"]:
                if other in below:
                    below[other] |= below[model["unique_id"]]
        return [model for model in self.models if below[model["unique_id"]] and below[model["unique_id"]] <= set(marts)]

    def tested(self) -> frozenset[str]:
        """Names of the models and tables that some dbt test guards."""
        nodes = self.manifest["nodes"].values()
        tests = [node for node in nodes if node["resource_type"] == "test"]
        guarded = (guard for node in tests for guard in _guards(node))
        return frozenset(name.rsplit(".", 1)[-1] for name in guarded)

    def key_of(self, table: str) -> dg.AssetKey:
        """The asset behind a check's table: a model, else a raw table."""
        for model in self.models:
            if model["name"] == table:
                return model_key(model)
        return raw_key(table)


def raw_key(table: str) -> dg.AssetKey:
    return dg.AssetKey(["raw", table])


def model_key(model: Mapping[str, Any]) -> dg.AssetKey:
    return dg.AssetKey([model["schema"].rsplit(".", 1)[-1], model["name"]])


def raw_specs(project: Project, tables: Iterable[str], freshness_limit: timedelta) -> list[dg.AssetSpec]:
    """One asset per replicated table. The heartbeat's freshness is that of replication itself."""
    return [
        dg.AssetSpec(
            raw_key(table),
            description=project.raw_description(table),
            group_name="raw",
            owners=[RAW_OWNER],
            kinds={"postgres", "ducklake"},
            freshness_policy=dg.FreshnessPolicy.time_window(
                fail_window=freshness_limit if table == "heartbeat" else max(freshness_limit, 3 * REPORTED_EVERY)
            ),
        )
        for table in tables
    ]


def model_specs(project: Project) -> list[dg.AssetSpec]:
    """One asset per dbt model, in the group of its layer."""
    return [
        dg.AssetSpec(
            model_key(model),
            description=model.get("description") or f"dbt model {model['name']}.",
            deps=list(_upstream(project, model)),
            group_name=model_key(model).path[0],
            owners=[_owner(model)],
            kinds={"dbt", "duckdb"},
            freshness_policy=_QUIET_MODEL,
            skippable=True,
        )
        for model in project.models
    ]


def check_specs(project: Project) -> list[dg.AssetCheckSpec]:
    """One check per kind and model: stable names, however many single tests stand behind them."""
    tested = project.tested()
    specs = []
    for model in project.models:
        kinds = ["dbt"] if model["name"] in tested else []
        kinds += ["expectation", "reconciliation"] if model_key(model).path[0] == "marts" else []
        specs += [
            dg.AssetCheckSpec(kind, asset=model_key(model), description=CHECKS[kind]) for kind in dict.fromkeys(kinds)
        ]
    return specs


def raw_check_specs(project: Project) -> list[dg.AssetCheckSpec]:
    """The comparison with the source for every replicated table, and one for those whose rows a dbt test guards."""
    guarded = project.tested()
    return [
        dg.AssetCheckSpec(kind, asset=raw_key(table), description=CHECKS[kind])
        for table in project.raw_tables()
        for kind in (("source", "dbt") if table in guarded else ("source",))
    ]


@dataclass(frozen=True)
class Verdict:
    """The results of one kind of check on one asset, taken together."""

    key: dg.AssetKey
    kind: str
    passed: bool
    metadata: dict[str, Any]


def verdicts(project: Project, results: Iterable[CheckResult]) -> Iterator[Verdict]:
    """Group single results by asset and kind; failing ones are named in the metadata."""
    grouped: dict[tuple[str, str], list[CheckResult]] = defaultdict(list)
    for result in results:
        grouped[result.table, result.kind].append(result)
    for (table, kind), group in grouped.items():
        failed = [f"{result.name}: {result.detail}" for result in group if not result.passed]
        metadata = {"checks": len(group), "failed": len(failed), **({"what": "\n".join(failed)} if failed else {})}
        yield Verdict(project.key_of(table), kind, not failed, metadata)


def _guards(test: Mapping[str, Any]) -> list[str]:
    attached = test.get("attached_node")
    return [attached] if attached else list(test["depends_on"]["nodes"])[-1:]


def _owner(model: Mapping[str, Any]) -> str:
    return str(model.get("config", {}).get("meta", {}).get("owner") or MODEL_OWNER)


def _upstream(project: Project, model: Mapping[str, Any]) -> Iterator[dg.AssetKey]:
    nodes, sources = project.manifest["nodes"], project.manifest["sources"]
    for name in model["depends_on"]["nodes"]:
        if name in sources:
            yield raw_key(sources[name]["name"])
        elif name.startswith("model."):
            yield model_key(nodes[name])
