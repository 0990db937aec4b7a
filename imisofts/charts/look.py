"""The look of a chart: brand colours, font and language, and the Vega-Lite configuration made of them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_decimal_symbol, get_group_symbol

Spec = dict[str, Any]
"""A Vega-Lite document; it is JSON, so any deeper type would only be a promise that nothing checks."""

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.json"


CELL_TEXT: Final[Spec] = {
    "fontSize": {"expr": "bandwidth('x') < 30 ? 8 : 10"},
    "opacity": {"expr": "bandwidth('x') < 22 ? 0 : 1"},
}
"""Of a heat table's figures: smaller in narrow cells, and gone where they would run into each other."""


def _same(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Look:
    """How a chart looks and speaks. ``translate`` is a gettext function; a chart's own words are English."""

    accent: str = "#3b4cca"
    second: str = "#e69f00"
    ink: str = "#14181f"
    muted: str = "#505a6b"
    line: str = "#e4e7ec"
    surface: str = "#ffffff"
    on_accent: str = "#ffffff"
    bad: str = "#c0342b"
    good: str = "#157347"
    warning: str = "#955800"
    more: tuple[str, ...] = ("#009e73", "#cc79a7", "#56b4e9")
    font: str = "Inter"
    locale: str = "en"
    translate: Callable[[str], str] = _same

    @classmethod
    def of(
        cls,
        tokens: Mapping[str, str],
        *,
        font: str = "Inter",
        locale: str = "en",
        translate: Callable[[str], str] = _same,
    ) -> "Look":
        """From the brand's tokens (``Brand.tokens(mode)``); a missing token keeps the neutral default."""
        plain = cls()
        return cls(
            accent=tokens.get("accent", plain.accent),
            second=_second(tokens, tokens.get("accent", plain.accent)) or plain.second,
            ink=tokens.get("ink", plain.ink),
            muted=tokens.get("ink-muted", plain.muted),
            line=tokens.get("line", plain.line),
            surface=tokens.get("surface", plain.surface),
            on_accent=tokens.get("accent-ink", plain.on_accent),
            bad=tokens.get("bad", plain.bad),
            good=tokens.get("good", plain.good),
            warning=tokens.get("warning", plain.warning),
            more=_further(tokens) or plain.more,
            font=font,
            locale=locale,
            translate=translate,
        )

    @property
    def babel(self) -> Locale:
        """The locale of dates and numbers; an unknown one falls back to English instead of failing a page."""
        return _parsed(self.locale)

    def money(self, value: Decimal, currency: str) -> str:
        """``value`` with its currency, in that currency's own decimals (JPY 0, EUR 2, KWD 3)."""
        return format_currency(value, currency, locale=self.babel)

    def number(self, value: Decimal) -> str:
        """``value`` with at most one decimal."""
        return format_decimal(value, "#,##0.#", locale=self.babel)

    def short_label(self) -> str:
        """A Vega expression for an axis of quantities: 4k, 1.5M, as the language shortens them."""
        short = "datum.label"
        for si, word in (("k", self.translate("k")), ("M", self.translate("M")), ("G", self.translate("B"))):
            short = f"replace({short}, '{si}', '{word}')"
        return f"datum.value === 0 ? '0' : abs(datum.value) < 1 ? format(datum.value, '~g') : {short}"

    def month(self, day: date) -> str:
        """Month and year in full: October 2026."""
        return format_date(day, "LLLL y", locale=self.babel)

    def short_months(self, days: list[date]) -> dict[str, list[str]]:
        """ISO date → lines of its axis label; the year stands under each January, and under the first month
        unless a January follows it."""
        labels: dict[str, list[str]] = {}
        for day in days:
            lines = [format_date(day, "LLL", locale=self.babel)]
            if day.month == 1 or (not labels and not any(other.month == 1 for other in days[1:2])):
                lines.append(format_date(day, "y", locale=self.babel))
            labels[day.isoformat()] = lines
        return labels


@cache
def _parsed(locale: str) -> Locale:
    """Once for each: a chart asks for it with every figure and month."""
    try:
        return Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _second(tokens: Mapping[str, str], accent: str) -> str | None:
    """The series colour that differs most in lightness, so that two bars also differ in grey print."""
    series = [tokens[name] for name in ("series-2", "series-3", "series-4") if name in tokens]
    return max(series, key=lambda c: abs(_lightness(c) - _lightness(accent)), default=None)


def _further(tokens: Mapping[str, str]) -> tuple[str, ...]:
    """Series colours after the first two."""
    second = _second(tokens, tokens.get("accent", "#000000"))
    series = (tokens[f"series-{place}"] for place in range(2, 7) if f"series-{place}" in tokens)
    return tuple(colour for colour in series if colour != second)


def _lightness(colour: str) -> float:
    red, green, blue = (int(colour[n : n + 2], 16) for n in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def room_for(labels: Iterable[str]) -> float:
    """How much longer than its longest bar an axis must be, so that a label of 12 px fits behind the bar."""
    longest = max((len(label) for label in labels), default=0)
    return 1 / (1 - min(0.5, (7 * longest + 10) / 500))


def room_beside(longest: float, labels: Iterable[str]) -> Spec:
    """The end of an axis of bars, so that a label of 12 px fits behind the longest at any width of the chart."""
    pixels = 7 * max((len(label) for label in labels), default=0) + 14
    return {"expr": f"{longest or 1} / (1 - min(0.7, {pixels} / max(width, 1)))"}


def legend_columns(names: Sequence[str]) -> str:
    """A Vega expression: how many entries of a legend stand side by side, as the chart is wide and the names long."""
    entry = 7 * max((len(name) for name in names), default=0) + 34
    return f"max(1, min({len(names)}, floor(width / {entry})))"


def document(look: Look, description: str, body: Spec, *, width: int | str, height: int) -> Spec:
    """A whole specification: ``body`` in the look of the brand, with its alternative text."""
    return {
        "$schema": SCHEMA,
        "description": description,
        "width": width,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "background": None,
        **body,
        "config": _config(look),
    }


def sentence_instead(look: Look, sentence: str, *, width: int | str, height: int) -> Spec:
    """A sentence in place of a chart that would have nothing to show."""
    body: Spec = {
        "data": {"values": [{"text": sentence}]},
        "mark": {
            "type": "text",
            "fontSize": 13,
            "color": look.muted,
            "align": "center",
            "tooltip": None,
        },
        "encoding": {"text": {"field": "text", "type": "nominal"}},
    }
    return document(look, sentence, body, width=width, height=min(height, 120))


def _config(look: Look) -> Spec:
    axis = {
        "labelColor": look.muted,
        "titleColor": look.muted,
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "domainColor": look.line,
        "gridColor": look.line,
        "ticks": False,
        "labelPadding": 6,
    }
    return {
        "font": look.font,
        "view": {"stroke": None},
        "axis": axis,
        "axisY": {"domain": False},
        "legend": {
            "labelColor": look.ink,
            "labelFontSize": 12,
            "titleColor": look.muted,
            "symbolType": "square",
        },
        "locale": {
            "number": {
                "decimal": get_decimal_symbol(look.babel),
                "thousands": get_group_symbol(look.babel),
                "grouping": [3],
                "currency": ["", ""],
            }
        },
    }
