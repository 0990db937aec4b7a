"""The figures of a client report, asked as metrics so that they equal every other surface's."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from imisofts.access import Actor
from warehouse.gateway import periods
from warehouse.gateway.answers import InvoiceRow, MetricQuery, MetricRow
from warehouse.gateway.client_report_figures import (
    Change,
    ClientReportFigures,
    CurrencyFigures,
    MonthFigures,
    PeriodFigures,
)
from warehouse.gateway.client_report_upcoming import upcoming
from warehouse.gateway.client_report_work import Work
from warehouse.gateway.documents import invoices
from warehouse.gateway.questions import Desk, ask, definition
from warehouse.metrics.definitions import Grain

MONEY = ("invoiced", "collected", "credited", "receivables", "days_to_pay")
STOCKS = ("tickets_open",)
FLOWS = (
    "project_hours",
    "tasks_completed",
    "milestones_on_time",
    "tickets_opened",
    "tickets_resolved",
    "first_response_hours_business",
    "resolution_hours_business",
    "sla_met",
    "resolution_sla_met",
    "csat",
    "csat_n",
)
DEFINED = (*MONEY, *FLOWS, *STOCKS, "project_budget_hours")
MONTHS = 12
MAX_INVOICES = 5_000


def client_report(desk: Desk, actor: Actor, client_id: UUID, first: date, last: date) -> ClientReportFigures | None:
    """All that the report prints; ``None`` for a client that the actor does not see."""
    found = desk.pin.rows(
        desk.scope,
        "select client_key, name, currency from {dim_clients} where client_id = cast($client_id as uuid)",
        {"client_id": str(client_id)},
    )
    if not found:
        return None
    key, name, currency = found[0]
    asker = _Asker(desk, actor, client_id)
    work = Work(desk, asker.rows, client_id, first, last)
    milestones = work.milestones()
    own = currency or desk.house.currency
    others = sorted(asker.currencies() - {own})
    return ClientReportFigures(
        client_id=client_id,
        client=key,
        client_name=name,
        first=first,
        last=last,
        incomplete=last > desk.publication.data_on,
        currencies=tuple(asker.figures(code, first, last) for code in (own, *others)),
        publication=desk.publication,
        definitions=tuple(definition(actor, metric) for metric in DEFINED),
        numbers=asker.numbers(first, last),
        projects=work.projects(),
        done=work.done(),
        milestones=milestones,
        priorities=work.priorities(),
        upcoming=upcoming(desk, client_id, milestones, first, last),
    )


class _Asker:
    """One client's questions."""

    def __init__(self, desk: Desk, actor: Actor, client_id: UUID) -> None:
        self._desk = desk
        self._actor = actor
        self._client_id = client_id

    def numbers(self, first: date, last: date) -> dict[str, Change]:
        """The figures without a currency, each with that of the period before."""
        earlier, grain = periods.before(first, last), _grain(first, last)
        changes = {}
        for name in FLOWS + STOCKS:
            unit = definition(self._actor, name).unit
            if name in STOCKS or grain is None:
                values = [self._number(name, *earlier), self._number(name, first, last)]
            else:
                both = self.rows(name, first=earlier[0], last=last, grain=grain)
                values = [both[0].value, both[-1].value]
            changes[name] = Change(unit, values[1], values[0])
        return changes

    def _number(self, name: str, first: date, last: date) -> Decimal | None:
        when = MetricQuery(name, as_of=last) if name in STOCKS else MetricQuery(name, first, last, "year")
        found = self._asked(when)
        return found[0].value if found else None

    def rows(self, name: str, **question: object) -> list[MetricRow]:
        """The rows of a metric that has no currency."""
        return self._asked(MetricQuery(name, **question))  # type: ignore[arg-type]

    def _asked(self, query: MetricQuery) -> list[MetricRow]:
        own = replace(query, where=(("client", str(self._client_id)),))
        return ask(self._desk, definition(self._actor, query.name), own).rows

    def currencies(self) -> set[str]:
        """Every currency in which the client was ever invoiced."""
        sql = "select distinct currency from {fct_invoices} where client_id = cast($client_id as uuid)"
        return {code for (code,) in self._desk.pin.rows(self._desk.scope, sql, {"client_id": str(self._client_id)})}

    def figures(self, currency: str, first: date, last: date) -> CurrencyFigures:
        ageing = self._rows("receivables", currency, by=("age_bucket",), as_of=last)
        return CurrencyFigures(
            currency=currency,
            period=self._period(currency, first, last),
            previous=self._period(currency, *periods.before(first, last)),
            receivables_by_age={str(row.dimensions["age_bucket"]): row.value or Decimal(0) for row in ageing},
            months=self._months(currency, last),
            issued_invoices=self._invoices(currency, "invoiced", first, last),
            open_invoices=self._invoices(currency, "receivables", first, last),
        )

    def _period(self, currency: str, first: date, last: date) -> PeriodFigures:
        opening = self._total("receivables", currency, as_of=first - timedelta(days=1))
        closing = self._total("receivables", currency, as_of=last)
        not_due = self._rows("receivables", currency, by=("age_bucket",), as_of=last)[0].value or Decimal(0)
        invoiced = self._total("invoiced", currency, first=first, last=last)
        to_pay = self._rows("days_to_pay", currency, first=first, last=last, grain="year")
        days = [row.value for row in to_pay if row.value is not None]
        return PeriodFigures(
            first=first,
            last=last,
            opening=opening,
            invoiced=invoiced,
            collected=self._total("collected", currency, first=first, last=last),
            credited=self._total("credited", currency, first=first, last=last),
            settled=opening + invoiced - closing,
            closing=closing,
            overdue=closing - not_due,
            invoices=len(self._invoices(currency, "invoiced", first, last)),
            days_to_pay=days[-1] if days else None,
        )

    def _months(self, currency: str, last: date) -> tuple[MonthFigures, ...]:
        first = periods.months_after(last, 1 - MONTHS)
        invoiced = self._rows("invoiced", currency, first=first, last=last)
        collected = self._rows("collected", currency, first=first, last=last)
        return tuple(
            MonthFigures(sent.period, sent.value or Decimal(0), paid.value or Decimal(0), sent.incomplete)
            for sent, paid in zip(invoiced, collected, strict=True)
        )

    def _invoices(self, currency: str, measure: str, first: date, last: date) -> tuple[InvoiceRow, ...]:
        as_of = last if measure == "receivables" else None
        found = invoices(
            self._desk,
            measure,  # type: ignore[arg-type]
            first,
            last,
            self._client_id,
            as_of,
            MAX_INVOICES,
            open_on=last,
        )
        return tuple(row for row in found if row.currency == currency)

    def _total(self, name: str, currency: str, **question: object) -> Decimal:
        rows = self._rows(name, currency, **question)
        return sum((row.value for row in rows if row.value is not None), Decimal(0))

    def _rows(self, name: str, currency: str, **question: object) -> list[MetricRow]:
        where = (("client", str(self._client_id)), ("currency", currency))
        query = MetricQuery(name, where=where, **question)  # type: ignore[arg-type]
        return ask(self._desk, definition(self._actor, name), query).rows


def _grain(first: date, last: date) -> Grain | None:
    """The grain of which the range is one whole period, so that it and the one before are one question."""
    grains: tuple[Grain, ...] = ("month", "quarter", "year")
    whole = (grain for grain in grains if periods.start(first, grain) == first and periods.end(first, grain) == last)
    return next(whole, None)
