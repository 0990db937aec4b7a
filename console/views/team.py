"""Team: who works how much of what was there to work, week by week."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import streamlit as st

from console import controls, drill, exports, figures, kpis, language, money, panels, tables
from console.access import Viewer
from console.kpis import Kpi
from console.language import tell as _
from console.panels import Panel
from console.reading import Reading
from imisofts import charts
from imisofts.charts import Cell
from warehouse.gateway import MetricRow, State

KPIS: Final = (
    Kpi("billable_of_available", "up"),
    Kpi("client_of_available", "up"),
    Kpi("billable_of_worked", "up"),
    Kpi("available_hours", "neither"),
    Kpi("hours_worked", "neither"),
    Kpi("hours_billable", "up"),
    Kpi("realization", "up"),
    Kpi("effective_rate", "up"),
)
RATIOS: Final = ("billable_of_available", "client_of_available", "billable_of_worked")
HOURS: Final = ("capacity_hours", "available_hours", "hours_worked", "hours_billable")
BAR: Final = controls.Bar(("hours_worked", "capacity_hours", "invoiced"), (("person", lambda: _("Everybody")),))
WEEKS: Final = 16
"""So many weeks fit side by side with their figures; the table and the files have the whole range."""


def page(viewer: Viewer, state: State) -> None:
    """Draw the page."""
    assert state.publication is not None
    st.title(_("Team"))
    reading = Reading(viewer, state.publication, controls.filter_bar(viewer, state.publication, BAR))
    kpis.show_kpis(reading, KPIS)
    slug = viewer.slug
    panels.panel("weeks", f"{slug}-utilization-by-week", lambda: by_week(reading))
    left, right = st.columns(2)
    with left:
        panels.panel("hours", f"{slug}-hours", lambda: hours(reading))
    with right:
        panels.panel("ratios", f"{slug}-utilization", lambda: ratios(reading))
    left, right = st.columns(2)
    with left:
        panels.panel("people", f"{slug}-people", lambda: people(reading))
    with right:
        panels.panel("others", f"{slug}-other-roles", lambda: others(reading))


def by_week(reading: Reading) -> Panel:
    """The headline ratio of each person and week; a week without availability is blank."""
    answer = reading.series("billable_of_available", by=("person",), grain="week")
    over = [row for row in answer.rows if row.period <= reading.publication.data_on]
    weeks = sorted({row.period for row in over})[-WEEKS:]
    cells = [_cell(row) for row in over if row.period in weeks]
    full = sum(1 for cell in cells if cell.share is not None and cell.share > 1)
    return Panel(
        question=_("Who is booked how far?"),
        answer=_("Billable hours of available ones by person and week; blank where nobody was there.")
        + " "
        + (
            _("In {weeks} weeks somebody billed more than there was.", weeks=full)
            if full
            else _("Nobody billed more than there was.")
        ),
        chart=charts.heat(cells, figures.look(reading.viewer)),
        table=_week_table(over),
        export=exports.answer_rows(answer),
        metrics=(answer.definition,),
        behind=drill.of(
            reading, [answer], splits=(drill.split(answer, "person", "row"),), grain="week", field="column"
        ),
    )


def _cell(row: MetricRow) -> Cell:
    name = tables.named(row, "person")
    share = None if row.value is None else float(row.value)
    until = row.period + timedelta(days=6)
    text = "" if share is None else language.share(share)
    told = f"{name}, {language.short_day(row.period)} – {language.day(until)}: {money.figure(row)}"
    return Cell(name, row.period.isoformat(), language.short_day(row.period), share, text, told)


def _week_table(rows: Sequence[MetricRow]) -> list[dict[str, object]]:
    """A line per person, a column per week."""
    lines: dict[str, dict[str, object]] = {}
    for row in sorted(rows, key=lambda row: (tables.named(row, "person"), row.period)):
        name = tables.named(row, "person")
        lines.setdefault(name, {_("person"): name})[f"{row.period:%Y-%m-%d}"] = money.figure(row)
    return list(lines.values())


def hours(reading: Reading) -> Panel:
    """What people could work, what was left of it, what they worked, and what of that is billed."""
    answers = [reading.series(name) for name in HOURS]
    points = figures.all_points(reading, answers, compared=0)
    points += figures.compared_points(reading, "hours_worked", reading.definition("hours_worked").label)
    worked, available = reading.total("hours_worked"), reading.total("available_hours")
    return Panel(
        question=_("Was there enough time?"),
        answer=_(
            "{worked} were worked of {available} that were available.",
            worked=money.figure(worked),
            available=money.figure(available),
        ),
        chart=charts.columns(points, figures.look(reading.viewer), unit="h"),
        table=tables.by_month(reading, answers),
        export=exports.answer_rows(*answers),
        metrics=tuple(answer.definition for answer in answers),
        behind=drill.of(reading, answers),
    )


def ratios(reading: Reading) -> Panel:
    """The three ratios by month, each with its denominator in its name, and the ranges compared with."""
    answers = [reading.series(name) for name in RATIOS]
    points = figures.all_points(reading, answers, compared=1)
    last = reading.total(RATIOS[0])
    return Panel(
        question=_("How much of the time earns money?"),
        answer=_(
            "{share} of the available hours were billable over the range. "
            "People outside billable roles are left out and listed below.",
            share=money.figure(last),
        ),
        chart=charts.lines(points, figures.look(reading.viewer), percent=True),
        table=tables.by_month(reading, answers),
        export=exports.answer_rows(*answers),
        metrics=tuple(answer.definition for answer in answers),
        behind=drill.of(reading, answers),
    )


def people(reading: Reading) -> Panel:
    """Everybody in a billable role over the range, the busiest first."""
    answers = [reading.series(name, by=("person",), whole=True) for name in RATIOS]
    rows = tables.by_dimension(reading, "person", answers)
    return Panel(
        question=_("Who does what share of client work?"),
        answer=language.count(
            "{number} person in billable roles over the range.",
            "{number} people in billable roles over the range.",
            len(rows),
        ),
        table=rows,
        empty="" if rows else _("Nobody in a billable role was there in this range."),
        export=exports.answer_rows(*answers),
        metrics=tuple(answer.definition for answer in answers),
        behind=drill.of(reading, answers, splits=(drill.split(answers[0], "person"),)),
    )


def others(reading: Reading) -> Panel:
    """Those whose role is not billable: their hours are counted, their share is not."""
    names = ("hours_worked", "available_hours")
    answers = [reading.series(name, by=("person", "billable_role"), whole=True) for name in names]
    found: dict[str, dict[str, str]] = {}
    for answer in answers:
        for row in answer.rows:
            if row.dimensions["billable_role"] == "not_billable" and row.value:
                found.setdefault(tables.named(row, "person"), {})[answer.definition.label] = money.figure(row)
    return Panel(
        question=_("Who is not in a billable role?"),
        answer=_("They count in no utilization."),
        table=[{_("person"): name, **values} for name, values in sorted(found.items())],
        empty="" if found else _("Everybody who worked in this range is in a billable role."),
        export=exports.answer_rows(*answers),
        metrics=tuple(answer.definition for answer in answers),
        behind=drill.of(reading, answers, splits=(drill.split(answers[0], "person"),)),
    )
