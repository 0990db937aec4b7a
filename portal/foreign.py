"""What the API says in English, in the visitor's language.

Its sentences are in the catalogue ``api.po`` by their English text; those of pydantic about a single value in
``values.po``.
"""

import re
from functools import cache
from typing import Final

from imisofts.sentences import Sentences
from portal import language
from portal.door import Problem

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_DECIMAL: Final = re.compile(r"-?\d+\.\d+")


def problem(found: Problem) -> Problem:
    """A refusal, with its sentences in the visitor's language; status, code and names of fields as they are."""
    fields = {name: sentence(message) for name, message in found.fields.items()}
    return Problem(found.status, found.code, sentence(found.detail), fields)


def sentence(text: str) -> str:
    """One sentence of the API; days and decimals in it as the visitor writes them, and each word of a list said."""
    return _known(language.spoken()).say(text, _value)


def _value(text: str) -> str | None:
    """A value within a sentence, said anew; None where it stays."""
    if _DAY.fullmatch(text):
        return language.day(text)
    if _DECIMAL.fullmatch(text):
        return language.number(text)
    known = _known(language.spoken()).texts
    words = text.split(", ")
    return ", ".join(known[word] for word in words) if len(words) > 1 and known.keys() >= set(words) else None


@cache
def _known(spoken: str) -> Sentences:
    """None for English."""
    return Sentences(
        {text: said for domain in ("values", "api") for text, said in language.texts(domain, spoken).items()}
    )
