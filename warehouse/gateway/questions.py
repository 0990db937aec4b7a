"""From a person's question to figures: what the actor may ask, the range, the compiled query, the series."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from imisofts.access import Action, Actor
from warehouse.gateway import cells, periods, series
from warehouse.gateway.answers import (
    BadQuery,
    Known,
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
from warehouse.metrics.definitions import GRAINS, Dimension, Formula, MetricDefinition

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

    @property
    def known(self) -> Known | None:
        """What the answers know, where that is not all that the publication does; its data date in the same zone."""
        known = self.pin.known
        return known and replace(known, data_on=known.recorded_at.astimezone(self.house.zone).date())

    @property
    def data_on(self) -> date:
        """The last day that the rows cover."""
        return (self.known or self.publication).data_on

    def run(self, compiled: Compiled) -> list[Row]:
        """The actor's rows of a compiled question."""
        return self.pin.rows(self.scope, compiled.sql, compiled.parameters)


def allowed_metrics(actor: Actor) -> tuple[MetricDefinition, ...]:
    """The metrics that the actor may ask, each with the dimensions that it may use."""
    return tuple(_as_seen(actor, metric) for metric in metrics() if _may_ask(actor, metric))


def definition(actor: Actor, name: str) -> MetricDefinition:
    """The metric as the actor may see it; one it may not see does not exist."""
    found = next((metric for metric in metrics() if metric.name == name), None)
    if found is None or not _may_ask(actor, found):
        raise UnknownMetric(f"There is no metric called “{name}”.")
    return _as_seen(actor, found)


def _may_ask(actor: Actor, metric: MetricDefinition) -> bool:
    of_own = metric.of_clients or actor.client_ids is None
    return of_own and actor.may(Action.metric_read) and actor.may(metric.action)


def _as_seen(actor: Actor, metric: MetricDefinition) -> MetricDefinition:
    """The metric with the dimensions that the actor may use."""
    return replace(metric, dimensions=tuple(item for item in metric.dimensions if actor.may(item.action)))


def ask(desk: Desk, metric: MetricDefinition, query: MetricQuery) -> MetricAnswer:
    """Answer one question on the desk's publication."""
    dimensions = tuple(dimension(metric, name) for name in dict.fromkeys(query.by) if not _is_column(metric, name))
    filters = [Filter(dimension(metric, name), value) for name, value in query.where]
    _check(metric, query)
    spans = _spans(desk, metric, filters, query)
    known_on = query.as_of or END_OF_TIME
    currency = _conversion(desk, metric, query)
    found = _cells(desk, metric, dimensions, filters, spans, known_on, currency) if spans else []
    if len({(cell.keys, cell.currency) for cell in found}) * len(spans) > MAX_CELLS:
        raise BadQuery("That is too much at once: ask for a shorter range, a coarser grain or fewer dimensions.")
    one_period = query.whole or (metric.kind == "stock" and query.as_of is not None)
    grain = None if one_period else query.grain
    shape = series.Shape(metric, dimensions, spans, grain, currency or _currency(desk, query), desk.data_on)
    return MetricAnswer(metric, desk.publication, series.figures(found, shape), desk.known)


def _cells(
    desk: Desk,
    metric: MetricDefinition,
    dimensions: Sequence[Dimension],
    filters: Sequence[Filter],
    spans: Sequence[cells.Span],
    known_on: date,
    currency: str | None,
) -> list[cells.Cell]:
    """The unrounded values; what a formula is made of is asked for alike."""
    if isinstance(metric.how, Formula):
        parts = [_cells(desk, part, dimensions, filters, spans, known_on, currency) for _, part in metric.how.parts]
        return cells.combined(metric, parts, spans)
    rows = desk.run(figures(metric, metric.how, dimensions, filters, spans, known_on, currency))
    return [cells.read(row, len(dimensions), metric.how, metric, converted=currency is not None) for row in rows]


def _conversion(desk: Desk, metric: MetricDefinition, query: MetricQuery) -> str | None:
    """The currency that amounts are to be converted to, where one was asked for."""
    if query.currency is None:
        return None
    if query.currency != desk.house.currency:
        raise BadQuery(f"Figures can be told in {desk.house.currency}, the agency's own currency, and in no other.")
    if not metric.converts:
        raise BadQuery(f"“{metric.name}” is not made of money alone: it cannot be converted. Leave the currency out.")
    return query.currency


def _is_column(metric: MetricDefinition, name: str) -> bool:
    """Money is split by currency whether asked or not."""
    return name == "currency" and metric.by_currency


def dimension(metric: MetricDefinition, name: str) -> Dimension:
    """The dimension of that name; raises :class:`UnknownDimension` where this actor's metric has none."""
    found = metric.dimension(name)
    if found is None:
        known = ", ".join(dimension.name for dimension in metric.dimensions)
        raise UnknownDimension(f"“{metric.name}” has no dimension called “{name}”. It has: {known}.")
    return found


def _check(metric: MetricDefinition, query: MetricQuery) -> None:
    if query.grain not in GRAINS:
        raise BadQuery(f"There is no grain called “{query.grain}”. There are: {', '.join(GRAINS)}.")
    if query.grain not in metric.grains:
        raise BadQuery(f"“{metric.name}” is known by {', '.join(metric.grains)}, not by {query.grain}.")
    if query.first and query.last and query.first > query.last:
        raise BadQuery(f"The range ends on {query.last}, before it begins on {query.first}.")


def _spans(desk: Desk, metric: MetricDefinition, filters: Sequence[Filter], query: MetricQuery) -> list[cells.Span]:
    """The periods of the question; empty where nothing has happened yet and no range was asked for."""
    if metric.kind == "stock" and query.as_of:
        return [(query.as_of, query.as_of, query.as_of)]
    first, last = query.first, query.last
    if first is None or last is None:
        oldest, newest = _extent(desk, metric, filters, query.as_of or END_OF_TIME)
        if oldest is None or newest is None:
            first, last = first or last, last or first
        else:
            first, last = _whole(desk, query, first, last, oldest, newest)
    if first is None or last is None:
        return []
    last = min(last, query.as_of) if query.as_of else last
    if any(measure.whole_months for measure in metric.measures()):
        first, last = _in_whole_months(first, last, query.as_of)
    if first > last:
        return []
    if query.whole:
        return [(first, first, last)]
    if periods.count(first, last, query.grain) > MAX_PERIODS:
        raise BadQuery(f"More than {MAX_PERIODS} periods: ask for a shorter range or a coarser grain.")
    return list(periods.spans(first, last, query.grain, desk.house.week_starts_on_sunday))


def _extent(
    desk: Desk, metric: MetricDefinition, filters: Sequence[Filter], known_on: date
) -> tuple[date | None, date | None]:
    """The first and last day with data, of all that the metric is made of."""
    days: list[date] = []
    for measure in dict.fromkeys(metric.measures()):
        oldest, newest = desk.run(extent(measure, filters, known_on))[0]
        if oldest is not None:
            until_data_date = measure.until == "data_date"
            days += [oldest, max(oldest, min(known_on, desk.data_on)) if until_data_date else newest]
    return min(days, default=None), max(days, default=None)


def _in_whole_months(first: date, last: date, as_of: date | None) -> tuple[date, date]:
    """Whole months: all that the range touches, or those complete by ``as_of``."""
    end = periods.end(periods.start(last, "month"), "month")
    if as_of is not None and end > as_of:
        end = periods.start(last, "month") - timedelta(days=1)
    return periods.start(first, "month"), end


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
