"""Rows of import files, and the calendar of the sample."""

import csv
import io
from dataclasses import dataclass, field
from datetime import date

MONTHS = 36
"""How many months of business the sample has; the last one is the month of the first run."""


@dataclass(slots=True)
class Rows:
    """The rows of one import kind."""

    kind: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]] = field(default_factory=list)

    def add(self, *values: object) -> None:
        """One more row, in the order of ``columns``."""
        assert len(values) == len(self.columns), (self.kind, values)
        self.rows.append(values)

    def as_csv(self) -> bytes:
        """The file as it is uploaded."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return out.getvalue().encode()


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months of the sample by number: 0 is the first, ``MONTHS - 1`` that of ``today``."""

    today: date

    def month(self, number: int) -> date:
        """The first day of a month."""
        index = self.today.year * 12 + self.today.month - MONTHS + number
        return date(index // 12, index % 12 + 1, 1)

    def has(self, day: date) -> bool:
        """Whether the sample's business has come that far."""
        return day <= self.today
