"""The shape of a metric's definition: what a person reads, and what the compiler needs."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from imisofts.access import Action
from warehouse.metrics.expressions import Expression

Grain = Literal["day", "week", "month", "quarter", "year"]
GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "year")

Unit = Literal["money", "ratio", "count", "clients", "hours", "days", "weeks", "score"]
UNITS: tuple[Unit, ...] = ("money", "ratio", "count", "clients", "hours", "days", "weeks", "score")


@dataclass(frozen=True, slots=True)
class Join:
    """A mart beside the facts: joined as ``alias`` by the workspace and ``key``, a column of both."""

    mart: str
    alias: str
    key: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """A way to split or narrow a metric.

    ``expression`` is what is printed and grouped by, ``match`` are further expressions that a filter's value may equal
    (the id beside an external id), ``label`` is printed as ``<name>_name``. ``values`` lists the values in their order
    where they are known beforehand. ``join`` is the mart that the expressions need beside the facts.
    """

    name: str
    description: str
    expression: str
    match: tuple[str, ...] = ()
    label: str | None = None
    kind: Literal["text", "number"] = "text"
    values: tuple[str, ...] = ()
    action: Action = Action.metric_read
    join: Join | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """Rows to make of the facts before aggregating: one per ``keys``, with ``columns`` computed over the facts."""

    keys: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """How rows of one mart become a value: ``numerator`` alone, or divided by ``denominator``, both SQL aggregates.

    Each is divided by its ``divide_by`` (60 makes hours of minutes), once, after summing. ``whole_months`` says that a
    row is a month, dated by its last day: a range that cuts a month takes all of it. ``until`` is where a series ends
    that nobody gave an end: with the last row, or with the data date. ``counted`` is the aggregate that says of how
    many things a rate or median is made. ``converted`` and ``converted_below`` are both sides in the workspace's own
    currency, empty where a rate is missing, None where they cannot be converted; ``converted_stage`` makes their rows.
    """

    mart: str
    dated_by: str
    condition: str
    numerator: str
    denominator: str | None = None
    divide_by: int = 1
    denominator_divide_by: int = 1
    stage: Stage | None = None
    whole_months: bool = False
    until: Literal["last_row", "data_date"] = "last_row"
    counted: str | None = None
    converted: str | None = None
    converted_below: str | None = None
    converted_stage: Stage | None = None

    @property
    def converts(self) -> bool:
        """Whether both sides can be told in the workspace's own currency."""
        return self.converted is not None and (self.denominator is None or self.converted_below is not None)


@dataclass(frozen=True, slots=True)
class Formula:
    """A metric made of other metrics, by the names that its expression gives them."""

    expression: Expression
    parts: tuple[tuple[str, "MetricDefinition"], ...]


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """One metric as everybody sees it. ``policy`` are the switches in force, one sentence each.

    ``by_currency`` says that there is a figure per currency: money, and what is made of money alone. ``of_clients`` is
    false where the rows belong to no client: whoever is narrowed to clients does not see such a metric.
    """

    name: str
    label: str
    subject: str
    definition: str
    policy: tuple[str, ...]
    unit: Unit
    kind: Literal["flow", "stock"]
    dimensions: tuple[Dimension, ...]
    action: Action
    empty: Literal["zero", "blank"]
    how: Measure | Formula
    grains: tuple[Grain, ...] = GRAINS
    by_currency: bool = False
    of_clients: bool = True

    def dimension(self, name: str) -> Dimension | None:
        """The dimension called ``name``, if the metric has it."""
        return next((dimension for dimension in self.dimensions if dimension.name == name), None)

    @property
    def nothing(self) -> Decimal | None:
        """The value without rows underneath: 0 for sums and counts, blank for ratios, means and medians."""
        return Decimal(0) if self.empty == "zero" else None

    @property
    def converts(self) -> bool:
        """Whether the figures can be told in the workspace's own currency."""
        if not self.by_currency:
            return False
        if isinstance(self.how, Measure):
            return self.how.converts
        return all(part.converts or not part.by_currency for _, part in self.how.parts)

    def measures(self) -> Iterator[Measure]:
        """Every measure that the metric is made of."""
        if isinstance(self.how, Measure):
            yield self.how
            return
        for _, part in self.how.parts:
            yield from part.measures()

    def parts(self) -> Iterator["MetricDefinition"]:
        """The metrics with rows of their own that it is made of: itself, or those of its formula, once each."""
        if isinstance(self.how, Measure):
            yield self
            return
        found = (leaf for _, part in self.how.parts for leaf in part.parts())
        yield from {leaf.name: leaf for leaf in found}.values()
