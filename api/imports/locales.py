"""Numbers and dates as a country writes them, brought to plain form. Declared, never guessed. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from api.imports import fields
from api.imports.schemas import Locale

_NUMBERS: Final = frozenset(
    {fields.amount, fields.price, fields.rate, fields.whole, fields.count, fields.hours, fields.day_hours}
)
_DATES: Final = frozenset({fields.day, fields.instant})
_WRITTEN: Final = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})\.?(?:(?:T|,? +)(.+))?")
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d.*")


@dataclass(frozen=True, slots=True)
class Habit:
    """``decimal`` stands before the decimals, ``group`` (a pattern) between thousands, ``order`` is that of a date."""

    decimal: str
    group: str
    order: str

    def number(self, value: str) -> str:
        """Plain digits with a point; ``ValueError`` where the locale does not write numbers so. 7:30 is no number."""
        if ":" in value:
            return value
        decimal = re.escape(self.decimal)
        fits = re.fullmatch(rf"([+-]?)(\d{{1,3}}(?:{self.group}\d{{3}})+|\d*)(?:{decimal}(\d*))?", value)
        if fits is None or not (fits[2] or fits[3]):
            raise ValueError(f"{value!r} is no number as the declared locale writes it (1234{self.decimal}50)")
        digits = re.sub(r"\D", "", fits[2]) or "0"
        return f"{fits[1]}{digits}.{fits[3]}" if fits[3] else fits[1] + digits

    def moment(self, value: str) -> str:
        """An ISO date, with its time where there is one; ISO dates are understood in every locale."""
        if _ISO.fullmatch(value):
            return value
        found = _WRITTEN.fullmatch(value)
        if found is None:
            return value
        parts = dict(zip(self.order, found.groups()[:3], strict=True))
        if len(parts["y"]) != 4:
            return value
        written = f"{parts['y']}-{int(parts['m']):02d}-{int(parts['d']):02d}"
        return f"{written}T{_time(found[4])}" if found[4] else written


def _time(value: str) -> str:
    hour, colon, rest = value.partition(":")
    return f"{hour.zfill(2)}{colon}{rest}"


HABITS: Final[dict[Locale, Habit]] = {
    Locale.de: Habit(",", r"[.\u00a0\u202f ]", "dmy"),
    Locale.de_CH: Habit(".", r"['’\u00a0\u202f ]", "dmy"),
    Locale.en_GB: Habit(".", ",", "dmy"),
    Locale.en_US: Habit(".", ",", "mdy"),
    Locale.es: Habit(",", r"[.\u00a0\u202f ]", "dmy"),
    Locale.fr: Habit(",", r"[\u00a0\u202f ]", "dmy"),
    Locale.it: Habit(",", r"[.\u00a0\u202f ]", "dmy"),
    Locale.ja: Habit(".", ",", "ymd"),
    Locale.nl: Habit(",", r"[.\u00a0\u202f ]", "dmy"),
    Locale.pl: Habit(",", r"[\u00a0\u202f ]", "dmy"),
    Locale.pt: Habit(",", r"[.\u00a0\u202f ]", "dmy"),
    Locale.sv: Habit(",", r"[\u00a0\u202f ]", "ymd"),
}


def plain(locale: Locale | None, parse: Callable[[str], Any]) -> Callable[[str], str] | None:
    """How text for ``parse`` becomes plain in ``locale``; None where it stays as it is."""
    if locale is None:
        return None
    habit = HABITS[locale]
    if parse in _NUMBERS:
        return habit.number
    return habit.moment if parse in _DATES else None
