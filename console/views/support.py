"""Support: how much comes in, how soon it is answered and solved, which promises are kept, and what clients say."""

from typing import Final

import streamlit as st

from console import controls, drill, exports, figures, kpis, money, panels, tables
from console.access import Viewer
from console.kpis import Kpi
from console.language import tell as _
from console.panels import Panel
from console.reading import Reading
from imisofts import charts
from warehouse.gateway import MetricRow, State

KPIS: Final = (
    Kpi("tickets_opened", "neither"),
    Kpi("tickets_open", "down"),
    Kpi("first_response_hours_business", "down", with_n=True),
    Kpi("resolution_hours_business", "down", with_n=True),
    Kpi("sla_met", "up", with_n=True),
    Kpi("resolution_sla_met", "up", with_n=True),
    Kpi("reopen_rate", "down", with_n=True),
    Kpi("csat", "up", with_n=True),
)
BAR: Final = controls.Bar(
    ("tickets_opened", "tickets_resolved"),
    (
        ("client", lambda: _("All clients")),
        ("priority", lambda: _("All priorities")),
        ("person", lambda: _("Everybody")),
    ),
)
CLOCKS: Final = ("_business", "")
"""What tells the metrics of each clock apart: that of the opening hours, and the calendar's."""


def page(viewer: Viewer, state: State) -> None:
    """Draw the page."""
    assert state.publication is not None
    st.title(_("Support"))
    reading = Reading(viewer, state.publication, controls.filter_bar(viewer, state.publication, BAR))
    kpis.show_kpis(reading, KPIS)
    slug = viewer.slug
    left, right = st.columns(2)
    with left:
        panels.panel("tickets", f"{slug}-tickets", lambda: volume(reading))
    with right:
        panels.panel("promises", f"{slug}-promises", lambda: promises(reading))
    words = {"_business": _("Opening hours"), "": _("Calendar")}
    clock = st.segmented_control(
        _("Time counted in"), CLOCKS, default=CLOCKS[0], format_func=lambda one: words[one], key="clock", wrap=True
    )
    suffix = CLOCKS[0] if clock is None else clock
    left, right = st.columns(2)
    with left:
        panels.panel(f"speed{suffix}", f"{slug}-speed", lambda: speed(reading, suffix))
    with right:
        panels.panel("satisfied", f"{slug}-satisfaction", lambda: satisfied(reading))
    panels.panel("priorities", f"{slug}-priorities", lambda: priorities(reading))


def volume(reading: Reading) -> Panel:
    """Tickets opened and resolved by month."""
    answers = [reading.series(name) for name in ("tickets_opened", "tickets_resolved")]
    points = figures.all_points(reading, answers)
    stocks = [reading.series(name) for name in ("tickets_open", "tickets_unanswered")]
    opened, resolved, waiting = (reading.total(name) for name in ("tickets_opened", "tickets_resolved", "tickets_open"))
    return Panel(
        question=_("Do we keep up?"),
        answer=_(
            "{opened} opened, {resolved} resolved; {waiting} are open.",
            opened=money.figure(opened),
            resolved=money.figure(resolved),
            waiting=money.figure(waiting),
        ),
        chart=charts.columns(points, figures.look(reading.viewer)),
        table=tables.by_month(reading, [*answers, *stocks]),
        export=exports.answer_rows(*answers, *stocks),
        metrics=tuple(answer.definition for answer in answers),
        behind=drill.of(reading, [*answers, *stocks]),
    )


def promises(reading: Reading) -> Panel:
    """Shares of first answers and resolutions within the promised time."""
    names = ("sla_met", "resolution_sla_met")
    answers = [reading.series(name) for name in names]
    points = figures.all_points(reading, answers)
    first, last = (reading.total(name) for name in names)
    return Panel(
        question=_("Which promises do we keep?"),
        answer=_(
            "First answers in time: {first}; resolutions in time: {last}.", first=_with_n(first), last=_with_n(last)
        ),
        chart=charts.lines(points, figures.look(reading.viewer), percent=True),
        table=tables.by_month(reading, answers),
        export=exports.answer_rows(*answers),
        metrics=tuple(answer.definition for answer in answers),
        behind=drill.of(reading, answers),
    )


def speed(reading: Reading, suffix: str) -> Panel:
    """Median hours to the first answer and to the resolution, by the clock that was chosen."""
    names = (f"first_response_hours{suffix}", f"resolution_hours{suffix}")
    answers = [reading.series(name) for name in names]
    labels = (_("First answer"), _("Resolution"))
    points = figures.all_points(reading, answers, labels)
    first, last = (reading.total(name) for name in names)
    return Panel(
        question=_("How long do clients wait?"),
        answer=_waited(_with_n(first), _with_n(last), by_hours=bool(suffix)),
        chart=charts.lines(points, figures.look(reading.viewer), unit="h"),
        table=tables.by_month(reading, answers),
        export=exports.answer_rows(*answers),
        metrics=tuple(answer.definition for answer in answers),
        behind=drill.of(reading, answers, labels),
    )


def _waited(first: str, last: str, *, by_hours: bool) -> str:
    said = {"first": first, "last": last}
    if by_hours:
        return _(
            "Half of them have a first answer within {first} and a solution within {last}, in opening hours.", **said
        )
    return _("Half of them have a first answer within {first} and a solution within {last}, by the calendar.", **said)


def satisfied(reading: Reading) -> Panel:
    """The share of satisfied ratings with its n, and how often tickets are opened again."""
    answers = [reading.series(name) for name in ("csat", "reopen_rate")]
    points = figures.all_points(reading, answers)
    rated, again = (reading.total(name) for name in ("csat", "reopen_rate"))
    return Panel(
        question=_("Are clients satisfied?"),
        answer=_(
            "Satisfied: {rated}; opened again: {again}. Single months are made of few ratings.",
            rated=_with_n(rated),
            again=_with_n(again),
        ),
        chart=charts.lines(points, figures.look(reading.viewer), percent=True),
        table=tables.by_month(reading, [*answers, reading.series("csat_n")]),
        export=exports.answer_rows(*answers, reading.series("csat_n")),
        metrics=tuple(reading.definition(name) for name in ("csat", "csat_n", "reopen_rate")),
        behind=drill.of(reading, answers),
    )


def priorities(reading: Reading) -> Panel:
    """The same figures by priority: urgent tickets are another matter than low ones."""
    names = (
        "tickets_opened",
        "first_response_hours_business",
        "resolution_hours_business",
        "sla_met",
        "reopen_rate",
        "csat",
    )
    answers = [reading.series(name, by=("priority",), whole=True) for name in names]
    return Panel(
        question=_("Does urgency make a difference?"),
        answer=_("Over the range, by the priority of the ticket."),
        table=tables.by_dimension(reading, "priority", answers),
        export=exports.answer_rows(*answers),
        metrics=tuple(answer.definition for answer in answers),
        behind=drill.of(reading, answers, splits=(drill.split(answers[0], "priority"),)),
    )


def _with_n(row: MetricRow | None) -> str:
    """The figure with the number of tickets that it is made of."""
    return f"{money.figure(row)} (n = {row.n or 0})" if row else money.BLANK
