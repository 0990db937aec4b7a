"""What a report says: sentences, five numbers, tables and charts, from frozen figures. Pure; no layout, no file.

Everything is text in the workspace's language when it leaves here, so the template has nothing to compute and a
client's name is never anything but text.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from api.reports import balance, invoices
from api.reports.figures import Frozen
from api.reports.language import Language, rounded
from imisofts import charts
from imisofts.brand import Brand

Content = dict[str, Any]
CHART_WIDTH = 640


def content(figures: Frozen, brand: Brand, language: Language) -> Content:
    """The document's data for the template; charts are Vega-Lite specifications with their description."""
    month = language.month(figures["first"])
    publication = figures["publication"]
    data_day = language.long_day(publication["data_on"])
    title = language.say("Client report {month}", month=month)
    return {
        "language": language.code,
        "title": f"{title} – {figures['client_name']}",
        "author": brand.name,
        "cover": {
            "kicker": language.say("Client report"),
            "client": figures["client_name"],
            "month": month,
            "period_label": language.say("Period"),
            "range": f"{language.long_day(figures['first'])} – {language.long_day(figures['last'])}",
            "facts": [
                [language.say("Prepared by"), brand.name],
                [language.say("Data as of"), data_day],
                [language.say("Publication"), language.say("No. {number}", number=publication["id"])],
            ],
        },
        "foot": {
            "left": language.say("Data as of {day} · publication {number}", day=data_day, number=publication["id"]),
            "page": language.say("Page {page} of {pages}", page="§1", pages="§2"),
        },
        "head": {"left": brand.name, "right": f"{_short(figures['client_name'])} · {month}"},
        "currencies": [_currency(figures, one, brand, language) for one in figures["currencies"]],
        "definitions": _definitions(figures, language),
        "footer": brand.footer,
    }


def _short(name: str, most: int = 70) -> str:
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def _currency(figures: Frozen, one: Mapping[str, Any], brand: Brand, language: Language) -> Content:
    """All of one currency; amounts are never added across currencies, so each has its own pages."""
    currency = one["currency"]
    several = len(figures["currencies"]) > 1
    look = charts.Look.of(brand.tokens("light"), font=brand.font_family, locale=language.locale, translate=language.say)
    months = charts.invoiced_and_collected(_months(one), look, currency, width=CHART_WIDTH, height=210)
    ages = [{"age_bucket": age, "value": Decimal(value)} for age, value in one["receivables_by_age"].items()]
    return {
        "currency": currency,
        "name": currency if several else None,
        "summary": {
            "heading": language.say("{month} at a glance", month=language.month(figures["first"])),
            "sentences": _sentences(figures, one, brand, language),
            "numbers": _numbers(one, language),
        },
        "trend": {
            "heading": language.say("Invoiced and collected in the last twelve months"),
            "finding": _trend(one, language),
            "chart": months,
        },
        "balance": balance.section(one, language),
        "ages": {
            "heading": language.say("What is open, by age"),
            "chart": charts.receivables_by_age(ages, look, currency, width=CHART_WIDTH, height=170),
        },
        "invoices": invoices.of_period(figures, one, language),
        "open": invoices.still_open(figures, one, language),
    }


def _months(one: Mapping[str, Any]) -> list[dict[str, object]]:
    return [
        {
            "period": month["month"],
            "invoiced": Decimal(month["invoiced"]),
            "collected": Decimal(month["collected"]),
            "incomplete": month["incomplete"],
        }
        for month in one["months"]
    ]


def _sentences(figures: Frozen, one: Mapping[str, Any], brand: Brand, language: Language) -> list[str]:
    """The summary, computed: what was invoiced, what came in, what is open, and how fast it was paid."""
    period, currency, say = one["period"], one["currency"], language.say
    month = language.month(figures["first"])
    said = []
    if period["invoices"]:
        said.append(
            language.count(
                "In {month}, {agency} invoiced {client} {amount} on {number} invoice.",
                "In {month}, {agency} invoiced {client} {amount} on {number} invoices.",
                period["invoices"],
                month=month,
                agency=brand.name,
                client=figures["client_name"],
                amount=language.money(period["invoiced"], currency),
            )
        )
    else:
        said.append(say("No invoice was issued to {client} in {month}.", client=figures["client_name"], month=month))
    said.append(_received(period, currency, language))
    said.append(balance.sentence(figures, period, currency, language))
    if period["days_to_pay"] is not None:
        days = rounded(period["days_to_pay"], 1)
        said.append(
            say("Invoices settled in the month took {days} days on average.", days=language.number(days.normalize()))
        )
    if figures["incomplete"]:
        said.append(say("The month was not over when the data was taken, so these figures are not final."))
    return said


def _received(period: Mapping[str, Any], currency: str, language: Language) -> str:
    if Decimal(period["collected"]) == 0:
        return language.say("No payment was received.")
    text = language.say("Payments of {amount} were received.", amount=language.money(period["collected"], currency))
    if Decimal(period["credited"]) == 0:
        return text
    return text + " " + language.say("{amount} was credited.", amount=language.money(period["credited"], currency))


def _numbers(one: Mapping[str, Any], language: Language) -> list[Content]:
    """Five numbers, each with its change against the period before; a change is stated, never coloured as good."""
    now, before, currency, say = one["period"], one["previous"], one["currency"], language.say
    names = {
        "invoiced": say("Invoiced"),
        "collected": say("Collected"),
        "closing": say("Open balance"),
        "overdue": say("Overdue"),
    }
    month = language.short_month(before["first"])
    numbers: list[Content] = [
        {
            "label": name,
            "value": language.money(now[key], currency),
            "delta": _change(Decimal(now[key]), Decimal(before[key]), language),
            "before": say("{amount} in {month}", amount=language.money(before[key], currency), month=month),
        }
        for key, name in names.items()
    ]
    numbers.append(_days_to_pay(now["days_to_pay"], before["days_to_pay"], month, language))
    for n, number in enumerate(numbers):
        number["size"] = _size(str(number["value"]), room=26 if n < 2 else 15)
    return numbers


def _size(value: str, room: int) -> float:
    """Points: the big size, less where ``value`` has more characters than its card has ``room`` for."""
    return round(min(17.0, 17.0 * room / max(len(value), 1)), 1)


def _change(now: Decimal, before: Decimal, language: Language) -> str:
    if now == before:
        return language.say("unchanged")
    if before <= 0:
        return language.say("up from nothing") if before == 0 else language.say("was a credit")
    return language.percent(rounded((now - before) / before, 2))


def _days_to_pay(now: str | None, before: str | None, month: str, language: Language) -> Content:
    say = language.say
    shown = "–" if now is None else say("{days} days", days=language.number(rounded(now, 1)))
    if before is None:
        return {"label": say("Days to pay"), "value": shown, "delta": "", "before": say("none in {month}", month=month)}
    was = say("{days} days in {month}", days=language.number(rounded(before, 1)), month=month)
    if now is None:
        return {"label": say("Days to pay"), "value": shown, "delta": say("nothing settled"), "before": was}
    change = rounded(now, 1) - rounded(before, 1)
    delta = ("+" if change > 0 else "") + language.number(change) if change else say("unchanged")
    return {"label": say("Days to pay"), "value": shown, "delta": delta, "before": was}


def _trend(one: Mapping[str, Any], language: Language) -> str:
    months = _months(one)
    invoiced = sum((Decimal(str(month["invoiced"])) for month in months), Decimal(0))
    collected = sum((Decimal(str(month["collected"])) for month in months), Decimal(0))
    return language.say(
        "{invoiced} was invoiced and {collected} collected over twelve months.",
        invoiced=language.money(invoiced, one["currency"]),
        collected=language.money(collected, one["currency"]),
    )


def _definitions(figures: Frozen, language: Language) -> Content:
    publication = figures["publication"]
    return {
        "heading": language.say("How these figures are defined"),
        "items": [
            {"label": one["label"], "text": " ".join([one["definition"], *one["policy"]])}
            for one in figures["definitions"]
        ],
        "data": language.say(
            "All figures come from publication {number} of the agency's audited data ({checks} checks passed), "
            "as it stood on {day}, under metric definitions {version}. Amounts are never added across currencies.",
            number=publication["id"],
            checks=publication["checks_passed"],
            day=language.long_day(publication["data_on"]),
            version=publication["metric_version"],
        ),
    }
