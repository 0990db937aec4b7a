"""A report's period: a calendar month, written ``2026-10``, or a quarter, written ``2026-Q4``."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from api.reports.errors import BadPeriod

_MONTH = re.compile(r"^(\d{4})-(0[1-9]|1[0-2])$")
_QUARTER = re.compile(r"^(\d{4})-Q([1-4])$")


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, both inside."""

    text: str
    first: date
    last: date

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Raises :class:`BadPeriod` unless ``text`` is a month like ``2026-10`` or a quarter like ``2026-Q4``."""
        written = text.strip()
        month, quarter = _MONTH.match(written), _QUARTER.match(written)
        found = month or quarter
        if not found or not 1900 <= int(found.group(1)) <= 9000:
            raise BadPeriod(text)
        year, number = int(found.group(1)), int(found.group(2))
        first, last = (number, number) if month else (3 * number - 2, 3 * number)
        return cls(written, date(year, first, 1), date(year, last, monthrange(year, last)[1]))

    @property
    def cadence(self) -> str:
        """The cadence whose reports have such periods."""
        return "quarterly" if "Q" in self.text else "monthly"

    @classmethod
    def before(cls, day: date) -> "Period":
        """The last whole month before ``day``."""
        return cls.parse((day.replace(day=1) - timedelta(days=1)).strftime("%Y-%m"))

    @classmethod
    def quarter_before(cls, day: date) -> "Period":
        """The last whole quarter before ``day``."""
        quarter = (day.month - 1) // 3
        return cls.parse(f"{day.year}-Q{quarter}" if quarter else f"{day.year - 1}-Q4")
