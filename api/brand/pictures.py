"""Uploaded pictures, drawn anew: only our own PNG of what one sees is ever stored or served.

The type is read from the bytes, never from a name. The size is read before anything is unpacked, so that a small file
of gigapixels is refused unopened. An SVG is drawn by Typst in a folder that holds nothing else: it loads no address
and no file, and runs no script.
"""

import io
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typst
from PIL import Image, ImageOps

from api.brand.errors import PictureRefused, PictureTooLarge

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_PIXELS: Final = 24_000_000
LOGO: Final = (800, 240)
"""The largest width and height of a kept logo, in pixels: three times what any page or paper shows."""
FAVICON: Final = (192, 192)
_RASTER: Final = ("PNG", "JPEG", "WEBP", "GIF")
_SVG = re.compile(rb"^\s*(?:<\?xml[^>]*\?>)?(?:\s|<!--.*?-->)*<svg[\s>]", re.DOTALL)
_MAX_PARTS: Final = 20_000
_SHEET: Final = (
    "#set page(width: 600pt, height: 300pt, margin: 0pt, fill: none)\n"
    '#image("logo.svg", width: 600pt, height: 300pt, fit: "contain")'
)
_TOO_MANY: Final = "The picture has too many pixels; 24 million is the most. Save it smaller, then send it again."
_UNREADABLE: Final = "This is no picture that we can read. Send a PNG, JPEG, WebP, GIF or SVG file."


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG and its size in pixels."""

    content: bytes
    width: int
    height: int


def redrawn(upload: bytes, largest: tuple[int, int], *, square: bool = False) -> Picture:
    """``upload`` as a PNG no larger than ``largest``; ``square`` sets it into the middle of a square.

    Raises :class:`PictureTooLarge` beyond :data:`MAX_BYTES`, :class:`PictureRefused` for whatever is no picture.
    Costs processor time: call it in a thread.
    """
    if len(upload) > MAX_BYTES:
        raise PictureTooLarge("The picture may have 2 MB. Save it smaller, then send it again.")
    image = _opened(_rasterised(upload) if _SVG.match(upload[:4096]) else upload)
    image = ImageOps.exif_transpose(image).convert("RGBA")
    image = _trimmed(image)
    image.thumbnail(largest, Image.Resampling.LANCZOS)
    if square:
        side = max(image.size)
        canvas = Image.new("RGBA", (side, side), (0, 0, 0, 0))
        canvas.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
        image = canvas
    return _written(image)


def _opened(raw: bytes) -> Image.Image:
    """The first frame, after its size was found bearable."""
    try:
        image = Image.open(io.BytesIO(raw), formats=_RASTER)
    except Image.DecompressionBombError as error:
        raise PictureRefused(_TOO_MANY, fields=[("file", "has too many pixels")]) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise PictureRefused(_UNREADABLE, fields=[("file", "is no PNG, JPEG, WebP, GIF or SVG")]) from error
    if image.width * image.height > MAX_PIXELS:
        raise PictureRefused(_TOO_MANY, fields=[("file", "has too many pixels")])
    try:
        image.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise PictureRefused("The picture's file is damaged.", fields=[("file", "is damaged")]) from error
    return image


def _rasterised(svg: bytes) -> bytes:
    """An SVG as PNG. No document type (its entities multiply), no endless reuse, nothing from elsewhere."""
    if b"<!DOCTYPE" in svg or b"<!ENTITY" in svg:
        raise PictureRefused("The SVG declares a document type. Save it as plain SVG.", fields=[("file", "has a DTD")])
    if re.search(rb"<(?:\w+:)?(?:image|foreignObject|script)[\s>/]", svg):
        detail = "The SVG holds a photograph or a script. Send the picture as PNG instead."
        raise PictureRefused(detail, fields=[("file", "holds more than shapes and words")])
    if svg.count(b"<") > _MAX_PARTS or len(re.findall(rb"<(?:\w+:)?(?:use|pattern|filter|mask)[\s>/]", svg)) > 8:
        detail = "The SVG has too many parts for a logo. Save it flattened, or as PNG."
        raise PictureRefused(detail, fields=[("file", "has too many parts")])
    with tempfile.TemporaryDirectory(prefix="imisofts-logo-") as name:
        folder = Path(name)
        (folder / "logo.svg").write_bytes(svg)
        (folder / "sheet.typ").write_text(_SHEET, encoding="utf-8")
        try:
            drawn = typst.compile(str(folder / "sheet.typ"), root=name, format="png", ppi=144)
        except typst.TypstError as error:
            detail = "The SVG cannot be drawn: it is damaged, or it loads something from elsewhere."
            raise PictureRefused(detail, fields=[("file", "cannot be drawn")]) from error
    assert isinstance(drawn, bytes)
    return drawn


def _trimmed(image: Image.Image) -> Image.Image:
    """Without the empty border around what one sees."""
    box = image.getchannel("A").getbbox()
    if box is None:
        raise PictureRefused("The picture is empty.", fields=[("file", "shows nothing")])
    return image.crop(box)


def _written(image: Image.Image) -> Picture:
    """A PNG of the pixels alone: no metadata, no place, no thumbnail."""
    bare = Image.new("RGBA", image.size)
    bare.paste(image)
    out = io.BytesIO()
    bare.save(out, format="PNG", optimize=True)
    return Picture(out.getvalue(), image.width, image.height)
