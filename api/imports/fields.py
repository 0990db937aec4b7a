"""Fields of each kind and how their text becomes values. Pure: no database, no clock.

A parser raises ``ValueError`` with the reason that the reader of the report sees.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from api.imports.schemas import Kind
from imisofts import currencies

_DAY: Final = re.compile(r"(\d{4}-\d\d-\d\d)([T ]\d\d:\d\d(:\d\d(\.\d+)?)?)?")
_AMOUNT: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
LARGEST_UNITS: Final = Decimal(10) ** 15


def text(value: str) -> str:
    """Up to 1,000 characters."""
    if len(value) > 1000:
        raise ValueError("is longer than 1000 characters")
    return value


def key(value: str) -> str:
    """An external id: up to 200 characters."""
    if len(value) > 200:
        raise ValueError("is longer than 200 characters")
    return value


def day(value: str) -> date:
    """An ISO date; of a local date and time (no zone) the date is taken as written."""
    match = _DAY.fullmatch(value)
    if match is None:
        raise ValueError(f"{value!r} is no ISO date (2026-10-31)")
    try:
        return date.fromisoformat(match[1])
    except ValueError:
        raise ValueError(f"{value!r} is no day of the calendar") from None


def amount(value: str) -> Decimal:
    """A decimal with a point, no thousands separators; more decimals than the currency has are rounded later."""
    if _AMOUNT.fullmatch(value) is None:
        raise ValueError(f"{value!r} is no amount (1234.50)")
    try:
        found = Decimal(value)
    except InvalidOperation:
        raise ValueError(f"{value!r} is no amount (1234.50)") from None
    if abs(found) >= LARGEST_UNITS:
        raise ValueError(f"{value!r} is too large")
    return found


def currency(value: str) -> str:
    """An ISO 4217 code in capitals."""
    if value not in currencies.CODES:
        raise ValueError(f"{value!r} is no currency of ISO 4217 (EUR)")
    return value


def email(value: str) -> str:
    """Something with an @ and a dot behind it."""
    if len(value) > 254 or _EMAIL.fullmatch(value) is None:
        raise ValueError("is no e-mail address")
    return value


def status(value: str) -> str:
    """The state in the other system; ``paid`` and ``partly_paid`` follow from payments and are read as ``issued``."""
    if value not in {"draft", "issued", "partly_paid", "paid", "void"}:
        raise ValueError(f"{value!r} is none of draft, issued, partly_paid, paid, void")
    return value


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a kind."""

    name: str
    parse: Callable[[str], Any]
    required: bool = False


FIELDS: Final[dict[Kind, tuple[Field, ...]]] = {
    Kind.clients: (
        Field("external_id", key, required=True),
        Field("name", key, required=True),
        Field("email", email),
        Field("currency", currency),
        Field("created_on", day),
    ),
    Kind.invoices: (
        Field("external_id", key, required=True),
        Field("client", key, required=True),
        Field("issued_on", day, required=True),
        Field("total", amount, required=True),
        Field("currency", currency, required=True),
        Field("due_on", day),
        Field("tax", amount),
        Field("status", status),
    ),
    Kind.payments: (
        Field("external_id", key, required=True),
        Field("invoice", key, required=True),
        Field("paid_on", day, required=True),
        Field("amount", amount, required=True),
    ),
    Kind.credit_notes: (
        Field("external_id", key, required=True),
        Field("invoice", key, required=True),
        Field("issued_on", day, required=True),
        Field("amount", amount, required=True),
        Field("reason", text),
    ),
}
