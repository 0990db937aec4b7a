"""Content → PDF/UA-1 + PDF/A-2a by Typst, in a folder of its own that is gone afterwards."""

import json
import shutil
import tempfile
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import typst

from api.reports import fonts
from api.reports.content import Content, content
from api.reports.figures import Frozen
from api.reports.language import Language
from api.reports.sections import SECTIONS
from api.reports.sections.blocks import Section
from imisofts import charts
from imisofts.brand import Brand

TEMPLATES: Final = Path(__file__).parent / "templates"
TEMPLATE: Final = "client_report.typ"
TEMPLATE_VERSION: Final = "client_report/3"
STANDARDS: Final[list[Any]] = ["ua-1", "a-2a"]


def build(
    figures: Frozen,
    brand: Brand,
    language: Language,
    *,
    font_folder: Path,
    sections: Collection[str] = SECTIONS,
) -> bytes:
    """The report as PDF. Equal arguments give equal bytes: its date is the publication's, not the clock's.

    ``font_folder`` holds one folder per family as npm's ``@expo-google-fonts`` scope does. A logo that cannot be
    drawn is replaced by the brand's monogram rather than failing the report.
    """
    said = content(figures, brand, language, sections)
    made_at = datetime.fromisoformat(figures["publication"]["published_at"]).replace(microsecond=0)
    try:
        return _compile(said, brand, font_folder, made_at, with_logo=True)
    except typst.TypstError:
        if brand.logo_png is None:
            raise
        return _compile(said, brand, font_folder, made_at, with_logo=False)


def cover(figures: Frozen, brand: Brand, language: Language, *, font_folder: Path) -> bytes:
    """The first page as PNG, 595 × 842 pixels at most: what a brand looks like on paper."""
    said = content(figures, brand, language)
    with tempfile.TemporaryDirectory(prefix="imisofts-cover-") as name:
        folder = Path(name)
        source, families = _laid_out(folder, {**said, "sections": []}, brand, font_folder, with_logo=True)
        folders = [str(one) for one in fonts.folders(font_folder, families)]
        made: Any = typst.compile(
            str(source), root=name, font_paths=folders, ignore_system_fonts=True, format="png", ppi=72
        )
    first = made[0] if isinstance(made, list) else made
    assert isinstance(first, bytes)
    return first


def _compile(said: Content, brand: Brand, font_folder: Path, made_at: datetime, *, with_logo: bool) -> bytes:
    with tempfile.TemporaryDirectory(prefix="imisofts-report-") as name:
        folder = Path(name)
        source, families = _laid_out(folder, said, brand, font_folder, with_logo=with_logo)
        made = typst.compile(
            str(source),
            root=str(folder),
            font_paths=[str(one) for one in fonts.folders(font_folder, families)],
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=STANDARDS,
            timestamp=made_at,
        )
    assert isinstance(made, bytes)
    return made


def _laid_out(
    folder: Path, said: Content, brand: Brand, font_folder: Path, *, with_logo: bool
) -> tuple[Path, list[str]]:
    """Template, data, charts and logo in ``folder``; the template's path, and the font families it needs."""
    logo = _logo(folder, brand) if with_logo else None
    known = fonts.drawable(font_folder, brand.font_family)
    cleaned = _cleaned({**said, "logo": logo, "initials": brand.initials}, known)
    data = {**cleaned, "sections": _draw(folder, cleaned["sections"])}
    families = fonts.families(json.dumps(data, ensure_ascii=False), brand.font_family, font_folder)
    (folder / "data.json").write_text(json.dumps({**data, "look": _look(brand, families)}), encoding="utf-8")
    return Path(shutil.copy(TEMPLATES / TEMPLATE, folder / TEMPLATE)), families


def _draw(folder: Path, sections: list[Section]) -> list[Section]:
    """The charts as SVG files; the template gets their names and descriptions."""
    drawn = []
    for n, section in enumerate(sections):
        blocks = []
        for m, block in enumerate(section["blocks"]):
            if block["kind"] == "chart":
                path, spec = f"chart-{n}-{m}.svg", block["chart"]
                (folder / path).write_text(charts.svg(spec), encoding="utf-8")
                block = {**block, "chart": path, "description": spec["description"]}
            blocks.append(block)
        drawn.append({**section, "blocks": blocks})
    return drawn


def _logo(folder: Path, brand: Brand) -> str | None:
    if brand.logo_png is None:
        return None
    (folder / "logo.png").write_bytes(brand.logo_png)
    return "logo.png"


def _look(brand: Brand, families: list[str]) -> dict[str, Any]:
    tokens = brand.tokens("light")
    return {
        "fonts": families,
        "accent": tokens["accent"],
        "accent_ink": tokens["accent-ink"],
        "accent_text": tokens["accent-text"],
        "accent_soft": tokens["accent-soft"],
        "second": tokens["second"],
        "ink": tokens["ink"],
        "muted": tokens["ink-muted"],
        "line": tokens["line"],
        "tones": {name: tokens[name] for name in ("good", "warning", "bad", "information")},
    }


def _cleaned(value: Any, known: frozenset[int]) -> Any:
    """Every text of the document, without characters that no font can draw."""
    if isinstance(value, str):
        return fonts.clean(value, known)
    if isinstance(value, list):
        return [_cleaned(one, known) for one in value]
    if isinstance(value, dict):
        return {key: _cleaned(one, known) for key, one in value.items()}
    return value
