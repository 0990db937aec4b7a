"""Projects: how far the budgets are used, how fast they burn, and what comes in time."""

from decimal import Decimal
from typing import Final

import streamlit as st

from console import controls, drill, exports, figures, kpis, money, panels, tables
from console.access import Viewer
from console.kpis import Kpi
from console.language import tell as _
from console.panels import Panel
from console.reading import Reading
from imisofts import charts
from imisofts.charts import Bar
from warehouse.gateway import MetricRow, State

KPIS: Final = (
    Kpi("project_budget_used", "neither"),
    Kpi("project_hours", "neither"),
    Kpi("projects_on_time", "up", with_n=True),
    Kpi("milestones_on_time", "up", with_n=True),
    Kpi("tasks_completed", "up"),
)
BAR: Final = controls.Bar(
    ("project_hours", "milestones_on_time"),
    (("client", lambda: _("All clients")), ("project", lambda: _("All projects"))),
)
SHOWN: Final = 15
CLOSE: Final = Decimal("0.9")
"""From here on a budget is nearly used up."""


def page(viewer: Viewer, state: State) -> None:
    """Draw the page."""
    assert state.publication is not None
    st.title(_("Projects"))
    reading = Reading(viewer, state.publication, controls.filter_bar(viewer, state.publication, BAR))
    kpis.show_kpis(reading, KPIS)
    slug = viewer.slug
    left, right = st.columns(2)
    with left:
        panels.panel("budgets", f"{slug}-budgets", lambda: budgets(reading))
    with right:
        panels.panel("burn", f"{slug}-burn", lambda: burn(reading))
        panels.panel("on-time", f"{slug}-on-time", lambda: on_time(reading))


def worked_on(reading: Reading) -> list[MetricRow]:
    """Budgets of the projects that had hours in the range, the most used first."""
    hours = {row.dimensions["project"] for row in _by_project(reading, "project_hours") if row.value}
    rows = [row for row in _by_project(reading, "project_budget_used") if row.value is not None]
    return sorted((row for row in rows if row.dimensions["project"] in hours), key=lambda row: -(row.value or 0))


def _by_project(reading: Reading, name: str) -> list[MetricRow]:
    return reading.rows(reading.series(name, by=("project",), whole=True))


def budgets(reading: Reading) -> Panel:
    """Budget used of each project that was worked on, to the end of the range."""
    rows = worked_on(reading)
    over = [row for row in rows if (row.value or 0) > 1]
    bars = [
        Bar(
            tables.named(row, "project"),
            float(row.value or 0),
            money.figure(row),
            "bad" if (row.value or 0) > 1 else "warning" if (row.value or 0) >= CLOSE else "",
        )
        for row in rows[:SHOWN]
    ]
    names = ("project_budget_used", "project_budget_hours", "project_hours")
    answers = [reading.series(name, by=("project",), whole=True) for name in names]
    return Panel(
        question=_("Which budgets run out?"),
        answer=_(
            "{over} of {all} projects worked on in this range are over their budget; the line is 100 %.",
            over=len(over),
            all=len(rows),
        )
        + (" " + _("The {most} most used are drawn, all are in the table.", most=SHOWN) if len(rows) > SHOWN else ""),
        chart=charts.bars(bars, figures.look(reading.viewer), goal=(_("Budget"), 1.0)) if rows else None,
        table=tables.by_dimension(reading, "project", answers) if rows else (),
        empty="" if rows else _("No project with a budget was worked on in this range."),
        export=exports.answer_rows(*answers),
        metrics=tuple(answer.definition for answer in answers),
        behind=drill.of(reading, answers, splits=(drill.split(answers[-1], "project", "label"),)),
    )


def burn(reading: Reading) -> Panel:
    """Hours on projects by month, and how much of the budgets is used by each month's end."""
    hours, used = reading.series("project_hours"), reading.series("project_budget_used")
    points = figures.points(reading.rows(hours), hours.definition.label)
    points += figures.compared_points(reading, "project_hours", hours.definition.label)
    last = reading.total("project_budget_used")
    return Panel(
        question=_("How fast do they burn?"),
        answer=_(
            "{hours} on projects in this range; by its end {used} of all hours budgeted were used.",
            hours=money.figure(reading.total("project_hours")),
            used=money.figure(last),
        ),
        chart=charts.columns(points, figures.look(reading.viewer), unit="h", height=200),
        table=tables.by_month(reading, [hours, used]),
        export=exports.answer_rows(hours, used),
        metrics=(hours.definition, used.definition),
        behind=drill.of(reading, (hours, used)),
    )


def on_time(reading: Reading) -> Panel:
    """Shares of projects and milestones that were done by the day they were due, each with its n."""
    answers = [reading.series(name) for name in ("projects_on_time", "milestones_on_time")]
    points = figures.all_points(reading, answers)
    totals = {name: reading.total(name) for name in ("projects_on_time", "milestones_on_time")}
    words = {name: f"{money.figure(row)} (n = {row.n or 0 if row else 0})" for name, row in totals.items()}
    return Panel(
        question=_("What comes in time?"),
        answer=_(
            "Projects {projects}, milestones {milestones}. Single months are made of few: read their n.",
            projects=words["projects_on_time"],
            milestones=words["milestones_on_time"],
        ),
        chart=charts.lines(points, figures.look(reading.viewer), percent=True, height=200),
        table=tables.by_month(reading, answers),
        export=exports.answer_rows(*answers),
        metrics=tuple(answer.definition for answer in answers),
        behind=drill.of(reading, answers),
    )
