"""Numbers and dates as a country writes them, brought to plain form. Declared, never guessed. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from api.imports import fields

_NUMBERS: Final = frozenset(
    {fields.amount, fields.price, fields.rate, fields.whole, fields.count, fields.hours, fields.day_hours}
)
_DATES: Final = frozenset({fields.day, fields.instant})
_WRITTEN: Final = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})\.?(?:(?:T|,? +)(.+))?")
_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d.*")


@dataclass(frozen=True, slots=True)
class Locale:
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


LOCALES: Final[dict[str, Locale]] = {
    "de": Locale(",", r"[.\u00a0\u202f ]", "dmy"),
    "de_CH": Locale(".", r"['’\u00a0\u202f ]", "dmy"),
    "en_GB": Locale(".", ",", "dmy"),
    "en_US": Locale(".", ",", "mdy"),
    "es": Locale(",", r"[.\u00a0\u202f ]", "dmy"),
    "fr": Locale(",", r"[\u00a0\u202f ]", "dmy"),
    "it": Locale(",", r"[.\u00a0\u202f ]", "dmy"),
    "ja": Locale(".", ",", "ymd"),
    "nl": Locale(",", r"[.\u00a0\u202f ]", "dmy"),
    "pl": Locale(",", r"[\u00a0\u202f ]", "dmy"),
    "pt": Locale(",", r"[.\u00a0\u202f ]", "dmy"),
    "sv": Locale(",", r"[\u00a0\u202f ]", "ymd"),
}


def plain(name: str | None, parse: Callable[[str], Any]) -> Callable[[str], str] | None:
    """How text for ``parse`` becomes plain in the locale ``name``; None where it stays as it is."""
    if name is None:
        return None
    locale = LOCALES[name]
    if parse in _NUMBERS:
        return locale.number
    return locale.moment if parse in _DATES else None
