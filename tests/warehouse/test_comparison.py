"""Comparison periods: whole months compare with whole months, leap days do not slip."""

from datetime import date

import pytest

from warehouse.gateway import MetricQuery
from warehouse.gateway.comparison import Comparison, shifted


@pytest.mark.parametrize(
    ("first", "last", "to", "expected"),
    [
        ((2026, 3, 1), (2026, 5, 31), "previous period", ((2025, 12, 1), (2026, 2, 28))),
        ((2026, 5, 10), (2026, 5, 19), "previous period", ((2026, 4, 30), (2026, 5, 9))),
        ((2026, 1, 1), (2026, 12, 31), "same period last year", ((2025, 1, 1), (2025, 12, 31))),
        ((2025, 2, 1), (2025, 2, 28), "same period last year", ((2024, 2, 1), (2024, 2, 29))),
        ((2024, 2, 29), (2024, 3, 10), "same period last year", ((2023, 2, 28), (2023, 3, 10))),
    ],
)
def test_a_range_moves_to_what_it_is_compared_with(
    first: tuple[int, int, int],
    last: tuple[int, int, int],
    to: Comparison,
    expected: tuple[tuple[int, int, int], tuple[int, int, int]],
) -> None:
    moved = shifted(MetricQuery("invoiced", first=date(*first), last=date(*last)), to)
    assert (moved.first, moved.last) == (date(*expected[0]), date(*expected[1]))


def test_a_comparison_without_a_range_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a range"):
        shifted(MetricQuery("invoiced"), "previous period")
