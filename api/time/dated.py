"""Where a new dated value goes among those that are there. Pure.

Spans of one kind never overlap: ``[started_on, ended_on)``, without an end for ever. A new value from a day on takes
the rest of the span it falls into, which ends there; a span that begins on that very day is replaced in place. What
comes later stays: a raise agreed for next year is not undone by one for today.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


class Span(Protocol):
    """Days from ``started_on`` until before ``ended_on``."""

    started_on: date
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Place:
    """``replaces``: index of the span with the same first day; ``ends``: of the one that ends where the new one begins;
    ``ended_on``: where the new one ends."""

    replaces: int | None
    ends: int | None
    ended_on: date | None


def place(spans: Sequence[Span], started_on: date) -> Place:
    """The place of a value that counts from ``started_on``, among ``spans`` in any order."""
    for index, span in enumerate(spans):
        if span.started_on == started_on:
            return Place(index, None, span.ended_on)
    for index, span in enumerate(spans):
        if span.started_on < started_on and (span.ended_on is None or span.ended_on > started_on):
            return Place(None, index, span.ended_on)
    later = [span.started_on for span in spans if span.started_on > started_on]
    return Place(None, None, min(later, default=None))


def reaches_back(spans: Sequence[Span], started_on: date, month_began_on: date) -> bool:
    """Whether a value from ``started_on`` on would change a month that is closed: one before ``month_began_on``.

    The very first value may begin at any time: until then there was none, and nothing is rewritten.
    """
    return bool(spans) and started_on < month_began_on
