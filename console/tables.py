"""Tables beside charts: a line per period or per dimension value, a column per metric, exact figures with their n."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import streamlit as st

from console import controls, money
from console.language import tell as _
from console.reading import Reading
from warehouse.gateway import MetricAnswer, MetricRow

_FIGURE: Final = re.compile(
    r"^[−+-]?\D{0,4}[\d.,’]+(\s?(%|€|£|\$|[A-Z]{2,3}|hours|days|clients|weeks|Stunden|Tage|Kunden|Wochen))?"
    r"( \(n = \d+\))?$|^–$"
)
"""A printed figure: a sign, a currency, digits, a unit, an n; or the mark of a blank."""


def by_month(reading: Reading, answers: Sequence[MetricAnswer]) -> list[dict[str, object]]:
    """A line per month; each comparison of the bar adds a column for each metric."""
    columns = {answer.definition.label: {row.period: row for row in reading.rows(answer)} for answer in answers}
    periods = sorted({period for rows in columns.values() for period in rows})
    incomplete = {row.period for rows in columns.values() for row in rows.values() if row.incomplete}
    earlier = {
        f"{answer.definition.label}, {controls.comparison(compared)}": reading.rows(
            reading.series(answer.definition.name, compared=compared)
        )
        for compared in reading.filters.comparisons
        for answer in answers
    }
    return [
        {
            _("month"): _("{month} (incomplete)", month=f"{period:%Y-%m}")
            if period in incomplete
            else f"{period:%Y-%m}",
            **{label: figure(rows.get(period)) for label, rows in columns.items()},
            **{label: figure(rows[place] if place < len(rows) else None) for label, rows in earlier.items()},
        }
        for place, period in enumerate(periods)
    ]


def _month(first: date, *, whole: bool) -> str:
    said = f"{first:%Y-%m}"
    return said if whole else _("{month} (incomplete)", month=said)


def by_dimension(reading: Reading, dimension: str, answers: Sequence[MetricAnswer]) -> list[dict[str, object]]:
    """A line per value of the dimension, in its own order or by the first metric's size; blank where one has none. Each
    comparison of the bar adds a column for each metric."""
    words: dict[object, str] = {}
    columns: dict[str, dict[object, MetricRow]] = {}
    asked = [(answer.definition.label, answer) for answer in answers]
    asked += [
        (
            f"{answer.definition.label}, {controls.comparison(compared)}",
            reading.series(answer.definition.name, by=(dimension,), whole=True, compared=compared),
        )
        for compared in reading.filters.comparisons
        for answer in answers
    ]
    for label, answer in asked:
        rows = reading.rows(answer)
        columns[label] = {row.dimensions[dimension]: row for row in rows}
        words |= {row.dimensions[dimension]: named(row, dimension) for row in rows}
    leading = columns[answers[0].definition.label]
    known = answers[0].definition.dimension(dimension)
    if known and known.values:
        ordered = sorted(
            words, key=lambda key: known.values.index(str(key)) if key in known.values else len(known.values)
        )
    else:
        ordered = sorted(words, key=lambda key: (-(leading[key].value or 0) if key in leading else 0, words[key]))
    return [
        {
            controls.column(dimension): words[key],
            **{label: figure(rows.get(key)) for label, rows in columns.items()},
        }
        for key in ordered
    ]


def aligned(rows: Sequence[Mapping[str, object]]) -> dict[str, Any]:
    """The look of a table's columns: figures stand at the right, also where they carry a unit or a currency."""
    columns: dict[str, list[object]] = {}
    for row in rows:
        for name, value in row.items():
            columns.setdefault(name, []).append(value)
    figures = [name for name, values in columns.items() if all(_is_figure(value) for value in values)]
    return {name: st.column_config.Column(alignment="right") for name in figures}


def _is_figure(value: object) -> bool:
    return value is None or isinstance(value, int | float) or bool(_FIGURE.match(str(value)))


def named(row: MetricRow, dimension: str) -> str:
    """What people call the row's value of the dimension."""
    return str(row.dimensions.get(f"{dimension}_name") or row.dimensions[dimension] or _("none"))


def figure(row: MetricRow | None) -> str:
    """The exact figure with its n where that is small."""
    counted = money.counted(row)
    return f"{money.figure(row)} ({counted})" if counted else money.figure(row)
