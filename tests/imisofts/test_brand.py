"""A brand's colours are readable, whatever an agency chose, and nothing it typed gets out of its place."""

import pytest

from imisofts.brand import Brand, contrast, faint


@pytest.mark.parametrize("accent", ["#ffff00", "#7fd1ff", "#888888", "#ff6600", "#fefefe"])
def test_a_faint_colour_is_told_with_the_nearest_shade_that_passes(accent: str) -> None:
    found = faint(accent)
    assert found is not None
    assert found.contrast < 4.5 <= contrast(found.nearest, "#ffffff")
    assert faint(found.nearest) is None
    assert contrast(found.nearest, "#ffffff") < 5, "nearest: not simply black"


def test_a_dark_colour_needs_no_word() -> None:
    assert (faint("#1f5f8b"), faint("#000000")) == (None, None)


def test_two_colours_lead_a_charts_series() -> None:
    both = Brand.from_workspace({"brand": {"accent": "#1f5f8b", "second": "#c2410c"}})
    assert both.series("light")[:2] == ("#1f5f8b", "#c2410c")
    alike = Brand.from_workspace({"brand": {"accent": "#1f5f8b", "second": "#205f8b"}})
    assert alike.series("light") == Brand(accent="#1f5f8b", second="#1f5f8b").series("light")


@pytest.mark.parametrize("typed", ["red;}", "x" * 64, "../../etc/passwd", "A" * 63 + "g"])
def test_a_file_is_named_by_a_hash_and_nothing_else(typed: str) -> None:
    brand = Brand.from_workspace({"brand": {"logo": typed, "style": typed, "font_family": typed, "accent": typed}})
    assert (brand.logo, brand.style, brand.font_family, brand.accent) == (None, None, "Inter", "#3b4cca")
