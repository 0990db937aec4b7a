"""What is drawn anew from an upload, and what is refused unopened."""

import io
import struct
import zlib

import pytest
from PIL import Image

from api.brand.errors import PictureRefused, PictureTooLarge
from api.brand.pictures import FAVICON, LOGO, MAX_BYTES, redrawn

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 50">{}<rect width="200" height="50" fill="#c00"/></svg>'


def raster(kind: str, size: tuple[int, int] = (1600, 400), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "#c00").save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_every_kind_becomes_a_png_of_bearable_size(kind: str) -> None:
    made = redrawn(raster(kind), LOGO)
    assert made.content.startswith(b"\x89PNG")
    assert (made.width, made.height) == (800, 200)


def test_what_hides_in_a_picture_does_not_come_along() -> None:
    exif = Image.Exif()
    exif[0x010E] = "taken at 52.5 N"
    upload = raster("JPEG", exif=exif) + b"<script>alert(1)</script>"
    assert b"52.5" in upload
    made = redrawn(upload, LOGO).content
    assert (b"52.5" in made, b"script" in made) == (False, False)
    assert Image.open(io.BytesIO(made)).info == {}


def test_an_svg_is_drawn_and_never_kept() -> None:
    made = redrawn(SVG.format("").encode(), LOGO)
    assert made.content.startswith(b"\x89PNG")
    assert (made.width, made.height) == (800, 200)
    red = Image.open(io.BytesIO(made.content)).getpixel((400, 100))
    assert red == (204, 0, 0, 255)


def test_a_favicon_is_square() -> None:
    made = redrawn(raster("PNG"), FAVICON, square=True)
    assert (made.width, made.height) == (192, 192)


def test_a_small_file_of_gigapixels_is_refused_unopened() -> None:
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n"
    for name, data in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100_000)), (b"IEND", b"")):
        bomb += struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    with pytest.raises(PictureRefused, match="too many pixels"):
        redrawn(bomb, LOGO)


@pytest.mark.parametrize(
    "inside",
    [
        '<image href="http://127.0.0.1:1/x.png" width="9" height="9"/>',
        '<image href="file:///etc/passwd" width="9" height="9"/>',
        '<image href="data:image/png;base64,AAAA" width="9" height="9"/>',
        "<script>alert(1)</script>",
        "<foreignObject><p>hello</p></foreignObject>",
        '<use href="#a"/>' * 9,
    ],
)
def test_an_svg_that_loads_runs_or_multiplies_is_refused(inside: str) -> None:
    with pytest.raises(PictureRefused):
        redrawn(SVG.format(inside).encode(), LOGO)


@pytest.mark.parametrize(
    "upload",
    [
        b"",
        b"not a picture",
        b"<html><body>hello</body></html>",
        b"\x89PNG\r\n\x1a\n broken",
        b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"></svg>',
        b"<svg <<<",
    ],
)
def test_what_is_no_picture_is_refused_in_words(upload: bytes) -> None:
    with pytest.raises(PictureRefused) as refused:
        redrawn(upload, LOGO)
    assert refused.value.fields[0].name == "file"


def test_a_damaged_picture_and_one_of_too_many_bytes() -> None:
    with pytest.raises(PictureRefused, match="damaged"):
        redrawn(raster("PNG", (900, 900))[:900], LOGO)
    with pytest.raises(PictureTooLarge):
        redrawn(b"\x89PNG" + b"\0" * MAX_BYTES, LOGO)
