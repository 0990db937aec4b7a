"""The visitor's language: which catalogue, which number and date habits and which zone, chosen per request."""

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from gettext import NullTranslations
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.core import negotiate_locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, get_currency_precision

from imisofts import catalogues
from imisofts.catalogues import catalogue
from imisofts.languages import LOCALES

KEPT = 4_096
"""Amounts and days as text: a list shows the same few again and again, and each takes as long as a row of its page."""
_FOLDER = Path(__file__).parent / "locale"
_current: ContextVar[str] = ContextVar("portal_locale", default="en")
_zone: ContextVar[str] = ContextVar("portal_zone", default="UTC")
_house: ContextVar[str] = ContextVar("portal_house", default="UTC")


def choose(accept_language: str) -> str:
    """The best of :data:`LOCALES` for an ``Accept-Language`` head; English when nothing fits."""
    _current.set(_best(accept_language))
    return _current.get()


@lru_cache(KEPT // 16)
def _best(accept_language: str) -> str:
    wanted = [part.partition(";")[0].strip().replace("-", "_") for part in accept_language.split(",")[:10]]
    found = negotiate_locale([tag for tag in wanted if tag], LOCALES) if any(wanted) else None
    if found is None and any(tag.startswith("de") for tag in wanted[:1]):
        found = "de"
    return found or "en"


def speak(chosen: str | None) -> None:
    """Say this request's page in a language that was chosen; nothing changes where none was."""
    if chosen in LOCALES:
        _current.set(str(chosen))


def use_zones(own: str, house: str) -> None:
    """For the rest of the request: instants are shown in the reader's own zone, days are those of the workspace's."""
    _zone.set(own)
    _house.set(house)


def zone() -> ZoneInfo:
    """The zone instants are shown in."""
    return _zone_of(_zone.get())


def house_zone() -> ZoneInfo:
    """The workspace's zone, in which its days begin and end whoever looks."""
    return _zone_of(_house.get())


def _zone_of(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def locale() -> Locale:
    """The locale of this request."""
    return _parsed(_current.get())


@cache
def _parsed(name: str) -> Locale:
    return Locale.parse(name)


def language_tag() -> str:
    """For ``<html lang>``."""
    return _current.get().replace("_", "-")


def gettext(text: str, /, **values: object) -> str:
    """``text`` in the visitor's language, with ``%(name)s`` filled in."""
    found = _translations().gettext(text)
    return found % values if values else found


def ngettext(one: str, many: str, n: int, /, **values: object) -> str:
    """Singular or plural, with ``%(num)s`` filled in."""
    return _translations().ngettext(one, many, n) % {"num": n, **values}


def _translations() -> NullTranslations:
    return catalogue(_FOLDER, "messages", spoken())


def spoken() -> str:
    """The language of this request without its country: ``de``."""
    return _current.get().partition("_")[0]


def texts(domain: str, language: str) -> Mapping[str, str]:
    """All translations of a catalogue by their English text."""
    return catalogues.texts(_FOLDER, domain, language)


def digits(currency: str) -> int:
    """Decimals of a currency: EUR 2, JPY 0, KWD 3."""
    return get_currency_precision(currency)


def amount(minor: int, currency: str) -> Decimal:
    """Minor units as a decimal amount."""
    return Decimal(minor).scaleb(-digits(currency))


def money(value: int | Decimal, currency: str) -> str:
    """Minor units (int) or an amount (Decimal) in the visitor's way of writing money."""
    number = amount(value, currency) if isinstance(value, int) else value
    return _money(str(number), currency, _current.get())


@lru_cache(KEPT)
def _money(number: str, currency: str, name: str) -> str:
    return str(format_currency(Decimal(number), currency, locale=_parsed(name)))


def number(value: Decimal | int | str) -> str:
    """A number without needless zeros, as the locale writes it."""
    return str(format_decimal(Decimal(str(value)).normalize(), locale=locale(), decimal_quantization=False))


def price(value: Decimal, currency: str) -> str:
    """A price without its currency: as many decimals as the currency has, more only where the price has them."""
    least = digits(currency)
    return str(format_decimal(value, "#,##0." + "0" * least + "#" * (8 - least), locale=locale()))


def day(value: date | str | None) -> str:
    """A calendar date, medium length; empty when there is none."""
    if not value:
        return ""
    parsed = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return _day(parsed.year, parsed.month, parsed.day, _current.get())


@lru_cache(KEPT)
def _day(year: int, month: int, number: int, name: str) -> str:
    return str(format_date(date(year, month, number), "medium", locale=_parsed(name)))


def weekday(value: date) -> str:
    """A day of a week that is named beside it: ``Wed 18``."""
    return str(format_date(value, "EEE d", locale=locale()))


def weekday_long(value: date | str) -> str:
    """A day of a year that is named beside it: ``Wednesday, 18 March``."""
    parsed = date.fromisoformat(value) if isinstance(value, str) else value
    return str(format_skeleton("MMMMEEEEd", parsed, locale=locale()))


def weekday_name(value: date) -> str:
    """A day of the week in full: ``Monday``."""
    return str(format_date(value, "EEEE", locale=locale()))


def hours(minutes: int | None) -> str:
    """Minutes as hours: 90 → ``1:30``; nothing for no duration."""
    return "" if minutes is None else f"{minutes // 60}:{minutes % 60:02d}"


def month_name(period: str) -> str:
    """``2026-10`` as a month in words, ``2026-Q4`` as a quarter; anything else as it is."""
    year, quarter, number = period.partition("-Q")
    if quarter and year.isdigit() and number in {"1", "2", "3", "4"}:
        return str(format_date(date(int(year), 3 * int(number), 1), "QQQ y", locale=locale()))
    try:
        first = date.fromisoformat(f"{period}-01")
    except ValueError:
        return period
    return str(format_date(first, "LLLL y", locale=locale()))


def instant(value: datetime | str | None) -> str:
    """An instant as date and minute in the reader's zone."""
    moment = as_instant(value)
    if moment is None:
        return ""
    local = moment.astimezone(zone())
    return f"{day(local.date())}, {format_time(local, 'short', tzinfo=zone(), locale=locale())}"


def ago(value: datetime | str | None, now: datetime | None = None) -> str:
    """How long since ``value``, in words."""
    moment = as_instant(value)
    if moment is None:
        return ""
    return str(format_timedelta(moment - (now or datetime.now(UTC)), add_direction=True, locale=locale()))


def as_instant(value: datetime | str | None) -> datetime | None:
    """An aware datetime of an ISO text; None for nothing."""
    if not value:
        return None
    parsed = datetime.fromisoformat(value) if isinstance(value, str) else value
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
