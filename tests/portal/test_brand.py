"""The brand on pages: before sign-in, in the frame, and own styles only where clients read."""

import io
import re
from html import unescape
from typing import Any

import pytest
from PIL import Image

from portal.web import wears_own_styles
from tests.portal.conftest import form_token

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


def send(browser: Any, path: str, files: Any = None, **fields: str) -> Any:
    """A form of the brand's page."""
    html = browser.get("/settings/brand").text
    sent = {"form_token": form_token(html), "etag": unescape(re.findall(r'name="etag" value="([^"]*)"', html)[0])}
    return browser.post(path, headers=ORIGIN, data={**sent, **fields}, files=files)


def test_a_brand_is_set_tried_on_and_worn(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("owner")
    saved = send(browser, "/settings/brand", name="Nordlicht", accent="#ffcc00", second="#123456", footer="Kai 4",
                 legal="HRB 1\nVAT id DE1", font_family="Source Serif 4", reply_to="hello@nord.example")  # fmt: skip
    assert saved.headers["location"] == "/settings/brand"
    page = browser.get("/settings/brand").text
    assert ("hard to read" in page, 'value="Nordlicht"' in page) == (True, True)
    shade = re.findall(r'name="shade" value="(#[0-9a-f]{6})"', page)[0]
    assert send(browser, "/settings/brand/shade", field="accent", shade=shade).status_code == 303
    assert "hard to read" not in browser.get("/settings/brand").text
    assert send(browser, "/settings/brand/logo", {"file": ("logo.png", picture(), "image/png")}).status_code == 303
    logo = re.findall(r'src="(/brand/[0-9a-f]{64}\.png)"', browser.get("/").text)[0]
    assert send(browser, "/settings/brand/style", css=".card { color: #123456 }").status_code == 303
    assert 'rel="stylesheet" href="/brand/' in browser.get("/invoices").text
    assert 'rel="stylesheet" href="/brand/' not in browser.get("/settings/brand").text
    stranger = browser_of(None)
    door = stranger.get("/sign-in").text
    assert all(word in door for word in ("Nordlicht", logo, "HRB 1", shade)), "sign-in wears it"
    sheet = re.findall(r'href="(/static/build/font-source-serif-4[^"]*\.css)"', door)[0]
    assert '@font-face{font-family:"Source Serif 4"' in stranger.get(sheet).text
    image = stranger.get(logo)
    assert (image.headers["content-type"], "immutable" in image.headers["cache-control"]) == ("image/png", True)
    assert image.headers["x-content-type-options"] == "nosniff"
    for who in ("member", "alpen"):
        browser = browser_of(who)
        paths = ("/settings/brand", "/settings/brand/preview", "/settings/brand/preview/mail")
        assert [browser.get(path).status_code for path in paths] == [403] * 3, who


def test_what_is_refused_stands_beside_what_was_typed(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("owner")
    bad = send(browser, "/settings/brand", name="Nord", accent="#1f5f8b", font_family="Inter", reply_to="nobody")
    assert (bad.status_code, 'value="nobody"' in bad.text, 'id="reply_to-error"' in bad.text) == (422, True, True)
    css = send(browser, "/settings/brand/style", css="a { color: red }\nb { position: fixed }")
    assert (css.status_code, "Line 2:" in css.text, "position: fixed" in css.text) == (422, True, True)
    file = send(browser, "/settings/brand/logo", {"file": ("logo.svg", b"<svg onload=1", "image/svg+xml")})
    assert (file.status_code, 'id="logo-error"' in file.text) == (422, True)
    none = send(browser, "/settings/brand/favicon")
    assert (none.status_code, "Choose a picture first." in none.text) == (422, True)


def test_a_picture_for_a_brand_that_somebody_changed_is_not_said_to_be_kept(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("owner")
    stale = {"file": ("logo.png", picture(), "image/png")}
    late = send(browser, "/settings/brand/logo", stale, etag='"999"')
    assert late.status_code == 412
    assert "Somebody else changed the brand meanwhile" in late.text
    shade = send(browser, "/settings/brand/shade", field="accent", shade="#0055aa", etag='"999"')
    assert "Somebody else changed the brand meanwhile" in unescape(browser.get(shade.headers["location"]).text)


def test_previews_are_drawn_by_the_real_renderers_in_colours_not_yet_kept(site: Any) -> None:
    browser_of, _ = site
    browser = browser_of("owner")
    typed = {"from": "form", "accent": "#0a6b3d", "name": "Probe & Co", "footer": "Kai 4", "form_token": "secret"}
    frames = browser.get("/settings/brand/preview", params=typed).text
    assert ("%230a6b3d" in frames, "secret" in frames) == (True, False)
    for name in ("portal", "mail"):
        answer = browser.get(f"/settings/brand/preview/{name}", params=typed)
        assert (answer.status_code, "#0a6b3d" in answer.text, "Probe &amp; Co" in answer.text) == (200, True, True), (
            name
        )
        assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    for name in ("invoice", "report"):
        paper = browser.get(f"/settings/brand/preview/{name}.png", params=typed)
        drawn = Image.open(io.BytesIO(paper.content)).convert("RGB")
        assert drawn.getpixel((300, 5)) == (0x0A, 0x6B, 0x3D), name
    assert "#0a6b3d" not in browser.get("/settings/brand").text
    browser.headers["Accept-Language"] = "de"
    assert "Guten Tag Kim Summer," in browser.get("/settings/brand/preview/mail", params=typed).text
    nasty = {"accent": "</style><script>", "name": "<script>alert(1)</script>", "font_family": "x;}"}
    for name in ("portal", "mail"):
        assert "<script>alert" not in browser.get(f"/settings/brand/preview/{name}", params=nasty).text
