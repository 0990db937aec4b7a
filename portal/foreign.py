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


def problem(found: Problem) -> Problem:
    """A refusal, with its sentences in the visitor's language; status, code and names of fields as they are."""
    fields = {name: sentence(message) for name, message in found.fields.items()}
    return Problem(found.status, found.code, sentence(found.detail), fields)


def sentence(text: str) -> str:
    """One sentence of the API; days in it as the visitor writes them."""
    known = _known(language.spoken())
    return known.say(text, lambda value: language.day(value) if _DAY.fullmatch(value) else None)


@cache
def _known(spoken: str) -> Sentences:
    """None for English."""
    return Sentences(
        {text: said for domain in ("values", "api") for text, said in language.texts(domain, spoken).items()}
    )
