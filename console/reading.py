"""What one page reads: for whom, of which publication, over which range. Every figure of a page comes through here."""

from dataclasses import dataclass, replace
from datetime import date

from console import queries
from console.access import Viewer
from console.controls import Filters
from warehouse.gateway import FactRows, Grain, MetricAnswer, MetricDefinition, MetricQuery, MetricRow, Publication
from warehouse.gateway.comparison import Comparison, shifted


@dataclass(frozen=True, slots=True)
class Reading:
    """One viewer's page on one publication, narrowed by the filter bar."""

    viewer: Viewer
    publication: Publication
    filters: Filters

    def knows(self, name: str) -> bool:
        """Whether the viewer may ask for the metric at all."""
        return name in queries.catalogue(self.viewer, self.publication.id)

    def definition(self, name: str) -> MetricDefinition:
        """The metric as the catalogue words it. Raises KeyError for one that this viewer may not see."""
        return queries.catalogue(self.viewer, self.publication.id)[name]

    def query(self, name: str, *, by: tuple[str, ...] = (), grain: Grain = "month", whole: bool = False) -> MetricQuery:
        """The question over the bar's range, narrowed by those of its filters that the metric can be narrowed by."""
        known = self.definition(name)
        where = tuple((dimension, value) for dimension, value in self.filters.where if known.dimension(dimension))
        told_in = self.filters.currency if self.filters.converted and known.converts else None
        first, last = self.filters.first, self.filters.last
        return MetricQuery(name, first, last, grain, by, where, whole=whole, currency=told_in)

    def narrowed(self, name: str) -> bool:
        """Whether all of the bar's filters hold for the metric; where not, its figure is of the whole agency."""
        return len(self.query(name).where) == len(self.filters.where)

    def parts(self, name: str) -> dict[str, str]:
        """The metrics that a figure is made of and the viewer may see: their words → their names."""
        return {part.label: part.name for part in self.definition(name).parts() if self.knows(part.name)}

    def moved(self, compared: Comparison) -> "Reading":
        """The same reading of the range compared with."""
        query = shifted(MetricQuery("", self.filters.first, self.filters.last), compared)
        assert query.first is not None
        assert query.last is not None
        return replace(self, filters=replace(self.filters, first=query.first, last=query.last))

    def earlier(self, day: date, compared: Comparison) -> date:
        """The day that ``day`` is compared with: the last one of the range so far, moved back."""
        so_far = replace(self, filters=replace(self.filters, first=min(self.filters.first, day), last=day))
        return so_far.moved(compared).filters.last

    def behind(self, name: str, first: date, last: date, where: tuple[tuple[str, str], ...] = ()) -> MetricQuery:
        """The question whose facts stand behind a figure of some days, narrowed by ``where`` beside the bar as far
        as it can be: of one currency where money is not converted."""
        known, query = self.definition(name), self.query(name)
        said = {dimension: value for dimension, value in where if known.dimension(dimension)}
        if known.dimension("currency") and known.by_currency and not self.filters.converted:
            said = {"currency": self.filters.currency, **said}
        kept = tuple(pair for pair in query.where if pair[0] not in said)
        return replace(query, first=first, last=last, currency=None, where=(*kept, *said.items()))

    def periods(self, name: str, grain: Grain) -> list[date]:
        """The first days of the range's periods."""
        return sorted({row.period for row in self.series(name, grain=grain).rows})

    def series(
        self,
        name: str,
        *,
        by: tuple[str, ...] = (),
        grain: Grain = "month",
        whole: bool = False,
        compared: Comparison | None = None,
    ) -> MetricAnswer:
        """The metric by period over the range, or the range as one period, or either of the range compared with."""
        query = self.query(name, by=by, grain=grain, whole=whole)
        if compared is not None:
            query = shifted(query, compared)
        return queries.metric(self.viewer, self.publication.id, query)

    def rows(self, answer: MetricAnswer) -> list[MetricRow]:
        """Rows of the bar's currency (all rows where the metric is not money), by period."""
        return [row for row in answer.rows if row.currency in (None, self.filters.currency)]

    def total(self, name: str, compared: Comparison | None = None) -> MetricRow | None:
        """The figure over the whole range: of a stock that of its last day."""
        return next(iter(self.rows(self.series(name, whole=True, compared=compared))), None)

    def facts(self, query: MetricQuery) -> FactRows:
        """The facts behind a figure."""
        return queries.rows_behind(self.viewer, self.publication.id, query)
