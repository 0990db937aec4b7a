"""How figures, changes and small numbers are written. Pure."""

from datetime import date
from decimal import Decimal

import pytest

from console import kpis, money
from warehouse.gateway import MetricRow


@pytest.mark.parametrize(
    ("now", "before", "good", "unit", "text", "tone"),
    [
        ("120", "100", "up", "count", "▲ 20.0 %", "good"),
        ("80", "100", "up", "count", "▼ 20.0 %", "bad"),
        ("80", "100", "down", "count", "▼ 20.0 %", "good"),
        ("80", "0", "up", "count", "no figure", ""),
        ("0.75", "0.70", "up", "ratio", "▲ 5.0 points", "good"),
        ("0.10", "0", "down", "ratio", "▲ 10.0 points", "bad"),
    ],
)
def test_a_change_says_which_way_is_good(
    now: str, before: str, good: kpis.Direction, unit: str, text: str, tone: str
) -> None:
    delta = kpis.delta(Decimal(now), Decimal(before), "previous period", good, unit)
    assert (delta.text, delta.tone) == (text, tone)


@pytest.mark.parametrize(("n", "words"), [(19, "n = 19"), (20, ""), (None, "")])
def test_a_rate_of_few_things_is_shown_with_its_n(n: int | None, words: str) -> None:
    assert money.counted(MetricRow(date(2026, 6, 1), {}, None, Decimal("0.5"), "ratio", False, n)) == words


@pytest.mark.parametrize(
    ("value", "unit", "currency", "text"),
    [
        ("1234.5", "EUR", "EUR", "€1,234.50"),
        ("0.754", "ratio", None, "75.4 %"),
        ("0.754", "ratio", "EUR", "75.4 %"),
        ("1.2345", "times", None, "1.23"),
        ("3", "count", None, "3"),
        ("2.25", "hours", None, "2.2 hours"),
    ],
)
def test_figures_are_written_with_their_unit(value: str, unit: str, currency: str | None, text: str) -> None:
    assert money.exact(Decimal(value), unit, currency) == text
