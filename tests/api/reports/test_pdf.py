"""The PDF itself: standards, structure, and that its words are the figures."""

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pypdf import PdfReader

from api.brand import pictures
from api.paper import fonts
from api.paper.language import Language
from api.reports import pdf
from api.reports.figures import digest, freeze
from imisofts.brand import Brand
from imisofts.settings import PROJECT_ROOT
from tests.api.reports import samples

FONTS = PROJECT_ROOT / "portal" / "node_modules" / "@expo-google-fonts"
NASTY = "#panic() [x] $y$ *b* \U0001f680 شركة @ref <tag> `c` \\n 株式会社 \u202e\x07"
SQUARE = pictures.redrawn(
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="9" height="9" fill="#c00"/></svg>', (9, 9)
).content
BRAND = Brand.from_workspace({"name": "Northlight Studio", "brand": {"accent": "#0f766e", "footer": "4 Quay Street"}})


def build(figures: Any, brand: Brand = BRAND, locale: str = "en_GB") -> bytes:
    return pdf.build(freeze(figures), brand, Language(locale), font_folder=Path(FONTS))


def words(made: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages)
    return " ".join(text.replace("\u202f", " ").replace("\u00a0", " ").split())


@pytest.fixture(scope="module")
def made() -> bytes:
    return build(samples.figures())


def test_claims_both_standards_and_is_tagged(made: bytes) -> None:
    with pikepdf.open(BytesIO(made)) as document:
        with document.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"].upper()) == ("2", "A")
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "Client report October 2026 – Blue Harbour Ltd"
        root = document.Root
        assert root.MarkInfo.Marked
        assert str(root.Lang).startswith("en")
        assert root.ViewerPreferences.DisplayDocTitle
        assert "/OutputIntents" in root
        assert "/JavaScript" not in root.get("/Names", {})


def structure(element: Any, found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    if isinstance(element, pikepdf.Array):
        for child in element:
            structure(child, found)
    elif isinstance(element, pikepdf.Dictionary):
        if "/S" in element:
            found.setdefault(str(element.S), []).append(element)
        if "/K" in element:
            structure(element.K, found)
    return found


def test_charts_have_alternative_texts_and_tables_have_heads(made: bytes) -> None:
    with pikepdf.open(BytesIO(made)) as document:
        found = structure(document.Root.StructTreeRoot, {})
        texts = [str(one.Alt) for one in found["/Figure"] if "/Alt" in one]
        assert len(texts) == len(found["/Figure"]) >= 2
        assert any("Bar chart of 12 months from November 2025 to October 2026" in text for text in texts)
        assert any("open by age" in text for text in texts)
        assert len(found["/Table"]) == 3
        assert len(found["/TH"]) >= 14


def test_bookmarks_name_the_sections(made: bytes) -> None:
    def titles(outline: list[Any]) -> list[str]:
        return [title for one in outline for title in (titles(one) if isinstance(one, list) else [one.title])]

    named = titles(PdfReader(BytesIO(made)).outline)
    assert "October 2026 at a glance" in named
    assert "Invoices of October 2026" in named
    assert "How these figures are defined" in named


def test_every_font_is_embedded(made: bytes) -> None:
    with pikepdf.open(BytesIO(made)) as document:
        fonts = [one for one in document.objects if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/Font"]
        composite = [one for one in fonts if one.Subtype == "/Type0"]
        assert composite
        assert all("Inter" in str(one.BaseFont) for one in composite)
        for font in composite:
            descriptor = font.DescendantFonts[0].FontDescriptor
            assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


def test_says_the_figures(made: bytes) -> None:
    one = samples.figures().currencies[0]
    text = words(made)
    for amount in (one.period.invoiced, one.period.collected, one.period.closing, one.period.opening):
        assert f"{amount:,.2f}" in text
    for invoice in one.issued_invoices:
        assert str(invoice.number) in text
        assert f"{invoice.total:,.2f}" in text
    assert "Page 2 of 3" in text
    assert "Data as of 14 November 2026 · publication 12" in text


@pytest.mark.parametrize("invoices", [0, 1, 60])
def test_any_number_of_invoices(invoices: int) -> None:
    text = words(build(samples.figures(invoices=invoices, unit=Decimal("5234567.89"))))
    assert ("tickets, invoices and agreed dates to come." in text) == (invoices == 0)
    assert (f"2026-{invoices:04}" in text) == (invoices > 0)


def test_every_currency_in_its_own_decimals() -> None:
    text = words(build(samples.figures(currencies=("JPY", "KWD"), unit=Decimal(1500))))
    assert "1,500 " in text
    assert "1,500.000" in text


@pytest.mark.parametrize("name", [NASTY, "x" * 200, "שלום עולם", "", "a\nb", '"); #read("/etc/passwd")'])
def test_a_name_is_only_ever_text(name: str) -> None:
    text = words(build(samples.figures(name)))
    assert "root:" not in text
    if name == NASTY:
        assert "#panic() [x] $y$ *b*" in text


@pytest.mark.parametrize("name", ["Website relaunch", NASTY, "موقع الشركة", "x" * 200])
def test_a_busy_month_is_drawn_whatever_its_projects_are_called(name: str) -> None:
    """Titles stand in tables, sentences, a chart and its alternative text; the standards still hold."""
    drawn = build(samples.figures(**samples.busy(name, tasks=20)))
    text = words(drawn)
    for heading in ("Work delivered in", "Hours against budget", "Milestones", "Tickets", "What comes next"):
        assert heading in text
    assert "and 6 more" in text
    with pikepdf.open(BytesIO(drawn)) as document:
        assert all(0 not in glyphs(page) for page in document.pages)
        figures = structure(document.Root.StructTreeRoot, {})["/Figure"]
        assert any("hours used and hours budgeted by project" in str(one.Alt) for one in figures)
        assert len(structure(document.Root.StructTreeRoot, {})["/Table"]) == 10


def glyphs(page: pikepdf.Page) -> set[int]:
    """The glyph numbers that a page's own text shows; every font of ours has two bytes a glyph."""
    shown: set[int] = set()
    for one in pikepdf.parse_content_stream(page, "Tj TJ"):
        assert isinstance(one, pikepdf.ContentStreamInstruction)
        for piece in one.operands[0] if str(one.operator) == "TJ" else one.operands:
            if isinstance(piece, pikepdf.String):
                codes = bytes(piece)
                shown |= {int.from_bytes(codes[n : n + 2]) for n in range(0, len(codes), 2)}
    return shown


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("Ελληνική Εταιρεία", "Inter"),
        ("Студия Север", "Inter"),
        ("شركة النور", "Vazirmatn"),
        ("שלום עולם", "NotoSansHebrew"),
        ("株式会社青葉デザイン", "NotoSansJP"),
        ("北方灯光工作室有限公司", "NotoSansSC"),
        ("서울 디자인", "NotoSansKR"),
        ("उत्तर स्टूडियो", "NotoSansDevanagari"),
        ("บริษัท แสงเหนือ จำกัด", "NotoSansThai"),
    ],
)
def test_a_name_in_any_script_is_drawn_and_found(name: str, family: str, tmp_path: Path) -> None:
    drawn = build(samples.figures(name))
    assert fonts.MISSING not in words(drawn)
    with pikepdf.open(BytesIO(drawn)) as document:
        cover = document.pages[0]
        used = {str(font.BaseFont).split("+")[1].split("-")[0] for font in cover.Resources.Font.values()}
        assert used == {"Inter", family}
        assert all(glyphs(page) and 0 not in glyphs(page) for page in document.pages)
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext here: only it puts shaped and right-to-left letters back in order")
    (tmp_path / "report.pdf").write_bytes(drawn)
    asked = ["pdftotext", "-layout", str(tmp_path / "report.pdf"), "-"]
    assert name in subprocess.run(asked, capture_output=True, check=True, text=True).stdout


def test_a_broken_logo_becomes_the_monogram() -> None:
    assert "NS" in words(build(samples.figures(), replace(BRAND, logo_png=b"\x89PNG broken")))
    assert "NS" not in words(build(samples.figures(), replace(BRAND, logo_png=SQUARE))).split()


def test_equal_figures_give_equal_hash_and_bytes() -> None:
    one, other = freeze(samples.figures()), freeze(samples.figures())
    assert digest(one) == digest(other)
    assert digest(one) != digest({**one, "incomplete": True})
    language = Language("en_GB")
    assert pdf.build(one, BRAND, language, font_folder=FONTS) == pdf.build(other, BRAND, language, font_folder=FONTS)


def test_several_at_once_share_the_fonts_and_nothing_else() -> None:
    named = [f"{name} Ltd" for name in ("Blue Harbour", "株式会社青葉", "Студия", "شركة النور")]
    one_by_one = [build(samples.figures(name)) for name in named]
    with ThreadPoolExecutor(len(named)) as pool:
        assert list(pool.map(lambda name: build(samples.figures(name)), named)) == one_by_one
