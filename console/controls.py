"""The one filter bar: period, comparisons, currency and whatever narrows the page; its state lives in the address."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import streamlit as st

from console import language, queries
from console.access import Viewer
from console.language import tell as _
from console.templating import show
from warehouse.gateway import Publication
from warehouse.gateway.comparison import Comparison

COMPARISONS: Final[tuple[Comparison, ...]] = ("previous period", "same period last year")
RANGES: Final = {"3 months": 3, "6 months": 6, "12 months": 12, "24 months": 24, "All": 0}
DEFAULT_RANGE: Final = "12 months"
KEPT: Final = "_bar"
"""Where the bar's choice waits while another page is looked at."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the bar asks for: whole months, dates inclusive, and dimensions with the value that each must have.

    ``converted`` says that money of all currencies is told in ``currency``, the workspace's own.
    """

    first: date
    last: date
    currency: str
    comparisons: tuple[Comparison, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    converted: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """What a page's bar offers: ``metrics`` say how far its data reaches and in which currencies; ``dimensions`` may
    narrow it, each with what says its first choice."""

    metrics: tuple[str, ...]
    dimensions: tuple[tuple[str, Callable[[], str]], ...] = ()


def comparison(compared: Comparison) -> str:
    """A range compared with, as a choice and behind the name of a series."""
    said: dict[Comparison, str] = {
        "previous period": _("previous period"),
        "same period last year": _("same period last year"),
    }
    return said[compared]


def against(compared: Comparison) -> str:
    """The same with its article, within a sentence."""
    said: dict[Comparison, str] = {
        "previous period": _("the previous period"),
        "same period last year": _("the same period last year"),
    }
    return said[compared]


def _range_words(name: str) -> str:
    months = RANGES[name]
    return language.count("{number} month", "{number} months", months) if months else _("All")


def month_start(day: date, back: int = 0) -> date:
    """First day of the month ``back`` months before that of ``day``."""
    months = day.year * 12 + day.month - 1 - back
    return date(months // 12, months % 12 + 1, 1)


def month_end(day: date) -> date:
    """Last day of the month of ``day``."""
    return month_start(day, -1) - timedelta(days=1)


def filter_bar(viewer: Viewer, publication: Publication, bar: Bar) -> Filters:
    """Draw the bar and return its choice; unknown values in the address fall back to the defaults."""
    reach = queries.reach(viewer, publication.id, bar.metrics)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="bar"):
        chosen = _period()
        compared = _comparisons(chosen)
        currency, converted = _currency(reach.currencies, viewer.currency)
        where = tuple(
            (name, value)
            for name, everybody in bar.dimensions
            if (value := _value(viewer, publication.id, bar.metrics, name, everybody)) is not None
        )
    first, last = _range(chosen, publication.data_on, reach.first, reach.last)
    _say(chosen, first, last, reach.last)
    kept = {"range": chosen, "compare": list(compared), "currency": "all" if converted else currency, **dict(where)}
    st.session_state[KEPT] = {
        **st.session_state.get(KEPT, {}),
        **dict.fromkeys((name for name, _all in bar.dimensions), ""),
        **kept,
    }
    st.query_params.from_dict(kept)
    return Filters(first, last, currency, compared, where, converted)


def _asked(name: str) -> list[str]:
    """What the address says, else what was last chosen on another page."""
    if name in st.query_params:
        return list(st.query_params.get_all(name))
    kept = st.session_state.get(KEPT, {}).get(name, [])
    return list(kept) if isinstance(kept, list) else [kept] if kept else []


def _first_of(asked: Sequence[str], options: Sequence[str], default: str) -> str:
    return next((one for one in asked if one in options), default)


def _period() -> str:
    names = list(RANGES)
    default = _first_of(_asked("range"), names, DEFAULT_RANGE)
    chosen = st.segmented_control(
        _("Period"), names, default=default, format_func=_range_words, key="range", width="content", wrap=True
    )
    return chosen or DEFAULT_RANGE


def _comparisons(chosen: str) -> tuple[Comparison, ...]:
    """Several at once; but before everything there is nothing, so the whole reach is compared with nothing."""
    if RANGES[chosen] == 0:
        return ()
    default = [one for one in COMPARISONS if one in _asked("compare")]
    found = st.multiselect(
        _("Compare with"),
        COMPARISONS,
        default=default,
        format_func=comparison,
        placeholder=_("Nothing"),
        width=360 if len(default) > 1 else 230,
        key="compare",
    )
    return tuple(found)


def _currency(known: Sequence[str], preferred: str) -> tuple[str, bool]:
    """One currency, or all told in the workspace's own. A choice of one is no choice: it has no place in the bar."""
    options = list(known) or [preferred]
    usual = preferred if preferred in options else options[0]
    if options == [preferred]:
        return preferred, False
    choices = [*options, "all"]
    default = _first_of(_asked("currency"), choices, usual)
    chosen = st.selectbox(
        _("Currency"),
        choices,
        index=choices.index(default),
        format_func=lambda one: _("All in {currency}", currency=preferred) if one == "all" else one,
        width=130,
        key="currency",
    )
    return (preferred, True) if chosen == "all" else (chosen, False)


def dimension(name: str) -> str:
    """What a dimension is called."""
    said = {
        "client": _("Client"),
        "project": _("Project"),
        "person": _("Person"),
        "priority": _("Priority"),
        "currency": _("Currency"),
        "cohort": _("Cohort"),
        "month_number": _("Month number"),
        "movement": _("Movement"),
        "age_bucket": _("Age bucket"),
        "band": _("Band"),
    }
    return said.get(name) or name.replace("_", " ").capitalize()


def column(name: str) -> str:
    """What a dimension is called at the head of a column."""
    said = {"client": _("client"), "project": _("project"), "person": _("person"), "priority": _("priority")}
    return said.get(name) or name


def _value(
    viewer: Viewer, publication: int, metrics: Sequence[str], name: str, everybody: Callable[[], str]
) -> str | None:
    """One value of a dimension, or everything."""
    labels = queries.values(viewer, publication, metrics, name)
    if not labels:
        return None
    options = ["", *sorted(labels, key=lambda key: labels[key].casefold())]
    default = _first_of(_asked(name), options, "")
    return (
        st.selectbox(
            dimension(name),
            options,
            index=options.index(default),
            format_func=lambda key: labels[key] if key else everybody(),
            width=180,
            key=f"where-{name}",
        )
        or None
    )


def _range(chosen: str, data_on: date, oldest: date | None, newest: date | None) -> tuple[date, date]:
    """Months up to the data date's; "All" is from the first figure to the last, however long ago that was."""
    if RANGES[chosen]:
        return month_start(data_on, RANGES[chosen] - 1), month_end(data_on)
    return month_start(oldest or data_on), month_end(newest or data_on)


def _say(chosen: str, first: date, last: date, newest: date | None) -> None:
    """The months in words; and where the figures ended before the range began, that they did."""
    ends = {"first": language.month(first), "last": language.month(last)}
    text = _("{first} to {last}", **ends)
    if RANGES[chosen] == 0:
        text = _("{first} to {last}, from the first figure to the last.", **ends)
    elif newest is not None and newest < first:
        newest_words = language.month(newest)
        text = _(
            "{first} to {last}. The newest figures are of {newest}: choose All to see them.",
            **ends,
            newest=newest_words,
        )
    show("range.html", text=text)
