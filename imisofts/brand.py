"""One set of design tokens for every surface: portal, console, charts, mails and PDF.

A workspace chooses its accent, font, logo and sender; neutral greys, meaning colours and the scale are ours, so that a
brand can never make "overdue" look good. Pure values: this module imports nothing of ours.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

Mode = Literal["light", "dark"]

DEFAULT_ACCENT: Final = "#3b4cca"
DEFAULT_FONT: Final = "Inter"
_SANS: Final = 'Inter, system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif'
_SERIF: Final = 'Georgia, "Times New Roman", serif'
_BEHIND: Final = {
    DEFAULT_FONT: _SANS,
    "Source Sans 3": _SANS,
    "IBM Plex Sans": _SANS,
    "Work Sans": _SANS,
    "Manrope": _SANS,
    "Source Serif 4": _SERIF,
    "Lora": _SERIF,
}
"""What stands in for a family where it is missing: in mails, and for letters that it does not have."""
FONTS: Final = tuple(_BEHIND)
"""The families that the portal's build and the PDF's fonts hold, all under the SIL Open Font License; no page fetches
one from elsewhere."""

OKABE_ITO: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442", "#000000")
"""Colour-blind-safe series, in the order of use after the accent."""

MEANING: Final[dict[Mode, dict[str, str]]] = {
    "light": {"good": "#157347", "warning": "#955800", "bad": "#c0342b", "information": "#1f6fb2", "idle": "#5d6778"},
    "dark": {"good": "#57c78d", "warning": "#e5ad4f", "bad": "#f58a82", "information": "#79b8f2", "idle": "#98a2b3"},
}
"""Colours with a meaning; each is readable as text on its mode's surface and never the only signal."""

NEUTRAL: Final[dict[Mode, dict[str, str]]] = {
    "light": {
        "canvas": "#f7f8fa",
        "surface": "#ffffff",
        "raised": "#ffffff",
        "sunken": "#f1f3f6",
        "line": "#e4e7ec",
        "line-strong": "#8a94a6",
        "ink": "#14181f",
        "ink-muted": "#505a6b",
        "ink-faint": "#616b7c",
    },
    "dark": {
        "canvas": "#0f1115",
        "surface": "#171a20",
        "raised": "#1e2229",
        "sunken": "#12151a",
        "line": "#2a2f38",
        "line-strong": "#6b7585",
        "ink": "#eceff4",
        "ink-muted": "#b0b8c6",
        "ink-faint": "#929dae",
    },
}

SCALE: Final[dict[str, str]] = {
    "text-xs": "0.75rem",
    "text-sm": "0.875rem",
    "text-md": "1rem",
    "text-lg": "1.25rem",
    "text-xl": "1.75rem",
    "space-1": "0.25rem",
    "space-2": "0.5rem",
    "space-3": "0.75rem",
    "space-4": "1rem",
    "space-5": "1.25rem",
    "space-6": "1.5rem",
    "space-8": "2rem",
    "space-12": "3rem",
    "radius-sm": "6px",
    "radius-md": "8px",
    "radius-lg": "12px",
}
"""Type 12/14/16/20/28 px, a 4 px grid, three radii; the same in both modes."""

SHADOW: Final[dict[Mode, dict[str, str]]] = {
    "light": {
        "shadow-1": "0 1px 2px rgb(16 24 40 / 6%)",
        "shadow-2": "0 4px 12px rgb(16 24 40 / 8%), 0 1px 3px rgb(16 24 40 / 6%)",
    },
    "dark": {
        "shadow-1": "0 1px 2px rgb(0 0 0 / 40%)",
        "shadow-2": "0 8px 24px rgb(0 0 0 / 50%)",
    },
}

_HEX = re.compile(r"^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$")
_HASH = re.compile(r"^[0-9a-f]{64}$")
_READABLE = 4.5  # WCAG 2.2 AA for body text
_KEPT = 256
"""Brands whose style sheet is kept: every page carries it, and finding readable shades takes as long as ten rows."""


def colour(text: object, default: str = DEFAULT_ACCENT) -> str:
    """``#rrggbb`` of what a workspace typed, or ``default``: nothing else ever reaches a style sheet."""
    found = _HEX.match(str(text or "").strip())
    if not found:
        return default
    digits = found.group(1).lower()
    return "#" + ("".join(d * 2 for d in digits) if len(digits) == 3 else digits)


def _channels(hex_colour: str) -> tuple[int, int, int]:
    return int(hex_colour[1:3], 16), int(hex_colour[3:5], 16), int(hex_colour[5:7], 16)


def luminance(hex_colour: str) -> float:
    """Relative luminance by WCAG, 0 (black) to 1 (white)."""

    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(c) for c in _channels(hex_colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mix(one: str, other: str, share: float) -> str:
    """``one`` blended with ``share`` (0 to 1) of ``other``."""
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def ink_on(background: str) -> str:
    """White or near-black, whichever reads better on ``background``."""
    return max(("#ffffff", "#14181f"), key=lambda ink: contrast(ink, background))


def readable(wanted: str, background: str, ratio: float = _READABLE, steps: int = 20) -> str:
    """``wanted``, moved in ``steps`` towards black or white just far enough to be read on ``background``."""
    pole = ink_on(background)
    for step in range(steps + 1):
        candidate = mix(wanted, pole, step / steps)
        if contrast(candidate, background) >= ratio:
            return candidate
    return pole


@dataclass(frozen=True, slots=True)
class Faint:
    """A colour that is hard to read on white: its contrast, and the nearest shade that WCAG AA lets pass."""

    contrast: float
    nearest: str


def faint(hex_colour: str) -> Faint | None:
    """What is wrong with ``hex_colour`` as text on white, or behind white text; ``None`` where nothing is."""
    found = contrast(hex_colour, "#ffffff")
    return None if found >= _READABLE else Faint(round(found, 2), readable(hex_colour, "#ffffff", steps=100))


@dataclass(frozen=True, slots=True)
class Brand:
    """A workspace's look; every field has been cleaned and is safe in CSS, mail heads and Typst.

    ``logo``, ``favicon`` and ``style`` are hashes of files served under ``/brand/``; ``logo_png`` are the logo's bytes
    where a mail or PDF carries them. ``legal`` are the lines of the imprint. ``powered_by``: whether we are named.
    """

    name: str = "imisofts"
    accent: str = DEFAULT_ACCENT
    accent_ink: str = "#ffffff"
    second: str = DEFAULT_ACCENT
    font_family: str = DEFAULT_FONT
    logo: str | None = None
    logo_png: bytes | None = None
    favicon: str | None = None
    style: str | None = None
    sender_name: str = "imisofts"
    reply_to: str | None = None
    footer: str = ""
    legal: tuple[str, ...] = ()
    powered_by: bool = True

    @classmethod
    def from_workspace(cls, workspace: Mapping[str, object]) -> "Brand":
        """From a workspace's row or answer ``{name, brand: {accent, font_family, logo_svg, …}}``; gaps get defaults."""
        nested = workspace.get("brand")
        brand: Mapping[str, object] = nested if isinstance(nested, Mapping) else {}
        name = _line(brand.get("name")) or _line(workspace.get("name")) or "imisofts"
        accent = colour(brand.get("accent"))
        font = str(brand.get("font_family"))
        return cls(
            name=name,
            accent=accent,
            accent_ink=ink_on(accent),
            second=colour(brand.get("second"), accent),
            font_family=font if font in FONTS else DEFAULT_FONT,
            logo=_hash(brand.get("logo")),
            logo_png=_png(brand.get("logo_png")),
            favicon=_hash(brand.get("favicon")),
            style=_hash(brand.get("style")),
            sender_name=_line(brand.get("sender_name")) or name,
            reply_to=_line(brand.get("reply_to")) or None,
            footer=_line(brand.get("footer")),
            legal=tuple(line for line in map(_line, str(brand.get("legal") or "").splitlines()) if line),
            powered_by=brand.get("powered_by") is not False,
        )

    @property
    def font_stack(self) -> str:
        """The family and what stands behind it, as CSS."""
        return f'"{self.font_family}", {_BEHIND[self.font_family]}'

    @property
    def font_sheet(self) -> str:
        """The built style sheet that holds the family; empty for the one that every page has."""
        return font_sheet(self.font_family)

    @property
    def initials(self) -> str:
        """Up to two letters for the place of a missing logo."""
        words = [word for word in self.name.split() if word[0].isalnum()]
        return "".join(word[0] for word in words[:2]).upper() or "I"

    def tokens(self, mode: Mode = "light") -> dict[str, str]:
        """Token name → value, without the leading ``--``; colours, series, type, space, radius and shadow."""
        surface = NEUTRAL[mode]["surface"]
        # A pale brand on white (or a dark one on black) still needs a visible edge: 3 to 1 for controls.
        fill = readable(self.accent, surface, 3.0)
        soft_accent = mix(surface, self.accent, 0.1 if mode == "light" else 0.18)
        accent = {
            "accent": fill,
            "accent-ink": ink_on(fill),
            "accent-text": readable(self.accent, soft_accent, 4.8),
            "accent-soft": soft_accent,
            "accent-strong": mix(fill, "#000000" if ink_on(fill) == "#ffffff" else "#ffffff", 0.16),
            "second": readable(self.second, surface, 3.0),
        }
        meaning = dict(MEANING[mode])
        soft = {f"{name}-soft": mix(surface, value, 0.1) for name, value in meaning.items()}
        series = {f"series-{n}": value for n, value in enumerate(self.series(mode), start=1)}
        letters = '"cv05", "ss03"' if self.font_family == DEFAULT_FONT else "normal"  # plainer l and a, of Inter alone
        font = {"font": self.font_stack, "font-features": letters}
        return {**NEUTRAL[mode], **accent, **meaning, **soft, **series, **font, **SCALE, **SHADOW[mode]}

    def series(self, mode: Mode = "light") -> tuple[str, ...]:
        """Colours of a chart's series: the brand's own, then Okabe-Ito without what looks like one of them."""
        surface = NEUTRAL[mode]["surface"]
        own = [readable(self.accent, surface, 3.0), readable(self.second, surface, 3.0)]
        first = own if _distance(*own) > 60 else own[:1]
        rest = tuple(c for c in OKABE_ITO[:-1] if all(_distance(c, one) > 60 for one in first))
        return (*first, *rest)


def font_sheet(family: str) -> str:
    """The built style sheet of a family; empty for the default one, which stands in every page's own sheet."""
    return "" if family == DEFAULT_FONT else f"font-{font_slug(family)}.css"


def font_slug(family: str) -> str:
    """``source-sans-3``: the family as packages, files and classes name it."""
    return family.lower().replace(" ", "-")


@lru_cache(_KEPT)
def css(brand: Brand) -> str:
    """The tokens as a style sheet: light by default, dark by the system's wish or by ``data-bs-theme``."""
    light = _declarations(brand.tokens("light"))
    dark = _declarations(brand.tokens("dark"))
    return (
        f":root{{color-scheme:light;{light}}}"
        f"@media(prefers-color-scheme:dark){{:root:not([data-bs-theme=light]){{color-scheme:dark;{dark}}}}}"
        f":root[data-bs-theme=dark]{{color-scheme:dark;{dark}}}"
    )


def _declarations(tokens: Mapping[str, str]) -> str:
    return "".join(f"--{name}:{value};" for name, value in tokens.items())


def _distance(one: str, other: str) -> float:
    return float(sum((a - b) ** 2 for a, b in zip(_channels(one), _channels(other), strict=True)) ** 0.5)


def _line(value: object) -> str:
    """One line of text: a sender's name with a line break would be a mail header of its own."""
    return " ".join(str(value or "").split())


def _hash(value: object) -> str | None:
    return value if isinstance(value, str) and _HASH.match(value) else None


def _png(value: object) -> bytes | None:
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        return None
    try:
        raw = base64.b64decode(value.partition("base64,")[2] or value, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if raw.startswith(b"\x89PNG") else None
