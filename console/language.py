"""The console in its viewer's language: words, days and numbers.

Streamlit runs every look at a page as a script in a thread of its own; the script says once who looks, and everything
that it draws reads it from here.
"""

from contextvars import ContextVar
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from gettext import NullTranslations
from pathlib import Path
from typing import Final

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from api.paper.language import Language
from imisofts.catalogues import catalogue
from imisofts.languages import nearest
from warehouse.gateway import HealthTable, MetricAnswer, MetricDefinition
from warehouse.gateway.health_words import explain

FOLDER: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "console"
_speaks: ContextVar[str] = ContextVar("speaks", default="en")
_DAYS: Final = {"de": "d. MMM y"}
_LONG_DAYS: Final = {"de": "d. MMMM y"}
_SHORT_DAYS: Final = {"de": "d. MMM"}
_QUARTERS: Final = {"de": "QQQ y"}


def speak(locale: str | None) -> None:
    """Tell everything from here on in the language that is nearest to ``locale``; English where there is none."""
    _speaks.set(nearest(locale) or "en")


def locale() -> Locale:
    """How numbers and days are written."""
    return Locale.parse(_speaks.get())


def _words() -> NullTranslations:
    return catalogue(FOLDER, DOMAIN, locale().language)


def _of_metric(text: str) -> str:
    """A metric's words; those that a client's report says, too, stand in the catalogue of what goes onto paper."""
    said = _words().gettext(text)
    return said if said != text else Language(_speaks.get()).known(text)


def tell(text: str, **values: object) -> str:
    """``text``, a literal, in the viewer's language, with its named ``{places}`` filled in."""
    said = _words().gettext(text)
    return said.format(**values) if values else said


def count(one: str, many: str, number: int) -> str:
    """The right plural form, with ``{number}`` filled in."""
    return _words().ngettext(one, many, number).format(number=whole(number))


def definition(found: MetricDefinition) -> MetricDefinition:
    """A metric with its name, meaning and rules in the viewer's language; as they are where nobody translated them."""
    policy = tuple(_of_metric(line) for line in found.policy)
    return replace(found, label=_of_metric(found.label), definition=_of_metric(found.definition), policy=policy)


def answer(found: MetricAnswer) -> MetricAnswer:
    """An answer whose metric is told so."""
    return replace(found, definition=definition(found.definition))


def health(found: HealthTable) -> HealthTable:
    """How clients are, in sentences of the viewer's language."""
    clients = tuple(
        replace(
            one, explanation=explain(one.inputs, one.score, one.band, one.coverage, one.change, say=_words().gettext)
        )
        for one in found.clients
    )
    return replace(found, clients=clients)


def day(value: date) -> str:
    """5 Jun 2026."""
    return format_date(value, _DAYS.get(locale().language, "d MMM y"), locale=locale())


def long_day(value: date) -> str:
    """5 June 2026."""
    return format_date(value, _LONG_DAYS.get(locale().language, "d MMMM y"), locale=locale())


def short_day(value: date) -> str:
    """5 Jun."""
    return format_date(value, _SHORT_DAYS.get(locale().language, "d MMM"), locale=locale())


def weekday(value: date) -> str:
    """Fri 5 Jun 2026."""
    return f"{format_date(value, 'ccc', locale=locale())} {day(value)}"


def month(value: date) -> str:
    """June 2026."""
    return format_date(value, "LLLL y", locale=locale())


def quarter(value: date) -> str:
    """Q2 2026."""
    return format_date(value, _QUARTERS.get(locale().language, "QQQ y"), locale=locale())


def instant(value: datetime, *, seconds: bool = False) -> str:
    """5 Jun 2026 14:02 UTC, with seconds where they matter."""
    return f"{day(value)} {format_datetime(value, 'HH:mm:ss' if seconds else 'HH:mm', locale=locale())} UTC"


def whole(value: int) -> str:
    """1,204."""
    return format_decimal(value, "#,##0", locale=locale())


def tenth(value: Decimal) -> str:
    """12.0; always with one decimal."""
    return format_decimal(value, "#,##0.0", locale=locale())


def share(value: Decimal | float) -> str:
    """75%; a fraction in whole per cent."""
    sign = " %" if locale().language == "de" else "%"
    return format_decimal(round(value * 100), "#,##0", locale=locale()) + sign


def code() -> str:
    """The locale's own code, such as ``de_AT``."""
    return _speaks.get()
