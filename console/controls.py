"""The one filter bar: period, grain, client and comparisons; its state lives in the address."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import streamlit as st

from warehouse.gateway.comparison import Comparison

COMPARISONS: Final[tuple[Comparison, ...]] = ("previous period", "same period last year")
RANGES: Final = {"3 months": 3, "6 months": 6, "12 months": 12, "24 months": 24, "All": 0}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the bar asks for; dates inclusive, ``first`` None means from the first figure on."""

    first: date | None
    last: date
    currency: str | None
    comparisons: tuple[Comparison, ...]


def month_start(day: date, back: int = 0) -> date:
    """First day of the month ``back`` months before that of ``day``."""
    months = day.year * 12 + day.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def month_end(day: date) -> date:
    """Last day of the month of ``day``."""
    return month_start(day, -1) - timedelta(days=1)


def filter_bar(data_on: date, currencies: list[str], preferred: str) -> Filters:
    """Draw the bar and return its choice; unknown values in the address fall back to the defaults."""
    options = currencies or [preferred]
    # A choice of one is no choice: the currency has a place in the bar where there are several.
    period, against, *money = st.columns([4, 4, 1] if len(options) > 1 else [1, 1], vertical_alignment="bottom")
    names = list(RANGES)
    asked = st.query_params.get("range", "12 months")
    chosen = period.segmented_control(
        "Period", names, default=asked if asked in names else "12 months", key="range", width="stretch", wrap=True
    )
    chosen = chosen or "12 months"
    compare_asked = [c for c in COMPARISONS if c in st.query_params.get_all("compare")]
    comparisons = against.multiselect("Compare with", COMPARISONS, default=compare_asked, placeholder="Nothing")
    index = options.index(preferred) if preferred in options else 0
    asked_currency = st.query_params.get("currency")
    index = options.index(asked_currency) if asked_currency in options else index
    currency = money[0].selectbox("Currency", options, index=index) if money else options[0]
    st.query_params.from_dict({"range": chosen, "compare": list(comparisons), "currency": currency or preferred})
    months = RANGES[chosen]
    first = month_start(data_on, months - 1) if months else None
    return Filters(first, month_end(data_on), currency, tuple(comparisons))
