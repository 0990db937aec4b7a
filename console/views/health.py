"""Clients and health: how each client is, why, and how it came to that."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

import streamlit as st

from console import controls, drill, figures, kpis, panels, queries
from console.access import Viewer
from console.kpis import Kpi
from console.panels import Panel
from console.reading import Reading
from console.templating import show
from imisofts import charts
from imisofts.charts import Bar, Point
from warehouse.gateway import ClientHealth, HealthTable, State
from warehouse.gateway.health_words import LABELS

KPIS: Final = (
    Kpi("health_score", "up"),
    Kpi("health_coverage", "up"),
    Kpi("paying_clients", "up"),
    Kpi("at_risk_mrr", "down"),
    Kpi("client_margin", "up"),
)
BAR: Final = controls.Bar(("health_score", "invoiced"))
BANDS: Final = {"healthy": "Healthy", "watch": "Watch", "at_risk": "At risk", "not_enough_data": "Not enough data"}
TRENDS: Final = {"up": "▲", "steady": "=", "down": "▼"}


def page(viewer: Viewer, state: State) -> None:
    """Draw the page."""
    assert state.publication is not None
    st.title("Clients and health")
    reading = Reading(viewer, state.publication, controls.filter_bar(viewer, state.publication, BAR))
    kpis.show_kpis(reading, KPIS)
    on: date = st.date_input(
        "As of", value=state.publication.data_on, max_value=state.publication.data_on, key="health-on", width=170
    )
    table = queries.health(viewer, state.publication.id, on)
    panels.panel("clients", f"{viewer.slug}-health-{table.on}", lambda: clients(reading, table))
    known = [client for client in table.clients if client.inputs]
    if known:
        one_client(reading, table, known)


def clients(reading: Reading, table: HealthTable) -> Panel:
    """Every client with score, band, trend, coverage, and the first reason; those at risk first."""
    counts = {band: sum(1 for client in table.clients if client.band == band) for band in BANDS}
    before = _scores_before(reading, table.on)
    words = ", ".join(f"{count} {BANDS[band].lower()}" for band, count in counts.items() if count)
    rows = [
        {
            "client": client.client_name,
            "score": _rounded(client),
            **{f"score on {day:%-d %b %Y}": scores.get(client.client) for day, scores in before.items()},
            "band": BANDS[client.band],
            "trend": f"{TRENDS[client.trend]} {client.change:+.1f}"
            if client.trend and client.change is not None
            else "–",
            "coverage": f"{client.coverage:.0%}",
            "why": " ".join(client.explanation[1:3] or client.explanation[:1]),
        }
        for client in table.clients
    ]
    return Panel(
        question="Which clients need us?",
        answer=f"On {table.on:%-d %B %Y}: {words}. 100 is good; the trend is against 30 days before.",
        table=rows,
        empty="" if rows else "There was no client on this day.",
        export=[_exported(client, table) for client in table.clients],
        behind=drill.Behind(
            reading,
            {"Health": "health_score"},
            splits=(drill.Split("client", {client.client: client.client_name for client in table.clients}),),
            span=(table.on, table.on),
        ),
    )


def _scores_before(reading: Reading, on: date) -> dict[date, dict[str, float | None]]:
    """Each day of the bar's comparisons, with the scores of that day by client."""
    days = [reading.earlier(on, compared) for compared in reading.filters.comparisons]
    tables = {day: queries.health(reading.viewer, reading.publication.id, day) for day in days}
    return {day: {client.client: _rounded(client) for client in table.clients} for day, table in tables.items()}


def _rounded(client: ClientHealth) -> float | None:
    return None if client.score is None else round(float(client.score), 1)


def _exported(client: ClientHealth, table: HealthTable) -> dict[str, object]:
    """The stored row, with what was measured and what it contributes."""
    measured = {
        f"{item.name}{suffix}": value
        for item in client.inputs
        for suffix, value in (("", item.value), ("_score", item.score), ("_contribution", item.contribution))
    }
    return {
        "day": table.on.isoformat(),
        "client": client.client,
        "client_name": client.client_name,
        "score": client.score,
        "band": client.band,
        "trend": client.trend,
        "change": client.change,
        "coverage": client.coverage,
        **measured,
        "explanation": " ".join(client.explanation),
        "publication": table.publication.id,
    }


def one_client(reading: Reading, table: HealthTable, known: Sequence[ClientHealth]) -> None:
    """The explanation, the contributions and the history of the client that was picked."""
    by_key = {client.client: client for client in known}
    asked = st.query_params.get("about")
    picked = st.selectbox(
        "Client",
        list(by_key),
        index=list(by_key).index(asked) if asked in by_key else 0,
        format_func=lambda key: by_key[key].client_name,
        key="about-client",
        width=320,
    )
    client = by_key[picked or next(iter(by_key))]
    st.query_params["about"] = client.client
    slug = f"{reading.viewer.slug}-{client.client}-health"
    left, right = st.columns(2)
    with left:
        panels.panel("why", f"{slug}-{table.on}", lambda: why(reading, client))
        inputs(reading, client, table)
        with st.container(border=True, key="explanation"):
            show("explanation.html", title=f"{client.client_name} in words", sentences=client.explanation)
    with right:
        panels.panel("history", f"{slug}-history", lambda: history(reading, client))


def inputs(reading: Reading, client: ClientHealth, table: HealthTable) -> None:
    """The facts that one of the six inputs stood on at the end of the day."""
    with st.container(key="input-facts"), st.expander("Facts behind an input"):
        names = [item.name for item in client.inputs]
        about = st.selectbox(
            "Input",
            names,
            index=None,
            format_func=lambda name: LABELS[name],
            placeholder="Choose one of the six",
            key=f"input-{client.client}-{table.on}",
            width=240,
        )
        if about is not None:
            asked = (reading.viewer, reading.publication.id, client.client_id, table.on, about)
            found = queries.health_facts(*asked)
            drill.listed(found, "health-input", f"{reading.viewer.slug}-{client.client}-{about}-{table.on}")


def why(reading: Reading, client: ClientHealth) -> Panel:
    """What each input contributes to the score: the bars add up to it."""
    bars = [
        Bar(
            item.name.capitalize(),
            float(item.contribution or 0),
            f"{item.contribution:.1f} of {item.contribution + item.lost:.1f}"
            if item.contribution is not None and item.lost is not None
            else "not known",
            "" if not item.lost or item.score is None or item.score >= 80 else "warning" if item.score >= 50 else "bad",
        )
        for item in client.inputs
    ]
    if client.score is None:
        return Panel(
            question="What makes the score?",
            answer=f"Only {client.coverage:.0%} of the weights are known; below 60 % there is no score.",
            empty="Not enough data",
            export=[],
        )
    rows = [
        {"input": item.name, "measured": _measured(item.value, item.unit), "score": item.score, "weight": item.weight,
         "contributes": item.contribution, "costs": item.lost}
        for item in client.inputs
    ]  # fmt: skip
    return Panel(
        question="What makes the score?",
        answer=f"{client.client_name}: {client.score:.1f} of 100, {BANDS[client.band].lower()}; "
        f"{client.coverage:.0%} of the weights are known.",
        chart=charts.bars(bars, figures.look(reading.viewer)),
        table=[{name: _plain(value) for name, value in row.items()} for row in rows],
        export=rows,
        metrics=tuple(
            reading.definition(f"health_{item.name}") for item in client.inputs if reading.knows(f"health_{item.name}")
        ),
    )


def _measured(value: Decimal | None, unit: str) -> str:
    if value is None:
        return "not known"
    return f"{value * 100:.1f} %" if unit == "ratio" else f"{value:.0f} days"


def _plain(value: object) -> object:
    return round(float(value), 1) if isinstance(value, Decimal) else value


def history(reading: Reading, client: ClientHealth) -> Panel:
    """The score at the end of each week of the range; weeks without a score are gaps."""
    last = min(reading.filters.last, reading.publication.data_on)
    days = queries.health_history(reading.viewer, reading.publication.id, client.client_id, reading.filters.first, last)
    weekly = [day for day in days if day.on.weekday() == 6 or day.on == last]
    points = [
        Point(
            day.on,
            "Score",
            None if day.score is None else float(day.score),
            BANDS[day.band] if day.score is None else f"{day.score:.1f}",
            told=f"{day.on:%-d %B %Y}",
        )
        for day in weekly
    ]
    scored = [day for day in weekly if day.score is not None]
    return Panel(
        question="How did it come to that?",
        answer=f"The score at each week's end; {len(weekly) - len(scored)} of {len(weekly)} weeks without enough data.",
        chart=charts.lines(points, figures.look(reading.viewer), goal=("Healthy", 75.0)) if scored else None,
        table=[
            {
                "day": day.on.isoformat(),
                "score": _plain(day.score),
                "band": BANDS[day.band],
                "coverage": f"{day.coverage:.0%}",
            }
            for day in reversed(weekly)
        ],
        empty="" if scored else "Not enough data in this range",
        export=[
            {
                "day": day.on.isoformat(),
                "score": day.score,
                "band": day.band,
                "coverage": day.coverage,
                **day.contributions,
            }
            for day in days
        ],
        metrics=tuple(reading.definition(name) for name in ("health_score", "health_coverage") if reading.knows(name)),
        behind=drill.Behind(_of(reading, client), {"Score": "health_score"}, grain="day"),
    )


def _of(reading: Reading, client: ClientHealth) -> Reading:
    """The same reading of one client."""
    return replace(reading, filters=replace(reading.filters, where=(("client", client.client),)))
