"""The rows behind a figure: pick a mark in a chart, or say which, when and of whom, and its facts stand below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import streamlit as st

from console import controls, exports, language
from console.language import tell as _
from console.reading import Reading
from console.templating import show
from warehouse.gateway import FactRows, FactValue, GatewayError, Grain, MetricAnswer, MetricQuery
from warehouse.gateway.comparison import Comparison
from warehouse.gateway.periods import end

FORMATS: Mapping[str, str] = {"money": "accounting", "hours": "%.2f", "days": "%.1f"}
Pick = Mapping[str, str]
"""The fields of a mark that was picked in a chart; empty where none was."""


@dataclass(frozen=True, slots=True)
class Split:
    """A dimension by which a panel tells its figures apart: its values and their words. ``field`` is the chart's."""

    name: str
    words: Mapping[str, str]
    field: str = ""

    def picked(self, pick: Pick) -> str | None:
        """The value whose mark was picked."""
        found = pick.get(self.field)
        return next((key for key, word in self.words.items() if found in (key, word)), None)


@dataclass(frozen=True, slots=True)
class Behind:
    """What opens a panel's figures. ``figures``: the word that the panel prints → metric.

    ``grain`` is that of its periods, ``field`` what the chart calls them; ``span`` are the only days there are to ask
    where the panel has no periods.
    """

    reading: Reading
    figures: Mapping[str, str]
    splits: tuple[Split, ...] = ()
    grain: Grain = "month"
    field: str = "period"
    span: tuple[date, date] | None = None

    def known(self) -> dict[str, str]:
        """The figures that this viewer may see at all."""
        return {word: name for word, name in self.figures.items() if self.reading.knows(name)}


def of(reading: Reading, answers: Sequence[MetricAnswer], words: Sequence[str] = (), **more: Any) -> Behind:
    """What opens these answers, under the panel's words for them or their own; ``more`` as in :class:`Behind`."""
    said = words or [answer.definition.label for answer in answers]
    return Behind(reading, dict(zip(said, (answer.definition.name for answer in answers), strict=True)), **more)


def split(answer: MetricAnswer, name: str, field: str = "") -> Split:
    """The values of a dimension that an answer has, by their words."""
    words = {
        str(row.dimensions[name]): str(row.dimensions.get(f"{name}_name") or row.dimensions[name])
        for row in answer.rows
        if row.dimensions[name] is not None
    }
    return Split(name, dict(sorted(words.items(), key=lambda one: one[1].casefold())), field)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose rows: a metric over some days, and the values of dimensions."""

    name: str
    days: tuple[date, date] | None
    where: tuple[tuple[str, str], ...] = field(default=())


def behind(found: Behind, key: str, pick: Pick) -> None:
    """The choice of a figure of the panel, and the facts that it is made of."""
    known = found.known()
    if not known:
        return
    with st.container(key=f"behind-{key}"), st.expander(_("Rows behind a figure"), expanded=bool(pick)):
        asked = _asked(found, known, f"{key}-{'-'.join(pick.values())}", pick)
        if asked.days is None:
            st.caption(_("Pick a mark in the chart, or a time here."))
            return
        query = found.reading.behind(asked.name, *asked.days, asked.where)
        words = "-".join(value for _name, value in asked.where)
        facts(found.reading, query, key, f"{found.reading.viewer.slug}-{asked.name}-{asked.days[0]}-{words}")


def _asked(found: Behind, known: Mapping[str, str], key: str, pick: Pick) -> Asked:
    """What the fields say; a picked mark fills them in."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        word, compared = _series(known, pick)
        if len(known) > 1:
            word = st.selectbox(_("Figure"), list(known), index=list(known).index(word), key=f"{key}-figure", width=220)
        name = _part(found, known[word], key)
        where = tuple((split.name, value) for split in found.splits if (value := _value(split, key, pick)) is not None)
        days = found.span or _days(found, name, key, pick, compared, narrowed=bool(where))
    return Asked(name, days, where)


def _part(found: Behind, name: str, key: str) -> str:
    """Which of the metrics that a figure is made of: a ratio has rows above and below its line."""
    parts = found.reading.parts(name)
    if len(parts) < 2:
        return next(iter(parts.values()), name)
    return parts[st.selectbox(_("Made of"), list(parts), key=f"{key}-part-{name}", width=220)]


def _series(known: Mapping[str, str], pick: Pick) -> tuple[str, Comparison | None]:
    """The picked series, and the range that it is of."""
    word, _comma, against = pick.get("series", "").partition(", ")
    compared = next((one for one in controls.COMPARISONS if controls.comparison(one) == against), None)
    return (word if word in known else next(iter(known))), compared


def _value(split: Split, key: str, pick: Pick) -> str | None:
    options = ["", *split.words]
    return (
        st.selectbox(
            controls.dimension(split.name),
            options,
            index=options.index(split.picked(pick) or ""),
            format_func=lambda one: split.words.get(one, one or _("All")),
            key=f"{key}-{split.name}",
            width=200,
        )
        or None
    )


def _days(
    found: Behind, name: str, key: str, pick: Pick, compared: Comparison | None, *, narrowed: bool
) -> tuple[date, date] | None:
    """First and last day of the chosen period of the range, or of one that it is compared with."""
    reading, against = found.reading, compared
    if reading.filters.comparisons:
        ranges: list[Comparison | None] = [None, *reading.filters.comparisons]
        against = st.selectbox(
            _("Of"),
            ranges,
            index=ranges.index(compared),
            format_func=lambda one: controls.comparison(one) if one else _("this range"),
            key=f"{key}-range",
            width=190,
        )
    grain = _grain(found, name, key)
    now = reading.periods(name, grain)
    moved = reading if against is None else reading.moved(against)
    periods = now if against is None else moved.periods(name, grain)
    picked = pick.get(found.field)
    place = next((n for n, day in enumerate(now) if day.isoformat() == (picked or "")[:10]), None)
    whole = (moved.filters.first, moved.filters.last)
    options = [whole, *((day, min(end(day, grain), whole[1])) for day in periods)]
    return st.selectbox(
        _("Time"),
        options,
        index=place + 1 if place is not None and place + 1 < len(options) else 0 if narrowed else None,
        format_func=lambda days: _("the whole range") if days == whole else _named(days[0], grain),
        placeholder=_("Pick a mark, or a time"),
        key=f"{key}-{grain}-{against}-{narrowed}",
        width=200,
    )


def _grains() -> dict[Grain, str]:
    return {"month": _("Month"), "quarter": _("Quarter"), "week": _("Week"), "day": _("Day")}


def _grain(found: Behind, name: str, key: str) -> Grain:
    known = {word: grain for grain, word in _grains().items() if grain in found.reading.definition(name).grains}
    usual = found.grain if found.grain in known.values() else next(iter(known.values()))
    words = list(known)
    place = list(known.values()).index(usual)
    return known[st.selectbox(_("By"), words, index=place, key=f"{key}-grain-{usual}-{len(words)}", width=110)]


def _named(day: date, grain: Grain) -> str:
    if grain == "month":
        return language.month(day)
    if grain == "quarter":
        return language.quarter(day)
    if grain == "week":
        return f"{language.short_day(day)} – {language.day(day + timedelta(days=6))}"
    return language.weekday(day)


def facts(reading: Reading, query: MetricQuery, key: str, file_name: str) -> None:
    """A table of facts with its files; a figure without facts says so."""
    try:
        found = reading.facts(query)
    except GatewayError as error:
        show("notice.html", title=_("The rows cannot be shown."), text=str(error), link="", link_text="")
        return
    listed(found, key, file_name)


def listed(found: FactRows, key: str, file_name: str) -> None:
    """Facts with their files."""
    if not found.rows:
        show(
            "notice.html", title=_("No rows here."), text=_("Nothing stands behind this figure."), link="", link_text=""
        )
        return
    said = language.count("{number} row", "{number} rows", len(found.rows))
    st.caption(_("The newest: {rows}", rows=said) if found.more else said)
    table(found, key)
    exports.downloads(exports.fact_rows(found), file_name, key=f"{key}-rows")


def table(found: FactRows, key: str) -> None:
    """Facts under the words of their columns, numbers right-aligned with their unit's decimals."""
    shown = [
        {column.label: _shown(value) for column, value in zip(found.columns, row, strict=True)} for row in found.rows
    ]
    config: dict[str, Any] = {
        column.label: st.column_config.NumberColumn(
            f"{column.label} (h)" if column.unit == "hours" else column.label, format=FORMATS.get(column.unit)
        )
        for column in found.columns
        if column.unit
    }
    st.dataframe(shown, hide_index=True, key=f"{key}-facts", column_config=config)


def _shown(value: FactValue) -> FactValue | float:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return float(value) if isinstance(value, Decimal) else value
