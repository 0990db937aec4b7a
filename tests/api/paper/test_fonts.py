"""Every font that a brand may choose is really there: for pages, and for paper."""

import json
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pikepdf
import pytest

from api.billing import pdf, sample
from api.billing.paper import Telling
from api.paper.fonts import folder_of
from api.paper.language import Language
from imisofts.brand import DEFAULT_FONT, FONTS, Brand
from imisofts.settings import PROJECT_ROOT, load

BUILD = PROJECT_ROOT / "portal" / "static" / "build"


def embedded(drawn: bytes) -> set[str]:
    """Names of the embedded fonts, without the six letters that name a subset."""
    with pikepdf.open(BytesIO(drawn)) as document:
        fonts: list[Any] = [font for page in document.pages for font in page.Resources.Font.values()]
        return {str(font.BaseFont).rpartition("+")[2] for font in fonts}


@pytest.mark.parametrize("family", FONTS)
def test_a_pdf_is_set_in_the_brands_font(family: str, tmp_path: Any) -> None:
    brand = Brand.from_workspace({"name": "Nord", "brand": {"font_family": family}})
    told = Telling(sample.account(Language("de")), brand, Language("de"), ZoneInfo("UTC"))
    found = embedded(pdf.build(told, folder_of(load(tmp_path))))
    assert {name.partition("-")[0] for name in found} == {family.replace(" ", "")}
    assert len(found) > 2, "regular, medium and bold are cut apart"


@pytest.mark.parametrize("family", [family for family in FONTS if family != DEFAULT_FONT])
def test_a_page_finds_the_sheet_of_the_brands_font(family: str) -> None:
    brand = Brand.from_workspace({"name": "Nord", "brand": {"font_family": family}})
    files = json.loads((BUILD / "manifest.json").read_text())
    sheet = (BUILD / files[brand.font_sheet]).read_text()
    assert f'@font-face{{font-family:"{family}"' in sheet
    assert brand.tokens()["font"].startswith(f'"{family}", ')
    assert f"{family}\n" in (BUILD / files["font-licences.txt"]).read_text()
