"""Words, dates and money on paper, in the language of whoever it is for."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache
from pathlib import Path
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_interval
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent

from imisofts import currencies
from imisofts.brand import Brand
from imisofts.catalogues import catalogue

FOLDER: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "paper"
FSI, PDI = "\u2068", "\u2069"
"""First strong isolate, and its end: what stands between has a direction of its own."""
_RTL: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_QUARTERS: Final = {"de": "QQQQ y"}
"""How a quarter is named where its short form does not fit into a sentence: *im 4. Quartal 2026*."""


_PERCENT: Final = {"de": "\u00a0%"}
"""The sign with its space, in languages that set one."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language: ``say`` translates, the rest formats. An unknown locale reads as English.

    What is said is a literal and a whole sentence or label: a translation is found by it, and orders its words anew.
    """

    locale: str = "en"

    @property
    def babel(self) -> Locale:
        return _parsed(self.locale)

    @property
    def code(self) -> str:
        """ISO 639 code of the language, for the PDF and the mail."""
        return self.babel.language

    def say(self, text: str, **values: object) -> str:
        """``text`` in this language, with its named places filled in."""
        said = self.known(text)
        return said.format(**_isolated(values)) if values else said

    def known(self, text: str) -> str:
        """A text that is ours and came with the figures, such as a metric's definition; as it is where nobody
        translated it.
        """
        return catalogue(FOLDER, DOMAIN, self.code).gettext(text)

    def powered(self, brand: Brand) -> tuple[str, ...]:
        """The line that names us at the foot, where the brand lets it stand."""
        return (self.say("Powered by imisofts"),) if brand.powered_by else ()

    def count(self, one: str, many: str, number: int, **values: object) -> str:
        """The right plural form; ``{number}`` is filled in with ``number``."""
        said = catalogue(FOLDER, DOMAIN, self.code).ngettext(one, many, number)
        return said.format(number=self.number(number), **_isolated(values))

    def hours(self, hours: Decimal | str) -> str:
        """1 hour, 12.5 hours: a noun with its number, to stand in a sentence."""
        return self.count("{hours} hour", "{hours} hours", 1 if rounded(hours, 1) == 1 else 2, hours=self.short(hours))

    def days(self, days: Decimal | str) -> str:
        """1 day, 17.2 days: as :meth:`hours`."""
        return self.count("{days} day", "{days} days", 1 if rounded(days, 1) == 1 else 2, days=self.short(days))

    def short(self, value: Decimal | str) -> str:
        """12.5, with one decimal where it has one."""
        value = rounded(value, 1)
        return self.number(value.to_integral_value() if value == value.to_integral_value() else value)

    def money(self, amount: Decimal | str, currency: str) -> str:
        """With its currency, half-even in that currency's decimals: £12.40, ¥1,200, KWD 1.250."""
        return format_currency(_decimal(amount), currency, locale=self.babel).replace("\u00a0", "\u202f")

    def amount(self, amount: Decimal | str, currency: str) -> str:
        """As :meth:`money`, without the currency: for a column whose head already names it."""
        text = format_currency(_decimal(amount), currency, "#,##0.00", locale=self.babel, currency_digits=True)
        return text.strip()

    def percent(self, share: Decimal) -> str:
        """A signed change: +12%."""
        sign = "+" if share > 0 else ""
        return sign + format_percent(share, locale=self.babel)

    def share(self, share: Decimal | str) -> str:
        """75%; a fraction in whole per cent, half-even."""
        return format_percent(rounded(share, 2), locale=self.babel)

    def rate(self, share: Decimal) -> str:
        """19%, 7.7%; a rate as it is, never rounded."""
        return format_percent(share, "#,##0.####" + _PERCENT.get(self.code, "%"), locale=self.babel)

    def exact(self, value: Decimal) -> str:
        """A quantity as it is: 1, 7.25, 0.33333333."""
        return format_decimal(value, "#,##0.########", locale=self.babel)

    def price(self, value: Decimal, currency: str) -> str:
        """A price without its currency: the currency's decimals, more only where the price has them."""
        least = currencies.decimals(currency)
        return format_decimal(value, "#,##0." + "0" * least + "#" * (8 - least), locale=self.babel)

    def listed(self, named: Sequence[str]) -> str:
        """one, two and three."""
        return format_list(list(named), locale=self.babel)

    def number(self, value: int | Decimal) -> str:
        return format_decimal(value, locale=self.babel)

    def day(self, day: date | str) -> str:
        """31 Oct 2026, in the order of the locale."""
        return format_date(_day(day), "medium", locale=self.babel)

    def long_day(self, day: date | str) -> str:
        return format_date(_day(day), "long", locale=self.babel)

    def days_of(self, first: date | str, last: date | str) -> str:
        """1–31 Oct 2026; 1 Oct – 31 Dec 2026."""
        return format_interval(_day(first), _day(last), "yMMMd", locale=self.babel)

    def period(self, first: date | str, last: date | str) -> str:
        """October 2026, or Q4 2026."""
        form = "LLLL y" if _is_month(first, last) else _QUARTERS.get(self.code, "QQQ y")
        return format_date(_day(first), form, locale=self.babel)

    def short_period(self, first: date | str, last: date | str) -> str:
        """Oct 2026, or Q4 2026, for a line under a number."""
        return format_date(_day(first), "LLL y" if _is_month(first, last) else "QQQ y", locale=self.babel)


@cache
def _parsed(locale: str) -> Locale:
    """Once for each: a report asks for it with every figure, and reading it was a quarter of putting one into words."""
    try:
        return Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def rounded(value: Decimal | str, places: int = 0) -> Decimal:
    """Half-even to ``places``, the rounding of every figure that is shown."""
    return _decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN)


def _decimal(value: Decimal | str) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(value)


def _isolated(values: Mapping[str, object]) -> dict[str, object]:
    """A value in a right-to-left script is set apart, else it would turn round the numbers and signs beside it."""
    return {name: f"{FSI}{value}{PDI}" if _RTL.search(str(value)) else value for name, value in values.items()}


def _is_month(first: date | str, last: date | str) -> bool:
    return (_day(first).year, _day(first).month) == (_day(last).year, _day(last).month)


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value[:10])
