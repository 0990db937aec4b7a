"""Metrics: every figure of the product with its meaning, made from the same definitions that compute it."""

import streamlit as st

from console import exports, queries
from console.access import Viewer
from console.language import tell as _
from console.templating import show
from imisofts.access import ACTIONS_OF_ROLE, CLIENT_ROLES, Role
from warehouse.gateway import MetricDefinition, State


def subject_words(subject: str) -> str:
    """What a group of metrics is called."""
    said = {
        "money": _("Invoices and payments"),
        "recurring": _("Recurring revenue"),
        "team": _("Team"),
        "projects": _("Projects"),
        "support": _("Support"),
        "health": _("Client health"),
    }
    return said.get(subject, subject.capitalize())


def page(viewer: Viewer, state: State) -> None:
    """Draw the page."""
    assert state.publication is not None
    st.title(_("Metrics"))
    known = list(queries.catalogue(viewer, state.publication.id).values())
    asked = st.text_input(
        _("Search"),
        value=st.query_params.get("q", ""),
        placeholder=_("Name or a word of the definition"),
        key="q",
        width=420,
    )
    st.query_params.from_dict({"q": asked} if asked else {})
    found = [metric for metric in known if matches(metric, asked)]
    counts = {"found": len(found), "known": len(known), "version": state.publication.metric_version}
    st.caption(_("{found} of {known} metrics, definitions {version}", **counts))
    if not found:
        show("notice.html", title=_("No metric has these words."), text=_("Search for less."), link="", link_text="")
    for subject in dict.fromkeys(metric.subject for metric in found):
        of_subject = [metric for metric in found if metric.subject == subject]
        with st.container(border=True, key=f"subject-{subject}"):
            entries = [(metric, who(metric)) for metric in of_subject]
            show("metrics.html", title=subject_words(subject), entries=entries)
    exports.downloads([as_cells(metric) for metric in found], f"{viewer.slug}-metrics", "metrics")


def matches(metric: MetricDefinition, asked: str) -> bool:
    """Whether every word that was typed stands in the metric's name, label, definition, policy or dimensions."""
    words = " ".join(
        [metric.name, metric.label, metric.definition, *metric.policy, *(item.name for item in metric.dimensions)]
    ).casefold()
    return all(word in words for word in asked.casefold().split())


def who(metric: MetricDefinition) -> str:
    """Which roles may ask for it; clients only where its rows are of clients, and then only of their own."""
    roles = [role.value for role in Role if metric.action in ACTIONS_OF_ROLE[role]]
    if not metric.of_clients:
        roles = [role for role in roles if role not in CLIENT_ROLES]
    return ", ".join(roles)


def as_cells(metric: MetricDefinition) -> dict[str, object]:
    """The definition as a line of a table."""
    return {
        "name": metric.name,
        "label": metric.label,
        "subject": metric.subject,
        "definition": metric.definition,
        "policy": " ".join(metric.policy),
        "unit": metric.unit,
        "kind": metric.kind,
        "grains": ", ".join(metric.grains),
        "dimensions": ", ".join(item.name for item in metric.dimensions),
        "who": who(metric),
    }
