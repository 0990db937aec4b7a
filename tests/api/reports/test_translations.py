"""Every text of a client report has a German one with the same places, and a German report speaks no English."""

import re
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from pypdf import PdfReader

from api.paper.language import DOMAIN, FOLDER, Language
from api.reports import mail, pdf
from api.reports.content import content
from api.reports.document import Document
from api.reports.figures import freeze
from api.reports.sections import SECTIONS
from imisofts.brand import Brand
from imisofts.settings import PROJECT_ROOT, load
from tests.api.reports import messages, samples
from warehouse.metrics import metrics

FONTS = PROJECT_ROOT / "portal" / "node_modules" / "@expo-google-fonts"
BRAND = Brand.from_workspace({"name": "Nordlicht", "brand": {}})
GERMAN = Language("de_DE")
ENGLISH = re.compile(
    r"\b(the|of|and|were|is|are|with|month|months|hours?|invoices?|invoiced|collected|balance|open|due|late|paid|"
    r"page|period|report|client|day|days|total|amount|milestones?|tasks?|resolved|opened|answers?|figures|counts?|"
    r"what|next|October|Oct|Sept)\b"
)


@pytest.fixture(scope="module")
def german() -> Catalog:
    with (FOLDER / "de" / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale="de", abort_invalid=True)


def places(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_every_text_is_a_literal_so_that_it_can_be_translated() -> None:
    assert [call.place for call in messages.calls() if call.texts is None] == []


def test_every_text_has_a_german_one_with_the_same_places(german: Catalog) -> None:
    asked = {call.texts for call in messages.calls() if call.texts}
    asked |= {(text,) for text in messages.of_metrics()}
    wrong = []
    for texts in sorted(asked):
        found = german.get(texts[0])
        forms = [] if found is None else [found.string] if isinstance(found.string, str) else list(found.string or ())
        same = len(forms) >= len(texts) and all(
            form and places(form) == places(asked_for) for form, asked_for in zip(forms, texts, strict=False)
        )
        if not same or (found is not None and found.fuzzy):
            wrong.append(texts)
    assert wrong == []


def test_nothing_is_translated_that_nobody_says(german: Catalog) -> None:
    asked = {call.texts[0] for call in messages.calls() if call.texts} | messages.of_metrics()
    assert {(one.id if isinstance(one.id, str) else one.id[0]) for one in german if one.id} - asked == set()


def busy() -> dict[str, Any]:
    """A month in which everything happened, in the agency's own German words."""
    month = samples.busy("Webauftritt")
    month["definitions"] = metrics()
    return month


def test_a_german_pdf_speaks_no_english() -> None:
    drawn = pdf.build(freeze(samples.figures("Hafenblau GmbH", **busy())), BRAND, GERMAN, font_folder=Path(FONTS))
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(drawn)).pages)
    own = re.sub(r"Concept of|Step \d+ of|Care of|Concept|Design|Launch", "", text)
    assert sorted(set(ENGLISH.findall(own))) == []
    for said in ("Kundenbericht", "Seite 2 von", "31. Oktober 2026", "15.138,00", "Wie diese Zahlen definiert sind"):
        assert said in text.replace("\u202f", " ").replace("\u00a0", " ")


def test_the_summary_is_german_to_its_last_word() -> None:
    said = content(freeze(samples.figures("Hafenblau GmbH", **busy())), BRAND, GERMAN, SECTIONS)["summary"]
    assert [text.replace("\u202f", " ").replace("\u00a0", " ") for text in said["paragraphs"]] == [
        "In 2 Projekten wurden 2 Meilensteine und 6 Aufgaben abgeschlossen.",
        (
            "Nordlicht hat 52,5 Stunden an 2 Projekten für Hafenblau GmbH gearbeitet. "
            "Webauftritt 1 hat sein Budget von 40 Stunden um 5 Stunden überschritten. "
            "Webauftritt 2 hat sein Budget von 40 Stunden um 6 Stunden überschritten."
        ),
        "Der Meilenstein Design (Webauftritt 1) war am 31. Oktober 2026 überfällig.",
        (
            "Im Oktober 2026 wurden 4 Tickets eröffnet. Gelöst wurden 5. Am 31. Oktober 2026 war 1 offen. "
            "75 % der ersten Antworten kamen innerhalb der zugesagten Zeit."
        ),
        (
            "Im Oktober 2026 hat Nordlicht an Hafenblau GmbH 8 Rechnungen über zusammen 15.138,00 £ gestellt. "
            "Es gingen Zahlungen von 5.046,00 £ ein. "
            "Am 31. Oktober 2026 waren 10.933,00 £ offen, davon 420,50 £ überfällig. "
            "Im Oktober 2026 beglichene Rechnungen waren im Schnitt 17,2 Tage offen."
        ),
        "Als Nächstes ist Launch (Webauftritt 1) am 20. November 2026 fällig.",
    ]
    assert [(one["label"], one["delta"].replace("\u00a0", " "), one["before"]) for one in said["numbers"]][:3] == [
        ("Geleistete Stunden", "+12,5", "Sep 2026: 40"),
        ("Erledigte Aufgaben", "+4", "Sep 2026: 2"),
        ("Gelöste Tickets", "unverändert", "Sep 2026: 5"),
    ]


def test_one_and_many_and_a_quarter() -> None:
    assert [GERMAN.hours(value) for value in ("1", "1.04", "0.5", "2")] == [
        "1 Stunde",
        "1 Stunde",
        "0,5 Stunden",
        "2 Stunden",
    ]
    assert GERMAN.days(Decimal(1)) == "1 Tag"
    assert GERMAN.period(date(2026, 10, 1), date(2026, 12, 31)) == "4. Quartal 2026"
    assert Language("en_GB").period(date(2026, 10, 1), date(2026, 12, 31)) == "Q4 2026"


def test_the_mail_is_german_too(tmp_path: Path) -> None:
    frozen = freeze(samples.figures("Hafenblau GmbH", **busy()))
    document = Document(frozen, b"%PDF", BRAND, GERMAN, SECTIONS)
    letter = mail.Letter(
        samples.CLIENT, "<a@b>", "kunde@hafenblau.example", "2026-10", "https://agency.example", document
    )
    composed = mail.compose(letter, load(tmp_path))
    assert composed["Subject"] == "Ihr Bericht Oktober 2026 – Nordlicht"
    body = composed.get_body(("plain",))
    assert body is not None
    written = re.sub(r"Concept of|Step \d+ of|Care of|Concept|Design|Launch|http\S+", "", body.get_content())
    assert sorted(set(ENGLISH.findall(written))) == []
    assert [part.get_filename() for part in composed.iter_attachments()] == ["bericht-2026-10.pdf"]
