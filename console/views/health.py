"""Clients and health: how each client is, why, and how it came to that."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Final

import streamlit as st

from console import controls, drill, figures, kpis, language, panels, queries
from console.access import Viewer
from console.kpis import Kpi
from console.language import tell as _
from console.panels import Panel
from console.reading import Reading
from console.templating import show
from imisofts import charts
from imisofts.charts import Bar, Point
from warehouse.gateway import ClientHealth, HealthTable, State

KPIS: Final = (
    Kpi("health_score", "up"),
    Kpi("health_coverage", "up"),
    Kpi("paying_clients", "up"),
    Kpi("at_risk_mrr", "down"),
    Kpi("client_margin", "up"),
)
BAR: Final = controls.Bar(("health_score", "invoiced"))
BANDS: Final = ("healthy", "watch", "at_risk", "not_enough_data")
TRENDS: Final = {"up": "▲", "steady": "=", "down": "▼"}


def band_words(band: str) -> str:
    """How a client is, in words."""
    said = {
        "healthy": _("Healthy"),
        "watch": _("Watch"),
        "at_risk": _("At risk"),
        "not_enough_data": _("Not enough data"),
    }
    return said[band]


def _counted(band: str, number: int) -> str:
    said = {
        "healthy": _("{number} healthy", number=number),
        "watch": _("{number} watch", number=number),
        "at_risk": _("{number} at risk", number=number),
        "not_enough_data": _("{number} not enough data", number=number),
    }
    return said[band]


def input_words(name: str) -> str:
    """What one of the six inputs is called."""
    said = {
        "payment": _("Payment"),
        "delivery": _("Delivery"),
        "support": _("Support"),
        "engagement": _("Engagement"),
        "sentiment": _("Sentiment"),
        "commercial": _("Recurring revenue"),
    }
    return said[name]


def page(viewer: Viewer, state: State) -> None:
    """Draw the page."""
    assert state.publication is not None
    st.title(_("Clients and health"))
    reading = Reading(viewer, state.publication, controls.filter_bar(viewer, state.publication, BAR))
    kpis.show_kpis(reading, KPIS)
    on: date = st.date_input(
        _("As of"), value=state.publication.data_on, max_value=state.publication.data_on, key="health-on", width=170
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
    words = ", ".join(_counted(band, count) for band, count in counts.items() if count)
    rows = [
        {
            _("client"): client.client_name,
            _("score"): _rounded(client),
            **{_("score on {day}", day=language.day(day)): scores.get(client.client) for day, scores in before.items()},
            _("band"): band_words(client.band),
            _("trend"): f"{TRENDS[client.trend]} {client.change:+.1f}"
            if client.trend and client.change is not None
            else "–",
            _("coverage"): language.share(client.coverage),
            _("why"): " ".join(client.explanation[1:3] or client.explanation[:1]),
        }
        for client in table.clients
    ]
    return Panel(
        question=_("Which clients need us?"),
        answer=_(
            "On {day}: {counts}. 100 is good; the trend is against 30 days before.",
            day=language.long_day(table.on),
            counts=words,
        ),
        table=rows,
        empty="" if rows else _("There was no client on this day."),
        export=[_exported(client, table) for client in table.clients],
        behind=drill.Behind(
            reading,
            {_("Health"): "health_score"},
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
        _("Client"),
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
            show(
                "explanation.html",
                title=_("{client} in words", client=client.client_name),
                sentences=client.explanation,
            )
    with right:
        panels.panel("history", f"{slug}-history", lambda: history(reading, client))


def inputs(reading: Reading, client: ClientHealth, table: HealthTable) -> None:
    """The facts that one of the six inputs stood on at the end of the day."""
    with st.container(key="input-facts"), st.expander(_("Facts behind an input")):
        names = [item.name for item in client.inputs]
        about = st.selectbox(
            _("Input"),
            names,
            index=None,
            format_func=input_words,
            placeholder=_("Choose one of the six"),
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
            input_words(item.name),
            float(item.contribution or 0),
            _(
                "{points} of {most}",
                points=language.tenth(item.contribution),
                most=language.tenth(item.contribution + item.lost),
            )
            if item.contribution is not None and item.lost is not None
            else _("not known"),
            "" if not item.lost or item.score is None or item.score >= 80 else "warning" if item.score >= 50 else "bad",
        )
        for item in client.inputs
    ]
    if client.score is None:
        return Panel(
            question=_("What makes the score?"),
            answer=_(
                "Only {share} of the weights are known; below 60 % there is no score.",
                share=language.share(client.coverage),
            ),
            empty=_("Not enough data"),
            export=[],
        )
    rows = [
        {
            "input": input_words(item.name),
            "measured": _measured(item.value, item.unit),
            "score": item.score,
            "weight": item.weight,
            "contributes": item.contribution,
            "costs": item.lost,
        }
        for item in client.inputs
    ]
    return Panel(
        question=_("What makes the score?"),
        answer=_(
            "{client}: {score} of 100 ({band}); {share} of the weights are known.",
            client=client.client_name,
            score=language.tenth(client.score),
            band=band_words(client.band),
            share=language.share(client.coverage),
        ),
        chart=charts.bars(bars, figures.look(reading.viewer)),
        table=[{_heads()[name]: _plain(value) for name, value in row.items()} for row in rows],
        export=rows,
        metrics=tuple(
            reading.definition(f"health_{item.name}") for item in client.inputs if reading.knows(f"health_{item.name}")
        ),
    )


def _heads() -> dict[str, str]:
    return {
        "input": _("input"),
        "measured": _("measured"),
        "score": _("score"),
        "weight": _("weight"),
        "contributes": _("contributes"),
        "costs": _("costs"),
    }


def _measured(value: Decimal | None, unit: str) -> str:
    if value is None:
        return _("not known")
    if unit == "ratio":
        return f"{language.tenth(value * 100)} %"
    return language.count("{number} day", "{number} days", round(value))


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
            _("Score"),
            None if day.score is None else float(day.score),
            band_words(day.band) if day.score is None else language.tenth(day.score),
            told=language.long_day(day.on),
        )
        for day in weekly
    ]
    scored = [day for day in weekly if day.score is not None]
    return Panel(
        question=_("How did it come to that?"),
        answer=_(
            "The score at each week's end; {blank} of {all} weeks without enough data.",
            blank=len(weekly) - len(scored),
            all=len(weekly),
        ),
        chart=charts.lines(points, figures.look(reading.viewer), goal=(_("Healthy"), 75.0)) if scored else None,
        table=[
            {
                _("day"): day.on.isoformat(),
                _("score"): _plain(day.score),
                _("band"): band_words(day.band),
                _("coverage"): language.share(day.coverage),
            }
            for day in reversed(weekly)
        ],
        empty="" if scored else _("Not enough data in this range"),
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
        behind=drill.Behind(_of(reading, client), {_("Score"): "health_score"}, grain="day"),
    )


def _of(reading: Reading, client: ClientHealth) -> Reading:
    """The same reading of one client."""
    return replace(reading, filters=replace(reading.filters, where=(("client", client.client),)))
