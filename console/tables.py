"""Tables beside charts: a line per period or per dimension value, a column per metric, exact figures with their n."""

from collections.abc import Sequence

from console import money
from console.reading import Reading
from warehouse.gateway import MetricAnswer, MetricRow


def by_month(reading: Reading, answers: Sequence[MetricAnswer]) -> list[dict[str, object]]:
    """A line per month; each comparison of the bar adds a column for the first metric."""
    columns = {answer.definition.label: {row.period: row for row in reading.rows(answer)} for answer in answers}
    periods = sorted({period for rows in columns.values() for period in rows})
    incomplete = {row.period for rows in columns.values() for row in rows.values() if row.incomplete}
    first = answers[0].definition
    earlier = {
        f"{first.label}, {compared}": reading.rows(reading.series(first.name, compared=compared))
        for compared in reading.filters.comparisons
    }
    return [
        {
            "month": f"{period:%Y-%m}" + (" (incomplete)" if period in incomplete else ""),
            **{label: figure(rows.get(period)) for label, rows in columns.items()},
            **{label: figure(rows[place] if place < len(rows) else None) for label, rows in earlier.items()},
        }
        for place, period in enumerate(periods)
    ]


def by_dimension(reading: Reading, dimension: str, answers: Sequence[MetricAnswer]) -> list[dict[str, object]]:
    """A line per value of the dimension, in the order of the first metric's size; blank where a metric has none."""
    words: dict[object, str] = {}
    columns: dict[str, dict[object, MetricRow]] = {}
    for answer in answers:
        rows = reading.rows(answer)
        columns[answer.definition.label] = {row.dimensions[dimension]: row for row in rows}
        words |= {row.dimensions[dimension]: named(row, dimension) for row in rows}
    leading = columns[answers[0].definition.label]
    ordered = sorted(words, key=lambda key: (-(leading[key].value or 0) if key in leading else 0, words[key]))
    return [
        {dimension: words[key], **{label: figure(rows.get(key)) for label, rows in columns.items()}} for key in ordered
    ]


def named(row: MetricRow, dimension: str) -> str:
    """What people call the row's value of the dimension."""
    return str(row.dimensions.get(f"{dimension}_name") or row.dimensions[dimension] or "none")


def figure(row: MetricRow | None) -> str:
    """The exact figure with its n where that is small."""
    counted = money.counted(row)
    return f"{money.figure(row)} ({counted})" if counted else money.figure(row)
