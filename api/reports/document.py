"""A report as it was frozen: nothing that happens later changes what it says."""

from dataclasses import dataclass

from api.paper.language import Language
from api.reports.figures import Frozen
from imisofts.brand import Brand


@dataclass(frozen=True, slots=True)
class Document:
    """The figures, the PDF made of them, and what its mail is made by; ``sections`` are those that were chosen."""

    figures: Frozen
    pdf: bytes
    brand: Brand
    language: Language
    sections: tuple[str, ...]
