"""A template and its data → PDF by Typst, in a folder of its own that is gone afterwards.

Words, dates and amounts arrive finished, and a template evaluates none of them as markup. A logo that cannot be drawn
is replaced by the brand's monogram rather than failing the document.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

import typst

from api.paper import fonts
from imisofts.brand import Brand

Standard = Literal["ua-1", "a-2a", "a-3a"]
Data = dict[str, Any]
PICTURE_DOTS: Final = 72
"""Dots an inch of a page drawn as a picture: A4 becomes 595 × 842 pixels."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is set: ``data`` is what :func:`drawable` made of a document's words, ``pictures`` are SVG by file name.

    The template finds ``data.json`` beside it, with ``look`` (colours, fonts), ``logo`` (a file or none) and
    ``initials`` added. ``font_folder`` holds one folder per family as npm's ``@expo-google-fonts`` scope does.
    """

    template: Path
    data: Data
    brand: Brand
    font_folder: Path
    pictures: Mapping[str, str] = field(default_factory=dict)


def drawable(data: Data, brand: Brand, font_folder: Path) -> Data:
    """``data`` without the characters that no font of the document can draw."""
    known = fonts.drawable(font_folder, brand.font_family)
    cleaned: Data = _cleaned(data, known)
    return cleaned


def pdf(sheet: Sheet, standards: list[Standard], made_at: datetime) -> bytes:
    """The document; equal sheets give equal bytes, for its date is ``made_at`` and not the clock's."""
    made = _compiled(sheet, format="pdf", pdf_standards=standards, timestamp=made_at.replace(microsecond=0))
    assert isinstance(made, bytes)
    return made


def first_page(sheet: Sheet) -> bytes:
    """The first page as PNG, for a look at it on a screen."""
    made = _compiled(sheet, format="png", ppi=PICTURE_DOTS)
    first = made[0] if isinstance(made, list) else made
    assert isinstance(first, bytes)
    return first


def _compiled(sheet: Sheet, **output: Any) -> bytes | list[bytes]:
    try:
        return _compiled_once(sheet, sheet.brand.logo_png, output)
    except typst.TypstError:
        if sheet.brand.logo_png is None:
            raise
        return _compiled_once(sheet, None, output)


def _compiled_once(sheet: Sheet, logo: bytes | None, output: Mapping[str, Any]) -> bytes | list[bytes]:
    with tempfile.TemporaryDirectory(prefix="imisofts-paper-") as name:
        folder = Path(name)
        families = _laid_out(folder, sheet, logo)
        made: Any = typst.compile(
            str(folder / sheet.template.name),
            root=name,
            font_paths=_loaded(tuple(fonts.folders(sheet.font_folder, families))),
            **output,
        )
    assert isinstance(made, bytes | list)
    return made


@lru_cache(maxsize=8)
def _loaded(folders: tuple[Path, ...]) -> typst.Fonts:
    """The fonts in ``folders`` and Typst's own, never the machine's; kept: to read them takes a page's time."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(folder) for folder in folders])


def _laid_out(folder: Path, sheet: Sheet, logo: bytes | None) -> list[str]:
    """Template, data, pictures and logo in ``folder``; gives the font families that the words need."""
    brand = sheet.brand
    if logo is not None:
        (folder / "logo.png").write_bytes(logo)
    for name, svg in sheet.pictures.items():
        (folder / name).write_text(svg, encoding="utf-8")
    initials = drawable({"initials": brand.initials}, brand, sheet.font_folder)
    data = {**sheet.data, **initials, "logo": "logo.png" if logo is not None else None}
    families = fonts.families(json.dumps(data, ensure_ascii=False), brand.font_family, sheet.font_folder)
    (folder / "data.json").write_text(json.dumps({**data, "look": _look(brand, families)}), encoding="utf-8")
    shutil.copy(sheet.template, folder / sheet.template.name)
    return families


def _look(brand: Brand, families: list[str]) -> Data:
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
    if isinstance(value, str):
        return fonts.clean(value, known)
    if isinstance(value, list):
        return [_cleaned(one, known) for one in value]
    if isinstance(value, dict):
        return {key: _cleaned(one, known) for key, one in value.items()}
    return value
