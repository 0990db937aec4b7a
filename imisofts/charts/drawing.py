"""A specification drawn as SVG, alike on every machine."""

import os
import tempfile
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

import vl_convert

from .look import Spec

_TEXT_WIDTH: Final = 640
_FONTS: Final = "FONTCONFIG_FILE"
_one = Lock()


def svg(spec: Spec) -> str:
    """``spec`` as a picture; a width that follows its container becomes 640 px.

    It carries no names and roles for screen readers: whoever shows it gives ``description`` as its alternative text.
    """
    with _one:
        _forget_the_fonts_of_the_machine()
    fixed = {**spec, "width": _TEXT_WIDTH} if spec.get("width") == "container" else spec
    return str(vl_convert.vegalite_to_svg(fixed, vl_version="6.4", config={"aria": False}))


@cache
def _forget_the_fonts_of_the_machine() -> None:
    """Words are measured in the font that the renderer brings along, whatever else is installed.

    Else a chart's axes would stand elsewhere on another machine; and a font file is opened anew for every letter
    measured, which was the half of drawing a chart. The renderer looks for fonts once, when they are first needed.
    """
    with tempfile.TemporaryDirectory(prefix="imisofts-fonts-") as empty:
        nothing = Path(empty) / "fonts.conf"
        nothing.write_text(f"<fontconfig><dir>{empty}</dir></fontconfig>", encoding="utf-8")
        before = os.environ.get(_FONTS)
        os.environ[_FONTS] = str(nothing)
        try:
            vl_convert.register_font_directory(empty)
        finally:
            del os.environ[_FONTS]
            if before is not None:
                os.environ[_FONTS] = before
