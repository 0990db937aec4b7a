"""The one shape of a figure: a question, its answer in words, a chart, the table, the files, and what the words mean.

Every view hands over a function that reads; while it reads a skeleton stands in its place, and where the gateway
refuses or a read fails, a sentence does. So all pages load, fail and stay empty alike.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

from console import drill, exports, figures, tables
from console.drill import Behind, Pick
from console.language import tell as _
from console.templating import show
from imisofts import charts
from warehouse.gateway import GatewayError, MetricDefinition

DRAWN = "_drawn"
"""The panels that this session has seen: only the first look needs a skeleton, later ones fade by themselves."""
Read = TypeVar("Read")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Panel:
    """What a panel shows. ``empty`` is a sentence in place of the chart; ``export`` are exact rows for the files."""

    question: str
    answer: str
    chart: charts.Spec | None = None
    table: Sequence[exports.Row] = ()
    export: Sequence[exports.Row] = ()
    metrics: tuple[MetricDefinition, ...] = ()
    empty: str = ""
    behind: Behind | None = None


def panel(key: str, file_name: str, build: Callable[[], Panel]) -> None:
    """Draw a panel, and what stands behind its figures. ``file_name`` has no ending."""
    with st.container(border=True, key=f"panel-{key}"):
        place = st.empty()
        seen = st.session_state.setdefault(DRAWN, set())
        if key not in seen:
            with place.container():
                show("skeleton.html")
        built = safely(build)
        seen.add(key)
        with place.container():
            if isinstance(built, str):
                say(built)
            else:
                _draw(built, key, file_name)


def _table(rows: Sequence[exports.Row], key: str) -> None:
    st.dataframe(list(rows), hide_index=True, key=f"{key}-table", column_config=tables.aligned(rows))


def safely(read: Callable[[], Read]) -> Read | str:
    """What was read, or a sentence: a figure that cannot be read takes no others with it."""
    try:
        return read()
    except GatewayError as error:
        return str(error)
    except Exception:  # noqa: BLE001 - the edge of a page: whatever fails inside is logged and told in words
        _log.exception("a figure could not be read")
        return _("Reading it failed. Nothing is lost; it is tried again as soon as the page is drawn anew.")


def say(sentence: str) -> None:
    """The sentence in place of what could not be read."""
    show("notice.html", title=_("This cannot be shown now."), text=sentence, link="", link_text="")


def _draw(built: Panel, key: str, file_name: str) -> None:
    show("question.html", question=built.question, answer=built.answer)
    if built.empty:
        show("notice.html", title=built.empty, text="", link="", link_text="")
        return
    pick: Pick = {}
    if built.chart is not None:
        if built.behind is not None:
            pick = figures.draw_pickable(built.chart, key=f"{key}-chart")
        else:
            figures.draw(built.chart, key=f"{key}-chart")
    if built.table and built.chart is not None:
        with st.expander(_("As a table")):
            _table(built.table, key)
    elif built.table:
        _table(built.table, key)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if built.export:
            exports.downloads(built.export, file_name, key)
        if built.metrics:
            with st.popover(_("What these figures mean"), type="tertiary", icon=":material/info:"):
                show("definitions.html", metrics=built.metrics)
    if built.behind is not None:
        drill.behind(built.behind, key, pick)
