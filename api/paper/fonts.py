"""Which fonts a PDF is set in, and which characters they can draw.

PDF/A refuses a character without a glyph, so a client's name with an emoji would fail the whole report. The character
map (``cmap``) of each font is read once; what none can draw is left out of the PDF, never out of the data.
"""

import struct
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final

from imisofts.brand import font_slug
from imisofts.settings import PROJECT_ROOT, Settings

FALLBACK: Final = (
    "Inter",
    "Vazirmatn",
    "Noto Sans Hebrew",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "Noto Sans SC",
    "Noto Sans JP",
    "Noto Sans KR",
)
"""Families that follow the brand's own: Latin, Greek and Cyrillic, then one for each further script.

Arabic is not set in Noto: its dots are glyphs of their own, and a name drawn with it cannot be searched or copied."""

_PACKAGES: Final = Path("node_modules") / "@expo-google-fonts"
_KANA, _HANGUL = range(0x3040, 0x3100), range(0xAC00, 0xD7A4)
MISSING: Final = "\u25a1"
_WEIGHTS: Final = ("400Regular", "500Medium", "600SemiBold", "700Bold")


def folder_of(settings: Settings) -> Path:
    """Where the TTF files lie: beside the built assets, else in the portal's packages."""
    for folder in (settings.assets_path / "fonts", settings.assets_path.parents[1] / _PACKAGES):
        if any(folder.glob("*/400Regular/*.ttf")):
            return folder
    return PROJECT_ROOT / "portal" / _PACKAGES


def families(text: str, brand: str, assets: Path) -> list[str]:
    """The families that ``text`` needs, in the order to try them; the brand's own and Inter come first.

    A Latin report never opens the ten megabytes of a Chinese font. Han characters are drawn the Japanese or Korean
    way where the text has kana or hangul as well, else the Chinese way: the character alone does not say which.
    """
    left = {ord(character) for character in text}
    wanted = list(dict.fromkeys((brand, *_in_order(left))))
    needed = []
    for family in wanted:
        known = _of_family(assets, family)
        if family in (brand, "Inter") or left & known:
            needed.append(family)
        left -= known
    return needed


def _in_order(points: set[int]) -> tuple[str, ...]:
    first = [
        family
        for family, letters in (("Noto Sans JP", _KANA), ("Noto Sans KR", _HANGUL))
        if any(point in letters for point in points)
    ]
    return ("Inter", *first, *FALLBACK[1:])


def folders(assets: Path, wanted: Iterable[str]) -> list[Path]:
    """Folders of the TTF files of ``wanted`` below the npm scope folder ``assets``: only the weights a report uses."""
    found = (assets / font_slug(family) / weight for family in wanted for weight in _WEIGHTS)
    return [folder for folder in found if folder.is_dir()]


@lru_cache(maxsize=64)
def drawable(assets: Path, brand: str) -> frozenset[int]:
    """Code points for which the brand's font or a family of :data:`FALLBACK` has a glyph."""
    return frozenset().union(*(_of_family(assets, family) for family in (brand, *FALLBACK)))


@lru_cache(maxsize=64)
def _of_family(assets: Path, family: str) -> frozenset[int]:
    files = (assets / font_slug(family) / _WEIGHTS[0]).glob("*.ttf")
    return frozenset().union(*(_code_points(file.read_bytes()) for file in files))


def clean(text: str, known: frozenset[int]) -> str:
    """``text`` in composed form without control characters; a run of undrawable ones becomes a single box."""
    shown: list[str] = []
    for character in unicodedata.normalize("NFC", text):
        if ord(character) in known or character in " \n\u00a0\u202f\u2068\u2069":
            shown.append(character)
        elif unicodedata.category(character)[0] not in "CM" and shown[-1:] != [MISSING]:
            shown.append(MISSING)
    return "".join(shown)


def _code_points(font: bytes) -> set[int]:
    """The code points of the ``cmap`` table's format 4 and 12 subtables (OpenType specification)."""
    tables = struct.unpack_from(">H", font, 4)[0]
    entries = (struct.unpack_from(">4sIII", font, 12 + 16 * n) for n in range(tables))
    start = next(offset for tag, _, offset, _ in entries if tag == b"cmap")
    found: set[int] = set()
    for n in range(struct.unpack_from(">H", font, start + 2)[0]):
        subtable = start + struct.unpack_from(">HHI", font, start + 4 + 8 * n)[2]
        layout = struct.unpack_from(">H", font, subtable)[0]
        if layout == 4:
            found |= _segments(font, subtable)
        elif layout == 12:
            found |= _groups(font, subtable)
    return found


def _segments(font: bytes, at: int) -> set[int]:
    count = struct.unpack_from(">H", font, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", font, at + 14)
    starts = struct.unpack_from(f">{count}H", font, at + 16 + 2 * count)
    pairs = [(first, last) for first, last in zip(starts, ends, strict=True) if last != 0xFFFF]
    return {point for first, last in pairs for point in range(first, last + 1)}


def _groups(font: bytes, at: int) -> set[int]:
    count = struct.unpack_from(">I", font, at + 12)[0]
    found: set[int] = set()
    for n in range(count):
        first, last, _ = struct.unpack_from(">III", font, at + 16 + 12 * n)
        found.update(range(first, last + 1))
    return found
