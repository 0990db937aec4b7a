"""Reads the metric definitions and the policy once, and checks that they fit together."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from imisofts.access import Action
from warehouse.metrics.definitions import Dimension, Measure, MetricDefinition

DEFINITIONS = Path(__file__).with_name("metrics.yml")
PROJECT = Path(__file__).resolve().parents[2] / "transforms" / "dbt_project.yml"

_AGGREGATES = {"sum": "sum({})", "count": "count({})", "count_distinct": "count(distinct {})"}


@cache
def metrics() -> tuple[MetricDefinition, ...]:
    """All metrics in the order of the file."""
    document = yaml.safe_load(DEFINITIONS.read_text())
    dimensions = {name: _dimension(name, entry) for name, entry in document["dimensions"].items()}
    models = {model["name"]: model for model in document["semantic_models"]}
    return tuple(_metric(entry, models, dimensions) for entry in document["metrics"])


@cache
def policy() -> Mapping[str, Mapping[str, Any]]:
    """The switches: value, choices, the metrics each one changes, and what it says."""
    switches: dict[str, dict[str, Any]] = yaml.safe_load(PROJECT.read_text())["vars"]["policy"]
    return switches


def version() -> str:
    """Short hash of definitions and policy: two figures are comparable when theirs agree."""
    text = DEFINITIONS.read_text() + yaml.safe_dump(dict(policy()), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _dimension(name: str, entry: Mapping[str, Any]) -> Dimension:
    return Dimension(
        name=name,
        description=entry["description"],
        expression=entry["expr"],
        match=tuple(entry.get("match", ())),
        label=entry.get("label"),
        kind=entry.get("kind", "text"),
        values=tuple(entry.get("values", ())),
        action=Action(entry.get("action", Action.metric_read)),
    )


def _metric(
    entry: Mapping[str, Any], models: Mapping[str, Mapping[str, Any]], dimensions: Mapping[str, Dimension]
) -> MetricDefinition:
    parts = entry["type_params"]
    model_name, numerator = (parts["measure"] if entry["type"] == "simple" else parts["numerator"]).split(".")
    model = models[model_name]
    measures = {measure["name"]: _AGGREGATES[measure["agg"]].format(measure["expr"]) for measure in model["measures"]}
    denominator = parts["denominator"].split(".")[1] if entry["type"] == "ratio" else None
    meta = entry["config"]["meta"]
    return MetricDefinition(
        name=entry["name"],
        label=entry["label"],
        definition=entry["description"],
        policy=tuple(switch["says"] for switch in policy().values() if entry["name"] in switch["metrics"]),
        unit=meta["unit"],
        kind=meta["kind"],
        dimensions=tuple(dimensions[name] for name in model["dimensions"]),
        action=Action(meta["action"]),
        empty=meta["empty"],
        measure=Measure(
            mart=model["model"],
            dated_by=model["defaults"]["agg_time_dimension"],
            condition=model.get("filter", "true"),
            numerator=measures[numerator],
            denominator=measures[denominator] if denominator else None,
            per_client=tuple(model.get("per_client", {}).items()),
        ),
    )
