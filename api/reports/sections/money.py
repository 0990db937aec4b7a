"""Invoices and balance, one section per currency: amounts are never added across currencies. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from api.paper.language import Language
from api.reports.sections import balance, invoices
from api.reports.sections.blocks import CHART_WIDTH, Part, Section, Telling, chart, section
from imisofts import charts

One = Mapping[str, Any]
"""The figures of one currency."""


def moved(one: One) -> bool:
    """Whether anything of this currency can be told: a movement in the period or the one before, or a balance."""
    flows = ("opening", "invoiced", "collected", "credited", "closing")
    told = any(Decimal(one[when][name]) for when in ("period", "previous") for name in flows)
    return told or bool(one["issued_invoices"])


def currencies(told: Telling) -> list[One]:
    """The currencies that have something to tell, the client's own first."""
    return [one for one in told.figures["currencies"] if moved(one)]


def _sentences(told: Telling) -> list[str]:
    return [sentence for one in currencies(told) for sentence in _of_currency(told, one)]


def _of_currency(told: Telling, one: One) -> list[str]:
    """What was invoiced, what came in, what is open, and how fast it was paid."""
    period, currency, language = one["period"], one["currency"], told.language
    said = [_invoiced(told, one), _received(period, currency, language)]
    said.append(balance.sentence(told.figures, period, currency, language))
    if period["days_to_pay"] is not None:
        days = language.days(period["days_to_pay"])
        said.append(language.say("Invoices settled in {period} took {days} on average.", days=days, period=told.period))
    return said


def _invoiced(told: Telling, one: One) -> str:
    language = told.language
    if not one["period"]["invoices"]:
        return language.say("No invoice was issued to {client} in {period}.", client=told.client, period=told.period)
    return language.count(
        "In {period}, {agency} invoiced {client} {amount} on {number} invoice.",
        "In {period}, {agency} invoiced {client} {amount} on {number} invoices.",
        one["period"]["invoices"],
        period=told.period,
        agency=told.brand.name,
        client=told.client,
        amount=language.money(one["period"]["invoiced"], one["currency"]),
    )


def _received(period: One, currency: str, language: Language) -> str:
    if Decimal(period["collected"]) == 0:
        return language.say("No payment was received.")
    text = language.say("Payments of {amount} were received.", amount=language.money(period["collected"], currency))
    if Decimal(period["credited"]) == 0:
        return text
    return text + " " + language.say("{amount} was credited.", amount=language.money(period["credited"], currency))


def _sections(told: Telling) -> list[Section]:
    return [_section(told, one) for one in currencies(told)]


def _section(told: Telling, one: One) -> Section:
    language, say, currency = told.language, told.language.say, one["currency"]
    heading = say("Invoices and balance")
    months = [_month(month) for month in one["months"]]
    ages = [{"age_bucket": age, "value": Decimal(value)} for age, value in one["receivables_by_age"].items()]
    trend = charts.invoiced_and_collected(months, told.look, currency, width=CHART_WIDTH, height=210)
    blocks = [
        balance.block(one, language),
        chart(trend, heading=say("Invoiced and collected in the last twelve months"), text=_trend(one, language)),
    ]
    if Decimal(one["period"]["closing"]) > 0:
        late = charts.receivables_by_age(ages, told.look, currency, width=CHART_WIDTH, height=170)
        blocks.append(chart(late, heading=say("What is open, by age")))
    blocks += [invoices.of_period(told, one), invoices.still_open(told, one)]
    metrics = ["invoiced", "collected", "receivables"]
    metrics += [name for name, shown in (("credited", one["period"]["credited"]),) if Decimal(shown)]
    metrics += ["days_to_pay"] if one["period"]["days_to_pay"] is not None else []
    several = len(told.figures["currencies"]) > 1
    finding = " ".join(_of_currency(told, one))
    return section(f"{heading} · {currency}" if several else heading, finding, blocks, metrics)


def _month(month: Mapping[str, Any]) -> dict[str, object]:
    return {
        "period": month["month"],
        "invoiced": Decimal(month["invoiced"]),
        "collected": Decimal(month["collected"]),
        "incomplete": month["incomplete"],
    }


def _trend(one: One, language: Language) -> str:
    invoiced = sum((Decimal(month["invoiced"]) for month in one["months"]), Decimal(0))
    collected = sum((Decimal(month["collected"]) for month in one["months"]), Decimal(0))
    return language.say(
        "{invoiced} was invoiced and {collected} collected over twelve months.",
        invoiced=language.money(invoiced, one["currency"]),
        collected=language.money(collected, one["currency"]),
    )


PART = Part(_sentences, _sections, lambda language: language.say("invoices"))
