"""Translations, read from the ``.po`` files that translators edit: nothing is compiled, so nothing is out of date."""

from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


@cache
def catalogue(folder: Path, domain: str, language: str) -> NullTranslations:
    """The translations of ``domain`` into ``language`` (ISO 639) under ``folder``; none at all where no file is there.

    Read once per process, in some milliseconds. A broken file raises ``babel.messages.pofile.PoFileError``.
    """
    messages = _read(folder, domain, language)
    if messages is None:
        return NullTranslations()
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def texts(folder: Path, domain: str, language: str) -> Mapping[str, str]:
    """The same as a mapping from English texts, for a search among them; counted nouns are left out."""
    messages = _read(folder, domain, language) or ()
    return {
        one.id: one.string for one in messages if one.id and isinstance(one.id, str) and isinstance(one.string, str)
    }


def _read(folder: Path, domain: str, language: str) -> Catalog | None:
    path = folder / language / "LC_MESSAGES" / f"{domain}.po"
    if not path.is_file():
        return None
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)
