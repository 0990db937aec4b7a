"""What our mails say, in the language of whoever reads them."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from babel.dates import format_date, format_time

from imisofts.catalogues import texts
from imisofts.languages import Locale
from imisofts.sentences import Sentences

FOLDER: Final = Path(__file__).parents[1] / "locale"
POWERED_BY: Final = "Powered by imisofts"
"""What stands below a mail of a brand that names us."""
MOMENT: Final = "%d %B %Y, %H:%M"
"""How an instant stands in the English text."""


def said(text: str, locale: Locale | None) -> str:
    """A text of a mail as its reader is told it; English where nobody translated it, or no language was chosen."""
    if locale is None:
        return text
    return _mails(locale.partition("_")[0]).say(text, lambda value: _moment(value, locale))


def _moment(value: str, locale: Locale) -> str | None:
    try:
        moment = datetime.strptime(value, MOMENT)  # noqa: DTZ007 - the zone stands beside it
    except ValueError:
        return None
    return f"{format_date(moment, 'long', locale=locale)}, {format_time(moment, 'short', locale=locale)}"


@cache
def _mails(language: str) -> Sentences:
    return Sentences(texts(FOLDER, "mails", language))
