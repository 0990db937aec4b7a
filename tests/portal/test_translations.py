"""Every text of the portal has a German one with the same places, and nothing is translated that nobody says.

A red test prints what is missing in the form of the catalogue: add it there, with its translation.
"""

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from api.events.schemas import EventName
from portal.words import known_events
from tests.portal import said

GERMAN = said.ROOM / "locale" / "de" / "LC_MESSAGES" / "messages.po"


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="de", abort_invalid=True)


def places(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s|%%", text))


def texts_of(one: object) -> tuple[str, ...]:
    return (one,) if isinstance(one, str) else tuple(one) if isinstance(one, (list, tuple)) else ()


def entry(texts: tuple[str, ...]) -> str:
    """What a translator adds to the catalogue."""
    quoted = ['"' + text.replace('"', '\\"') + '"' for text in texts]
    if len(quoted) == 1:
        return f'msgid {quoted[0]}\nmsgstr ""\n'
    return f'msgid {quoted[0]}\nmsgid_plural {quoted[1]}\nmsgstr[0] ""\nmsgstr[1] ""\n'


def test_every_text_is_a_literal_so_that_it_can_be_translated() -> None:
    assert [one.place for one in said.everything() if one.texts is None] == []


def test_every_text_has_a_german_one_with_the_same_places() -> None:
    german, wrong = catalogue(GERMAN), {}
    for one in said.everything():
        found = german.get(one.texts[0]) if one.texts else None
        forms = texts_of(found.string) if found is not None and not found.fuzzy else ()
        same = len(forms) == len(one.texts or ()) and all(
            form and places(form) == places(asked) for form, asked in zip(forms, one.texts or (), strict=True)
        )
        if not same and one.texts:
            wrong[entry(one.texts)] = one.place
    assert not wrong, "\n" + "\n".join(f"#: {place}\n{missing}" for missing, place in wrong.items())


def test_nothing_is_translated_that_nobody_says() -> None:
    asked = {one.texts[0] for one in said.everything() if one.texts}
    assert {texts_of(one.id)[0] for one in catalogue(GERMAN) if one.id} - asked == set()


def test_every_event_has_words_of_its_own() -> None:
    assert set(known_events()) == set(EventName)
