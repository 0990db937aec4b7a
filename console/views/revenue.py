"""Revenue: how recurring revenue moved, what stays of it, in which currencies, and which clients came back."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

import streamlit as st

from console import controls, drill, exports, figures, kpis, language, money, panels, queries, tables
from console.access import Viewer
from console.kpis import Kpi
from console.language import tell as _
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
BAR: Final = controls.Bar(("mrr", "invoiced"), (("client", lambda: _("All clients")),))


def page(viewer: Viewer, state: State) -> None:
    """Draw the page."""
    assert state.publication is not None
    st.title(_("Revenue"))
    reading = Reading(viewer, state.publication, controls.filter_bar(viewer, state.publication, BAR))
    kpis.show_kpis(reading, KPIS)
    if queries.reach(viewer, state.publication.id, ("mrr",)).first is not None:
        recurring(reading)
    else:
        panels.panel("mrr-none", viewer.slug, nothing_recurring)
    panels.panel("cohorts", f"{viewer.slug}-cohorts", lambda: cohorts.panel(reading))


def nothing_recurring() -> Panel:
    """An agency without subscriptions has no recurring revenue to explain."""
    empty = _("There is no subscription yet. Services sold by the month begin in the portal.")
    return Panel(_("Why did MRR move?"), "", empty=empty)


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
            _("Bridge from the end of"),
            months,
            format_func=lambda day: language.month(controls.month_start(day, 1)),
            width=190,
            key=f"bridge-from-{months[0]}",
        )
        later = [day for day in months if day >= first]
        last = st.selectbox(
            _("to the end of"),
            later,
            index=len(later) - 1,
            format_func=language.month,
            width=190,
            key=f"bridge-to-{first}-{months[-1]}",
        )
    return replace(reading, filters=replace(reading.filters, first=first, last=controls.month_end(last)))


def bridge(reading: Reading) -> Panel:
    """How the MRR before the range's first month became that of its last: opening and movements give the closing."""
    question = _("Why did MRR move?")
    amounts = _amounts(reading)
    if amounts is None:
        return Panel(question, "", empty=_("An exchange rate is missing in this range: see single currencies."))
    before = {compared: _amounts(reading.moved(compared)) or {} for compared in reading.filters.comparisons}
    steps = {name: _step(reading, name, amount) for name, amount in amounts.items()}
    won, lost = (money.exact(sum((amounts[name] for name in names), Decimal(0)), "money", reading.filters.currency)
                 for names in (GAINS, LOSSES))  # fmt: skip
    return Panel(
        question=question,
        answer=_(
            "From {opening} at the end of {first} to {closing} at the end of {last}: {won} won, {lost} lost.",
            opening=steps["opening"].text,
            first=language.month(_opened(reading)),
            closing=steps["closing"].text,
            last=language.month(reading.filters.last),
            won=won,
            lost=lost,
        ),
        chart=charts.waterfall(list(steps.values()), figures.look(reading.viewer), reading.filters.currency),
        table=[
            {
                _("step"): step.label,
                _("amount"): _signed(step),
                **{controls.comparison(word): _signed(_step(reading, name, found[name])) if name in found else "–"
                   for word, found in before.items()},
            }
            for name, step in steps.items()
        ],
        export=[
            {"step": step.label, "amount": step.amount, **{word: found.get(name) for word, found in before.items()},
             "currency": reading.filters.currency}
            for name, step in steps.items()
        ],
        metrics=tuple(reading.definition(name) for name in ("mrr", *GAINS, *LOSSES, "fx_mrr")),
        behind=drill.Behind(reading, {_short(reading, name): name for name in (*GAINS, *LOSSES, "mrr")}),
    )  # fmt: skip


def _opened(reading: Reading) -> date:
    """The first day of the month at whose end the bridge begins."""
    return controls.month_start(reading.filters.first, 1)


def _amounts(reading: Reading) -> dict[str, Decimal] | None:
    """The bridge's steps in their order, from opening to closing; ``None`` where an exchange rate is missing."""
    effects = ("fx_mrr",) if reading.filters.converted else ()
    rows = {
        "opening": _month(reading, _opened(reading)).total("mrr"),
        **{name: reading.total(name) for name in (*GAINS, *LOSSES, *effects)},
        "closing": reading.total("mrr"),
    }
    if None in {row.value for row in rows.values() if row}:
        return None
    return {name: row.value or Decimal(0) if row else Decimal(0) for name, row in rows.items()}


def _month(reading: Reading, first: date) -> Reading:
    """The same reading of one month."""
    return replace(reading, filters=replace(reading.filters, first=first, last=controls.month_end(first)))


def _step(reading: Reading, name: str, amount: Decimal) -> Step:
    """One bar of the bridge; what it takes away has the sign of its kind and not of its amount."""
    text = money.exact(abs(amount), "money", reading.filters.currency)
    if name in ("opening", "closing"):
        return Step(_("Opening") if name == "opening" else _("Closing"), amount, "total", text)
    label = _("Rates") if name == "fx_mrr" else _short(reading, name)
    return Step(label, abs(amount), "down" if name in LOSSES or amount < 0 else "up", text)


def _signed(step: Step) -> str:
    return ("−" if step.kind == "down" else "") + step.text


def _short(reading: Reading, name: str) -> str:
    said = {
        "new_mrr": _("New"),
        "expansion_mrr": _("Expansion"),
        "reactivation_mrr": _("Reactivation"),
        "contraction_mrr": _("Contraction"),
        "churned_mrr": _("Churned"),
    }
    return said.get(name) or reading.definition(name).label


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
        question=_("In which months did it move?"),
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
        return _("No month moved it.")
    best, worst = max(moved, key=lambda day: moved[day]), min(moved, key=lambda day: moved[day])
    currency = reading.filters.currency
    return _(
        "Most was won in {best} ({most}), least in {worst} ({least}). Pick a bar to see the clients behind it.",
        best=language.month(best),
        most=money.exact(moved[best], "money", currency),
        worst=language.month(worst),
        least=money.exact(moved[worst], "money", currency),
    )


def retention(reading: Reading) -> Panel:
    """Net and gross revenue retention by month, with the ranges compared with."""
    answers = [reading.series(name) for name in ("nrr_12", "grr_12")]
    labels = (_("Net (NRR)"), _("Gross (GRR)"))
    points = figures.all_points(reading, answers, labels)
    last = [reading.total(name) for name in ("nrr_12", "grr_12", "logo_churn")]
    clients = reading.total("paying_clients")
    paying = int(clients.value or 0) if clients else money.SMALL
    few = language.count("Only {number} client pays.", "Only {number} clients pay.", paying)
    return Panel(
        question=_("How much stays after a year?"),
        answer=_(
            "Of the MRR twelve months before, {net} is there with upgrades and {gross} without. "
            "Clients that left over the range: {left}.",
            net=money.figure(last[0]),
            gross=money.figure(last[1]),
            left=tables.figure(last[2]),
        )
        + (f" {few}" if paying < money.SMALL else ""),
        chart=charts.lines(
            points, figures.look(reading.viewer), percent=True, goal=(_("Nothing lost"), 1.0), zero=False
        ),
        table=tables.by_month(reading, [*answers, reading.series("logo_churn"), reading.series("gross_mrr_churn")]),
        export=exports.answer_rows(*answers, reading.series("logo_churn"), reading.series("gross_mrr_churn")),
        metrics=tuple(reading.definition(name) for name in ("nrr_12", "grr_12", "logo_churn", "gross_mrr_churn")),
        behind=drill.Behind(
            reading, {**dict(zip(labels, ("nrr_12", "grr_12"), strict=True)), _("Clients that left"): "logo_churn"}
        ),
    )


def by_currency(reading: Reading) -> Panel:
    """MRR of each currency on the last day; currencies are never added up."""
    reading = replace(reading, filters=replace(reading.filters, converted=False))
    names = ("mrr", "at_risk_mrr", "committed_mrr", "arpa")
    answers = {reading.definition(name).label: reading.series(name, whole=True) for name in names}
    against = {
        f"{label}, {controls.comparison(compared)}": reading.series(
            answer.definition.name, whole=True, compared=compared
        )
        for compared in reading.filters.comparisons
        for label, answer in answers.items()
    }
    found = {label: {row.currency: row for row in answer.rows} for label, answer in {**answers, **against}.items()}
    answer = reading.series("mrr", whole=True)
    rows = sorted((row for row in answer.rows if row.value), key=lambda row: -(row.value or 0))
    return Panel(
        question=_("What recurs in which currency?"),
        answer=_("Currencies are never added up.") if len(rows) > 1 else _("All of it recurs in one currency."),
        table=[
            {
                _("currency"): row.currency,
                **{label: money.figure(by_code.get(row.currency)) for label, by_code in found.items()},
            }
            for row in rows
        ],
        empty="" if rows else _("No MRR on the last day of the range."),
        export=exports.answer_rows(*answers.values()),
        metrics=tuple(answer.definition for answer in answers.values()),
        behind=drill.of(
            reading,
            list(answers.values()),
            splits=(drill.Split("currency", {str(row.currency): str(row.currency) for row in rows}),),
        ),
    )
