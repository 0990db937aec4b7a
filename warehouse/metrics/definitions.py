"""The shape of a metric's definition: what a person reads, and what the compiler needs."""

from dataclasses import dataclass
from typing import Literal

from imisofts.access import Action

Grain = Literal["day", "week", "month", "quarter", "year"]
GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way to split or narrow a metric.

    ``key`` is what is printed and grouped by (an external id where there is one), ``match`` are further columns that a
    filter's value may equal (the id), ``label`` the column printed as ``<name>_name``. ``expression`` may use the
    parameter ``$on``, the day as of which the row is looked at.
    """

    name: str
    key: str
    description: str
    match: tuple[str, ...] = ()
    label: str | None = None
    kind: Literal["text", "number"] = "text"
    values: tuple[str, ...] = ()
    action: Action = Action.metric_read


@dataclass(frozen=True, slots=True)
class Measure:
    """How a metric's rows become a value: SQL over one mart, whose rows are dated by ``date_column``."""

    mart: str
    date_column: str
    aggregate: str
    condition: str = "true"
    per_client: str | None = None
    money: bool = False


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
