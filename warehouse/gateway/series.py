"""From grouped values to figures: rounding, and a row for every period. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from itertools import product

from imisofts.currencies import decimals
from warehouse.gateway import periods
from warehouse.gateway.answers import MetricRow
from warehouse.gateway.cells import Cell, Key, Span
from warehouse.metrics.definitions import Dimension, Grain, MetricDefinition

_SCALE = Decimal("0.00000001")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a series must look like: its periods, dimensions, and the currencies it has even without rows."""

    metric: MetricDefinition
    dimensions: tuple[Dimension, ...]
    spans: Sequence[Span]
    grain: Grain | None
    currency: str | None
    data_on: date


def figures(cells: Iterable[Cell], shape: Shape) -> list[MetricRow]:
    """Every period of the shape for every value of its dimensions and every currency, in order.

    Without rows underneath, a sum or count is 0, and a ratio or mean is blank.
    """
    found = {(cell.period, cell.keys, cell.currency): cell for cell in cells}
    labels = {cell.keys: cell.labels for cell in found.values()}
    combinations = _combinations(found.values(), shape)
    rows = []
    for span in shape.spans:
        for keys, currency in combinations:
            if not _possible(span[0], keys, shape):
                continue
            cell = found.get((span[0], keys, currency))
            value = _value(cell, currency, shape.metric)
            rows.append(_row(span, keys, labels.get(keys), currency, value, cell.n if cell else None, shape))
    return rows


def _combinations(found: Iterable[Cell], shape: Shape) -> list[tuple[tuple[Key, ...], str | None]]:
    """The values of the dimensions with their currencies: those found, and those known beforehand."""
    seen = {(cell.keys, cell.currency) for cell in found}
    currencies = {currency for _, currency in seen} or {shape.currency if shape.metric.by_currency else None}
    listed = [dimension.values for dimension in shape.dimensions]
    if all(listed):
        seen |= set(product(product(*listed), currencies))
    if _is_triangle(shape):
        cohorts = {keys for keys, _ in seen}
        numbers = range(len(shape.spans) + max((_month_number(keys, shape) for keys in cohorts), default=0))
        seen = {(_with_number(keys, number, shape), None) for keys in cohorts for number in numbers}
    return sorted(seen, key=lambda pair: (_order(pair[0], shape.dimensions), pair[1] or ""))


def _order(keys: tuple[Key, ...], dimensions: tuple[Dimension, ...]) -> tuple[tuple[bool, int, str], ...]:
    def place(key: Key, dimension: Dimension) -> tuple[bool, int, str]:
        if dimension.values:
            return (key is None, dimension.values.index(str(key)), "")
        return (key is None, key if isinstance(key, int) else 0, str(key))

    return tuple(place(key, dimension) for key, dimension in zip(keys, dimensions, strict=True))


def _value(cell: Cell | None, currency: str | None, metric: MetricDefinition) -> Decimal | None:
    value = cell.value if cell is not None else metric.nothing
    if value is None:
        return None
    return money(value, currency) if metric.unit == "money" and currency else plain(value)


def money(amount: Decimal, currency: str) -> Decimal:
    """Rounded half-even to the currency's own decimals: the edge at which rounding happens."""
    return amount.quantize(Decimal(1).scaleb(-decimals(currency)), ROUND_HALF_EVEN)


def plain(value: Decimal) -> Decimal:
    """At most eight decimals, without trailing zeros or an exponent."""
    rounded = value.quantize(_SCALE, ROUND_HALF_EVEN)
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded.normalize()


def _row(
    span: Span,
    keys: tuple[Key, ...],
    labels: tuple[str | None, ...] | None,
    currency: str | None,
    value: Decimal | None,
    n: int | None,
    shape: Shape,
) -> MetricRow:
    dimensions: dict[str, Key] = {}
    for position, dimension in enumerate(shape.dimensions):
        dimensions[dimension.name] = keys[position]
        if dimension.label:
            dimensions[f"{dimension.name}_name"] = labels[position] if labels else None
    last = span[2] if shape.grain is None else periods.end(span[0], shape.grain)
    unit = currency if shape.metric.unit == "money" and currency else shape.metric.unit
    return MetricRow(span[0], dimensions, currency, value, unit, last > shape.data_on, n)


def _possible(period: date, keys: tuple[Key, ...], shape: Shape) -> bool:
    """A cohort has no figures before its first month, and month number k is one month only."""
    position = _position("cohort", shape)
    if position is None or shape.grain is None:
        return True
    cohort = date.fromisoformat(f"{keys[position]}-01")
    if _is_triangle(shape):
        return period == periods.months_after(cohort, _month_number(keys, shape))
    return periods.end(period, shape.grain) >= cohort


def _is_triangle(shape: Shape) -> bool:
    both = _position("cohort", shape) is not None and _position("month_number", shape) is not None
    return both and shape.grain == "month"


def _month_number(keys: tuple[Key, ...], shape: Shape) -> int:
    position = _position("month_number", shape)
    return int(keys[position] or 0) if position is not None else 0


def _with_number(keys: tuple[Key, ...], number: int, shape: Shape) -> tuple[Key, ...]:
    position = _position("month_number", shape)
    return tuple(number if place == position else key for place, key in enumerate(keys))


def _position(name: str, shape: Shape) -> int | None:
    return next((place for place, dimension in enumerate(shape.dimensions) if dimension.name == name), None)
