"""Questions to the gateway. Streamlit shares its caches between all users: scope and publication are in every key."""

from datetime import date

import streamlit as st

from console.access import Viewer
from console.controls import Filters
from imisofts import settings as settings_module
from warehouse.gateway import Gateway, InvoiceRow, Measure, MetricAnswer, MetricDefinition, MetricQuery, State
from warehouse.gateway.comparison import Comparison, shifted

CACHE_SECONDS = 600


@st.cache_resource
def gateway() -> Gateway:
    """One gateway per process; it is safe for threads and pins the newest publication by itself."""
    return Gateway(settings_module.load())


def state(viewer: Viewer) -> State:
    """Publication, freshness and audit, asked at every rerun."""
    return gateway().state(viewer.actor)


def mark(viewer: Viewer) -> tuple[object, ...]:
    """What a drawn page stands on: once this differs, its figures or what its header says have changed."""
    found = state(viewer)
    return (found.publication and found.publication.id, found.audit_passed, found.failed_checks, found.fresh)


@st.cache_data(ttl=CACHE_SECONDS, max_entries=500, show_spinner=False)
def _metric(scope: str, publication: int, query: MetricQuery, _viewer: Viewer) -> MetricAnswer:
    return gateway().metric(_viewer.actor, query)


def metric(viewer: Viewer, publication: int, query: MetricQuery) -> MetricAnswer:
    """A metric's answer for this viewer as of this publication."""
    return _metric(viewer.scope, publication, query, viewer)


@st.cache_data(ttl=CACHE_SECONDS, max_entries=50, show_spinner=False)
def _catalogue(scope: str, publication: int, _viewer: Viewer) -> tuple[MetricDefinition, ...]:
    return gateway().catalogue(_viewer.actor)


def definition(viewer: Viewer, publication: int, name: str) -> MetricDefinition:
    """A metric's definition as the catalogue words it."""
    return next(found for found in _catalogue(viewer.scope, publication, viewer) if found.name == name)


def monthly(
    viewer: Viewer, publication: int, name: str, filters: Filters, compared: Comparison | None = None
) -> MetricAnswer:
    """A metric by month over the filters' range, or over the range it is compared with."""
    query = MetricQuery(name=name, first=filters.first, last=filters.last)
    if compared is not None and filters.first is not None:
        query = shifted(query, compared)
    return metric(viewer, publication, query)


@st.cache_data(ttl=CACHE_SECONDS, max_entries=100, show_spinner=False)
def _invoices(
    scope: str, publication: int, measure: Measure, first: date, last: date, as_of: date | None, _viewer: Viewer
) -> list[InvoiceRow]:
    return gateway().invoices(_viewer.actor, first=first, last=last, measure=measure, as_of=as_of)


def invoices(
    viewer: Viewer, publication: int, measure: Measure, *, first: date, last: date, as_of: date | None = None
) -> list[InvoiceRow]:
    """The invoices behind a figure."""
    return _invoices(viewer.scope, publication, measure, first, last, as_of, viewer)
