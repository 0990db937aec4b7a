"""Where a dated value goes among others."""

from dataclasses import dataclass
from datetime import date

import pytest

from api.time.dated import Place, place, reaches_back


@dataclass
class Span:
    started_on: date
    ended_on: date | None = None


JANUARY, MARCH, MAY, JULY = (date(2026, month, 1) for month in (1, 3, 5, 7))
AGREED = [Span(JANUARY, MAY), Span(MAY)]


@pytest.mark.parametrize(
    ("spans", "started_on", "expected"),
    [
        ([], MARCH, Place(None, None, None)),
        (AGREED, MARCH, Place(None, 0, MAY)),
        (AGREED, JULY, Place(None, 1, None)),
        (AGREED, MAY, Place(1, None, None)),
        ([Span(MAY)], MARCH, Place(None, None, MAY)),
        ([Span(JANUARY, MARCH)], MAY, Place(None, None, None)),
        ([Span(JANUARY, MARCH), Span(MAY)], MARCH, Place(None, None, MAY)),
    ],
)
def test_the_place_of_a_value(spans: list[Span], started_on: date, expected: Place) -> None:
    assert place(spans, started_on) == expected


def test_only_the_first_value_may_reach_into_closed_months() -> None:
    assert not reaches_back([], JANUARY, MAY)
    assert reaches_back(AGREED, date(2026, 4, 30), MAY)
    assert not reaches_back(AGREED, MAY, MAY)
