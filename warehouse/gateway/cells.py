"""Values as the lake gives them, unrounded, one per period, dimension values and currency. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product

from warehouse.metrics.definitions import Formula, Measure, MetricDefinition

Key = str | int | None
Span = tuple[date, date, date]
"""A period's first day, and its first and last day inside the range."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One unrounded value."""

    period: date
    keys: tuple[Key, ...]
    labels: tuple[str | None, ...]
    currency: str | None
    value: Decimal | None
    n: int | None = None


def read(
    row: tuple[object, ...], dimensions: int, measure: Measure, metric: MetricDefinition, *, converted: bool = False
) -> Cell:
    """A row of a compiled question: period, key and label of each dimension, currency, n, numerator, denominator.

    A sum over nothing is nothing; a ``converted`` sum that is empty lacks a rate, and stays so.
    """
    pairs = row[1 : 1 + 2 * dimensions]
    value = _divided(row[-2], row[-1], measure) if measure.denominator else _exact(row[-2], measure.divide_by)
    if value is None and not measure.denominator and not converted:
        value = metric.nothing
    counted = None if row[-3] is None else int(str(row[-3]))
    return Cell(row[0], pairs[::2], pairs[1::2], row[-4], value, counted)  # type: ignore[arg-type]


def combined(metric: MetricDefinition, parts: Sequence[list[Cell]], spans: Sequence[Span]) -> list[Cell]:
    """The formula's value for every period and every value that its parts have: a part that has no currency of its own
    counts beside each currency."""
    assert isinstance(metric.how, Formula)
    found = [{(cell.period, cell.keys, cell.currency): cell.value for cell in part} for part in parts]
    labels = {cell.keys: cell.labels for part in parts for cell in part}
    pairs = _pairs(metric, parts)
    cells = []
    for (period, _, _), (keys, currency) in product(spans, pairs):
        values = {}
        for (name, part), known in zip(metric.how.parts, found, strict=True):
            values[name] = known.get((period, keys, currency if part.by_currency else None), part.nothing)
        cells.append(Cell(period, keys, labels[keys], currency, metric.how.expression.value(values)))
    return cells


def _pairs(metric: MetricDefinition, parts: Iterable[list[Cell]]) -> list[tuple[tuple[Key, ...], str | None]]:
    """The values of the dimensions with the currencies of each."""
    seen = dict.fromkeys((cell.keys, cell.currency) for part in parts for cell in part)
    return [pair for pair in seen if (pair[1] is not None) == metric.by_currency]


def _divided(numerator: object, denominator: object, measure: Measure) -> Decimal | None:
    above, below = _exact(numerator, measure.divide_by), _exact(denominator, measure.denominator_divide_by)
    return None if above is None or not below else above / below


def _exact(value: object, divide_by: int) -> Decimal | None:
    if value is None:
        return None
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    return exact if divide_by == 1 else exact / divide_by
