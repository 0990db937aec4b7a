"""How numbers are written on the console: short on a card, exact on hover and in exports."""

from decimal import Decimal

from babel.numbers import format_compact_decimal, format_currency, format_decimal

from console import language
from console.language import tell as _
from warehouse.gateway import MetricRow

BLANK = "–"
BARE = frozenset({"count", "score"})
"""Units that go without saying."""
SMALL = 20
"""Below so many clients, tickets or milestones a rate is shown with its n."""


def exact(value: Decimal | None, unit: str, currency: str | None) -> str:
    """The whole figure: ``€12,400.00``, ``75.0 %``, ``31.4 days``; a bare count is a number alone."""
    if value is None:
        return BLANK
    locale = language.locale()
    if currency and unit in {"money", currency, "currency"}:
        return str(format_currency(value, currency, locale=locale))
    if unit == "ratio":
        return f"{language.tenth(value * 100)} %"
    if unit == "times":
        return str(format_decimal(value, format="#,##0.00", locale=locale))
    whole = value == value.to_integral_value()
    number = format_decimal(value, format="#,##0" if whole else "#,##0.0", locale=locale)
    return str(number) if unit in BARE else f"{number} {in_words(unit)}"


def in_words(unit: str) -> str:
    """A unit as it stands behind its number."""
    words = {"hours": _("hours"), "days": _("days"), "weeks": _("weeks"), "clients": _("clients")}
    return words.get(unit, unit)


def short(value: Decimal | None, unit: str, currency: str | None) -> str:
    """The figure as a card shows it: ``12.4K``; ratios and small figures as they are."""
    if value is None or unit == "ratio" or abs(value) < 10_000:
        return exact(value, unit, currency)
    compact = str(format_compact_decimal(value, fraction_digits=1, locale=language.locale()))
    if compact.removeprefix("-").isdigit():  # German shortens no thousands
        compact = str(format_decimal(value, format="#,##0", locale=language.locale()))
    if currency and unit in {"money", currency, "currency"}:
        return f"{currency} {compact}" if language.locale().language == "en" else f"{compact} {currency}"
    return compact if unit in BARE else f"{compact} {in_words(unit)}"


def change(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """Relative change as a fraction of ``before``; None where there is nothing to compare with."""
    if now is None or before is None or before == 0:
        return None
    return (now - before) / abs(before)


def figure(row: MetricRow | None) -> str:
    """The exact figure of one row of an answer."""
    return BLANK if row is None else exact(row.value, row.unit, row.currency)


def counted(row: MetricRow | None) -> str:
    """``n = 12`` where a rate is made of few things; empty where it is made of many, or of no countable ones."""
    if row is None or row.n is None or row.value is None or row.n >= SMALL:
        return ""
    return f"n = {row.n}"
