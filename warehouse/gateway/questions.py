"""From a person's question to figures: what the actor may ask, the range, the compiled query, the series."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from imisofts.access import Action, Actor
from warehouse.gateway import periods, series
from warehouse.gateway.answers import (
    BadQuery,
    MetricAnswer,
    MetricQuery,
    Publication,
    UnknownDimension,
    UnknownMetric,
)
from warehouse.gateway.reader import Pin, Row
from warehouse.gateway.scope import Scope
from warehouse.metrics import metrics
from warehouse.metrics.compiler import Compiled, Filter, extent, figures
from warehouse.metrics.definitions import GRAINS, Dimension, MetricDefinition

MAX_PERIODS = 5_000
MAX_CELLS = 500_000
END_OF_TIME = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class House:
    """How a workspace reads days and money."""

    currency: str
    zone: ZoneInfo
    week_starts_on_sunday: bool


@dataclass(frozen=True, slots=True)
class Desk:
    """One actor's questions on one publication."""

    pin: Pin
    scope: Scope
    house: House

    @staticmethod
    def of(pin: Pin, actor: Actor) -> "Desk":
        """Bind the actor to the publication; a workspace younger than it reads days in UTC."""
        scope = Scope(actor)
        found = pin.rows(scope, "select currency, timezone, week_starts_on_sunday from {dim_workspaces}")
        currency, zone, sunday = found[0] if found else ("EUR", "UTC", False)
        return Desk(pin, scope, House(currency, ZoneInfo(zone), sunday))

    @property
    def publication(self) -> Publication:
        """The publication with its data date in the workspace's zone."""
        publication = self.pin.publication
        return replace(publication, data_on=publication.data_at.astimezone(self.house.zone).date())

    def run(self, compiled: Compiled) -> list[Row]:
        """The actor's rows of a compiled question."""
        return self.pin.rows(self.scope, compiled.sql, compiled.parameters)


def allowed_metrics(actor: Actor) -> tuple[MetricDefinition, ...]:
    """The metrics that the actor may ask, each with the dimensions that it may use."""
    if not actor.may(Action.metric_read):
        return ()
    return tuple(
        replace(metric, dimensions=tuple(item for item in metric.dimensions if actor.may(item.action)))
        for metric in metrics()
        if actor.may(metric.action)
    )


def definition(actor: Actor, name: str) -> MetricDefinition:
    """The metric as the actor may see it; one it may not see does not exist."""
    found = next((metric for metric in allowed_metrics(actor) if metric.name == name), None)
    if found is None:
        raise UnknownMetric(f"There is no metric called “{name}”.")
    return found


def ask(desk: Desk, metric: MetricDefinition, query: MetricQuery) -> MetricAnswer:
    """Answer one question on the desk's publication."""
    dimensions = tuple(_dimension(metric, name) for name in dict.fromkeys(query.by) if not _is_column(metric, name))
    filters = [Filter(_dimension(metric, name), value) for name, value in query.where]
    _check(query)
    spans = _spans(desk, metric, filters, query)
    known_on = query.as_of or END_OF_TIME
    found = desk.run(figures(metric, dimensions, filters, spans, known_on)) if spans else []
    cells = [series.cell(row, len(dimensions)) for row in found]
    if len({(cell.keys, cell.currency) for cell in cells}) * len(spans) > MAX_CELLS:
        raise BadQuery("That is too much at once: ask for a shorter range, a coarser grain or fewer dimensions.")
    at_a_day = metric.kind == "stock" and query.as_of is not None
    shape = series.Shape(
        metric, dimensions, spans, None if at_a_day else query.grain, _currency(desk, query), desk.publication.data_on
    )
    return MetricAnswer(metric, desk.publication, series.figures(cells, shape))


def _is_column(metric: MetricDefinition, name: str) -> bool:
    """Money is split by currency whether asked or not."""
    return name == "currency" and metric.unit == "money"


def _dimension(metric: MetricDefinition, name: str) -> Dimension:
    found = metric.dimension(name)
    if found is None:
        known = ", ".join(dimension.name for dimension in metric.dimensions)
        raise UnknownDimension(f"“{metric.name}” has no dimension called “{name}”. It has: {known}.")
    return found


def _check(query: MetricQuery) -> None:
    if query.grain not in GRAINS:
        raise BadQuery(f"There is no grain called “{query.grain}”. There are: {', '.join(GRAINS)}.")
    if query.first and query.last and query.first > query.last:
        raise BadQuery(f"The range ends on {query.last}, before it begins on {query.first}.")


def _spans(
    desk: Desk, metric: MetricDefinition, filters: Sequence[Filter], query: MetricQuery
) -> list[tuple[date, date, date]]:
    """The periods of the question; empty where nothing has happened yet and no range was asked for."""
    if metric.kind == "stock" and query.as_of:
        return [(query.as_of, query.as_of, query.as_of)]
    first, last = query.first, query.last
    if first is None or last is None:
        oldest, newest = desk.run(extent(metric, filters, query.as_of or END_OF_TIME))[0]
        if oldest is None:
            first, last = first or last, last or first
        else:
            first, last = _whole(desk, query, first, last, oldest, newest)
    if first is None or last is None:
        return []
    last = min(last, query.as_of) if query.as_of else last
    if first > last:
        return []
    if periods.count(first, last, query.grain) > MAX_PERIODS:
        raise BadQuery(f"More than {MAX_PERIODS} periods: ask for a shorter range or a coarser grain.")
    return list(periods.spans(first, last, query.grain, desk.house.week_starts_on_sunday))


def _whole(
    desk: Desk, query: MetricQuery, first: date | None, last: date | None, oldest: date, newest: date
) -> tuple[date, date]:
    """What was not asked for reaches from the first period with data to the last, whole ones."""
    sunday = desk.house.week_starts_on_sunday
    last_period = periods.start(newest, query.grain, sunday)
    first = first or min(periods.start(oldest, query.grain, sunday), last or END_OF_TIME)
    return first, last or max(periods.end(last_period, query.grain), first)


def _currency(desk: Desk, query: MetricQuery) -> str:
    """The currency of a figure without rows: the one asked for, else the workspace's."""
    return next((value for name, value in query.where if name == "currency"), desk.house.currency)
