"""The shape of a metric's definition: what a person reads, and what the compiler needs."""

from dataclasses import dataclass
from typing import Literal

from imisofts.access import Action

Grain = Literal["day", "week", "month", "quarter", "year"]
GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way to split or narrow a metric.

    ``expression`` is what is printed and grouped by, ``match`` are further expressions that a filter's value may equal
    (the id beside an external id), ``label`` is printed as ``<name>_name``. ``values`` lists the values in their order
    where they are known beforehand.
    """

    name: str
    description: str
    expression: str
    match: tuple[str, ...] = ()
    label: str | None = None
    kind: Literal["text", "number"] = "text"
    values: tuple[str, ...] = ()
    action: Action = Action.metric_read


@dataclass(frozen=True, slots=True)
class Measure:
    """How rows of one mart become a value: ``numerator`` alone, or divided by ``denominator``, both SQL aggregates.

    ``per_client`` are columns to compute for each client and day before aggregating.
    """

    mart: str
    dated_by: str
    condition: str
    numerator: str
    denominator: str | None = None
    per_client: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """One metric as everybody sees it. ``policy`` are the switches in force, one sentence each."""

    name: str
    label: str
    definition: str
    policy: tuple[str, ...]
    unit: str
    kind: Literal["flow", "stock"]
    dimensions: tuple[Dimension, ...]
    action: Action
    empty: Literal["zero", "blank"]
    measure: Measure

    def dimension(self, name: str) -> Dimension | None:
        """The dimension called ``name``, if the metric has it."""
        return next((dimension for dimension in self.dimensions if dimension.name == name), None)
