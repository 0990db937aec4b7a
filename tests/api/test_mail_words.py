"""Every short mail has German words with the same places, and is written in the language of whoever reads it."""

import re
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.pofile import read_po

from api.kit import mail
from imisofts.brand import Brand
from imisofts.languages import Locale
from imisofts.settings import load
from tests.api import mail_words

WORDS = mail.Letter(
    "Your invitation to Nordlicht",
    "Hello Ada,",
    (
        "Kim Winter invites you to Nordlicht as a team member.",
        "It is open until 5 March 2026, 14:05 UTC. Nothing is shared before you accept it.",
    ),
    "Look at the invitation",
    "https://nordlicht.example/invitation?token=x",
    "Nobody but you can see this link. If you did not expect this mail, leave it alone.",
)


def places(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", text))


def test_every_text_of_a_mail_has_a_german_one() -> None:
    with mail_words.catalogue_of("de").open("rb") as file:
        german = read_po(file, locale="de", abort_invalid=True)
    asked = mail_words.everything()
    wrong = []
    for text, place in asked.items():
        found = german.get(text)
        told = found.string if found is not None and isinstance(found.string, str) and not found.fuzzy else ""
        if not told or places(told) != places(text):
            wrong.append(f'#: {place}\nmsgid "{text}"\nmsgstr ""\n')
    assert not wrong, "\n" + "\n".join(wrong)
    assert {one.id for one in german if one.id} - set(asked) == set(), "nobody says these any more"


def _written(tmp_path: Path, locale: Locale | None) -> tuple[str, str, str]:
    at = datetime(2026, 3, 5, tzinfo=UTC)
    envelope = mail.Envelope(WORDS.title, "ada@nordlicht.example", "<a@b>", at, Brand(), locale)
    made = mail.letter(envelope, WORDS, load(tmp_path))
    text, html = made.get_body(("plain",)), made.get_body(("html",))
    assert text is not None
    assert html is not None
    return str(made["Subject"]), text.get_content(), html.get_content()


def test_a_mail_speaks_the_language_of_its_reader(tmp_path: Path) -> None:
    subject, text, html = _written(tmp_path, "de_AT")
    assert subject == "Ihre Einladung zu Nordlicht"
    assert "Hallo Ada," in text
    assert "Kim Winter lädt Sie ein: Nordlicht, als Teammitglied." in text
    assert "Die Einladung gilt bis 5. März 2026, 14:05 UTC." in text
    assert "Einladung ansehen: https://nordlicht.example/invitation?token=x" in text
    assert 'lang="de-AT"' in html


def test_where_nobody_chose_a_language_it_is_english(tmp_path: Path) -> None:
    for locale in (None, "en_GB"):
        subject, text, html = _written(tmp_path, locale)
        assert subject == WORDS.title
        assert "It is open until 5 March 2026, 14:05 UTC." in text
    assert 'lang="en-GB"' in html
