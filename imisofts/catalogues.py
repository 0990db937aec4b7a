"""Translations, read from the ``.po`` files that translators edit: nothing is compiled, so nothing is out of date."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


@cache
def catalogue(folder: Path, domain: str, language: str) -> NullTranslations:
    """The translations of ``domain`` into ``language`` (ISO 639) under ``folder``; none at all where no file is there.

    Read once per process, in some milliseconds. A broken file raises ``babel.messages.pofile.PoFileError``.
    """
    path = folder / language / "LC_MESSAGES" / f"{domain}.po"
    if not path.is_file():
        return NullTranslations()
    with path.open("rb") as file:
        messages = read_po(file, locale=language, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)
