"""Questions to the gateway. Streamlit shares its caches between all users: scope and publication are in every key.

What a metric is called and means is told in the viewer's language here, behind the caches, so that every page says it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import streamlit as st

from console import language
from console.access import Viewer
from imisofts import settings as settings_module
from warehouse import status
from warehouse.gateway import (
    FactRows,
    Gateway,
    HealthDay,
    HealthTable,
    LakeRecord,
    MetricAnswer,
    MetricDefinition,
    MetricQuery,
    State,
)
from warehouse.status import SourceSide

CACHE_SECONDS = 600


@st.cache_resource
def gateway() -> Gateway:
    """One gateway per process; it is safe for threads and pins the newest publication by itself."""
    return Gateway(settings_module.load())


def state(viewer: Viewer) -> State:
    """Publication, freshness and audit, asked at every rerun."""
    return gateway().state(viewer.actor)


def record(viewer: Viewer) -> LakeRecord:
    """Publications, audits and rows of the lake, asked at every rerun."""
    return gateway().record(viewer.actor)


@st.cache_data(ttl=15, max_entries=50, show_spinner=False)
def _source_side(workspace_id: UUID) -> SourceSide:
    return status.source_side(settings_module.load(), workspace_id)


def source_side(viewer: Viewer) -> SourceSide:
    """Rows of the viewer's workspace at the source, and what waits there; counted again after a few seconds."""
    return _source_side(viewer.actor.workspace_id)


def mark(viewer: Viewer) -> tuple[object, ...]:
    """What a drawn page stands on: once this differs, its figures or what its header says have changed."""
    found = state(viewer)
    return (found.publication and found.publication.id, found.audit_passed, found.failed_checks, found.fresh)


@st.cache_data(ttl=CACHE_SECONDS, max_entries=500, show_spinner=False)
def _metric(scope: str, publication: int, query: MetricQuery, _viewer: Viewer) -> MetricAnswer:
    return gateway().metric(_viewer.actor, query)


def metric(viewer: Viewer, publication: int, query: MetricQuery) -> MetricAnswer:
    """A metric's answer for this viewer as of this publication."""
    return language.answer(_metric(viewer.scope, publication, query, viewer))


@st.cache_data(ttl=CACHE_SECONDS, max_entries=50, show_spinner=False)
def _catalogue(scope: str, publication: int, _viewer: Viewer) -> tuple[MetricDefinition, ...]:
    return gateway().catalogue(_viewer.actor)


def catalogue(viewer: Viewer, publication: int) -> dict[str, MetricDefinition]:
    """The metrics that the viewer may ask, by name: what is not in here does not exist for this viewer."""
    return {metric.name: language.definition(metric) for metric in _catalogue(viewer.scope, publication, viewer)}


@dataclass(frozen=True, slots=True)
class Reach:
    """The first and last month with data of some metrics, and the currencies in which they have any."""

    first: date | None
    last: date | None
    currencies: tuple[str, ...]


def reach(viewer: Viewer, publication: int, names: Sequence[str]) -> Reach:
    """How far the data of these metrics goes."""
    known = catalogue(viewer, publication)
    answers = [metric(viewer, publication, MetricQuery(name)) for name in names if name in known]
    periods = [row.period for answer in answers for row in answer.rows]
    currencies = {row.currency for answer in answers for row in answer.rows if row.currency and row.value}
    return Reach(min(periods, default=None), max(periods, default=None), tuple(sorted(currencies)))


def values(viewer: Viewer, publication: int, names: Sequence[str], dimension: str) -> dict[str, str]:
    """The values of a dimension with their words, over all time, of the first of these metrics that has it."""
    known = catalogue(viewer, publication)
    having = (name for name in names if name in known and known[name].dimension(dimension))
    for name in having:
        answer = metric(viewer, publication, MetricQuery(name, grain="year", by=(dimension,)))
        found = ((row.dimensions[dimension], row.dimensions.get(f"{dimension}_name")) for row in answer.rows)
        return {str(key): str(label or key) for key, label in found if key is not None}
    return {}


@st.cache_data(ttl=CACHE_SECONDS, max_entries=100, show_spinner=False)
def _rows_behind(scope: str, publication: int, query: MetricQuery, _viewer: Viewer) -> FactRows:
    return gateway().rows_behind(_viewer.actor, query)


def rows_behind(viewer: Viewer, publication: int, query: MetricQuery) -> FactRows:
    """The facts that a figure is made of."""
    return _rows_behind(viewer.scope, publication, query, viewer)


@st.cache_data(ttl=CACHE_SECONDS, max_entries=50, show_spinner=False)
def _health(scope: str, publication: int, on: date, _viewer: Viewer) -> HealthTable:
    return gateway().health(_viewer.actor, on=on)


def health(viewer: Viewer, publication: int, on: date) -> HealthTable:
    """How every client is on a day."""
    return language.health(_health(viewer.scope, publication, on, viewer))


@st.cache_data(ttl=CACHE_SECONDS, max_entries=100, show_spinner=False)
def _health_history(
    scope: str, publication: int, client_id: UUID, first: date, last: date, _viewer: Viewer
) -> list[HealthDay]:
    return gateway().health_history(_viewer.actor, client_id, first=first, last=last)


def health_history(viewer: Viewer, publication: int, client_id: UUID, first: date, last: date) -> list[HealthDay]:
    """How one client was, day by day."""
    return _health_history(viewer.scope, publication, client_id, first, last, viewer)


@st.cache_data(ttl=CACHE_SECONDS, max_entries=100, show_spinner=False)
def _health_facts(scope: str, publication: int, client_id: UUID, on: date, about: str, _viewer: Viewer) -> FactRows:
    return gateway().health_facts(_viewer.actor, client_id, on=on, about=about)


def health_facts(viewer: Viewer, publication: int, client_id: UUID, on: date, about: str) -> FactRows:
    """The facts behind one input of a client's health on a day."""
    return _health_facts(viewer.scope, publication, client_id, on, about, viewer)
