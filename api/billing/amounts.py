"""What an invoice comes to: lines and rates in, integers out.

The rules, in prose:

* Money is an integer in the smallest unit of its currency (JPY 0 decimals, EUR 2, KWD 3).
* A line's net is quantity × unit price, computed exactly and rounded **once**, half to even, to that unit.
* A line's tax is its rounded net × its rate, rounded once, half to even. Tax is per line, so that the lines a client
  sees add up to the totals below them, to the unit.
* Subtotal, tax and total are sums of the lines' integers and never rounded again.
* Quantities and prices may be negative (a discount line); a total below zero is refused: that is a credit note.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, ROUND_HALF_EVEN, Context, Decimal

from imisofts import currencies

# Two numeric(24,8) multiply to 48 digits; 80 leaves room for a rate on top, so that nothing is rounded on the way.
_EXACT = Context(prec=80, rounding=ROUND_HALF_EVEN, Emax=MAX_EMAX)
LARGEST_MINOR = 2**63 - 1


class AmountTooLargeError(ValueError):
    """An amount that does not fit into the 64 bits in which it would be stored."""


@dataclass(frozen=True, slots=True)
class LineInput:
    """A line before its amounts: ``tax_rate`` is a fraction (0.19 for 19 %)."""

    quantity: Decimal
    unit_price: Decimal
    tax_rate: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """A line's money, in minor units."""

    net_minor: int
    tax_minor: int


@dataclass(frozen=True, slots=True)
class InvoiceAmounts:
    """An invoice's money in minor units; both parts of the total are sums of the lines."""

    lines: tuple[LineAmounts, ...]
    subtotal_minor: int
    tax_minor: int
    total_minor: int


def to_minor(amount: Decimal, currency: str) -> int:
    """Integer minor units of ``amount`` units, half to even: 22.200000000000003 EUR is 2220, 0.125 EUR is 12."""
    scaled = _EXACT.scaleb(amount, currencies.decimals(currency))
    minor = int(_EXACT.to_integral_value(scaled))
    if abs(minor) > LARGEST_MINOR:
        raise AmountTooLargeError(f"{amount} {currency} is larger than can be stored")
    return minor


def to_units(minor: int, currency: str) -> Decimal:
    """The amount in units, with exactly the currency's decimals: 2220 EUR is 22.20."""
    return Decimal(minor).scaleb(-currencies.decimals(currency))


def in_words(minor: int, currency: str) -> str:
    """An amount for a sentence: ``22.20 EUR``."""
    return f"{to_units(minor, currency)} {currency}"


def line(given: LineInput, currency: str) -> LineAmounts:
    """Net and tax of one line, each rounded once."""
    net = to_minor(_EXACT.multiply(given.quantity, given.unit_price), currency)
    tax = to_minor(_EXACT.multiply(to_units(net, currency), given.tax_rate), currency)
    return LineAmounts(net, tax)


def total(lines: Sequence[LineInput], currency: str) -> InvoiceAmounts:
    """Every line's amounts and their sums. A sum beyond 64 bits is :class:`AmountTooLargeError`."""
    priced = tuple(line(each, currency) for each in lines)
    net = sum(each.net_minor for each in priced)
    tax = sum(each.tax_minor for each in priced)
    if max(abs(net), abs(tax), abs(net + tax)) > LARGEST_MINOR:
        raise AmountTooLargeError("the lines add up to more than can be stored")
    return InvoiceAmounts(priced, net, tax, net + tax)
