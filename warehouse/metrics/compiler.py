"""Turns a measure into SQL. Only names from the definitions enter the text; whatever a person typed is a parameter.

A mart is written as ``{fct_invoices}``; the gateway's scope puts the viewer's rows there, so that a compiled question
cannot reach any others. In a definition ``$on`` and ``$first`` are the last and first day of the period at hand,
``$known_on`` the business date that is looked from.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from warehouse.metrics.definitions import Dimension, Measure, MetricDefinition
from warehouse.metrics.rows import FactColumn, Ledger

ON, FIRST = "spans.last_day", "spans.first_day"


@dataclass(frozen=True, slots=True)
class Compiled:
    """SQL with ``{mart}`` places and ``$named`` parameters; rows: period, dimensions, labels, currency, n, two sums."""

    sql: str
    parameters: dict[str, object]


@dataclass(frozen=True, slots=True)
class Filter:
    """One ``dimension = value`` that rows must meet."""

    dimension: Dimension
    value: str


def extent(measure: Measure, filters: Sequence[Filter], known_on: date) -> Compiled:
    """First and last day with rows, of what the filters leave. What depends on the day does not narrow it."""
    kept = [item for item in filters if "$on" not in item.dimension.expression]
    lasting = replace(measure, condition="true") if "$on" in measure.condition else measure
    where, parameters = _where(lasting, kept, on="$known_on", first="$known_on")
    sql = f"""
        select min(facts.{measure.dated_by}), max(facts.{measure.dated_by})
        from {_joined(measure, [item.dimension for item in kept])}
        where facts.{measure.dated_by} <= $known_on and {where}"""
    return Compiled(sql, parameters | {"known_on": known_on})


def figures(
    metric: MetricDefinition,
    measure: Measure,
    dimensions: Sequence[Dimension],
    filters: Sequence[Filter],
    spans: Sequence[tuple[date, date, date]],
    known_on: date,
    currency: str | None = None,
) -> Compiled:
    """The figures of each span (period, first day, last day): of its days for a flow, of its last day for a stock.

    ``currency`` is the workspace's own, where amounts are to be converted to it.
    """
    where, parameters = _where(measure, filters, ON, FIRST)
    from_first = "true" if metric.kind == "stock" else f"facts.{measure.dated_by} >= {FIRST}"
    columns = _columns(metric, dimensions)
    if currency is not None and measure.converts:
        measure, parameters = _told(measure), parameters | {"currency": currency}
        columns["currency"] = "cast($currency as varchar)"
    rows = f"""
        from spans
        inner join {_joined(measure, [*dimensions, *(item.dimension for item in filters)])}
            on facts.{measure.dated_by} <= {ON} and {from_first}
        where facts.{measure.dated_by} <= $known_on and {where}"""
    if measure.stage:
        rows = f"from ({_staged(measure, columns, rows)}) as facts"
        columns = {name: f"facts.{name}" for name in columns}
    listed = ", ".join(f"{expression} as {name}" for name, expression in columns.items())
    sql = f"""
        with spans as (
            select unnest($periods) as period, unnest($first_days) as first_day, unnest($last_days) as last_day
        )
        select {listed}, {_at(measure.counted or "null", ON, FIRST)} as n,
            {_at(measure.numerator, ON, FIRST)} as numerator,
            {_at(measure.denominator or "null", ON, FIRST)} as denominator
        {rows}
        group by {", ".join(str(position + 1) for position in range(len(columns)))}"""
    periods, first_days, last_days = zip(*spans, strict=True)
    lists = {"periods": list(periods), "first_days": list(first_days), "last_days": list(last_days)}
    return Compiled(sql, parameters | lists | {"known_on": known_on})


def _told(measure: Measure) -> Measure:
    """The measure with both sides in the workspace's own currency."""
    return replace(
        measure,
        numerator=measure.converted or measure.numerator,
        denominator=measure.converted_below,
        stage=measure.converted_stage or measure.stage,
    )


def rows(
    measure: Measure,
    ledger: Ledger,
    columns: Sequence[FactColumn],
    filters: Sequence[Filter],
    span: tuple[date, date],
    known_on: date,
    limit: int,
) -> Compiled:
    """The ledger's rows of the days of ``span`` that the measure takes, newest first, one value per column."""
    where, parameters = _where(measure, filters, "$last", "$first")
    if ledger.standing is not None:
        where = " and ".join([_at(ledger.standing, "$last", "$first"), *_filters(filters, "$last", "$first")])
    else:
        where = f"facts.{measure.dated_by} between $first and least($last, $known_on) and {where}"
    needed = [*(item.dimension for item in filters), *(item.dimension for item in columns if item.dimension)]
    listed = ", ".join(f"{_at(column.expression, '$last', '$first')} as {column.name}" for column in columns)
    sql = f"""
        select {listed}
        from {_joined(replace(measure, mart=ledger.mart), needed)}
        where {where} and {_at(ledger.condition, "$last", "$first")} and $first <= $last and $known_on is not null
        order by 1 desc nulls first, {", ".join(str(place + 2) for place in range(len(columns) - 1))}
        limit $row_limit"""
    return Compiled(sql, parameters | {"first": span[0], "last": span[1], "known_on": known_on, "row_limit": limit})


def _joined(measure: Measure, dimensions: Sequence[Dimension]) -> str:
    """The facts with the marts that these dimensions name, each once."""
    joins = dict.fromkeys(dimension.join for dimension in dimensions if dimension.join)
    joined = (
        f"""left join {{{join.mart}}} as {join.alias}
            on facts.workspace_id = {join.alias}.workspace_id and facts.{join.key} = {join.alias}.{join.key}"""
        for join in joins
    )
    return "\n        ".join([f"{{{measure.mart}}} as facts", *joined])


def _columns(metric: MetricDefinition, dimensions: Sequence[Dimension]) -> dict[str, str]:
    """Column name to expression, in the order in which they come back."""
    columns = {"period": "spans.period"}
    for position, dimension in enumerate(dimensions):
        columns[f"key_{position}"] = _at(dimension.expression, ON, FIRST)
        columns[f"label_{position}"] = dimension.label or "null"
    columns["currency"] = "facts.currency" if metric.by_currency else "null"
    return columns


def _staged(measure: Measure, columns: dict[str, str], rows: str) -> str:
    assert measure.stage is not None
    listed = ", ".join(f"{expression} as {name}" for name, expression in columns.items())
    keys = {name: _at(expression, ON, FIRST) for name, expression in measure.stage.keys}
    computed = {name: _at(expression, ON, FIRST) for name, expression in measure.stage.columns}
    made = ", ".join(f"{expression} as {name}" for name, expression in (keys | computed).items())
    grouped = [str(position + 1) for position in range(len(columns))] + [*keys.values(), ON, FIRST]
    return f"select {listed}, {made} {rows} group by {', '.join(grouped)}"


def _where(measure: Measure, filters: Sequence[Filter], on: str, first: str) -> tuple[str, dict[str, object]]:
    parameters: dict[str, object] = {f"where_{position}": item.value for position, item in enumerate(filters)}
    return " and ".join([_at(measure.condition, on, first), *_filters(filters, on, first)]), parameters


def _filters(filters: Sequence[Filter], on: str, first: str) -> Iterator[str]:
    """A clause per filter; its value is the parameter ``where_<position>``."""
    for position, item in enumerate(filters):
        expressions = (item.dimension.expression, *item.dimension.match)
        matches = (f"cast({_at(expression, on, first)} as varchar) = $where_{position}" for expression in expressions)
        yield f"({' or '.join(matches)})"


def _at(expression: str, on: str, first: str) -> str:
    """The expression as of a period; ``$on`` and ``$first`` are places in the definition, not parameters."""
    return f"({expression.replace('$on', on).replace('$first', first)})"
