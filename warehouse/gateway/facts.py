"""The facts behind a figure: rows of the mart that it is made of, with the columns that are listed for people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from imisofts.access import Actor
from warehouse.gateway.answers import BadQuery, MetricQuery
from warehouse.gateway.questions import END_OF_TIME, Desk, dimension
from warehouse.gateway.series import money, plain
from warehouse.metrics import compiler
from warehouse.metrics.definitions import MetricDefinition
from warehouse.metrics.rows import FactColumn, ledger
from warehouse.publish import AuditRow, PublicationRow

FactValue = str | int | bool | Decimal | date | None


@dataclass(frozen=True, slots=True)
class FactRows:
    """Rows behind a figure: ``columns`` name, head and unit; ``rows`` one value per column, newest first.

    ``more`` says that there are further rows than were asked for.
    """

    columns: tuple[FactColumn, ...]
    rows: list[tuple[FactValue, ...]]
    more: bool


@dataclass(frozen=True, slots=True)
class LakeRecord:
    """What the lake keeps about itself: its publications and audits, newest first, and its rows of one workspace."""

    publications: tuple[PublicationRow, ...]
    audits: tuple[AuditRow, ...]
    rows_by_table: dict[str, int]


def rows_behind(desk: Desk, actor: Actor, metric: MetricDefinition, query: MetricQuery, limit: int) -> FactRows:
    """Rows dated in the range (of a stock: those that stand on its last day) and meeting the filters.

    A metric that is made of others shows the rows of the first; a column whose dimension the actor may not use is left
    out. Raises :class:`BadQuery` without an end of the range, or where no rows are listed.
    """
    measure = next(metric.measures())
    listed = ledger(measure.mart)
    if listed is None or query.last is None:
        raise BadQuery(f"The rows behind “{metric.label}” cannot be listed.")
    columns = tuple(item for item in listed.columns if item.dimension is None or actor.may(item.dimension.action))
    filters = [compiler.Filter(dimension(metric, name), value) for name, value in query.where]
    first = date.min if metric.kind == "stock" or query.first is None else query.first
    asked = compiler.rows(measure, listed, columns, filters, (first, query.last), query.as_of or END_OF_TIME, limit + 1)
    found = desk.run(asked)
    return FactRows(columns, [values(row, columns) for row in found[:limit]], len(found) > limit)


def values(row: Sequence[object], columns: Sequence[FactColumn]) -> tuple[FactValue, ...]:
    """The row's values for people; money in the row's own currency, hours and counts without binary noise."""
    named = dict(zip((column.name for column in columns), row, strict=True))
    return tuple(_value(named[column.name], column, named.get("currency")) for column in columns)


def _value(value: object, column: FactColumn, currency: object) -> FactValue:
    if column.unit == "money" and value is not None and currency:
        return money(Decimal(str(value)), str(currency))
    if column.unit and value is not None:
        return plain(Decimal(str(value)).quantize(Decimal("0.0001")))
    return str(value) if isinstance(value, UUID) else value  # type: ignore[return-value]
