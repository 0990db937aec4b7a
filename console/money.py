"""How numbers are written on the console: short on a card, exact on hover and in exports."""

from decimal import Decimal

from babel.numbers import format_compact_decimal, format_currency, format_decimal

from warehouse.gateway import MetricRow

BLANK = "–"


def exact(value: Decimal | None, unit: str, currency: str | None, locale: str = "en") -> str:
    """The whole figure: ``€12,400.00``, ``75.0 %``, ``31.4 days``."""
    if value is None:
        return BLANK
    if currency:
        return str(format_currency(value, currency, locale=locale))
    if unit == "ratio":
        return f"{format_decimal(value * 100, format='#,##0.0', locale=locale)} %"
    whole = value == value.to_integral_value()
    return f"{format_decimal(value, format='#,##0' if whole else '#,##0.0', locale=locale)} {unit}"


def short(value: Decimal | None, unit: str, currency: str | None, locale: str = "en") -> str:
    """The figure as a card shows it: ``12.4K``; ratios and small figures as they are."""
    if value is None or unit == "ratio" or abs(value) < 10_000:
        return exact(value, unit, currency, locale)
    compact = str(format_compact_decimal(value, fraction_digits=1, locale=locale))
    return f"{currency} {compact}" if currency else compact


def change(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """Relative change as a fraction of ``before``; None where there is nothing to compare with."""
    if now is None or before is None or before == 0:
        return None
    return (now - before) / abs(before)


def figure(row: MetricRow | None) -> str:
    """The exact figure of one row of an answer."""
    return BLANK if row is None else exact(row.value, row.unit, row.currency)
