"""Revenue: how recurring revenue moved, what stays of it, in which currencies, and which clients came back."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

import streamlit as st

from console import controls, drill, exports, figures, kpis, money, panels, queries, tables
from console.access import Viewer
from console.kpis import Kpi
from console.panels import Panel
from console.reading import Reading
from console.views import cohorts
from imisofts import charts
from imisofts.charts import Step
from warehouse.gateway import MetricAnswer, State

KPIS: Final = (
    Kpi("mrr", "up"),
    Kpi("paying_clients", "up"),
    Kpi("nrr_12", "up"),
    Kpi("grr_12", "up"),
    Kpi("logo_churn", "down"),
    Kpi("arpa", "up"),
    Kpi("quick_ratio", "up", times=True),
    Kpi("at_risk_mrr", "down"),
)
GAINS: Final = ("new_mrr", "expansion_mrr", "reactivation_mrr")
LOSSES: Final = ("contraction_mrr", "churned_mrr")
SHADES: Final = {
    "new": "good",
    "expansion": "#56b4e9",
    "reactivation": "accent",
    "contraction": "#e69f00",
    "churned": "bad",
}
"""The movements in their order, each with its colour: one of the look's or its own."""
BAR: Final = controls.Bar(("mrr", "invoiced"), (("client", "All clients"),))


def page(viewer: Viewer, state: State) -> None:
    """Draw the page."""
    assert state.publication is not None
    st.title("Revenue")
    reading = Reading(viewer, state.publication, controls.filter_bar(viewer, state.publication, BAR))
    kpis.show_kpis(reading, KPIS)
    if queries.reach(viewer, state.publication.id, ("mrr",)).first is not None:
        recurring(reading)
    else:
        panels.panel("mrr-none", viewer.slug, nothing_recurring)
    panels.panel("cohorts", f"{viewer.slug}-cohorts", lambda: cohorts.panel(reading))


def nothing_recurring() -> Panel:
    """An agency without subscriptions has no recurring revenue to explain."""
    return Panel(
        "Why did MRR move?", "", empty="There is no subscription yet. Services sold by the month begin in the portal."
    )


def recurring(reading: Reading) -> None:
    """The bridge between two month ends, the months one by one, and what stays."""
    slug = reading.viewer.slug
    between = two_dates(reading)
    panels.panel("bridge", f"{slug}-mrr-bridge", lambda: bridge(between))
    panels.panel("movements", f"{slug}-mrr-movements", lambda: movements(reading))
    left, right = st.columns(2)
    with left:
        panels.panel("retention", f"{slug}-retention", lambda: retention(reading))
    with right:
        panels.panel("mrr-by-currency", f"{slug}-mrr-by-currency", lambda: by_currency(reading))


def two_dates(reading: Reading) -> Reading:
    """The same reading between two month ends of the viewer's choice: at first those of the range."""
    months = [row.period for row in reading.rows(reading.series("mrr"))]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="between"):
        first = st.selectbox(
            "Bridge from the end of",
            months,
            format_func=lambda day: f"{controls.month_start(day, 1):%B %Y}",
            width=190,
            key=f"bridge-from-{months[0]}",
        )
        later = [day for day in months if day >= first]
        last = st.selectbox(
            "to the end of",
            later,
            index=len(later) - 1,
            format_func=lambda day: f"{day:%B %Y}",
            width=190,
            key=f"bridge-to-{first}-{months[-1]}",
        )
    return replace(reading, filters=replace(reading.filters, first=first, last=controls.month_end(last)))


def bridge(reading: Reading) -> Panel:
    """How the MRR before the range's first month became that of its last: opening and movements give the closing."""
    currency = reading.filters.currency
    moved = {name: reading.total(name) for name in (*GAINS, *LOSSES)}
    amounts = {name: row.value or Decimal(0) if row else Decimal(0) for name, row in moved.items()}
    before = controls.month_start(reading.filters.first, 1)
    ends = (_month(reading, before).total("mrr"), reading.total("mrr"), reading.total("fx_mrr"))
    question = "Why did MRR move?"
    if None in {row.value for row in (*ends, *moved.values()) if row}:
        return Panel(question, "", empty="An exchange rate is missing in this range: see single currencies.")
    opening, closing, effect = (row.value or Decimal(0) if row else Decimal(0) for row in ends)
    gained, lost = sum(amounts[name] for name in GAINS), sum(amounts[name] for name in LOSSES)
    steps = [
        Step("Opening", opening, "total", money.exact(opening, "money", currency)),
        *(_step(reading, name, amounts[name], "up") for name in GAINS),
        *(_step(reading, name, amounts[name], "down") for name in LOSSES),
        *([_step(reading, "fx_mrr", abs(effect), "up" if effect > 0 else "down")] if reading.filters.converted else []),
        Step("Closing", closing, "total", money.exact(closing, "money", currency)),
    ]
    return Panel(
        question=question,
        answer=f"From {money.exact(opening, 'money', currency)} at the end of {before:%B %Y} to "
        f"{money.exact(closing, 'money', currency)} at the end of {reading.filters.last:%B %Y}: "
        f"{money.exact(Decimal(gained), 'money', currency)} won, {money.exact(Decimal(lost), 'money', currency)} lost.",
        chart=charts.waterfall(steps, figures.look(reading.viewer), currency),
        table=[{"step": step.label, "amount": ("−" if step.kind == "down" else "") + step.text} for step in steps],
        export=[{"step": step.label, "amount": step.amount, "currency": currency} for step in steps],
        metrics=tuple(reading.definition(name) for name in ("mrr", *GAINS, *LOSSES, "fx_mrr")),
        behind=drill.Behind(reading, {_short(reading, name): name for name in (*GAINS, *LOSSES, "mrr")}),
    )


def _month(reading: Reading, first: date) -> Reading:
    """The same reading of one month."""
    return replace(reading, filters=replace(reading.filters, first=first, last=controls.month_end(first)))


def _step(reading: Reading, name: str, amount: Decimal, kind: str) -> Step:
    label = "Rates" if name == "fx_mrr" else _short(reading, name)
    return Step(label, amount, "up" if kind == "up" else "down", money.exact(amount, "money", reading.filters.currency))


def _short(reading: Reading, name: str) -> str:
    return reading.definition(name).label.removesuffix(" MRR")


def movements(reading: Reading) -> Panel:
    """Each month's gains above and losses below the line, the five movements side by side."""
    look = figures.look(reading.viewer)
    answer, net = reading.series("net_new_mrr", by=("movement",)), reading.series("net_new_mrr")
    words = {movement: _short(reading, f"{movement}_mrr") for movement in SHADES}
    points = [
        point
        for movement, word in words.items()
        for point in figures.points(
            [row for row in reading.rows(answer) if row.dimensions["movement"] == movement], word
        )
    ]
    shades = {words[movement]: getattr(look, shade, shade) for movement, shade in SHADES.items()}
    parts = [reading.series(name) for name in (*GAINS, *LOSSES)]
    return Panel(
        question="In which months did it move?",
        answer=_best_and_worst(reading, net),
        chart=charts.columns(points, look, unit=reading.filters.currency, stacked=True, colours=shades),
        table=tables.by_month(reading, [*parts, net, reading.series("mrr")]),
        export=exports.answer_rows(answer, net, reading.series("mrr")),
        metrics=(answer.definition, *(part.definition for part in parts)),
        behind=drill.of(reading, [net, reading.series("mrr")], splits=(drill.Split("movement", words, "series"),)),
    )


def _best_and_worst(reading: Reading, net: MetricAnswer) -> str:
    """The months with the largest gain and the largest loss, in words."""
    moved = {row.period: row.value or Decimal(0) for row in reading.rows(net)}
    if not any(moved.values()):
        return "No month moved it."
    best, worst = max(moved, key=lambda day: moved[day]), min(moved, key=lambda day: moved[day])
    currency = reading.filters.currency
    return (
        f"Most was won in {best:%B %Y} ({money.exact(moved[best], 'money', currency)}), least in {worst:%B %Y} "
        f"({money.exact(moved[worst], 'money', currency)}). Pick a bar to see the clients behind it."
    )


def retention(reading: Reading) -> Panel:
    """Net and gross revenue retention by month, with the ranges compared with."""
    answers = [reading.series(name) for name in ("nrr_12", "grr_12")]
    labels = ("Net (NRR)", "Gross (GRR)")
    points = figures.all_points(reading, answers, labels)
    last = [reading.total(name) for name in ("nrr_12", "grr_12", "logo_churn")]
    clients = reading.total("paying_clients")
    few = f" Only {clients.value} clients pay." if clients and (clients.value or 0) < money.SMALL else ""
    return Panel(
        question="How much stays after a year?",
        answer=f"Of the MRR twelve months before, {money.figure(last[0])} is there with upgrades and "
        f"{money.figure(last[1])} without. Clients that left over the range: {tables.figure(last[2])}.{few}",
        chart=charts.lines(points, figures.look(reading.viewer), percent=True, goal=("Nothing lost", 1.0), zero=False),
        table=tables.by_month(reading, [*answers, reading.series("logo_churn"), reading.series("gross_mrr_churn")]),
        export=exports.answer_rows(*answers, reading.series("logo_churn"), reading.series("gross_mrr_churn")),
        metrics=tuple(reading.definition(name) for name in ("nrr_12", "grr_12", "logo_churn", "gross_mrr_churn")),
        behind=drill.Behind(
            reading, {**dict(zip(labels, ("nrr_12", "grr_12"), strict=True)), "Clients that left": "logo_churn"}
        ),
    )


def by_currency(reading: Reading) -> Panel:
    """MRR of each currency on the last day; currencies are never added up."""
    reading = replace(reading, filters=replace(reading.filters, converted=False))
    answer = reading.series("mrr", whole=True)
    names = ("mrr", "at_risk_mrr", "committed_mrr", "arpa")
    answers = {name: reading.series(name, whole=True) for name in names}
    found = {name: {row.currency: row for row in answer.rows} for name, answer in answers.items()}
    rows = sorted((row for row in answer.rows if row.value), key=lambda row: -(row.value or 0))
    return Panel(
        question="What recurs in which currency?",
        answer="Currencies are never added up." if len(rows) > 1 else "All of it recurs in one currency.",
        table=[
            {
                "currency": row.currency,
                **{reading.definition(name).label: money.figure(found[name].get(row.currency)) for name in names},
            }
            for row in rows
        ],
        empty="" if rows else "No MRR on the last day of the range.",
        export=exports.answer_rows(*answers.values()),
        metrics=tuple(answer.definition for answer in answers.values()),
        behind=drill.of(
            reading,
            list(answers.values()),
            splits=(drill.Split("currency", {str(row.currency): str(row.currency) for row in rows}),),
        ),
    )
