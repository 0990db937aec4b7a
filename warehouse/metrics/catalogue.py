"""Reads the metric definitions and the policy once, and checks that they fit together."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from pathlib import Path
from typing import Any

import yaml

from imisofts.access import Action
from warehouse.metrics import marts
from warehouse.metrics.conversion import computed, converted, of_computed
from warehouse.metrics.definitions import GRAINS, UNITS, Dimension, Formula, Join, Measure, MetricDefinition, Stage
from warehouse.metrics.expressions import Expression

FOLDER = Path(__file__).with_name("subjects")
SHARED = FOLDER / "dimensions.yml"
SUBJECTS = ("money", "recurring", "team", "projects", "support", "health")
"""In the order in which people read them; each is a file of that name, where there is one."""
PROJECT = Path(__file__).resolve().parents[2] / "transforms" / "dbt_project.yml"

_AGGREGATES = {
    "sum": "sum({})",
    "count": "count({})",
    "count_distinct": "count(distinct {})",
    "median": "median({})",
    "expression": "{}",
}
_COUNTED = {"count": "count({})", "count_distinct": "count(distinct {})", "median": "count({})"}
"""Of how many things a rate is made whose denominator is such an aggregate, or a median."""
Entry = Mapping[str, Any]


class BadDefinition(ValueError):
    """The definitions do not fit together; the sentence says where."""


@cache
def metrics() -> tuple[MetricDefinition, ...]:
    """All metrics, by subject, in the order of the files."""
    read = _Files({path.stem: yaml.safe_load(path.read_text()) for path in _files()})
    return tuple(read.metric(name) for name in read.entries)


@cache
def dimensions() -> Mapping[str, Dimension]:
    """Every dimension of every subject by name."""
    return _Files({path.stem: yaml.safe_load(path.read_text()) for path in _files()}).dimensions


@cache
def policy() -> Mapping[str, Mapping[str, Any]]:
    """The switches: value, choices, the metrics each one changes, and what it says."""
    switches: dict[str, dict[str, Any]] = yaml.safe_load(PROJECT.read_text())["vars"]["policy"]
    return switches


def version() -> str:
    """Short hash of definitions and policy: two figures are comparable when theirs agree."""
    texts = [path.read_text() for path in _files()]
    return hashlib.sha256("".join([*texts, yaml.safe_dump(dict(policy()), sort_keys=True)]).encode()).hexdigest()[:12]


def _files() -> list[Path]:
    subjects = (FOLDER / f"{subject}.yml" for subject in SUBJECTS)
    return [SHARED, *(path for path in subjects if path.exists())]


class _Files:
    """The files of all subjects, looked up by name across them."""

    def __init__(self, documents: Mapping[str, Entry]) -> None:
        self.dimensions = {name: _dimension(name, entry) for name, entry in _all(documents, "dimensions")}
        self.models = dict(_all(documents, "semantic_models"))
        self.entries = dict(_all(documents, "metrics"))
        self.subjects = {
            entry["name"]: subject for subject, file in documents.items() for entry in file.get("metrics", ())
        }
        self._made: dict[str, MetricDefinition] = {}

    def metric(self, name: str) -> MetricDefinition:
        """The metric of that name; what it is made of is made first."""
        if name not in self.entries:
            raise BadDefinition(f"no metric is called {name}")
        if name not in self._made:
            self._made[name] = self._read(self.entries[name])
        return self._made[name]

    def _read(self, entry: Entry) -> MetricDefinition:
        parts = entry["type_params"]
        if entry["type"] == "derived":
            expression = Expression(parts["expr"])
            return self._derived(entry, expression, {name: self.metric(name) for name in expression.names})
        names = [parts["measure"]] if entry["type"] == "simple" else [parts["numerator"], parts["denominator"]]
        models = {name.split(".")[0] for name in names}
        if len(models) == 1:
            return self._plain(entry, models.pop(), [name.split(".")[1] for name in names])
        sides = {side: self._side(entry, name) for side, name in zip(("above", "below"), names, strict=True)}
        return self._derived(entry, Expression("above / below"), sides)

    def _side(self, entry: Entry, measure: str) -> MetricDefinition:
        """One side of a ratio over two marts, as a metric that nobody can ask for."""
        model, name = measure.split(".")
        unit = next(item.get("unit", "count") for item in self.models[model]["measures"] if item["name"] == name)
        meta = {**entry["config"]["meta"], "unit": unit, "empty": "zero"}
        return self._plain({**entry, "config": {"meta": meta}}, model, [name])

    def _plain(self, entry: Entry, model_name: str, names: list[str]) -> MetricDefinition:
        model = self.models[model_name]
        measure = _measure(model, names)
        return self._definition(
            entry, measure, tuple(self.dimensions[name] for name in model["dimensions"]), marts.of_clients(measure.mart)
        )

    def _derived(self, entry: Entry, expression: Expression, parts: dict[str, MetricDefinition]) -> MetricDefinition:
        """Its dimensions and grains are those that all its parts have."""
        several = list(parts.values())
        common = reduce(
            lambda kept, part: tuple(item for item in kept if item in part.dimensions),
            several[1:],
            several[0].dimensions,
        )
        of_clients = all(part.of_clients for part in several)
        made = self._definition(entry, Formula(expression, tuple(parts.items())), common, of_clients)
        if any(part.by_currency for part in several) and not made.by_currency:
            raise BadDefinition(f"{made.name} is made of money: it has a figure per currency (by_currency: true)")
        return made

    def _definition(
        self, entry: Entry, how: Measure | Formula, dimensions: tuple[Dimension, ...], of_clients: bool
    ) -> MetricDefinition:
        meta = entry["config"]["meta"]
        if meta["unit"] not in UNITS:
            raise BadDefinition(f"{entry['name']}: no unit is called {meta['unit']}; there are {', '.join(UNITS)}")
        inherited = [part.grains for _, part in how.parts] if isinstance(how, Formula) else []
        stated = tuple(meta.get("grains", GRAINS))
        return MetricDefinition(
            name=entry["name"],
            label=entry["label"],
            subject=self.subjects[entry["name"]],
            definition=entry["description"],
            policy=tuple(switch["says"] for switch in policy().values() if entry["name"] in switch["metrics"]),
            unit=meta["unit"],
            kind=meta["kind"],
            dimensions=dimensions,
            action=Action(meta["action"]),
            empty=meta["empty"],
            how=how,
            grains=tuple(grain for grain in GRAINS if all(grain in known for known in [stated, *inherited])),
            by_currency=meta["unit"] == "money" or bool(meta.get("by_currency", False)),
            of_clients=of_clients,
        )


def _all(documents: Mapping[str, Entry], kind: str) -> Iterator[tuple[str, Any]]:
    """Name and entry of one kind across the files; a name that stands twice is an error."""
    seen: set[str] = set()
    for subject, document in documents.items():
        entries = document.get(kind) or {}
        named = entries.items() if isinstance(entries, Mapping) else [(entry["name"], entry) for entry in entries]
        for name, entry in named:
            if name in seen:
                raise BadDefinition(f"{kind}: {name} stands twice, the second time in {subject}.yml")
            seen.add(name)
            yield name, entry


def _dimension(name: str, entry: Entry) -> Dimension:
    joins = entry.get("joins")
    return Dimension(
        name=name,
        description=entry["description"],
        expression=entry["expr"],
        match=tuple(entry.get("match", ())),
        label=entry.get("label"),
        kind=entry.get("kind", "text"),
        values=tuple(entry.get("values", ())),
        action=Action(entry.get("action", Action.metric_read)),
        join=Join(joins["model"], joins["as"], joins["key"]) if joins else None,
    )


@dataclass(frozen=True, slots=True)
class _Aggregate:
    sql: str
    divide_by: int
    counted: str | None
    converted: str | None


def _measure(model: Entry, names: list[str]) -> Measure:
    """The measures of one mart: the first alone, or divided by the second."""
    found = {
        entry["name"]: _Aggregate(
            _AGGREGATES[entry["agg"]].format(entry["expr"]),
            entry.get("divide_by", 1),
            _COUNTED[entry["agg"]].format(entry["expr"]) if entry["agg"] in _COUNTED else None,
            _converted(entry, model),
        )
        for entry in model["measures"]
    }
    above, *below = (found[name] for name in names)
    defaults = model["defaults"]
    stage = Stage(tuple(model["per"].items()), tuple(model.get("computed", {}).items())) if "per" in model else None
    told = model.get("converted")
    columns = {name: computed(expression) for name, expression in told["computed"].items()} if told else {}
    return Measure(
        mart=model["model"],
        dated_by=defaults["agg_time_dimension"],
        condition=model.get("filter", "true"),
        numerator=above.sql,
        denominator=below[0].sql if below else None,
        divide_by=above.divide_by,
        denominator_divide_by=below[0].divide_by if below else 1,
        stage=stage,
        whole_months=defaults.get("whole_months", False),
        until=defaults.get("until", "last_row"),
        counted=below[0].counted if below else above.counted if above.sql.startswith("median") else None,
        converted=above.converted,
        converted_below=below[0].converted if below else None,
        converted_stage=Stage(tuple(told["per"].items()), tuple(columns.items())) if told else None,
    )


def _converted(measure: Entry, model: Entry) -> str | None:
    """The measure in the workspace's own currency; a staged model says which rows it is then made of."""
    if "converted" in model:
        return of_computed(_AGGREGATES[measure["agg"]].format(measure["expr"]), model["converted"]["computed"])
    return None if "per" in model else converted(measure, model["defaults"].get("converts_on"))
