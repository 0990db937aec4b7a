"""Fields of a kind and how their text becomes values. Pure: no database, no clock.

A parser takes trimmed text in plain form (ISO dates, decimal point; :mod:`api.imports.locales` brings it there) and
raises ``ValueError`` with the reason that the reader of the report sees. Its first docstring line is the field's help.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

from imisofts import currencies

_DAY: Final = re.compile(r"(\d{4}-\d\d-\d\d)([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?")
_AMOUNT: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_CLOCK: Final = re.compile(r"(\d{1,6}):([0-5]\d)")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
LARGEST_UNITS: Final = Decimal(10) ** 15
LARGEST_MINUTES: Final = 2**31 - 1
_YES: Final = frozenset({"yes", "y", "true", "1"})
_NO: Final = frozenset({"no", "n", "false", "0"})


class Target(StrEnum):
    """What a reference names, by external id."""

    client = "client"
    person = "person"
    service = "service"
    project = "project"
    task = "task"
    invoice = "invoice"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a kind.

    ``column`` is where its value goes (its own name, unless said). ``target`` makes it a reference. ``fallback`` names
    the field that stands in where this one is empty or absent. ``about`` explains what its parser does not.
    """

    name: str
    parse: Callable[[str], Any]
    required: bool = False
    to: str = ""
    target: Target | None = None
    fallback: str = ""
    about: str = ""

    @property
    def column(self) -> str:
        """The model's column."""
        return self.to or self.name

    @property
    def help(self) -> str:
        """What may stand in the field, in a sentence or two."""
        words = f"External id of the {self.target}." if self.target else (self.parse.__doc__ or "").partition("\n")[0]
        return f"{words} {self.about}".strip()


def text(value: str) -> str:
    """Text of up to 1,000 characters."""
    if len(value) > 1000:
        raise ValueError("is longer than 1000 characters")
    return value


def key(value: str) -> str:
    """Text of up to 200 characters."""
    if len(value) > 200:
        raise ValueError("is longer than 200 characters")
    return value


def day(value: str) -> date:
    """A date, 2026-10-31; of a local date and time the date is taken as written."""
    match = _DAY.fullmatch(value)
    if match is None:
        raise ValueError(f"{value!r} is no ISO date (2026-10-31); dates written otherwise need the file's locale")
    try:
        return date.fromisoformat(match[1])
    except ValueError:
        raise ValueError(f"{value!r} is no day of the calendar") from None


def instant(value: str) -> datetime:
    """A date and time, 2026-10-31T09:30; with an offset, else in the workspace's time zone."""
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        reason = f"{value!r} is no ISO date and time (2026-10-31T09:30 or 2026-10-31T09:30:00+02:00)"
        raise ValueError(f"{reason}; dates written otherwise need the file's locale") from None
    if not 1900 <= found.year <= 2200:
        raise ValueError(f"{value!r} lies outside the years 1900 to 2200")
    return found


def amount(value: str) -> Decimal:
    """A number, 1234.50; more decimals than the currency has are rounded."""
    if _AMOUNT.fullmatch(value) is None:
        raise ValueError(f"{value!r} is no amount (1234.50); a decimal comma needs the file's locale")
    try:
        found = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{value!r} is no amount (1234.50)") from None
    if abs(found) >= LARGEST_UNITS:
        raise ValueError(f"{value!r} is too large")
    return found


def price(value: str) -> Decimal:
    """A number from zero, 49.90, with up to eight decimals."""
    found = amount(value)
    if found < 0:
        raise ValueError(f"{value!r} is below zero")
    return round(found, 8)


def rate(value: str) -> Decimal:
    """A number above zero, 1.0845, with up to twelve decimals."""
    found = round(amount(value), 12)
    if found <= 0 or found >= 10**12:
        raise ValueError(f"{value!r} is no rate above zero")
    return found


def whole(value: str) -> int:
    """A whole number from zero."""
    found = amount(value)
    if found != found.to_integral_value() or not 0 <= found <= LARGEST_MINUTES:
        raise ValueError(f"{value!r} is no whole number from zero")
    return int(found)


def count(value: str) -> int:
    """A whole number from one."""
    found = whole(value)
    if found == 0:
        raise ValueError("is zero")
    return found


def hours(value: str) -> int:
    """Hours, 7.5 or 7:30, kept as whole minutes."""
    clock = _CLOCK.fullmatch(value)
    minutes = int(clock[1]) * 60 + int(clock[2]) if clock else int((amount(value) * 60).to_integral_value())
    if not 0 <= minutes <= LARGEST_MINUTES:
        raise ValueError(f"{value!r} is below zero or too large")
    return minutes


def day_hours(value: str) -> int:
    """Hours of one day, 0 to 24; 7.5 or 7:30."""
    found = hours(value)
    if found > 24 * 60:
        raise ValueError(f"{value!r} is more than 24 hours")
    return found


def yes(value: str) -> bool:
    """yes or no (also true, false, 1, 0)."""
    lowered = value.lower()
    if lowered not in _YES | _NO:
        raise ValueError(f"{value!r} is neither yes nor no")
    return lowered in _YES


def currency(value: str) -> str:
    """A currency of ISO 4217 in capitals, EUR."""
    if value not in currencies.CODES:
        raise ValueError(f"{value!r} is no currency of ISO 4217 (EUR)")
    return value


def email(value: str) -> str:
    """An e-mail address."""
    if len(value) > 254 or _EMAIL.fullmatch(value) is None:
        raise ValueError("is no e-mail address")
    return value


def one_of(*words: str) -> Callable[[str], str]:
    """A parser of one of these words."""

    def parse(value: str) -> str:
        if value not in words:
            raise ValueError(f"{value!r} is none of {', '.join(words)}")
        return value

    parse.__doc__ = f"One of {', '.join(words)}."
    return parse


interval = one_of("day", "week", "month", "quarter", "year")
priority = one_of("low", "normal", "high", "urgent")
status = one_of("draft", "issued", "partly_paid", "paid", "void")
