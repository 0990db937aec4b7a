"""A report's period, written ``2026-10``: one calendar month."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from api.reports.errors import BadPeriod

_MONTH = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$")


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, both inside."""

    text: str
    first: date
    last: date

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Raises :class:`BadPeriod` unless ``text`` is a month like ``2026-10``."""
        found = _MONTH.match(text.strip())
        if not found or not 1900 <= int(found.group(1)) <= 9000:
            raise BadPeriod(text)
        year, month = int(found.group(1)), int(found.group(2))
        return cls(f"{year:04}-{month:02}", date(year, month, 1), date(year, month, monthrange(year, month)[1]))

    @classmethod
    def before(cls, day: date) -> "Period":
        """The last whole month before ``day``."""
        return cls.parse((day.replace(day=1) - timedelta(days=1)).strftime("%Y-%m"))
