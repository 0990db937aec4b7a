"""Turns a metric into SQL. Only names from the definitions enter the text; whatever a person typed is a parameter.

A mart is written as ``{fct_invoices}``; the gateway's scope puts the viewer's rows there, so that a compiled question
cannot reach any others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from warehouse.metrics.definitions import Dimension, Measure, MetricDefinition


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL with ``{mart}`` places and ``$named`` parameters; rows are period, dimensions, labels, currency, two sums."""

    sql: str
    parameters: dict[str, object]


@dataclass(frozen=True, slots=True)
class Filter:
    """One ``dimension = value`` that rows must meet."""

    dimension: Dimension
    value: str


def extent(metric: MetricDefinition, filters: Sequence[Filter], known_on: date) -> Compiled:
    """First and last day with rows, of what the filters leave. A filter that depends on the day does not narrow it."""
    kept = [item for item in filters if "$on" not in item.dimension.expression]
    measure = metric.measure
    where, parameters = _where(measure, kept, on="$known_on")
    sql = f"""
        select min(facts.{measure.dated_by}), max(facts.{measure.dated_by})
        from {_joined(measure)}
        where facts.{measure.dated_by} <= $known_on and {where}"""
    return Compiled(sql, parameters | {"known_on": known_on})


def figures(
    metric: MetricDefinition,
    dimensions: Sequence[Dimension],
    filters: Sequence[Filter],
    spans: Sequence[tuple[date, date, date]],
    known_on: date,
) -> Compiled:
    """The figures of each span (period, first day, last day): of its days for a flow, of its last day for a stock."""
    measure = metric.measure
    on = "spans.last_day"
    where, parameters = _where(measure, filters, on)
    from_first = "true" if metric.kind == "stock" else f"facts.{measure.dated_by} >= spans.first_day"
    columns = _columns(metric, dimensions, on)
    rows = f"""
        from spans
        inner join {_joined(measure)}
            on facts.{measure.dated_by} <= spans.last_day and {from_first}
        where facts.{measure.dated_by} <= $known_on and {where}"""
    if measure.per_client:
        rows = f"from ({_per_client(measure, columns, rows, on)}) as facts"
        columns = {name: f"facts.{name}" for name in columns}
    listed = ", ".join(f"{expression} as {name}" for name, expression in columns.items())
    sql = f"""
        with spans as (
            select unnest($periods) as period, unnest($first_days) as first_day, unnest($last_days) as last_day
        )
        select {listed}, {measure.numerator} as numerator, {measure.denominator or "null"} as denominator
        {rows}
        group by {", ".join(str(position + 1) for position in range(len(columns)))}"""
    periods, first_days, last_days = zip(*spans, strict=True)
    lists = {"periods": list(periods), "first_days": list(first_days), "last_days": list(last_days)}
    return Compiled(sql, parameters | lists | {"known_on": known_on})


def _joined(measure: Measure) -> str:
    return f"""{{{measure.mart}}} as facts
        left join {{dim_clients}} as clients
            on facts.workspace_id = clients.workspace_id and facts.client_id = clients.client_id"""


def _columns(metric: MetricDefinition, dimensions: Sequence[Dimension], on: str) -> dict[str, str]:
    """Column name to expression, in the order in which they come back."""
    columns = {"period": "spans.period"}
    for position, dimension in enumerate(dimensions):
        columns[f"key_{position}"] = _at(dimension.expression, on)
        columns[f"label_{position}"] = dimension.label or "null"
    columns["currency"] = "facts.currency" if metric.unit == "money" else "null"
    return columns


def _per_client(measure: Measure, columns: dict[str, str], rows: str, on: str) -> str:
    listed = ", ".join(f"{expression} as {name}" for name, expression in columns.items())
    computed = ", ".join(f"{_at(expression, on)} as {name}" for name, expression in measure.per_client)
    keys = ", ".join(str(position + 1) for position in range(len(columns)))
    return f"select {listed}, facts.client_id, {computed} {rows} group by {keys}, facts.client_id, {on}"


def _where(measure: Measure, filters: Sequence[Filter], on: str) -> tuple[str, dict[str, object]]:
    clauses = [f"({_at(measure.condition, on)})"]
    parameters: dict[str, object] = {}
    for position, item in enumerate(filters):
        name = f"where_{position}"
        expressions = (item.dimension.expression, *item.dimension.match)
        matches = (f"cast({_at(expression, on)} as varchar) = ${name}" for expression in expressions)
        clauses.append(f"({' or '.join(matches)})")
        parameters[name] = item.value
    return " and ".join(clauses), parameters


def _at(expression: str, on: str) -> str:
    """The expression as of a day; ``$on`` is a place in the definition, not a parameter."""
    return f"({expression.replace('$on', on)})"
