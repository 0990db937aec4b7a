"""The money rules, without a database."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.billing import amounts, states
from api.billing.amounts import LineInput
from api.billing.states import Settlement, Status


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("22.200000000000003", "EUR", 2220),
        ("0.125", "EUR", 12),
        ("0.135", "EUR", 14),
        ("-0.125", "EUR", -12),
        ("12.5", "JPY", 12),
        ("13.5", "JPY", 14),
        ("0.0005", "KWD", 0),
        ("1.2345", "KWD", 1234),
    ],
)
def test_half_goes_to_even_in_the_currencys_own_unit(amount: str, currency: str, minor: int) -> None:
    assert amounts.to_minor(Decimal(amount), currency) == minor


def test_tax_is_rounded_on_each_line_so_that_lines_add_up() -> None:
    lines = [LineInput(Decimal(1), Decimal("0.50"), Decimal("0.19"))] * 3  # 0.095 each: 0.10, not 0.285 in all
    total = amounts.total(lines, "EUR")
    assert (total.subtotal_minor, total.tax_minor, total.total_minor) == (150, 30, 180)


_factor = st.decimals(-10_000, 10_000, places=8)


@given(
    st.lists(st.builds(LineInput, _factor, _factor, st.decimals(0, 2, places=6)), max_size=20),
    st.sampled_from(["JPY", "EUR", "KWD"]),
)
def test_parts_sum_exactly(lines: list[LineInput], currency: str) -> None:
    total = amounts.total(lines, currency)
    assert total.subtotal_minor == sum(line.net_minor for line in total.lines)
    assert total.total_minor == sum(line.net_minor + line.tax_minor for line in total.lines)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(amounts.AmountTooLargeError):
        amounts.to_minor(Decimal(10) ** 18, "EUR")


D = date.fromisoformat


@pytest.mark.parametrize(
    ("total", "moved", "status", "settled"),
    [
        (100, [], Status.issued, None),
        (100, [("2026-02-01", 40)], Status.partly_paid, None),
        (100, [("2026-02-03", 60), ("2026-02-01", 40)], Status.paid, "2026-02-03"),
        (100, [("2026-02-01", 100), ("2026-02-05", -10)], Status.partly_paid, None),
        (100, [("2026-02-01", 100), ("2026-02-05", -10), ("2026-02-09", 10)], Status.paid, "2026-02-09"),
        (100, [("2026-02-01", 100), ("2026-02-05", -100)], Status.issued, None),
        (100, [("2025-12-01", 100)], Status.paid, "2026-01-10"),
        (0, [], Status.paid, "2026-01-10"),
    ],
)
def test_settled_on_the_day_from_which_the_total_stays_covered(
    total: int, moved: list[tuple[str, int]], status: Status, settled: str | None
) -> None:
    found = states.settle(total, D("2026-01-10"), [(D(day), amount) for day, amount in moved])
    assert found == Settlement(status, D(settled) if settled else None)
