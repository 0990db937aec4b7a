"""The console in German: every text has one, none is left over, and a drawn page speaks no English."""

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from api.paper.language import Language
from console import language
from console.pages import PAGES
from tests.console import messages

ENGLISH = re.compile(
    r"\b(the|of|and|were|is|are|with|hours|invoices?|invoiced|collected|clients|open|past due|rows|published|fresh|"
    r"passed|figures|range|which|how|does|what|who|none|from|to)\b"
)


@pytest.fixture(scope="module")
def german() -> Catalog:
    with (language.FOLDER / "de" / "LC_MESSAGES" / f"{language.DOMAIN}.po").open("rb") as file:
        return read_po(file, locale="de", abort_invalid=True)


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_every_text_is_a_literal_so_that_it_can_be_translated() -> None:
    assert [place for place, texts in messages.calls() if texts is None] == []


def test_every_text_has_a_german_one_with_the_same_places(german: Catalog) -> None:
    wrong = []
    for texts in sorted({texts for _, texts in messages.calls() if texts}):
        found = german.get(texts[0])
        said = (
            () if not found or not found.string else (found.string,) if isinstance(found.string, str) else found.string
        )
        if len(said) != len(texts) or any(places(a) != places(b) for a, b in zip(said, texts, strict=True)):
            wrong.append(texts)
    assert wrong == []


def test_every_metric_is_named_and_defined_in_german(german: Catalog) -> None:
    on_paper = Language("de")
    left = {text for text in messages.of_metrics() if not german.get(text) and on_paper.known(text) == text}
    assert left == set()


def test_nothing_is_translated_that_nobody_says(german: Catalog) -> None:
    asked = {texts[0] for _, texts in messages.calls() if texts} | messages.of_metrics()
    assert {one.id if isinstance(one.id, str) else one.id[0] for one in german if one.id} - asked == set()


def in_german(page: SimpleNamespace) -> None:
    """The page as somebody sees it who chose German."""
    page.viewer = replace(page.viewer, locale="de")


def labels(app: Any) -> str:
    """The words above the widgets."""
    found = [*app.selectbox, *app.multiselect, *app.expander, *app.date_input, *app.text_input]
    return " ".join(str(one.label) for one in found)


@pytest.mark.parametrize("path", ["overview", "revenue"])
def test_a_german_page_speaks_no_english(page: SimpleNamespace, path: str) -> None:
    in_german(page)
    looked = page.look(path)
    said = re.sub(r"<style>.*?</style>|<code>.*?</code>|<[^>]*>", " ", looked.text, flags=re.DOTALL)
    assert sorted(set(ENGLISH.findall(said + labels(looked.app)))) == []
    assert "Stand der Daten" in looked.text


def test_figures_and_days_are_written_the_german_way(page: SimpleNamespace) -> None:
    in_german(page)
    said = page.look("overview").text.replace("\u00a0", " ")
    assert re.search(r"\d\.\d{3},\d\d €", said)
    assert "Juni 2025 bis Juni 2026" in said or "Juli 2025 bis Juni 2026" in said
    assert re.search(r"Daten bis <b>15\. Juni 2026</b>", said)


def test_every_page_has_a_german_title(german: Catalog) -> None:
    language.speak("de")
    try:
        assert [page.title() for page in PAGES][:3] == ["Überblick", "Umsatz", "Rechnungen und Zahlungen"]
    finally:
        language.speak(None)
