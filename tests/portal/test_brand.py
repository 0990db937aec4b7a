"""The brand on pages: before sign-in, in the frame, and own styles only where clients read."""

import io
from typing import Any

import pytest
from PIL import Image

from portal.web import wears_own_styles

ORIGIN = {"Origin": "http://127.0.0.1"}


def picture(colour: str = "#0055aa", size: tuple[int, int] = (300, 60)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("path", "worn"),
    [
        ("/", True),
        ("/invoices", True),
        ("/invoices/0190a000-0000-7000-8000-000000000001", True),
        ("/tickets", True),
        ("/invoices/0190a000-0000-7000-8000-000000000001/pay", False),
        ("/invoices/0190a000-0000-7000-8000-000000000001/void", False),
        ("/sign-in", False),
        ("/settings", False),
        ("/settings/brand", False),
        ("/access", False),
        ("/account/security", False),
        ("/set-password", False),
        ("/people", False),
    ],
)
def test_own_styles_stay_off_every_page_that_decides_something(path: str, worn: bool) -> None:
    assert wears_own_styles(path) is worn


def test_a_file_of_the_brand_is_an_image_and_nothing_else(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of(None)
    for name in ("logo", f"{'0' * 64}.svg", f"{'0' * 64}.png", "..%2f..%2fsecret.png"):
        assert browser.get(f"/brand/{name}").status_code == 404, name
    assert browser.get("/brand/icon").headers["content-type"].startswith("image/svg")
