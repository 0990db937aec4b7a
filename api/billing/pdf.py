"""An invoice → PDF/UA-1 + PDF/A-3a, or a picture of its first page."""

from pathlib import Path
from typing import Final

from api.billing.paper import Telling, content
from api.paper import typesetting
from api.paper.typesetting import Sheet, Standard

TEMPLATE: Final = Path(__file__).parent / "templates" / "invoice.typ"
STANDARDS: Final[list[Standard]] = ["ua-1", "a-3a"]


def build(told: Telling, font_folder: Path) -> bytes:
    """The whole invoice. An invoice that was not touched gives equal bytes: it is dated by its last change."""
    return typesetting.pdf(_sheet(told, font_folder), STANDARDS, told.invoice.updated_at)


def first_page(told: Telling, font_folder: Path) -> bytes:
    """The first page as PNG: what a brand looks like on an invoice."""
    return typesetting.first_page(_sheet(told, font_folder))


def _sheet(told: Telling, font_folder: Path) -> Sheet:
    said = typesetting.drawable(content(told), told.brand, font_folder)
    return Sheet(TEMPLATE, said, told.brand, font_folder)
