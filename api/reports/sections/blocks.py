"""What every part of a report is made of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from api.paper.language import Language
from api.reports.figures import Frozen
from imisofts.brand import Brand
from imisofts.charts import Look

Block = dict[str, Any]
"""A table, chart or sentence, with its own heading or none."""
Section = dict[str, Any]
"""A heading, its finding in a sentence, its blocks, and the names of the metrics that it prints."""
CHART_WIDTH = 640


@dataclass(frozen=True, slots=True)
class Telling:
    """Everything a part needs: the figures, whose they are, and how to say them."""

    figures: Frozen
    brand: Brand
    language: Language
    look: Look

    @property
    def client(self) -> str:
        return str(self.figures["client_name"])

    @property
    def period(self) -> str:
        """October 2026, or Q4 2026."""
        return self.language.period(self.figures["first"], self.figures["last"])


@dataclass(frozen=True, slots=True)
class Part:
    """One switchable part. ``absent`` says in a few words what there was none of."""

    sentences: Callable[[Telling], list[str]]
    sections: Callable[[Telling], list[Section]]
    absent: Callable[[Language], str]


def section(heading: str, finding: str, blocks: Sequence[Block], metrics: Sequence[str]) -> Section:
    """A section of the document."""
    return {"heading": heading, "finding": finding, "blocks": list(blocks), "metrics": list(metrics)}


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    right: int,
    wide: int = 1,
    heading: str | None = None,
    total: Sequence[str] | None = None,
    note: str | None = None,
    empty: str | None = None,
) -> Block:
    """A table whose first ``wide`` columns share the room; columns from number ``right`` on hold figures.

    A cell is text, or ``{"word", "tone"}``. ``total`` is a last row of as many cells as ``head``. A short table stays
    on one page.
    """
    return {
        "kind": "table",
        "heading": heading,
        "head": list(head),
        "rows": [list(row) for row in rows],
        "right": right,
        "wide": wide,
        "total": list(total) if total is not None else None,
        "note": note,
        "empty": empty,
        "whole": len(rows) <= 12,
    }


def chart(spec: dict[str, Any], *, heading: str | None = None, text: str | None = None) -> Block:
    """A chart; its specification carries the alternative text."""
    return {"kind": "chart", "heading": heading, "text": text, "chart": spec}
