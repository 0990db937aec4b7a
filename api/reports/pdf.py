"""Content → PDF/UA-1 + PDF/A-2a."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Final

from api.paper import typesetting
from api.paper.language import Language
from api.paper.typesetting import Sheet, Standard
from api.reports.content import Content, content
from api.reports.figures import Frozen
from api.reports.sections import SECTIONS
from api.reports.sections.blocks import Section
from imisofts import charts
from imisofts.brand import Brand

TEMPLATE: Final = Path(__file__).parent / "templates" / "client_report.typ"
TEMPLATE_VERSION: Final = "client_report/3"
STANDARDS: Final[list[Standard]] = ["ua-1", "a-2a"]


def build(
    figures: Frozen,
    brand: Brand,
    language: Language,
    *,
    font_folder: Path,
    sections: Collection[str] = SECTIONS,
) -> bytes:
    """The report as PDF. Equal arguments give equal bytes: its date is the publication's, not the clock's.

    ``font_folder`` holds one folder per family as npm's ``@expo-google-fonts`` scope does.
    """
    said = typesetting.drawable(content(figures, brand, language, sections), brand, font_folder)
    pages, charts_drawn = _drawn(said["sections"])
    sheet = Sheet(TEMPLATE, {**said, "sections": pages}, brand, font_folder, charts_drawn)
    return typesetting.pdf(sheet, STANDARDS, datetime.fromisoformat(figures["publication"]["published_at"]))


def cover(figures: Frozen, brand: Brand, language: Language, *, font_folder: Path) -> bytes:
    """The first page as PNG: what a brand looks like on paper."""
    said: Content = {**content(figures, brand, language), "sections": []}
    return typesetting.first_page(Sheet(TEMPLATE, typesetting.drawable(said, brand, font_folder), brand, font_folder))


def _drawn(sections: list[Section]) -> tuple[list[Section], dict[str, str]]:
    """The sections with names and descriptions in place of their charts, and the charts as SVG by these names."""
    drawn, pictures = [], {}
    for n, section in enumerate(sections):
        blocks = []
        for m, block in enumerate(section["blocks"]):
            if block["kind"] == "chart":
                path, spec = f"chart-{n}-{m}.svg", block["chart"]
                pictures[path] = charts.svg(spec)
                block = {**block, "chart": path, "description": spec["description"]}
            blocks.append(block)
        drawn.append({**section, "blocks": blocks})
    return drawn, pictures
