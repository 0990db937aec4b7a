"""What the API says in English, in the visitor's language.

Its sentences are in the catalogue ``api.po`` by their English text, with ``{0}``, ``{1}``, … (or names) where values
stand; those of pydantic about a single value in ``values.po``. A sentence nobody translated is shown as it came.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from portal import language
from portal.door import Problem

_PLACE: Final = re.compile(r"\\\{(\w+)\\\}")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_DEEPEST: Final = 3
"""How far a sentence may stand within a sentence within a sentence."""


def problem(found: Problem) -> Problem:
    """A refusal, with its sentences in the visitor's language; status, code and names of fields as they are."""
    fields = {name: sentence(message) for name, message in found.fields.items()}
    return Problem(found.status, found.code, sentence(found.detail), fields)


def sentence(text: str) -> str:
    """One sentence of the API; days in it as the visitor writes them."""
    return _said(text, _known(language.spoken()), _DEEPEST)


@cache
def _known(spoken: str) -> Mapping[str, str]:
    """Translations by English text; none for English."""
    return {text: said for domain in ("values", "api") for text, said in language.texts(domain, spoken).items()}


def _said(text: str, known: Mapping[str, str], deep: int) -> str:
    if text in known:
        return known[text]
    for pattern, places, translated in _patterns(language.spoken()) if known and deep else ():
        if found := pattern.fullmatch(text):
            values = [_value(value, known, deep - 1) for value in found.groups()]
            return translated.format(*values, **dict(zip(places, values, strict=True)))
    return text


def _value(value: str, known: Mapping[str, str], deep: int) -> str:
    """A value is a day, a sentence of its own, or what somebody wrote."""
    return language.day(value) if _DAY.fullmatch(value) else _said(value, known, deep)


@cache
def _patterns(spoken: str) -> tuple[tuple[re.Pattern[str], tuple[str, ...], str], ...]:
    """The sentences with places, the most literal first: it is the one that was meant."""
    found = []
    for text, translated in _known(spoken).items():
        escaped = re.escape(text)
        places = _PLACE.findall(escaped)
        if places:
            names = tuple(name if not name.isdigit() else f"place{name}" for name in places)
            found.append((len(_PLACE.sub("", escaped)), _PLACE.sub("(.*?)", escaped), names, translated))
    found.sort(key=lambda one: -one[0])
    return tuple((re.compile(pattern, re.DOTALL), names, translated) for _, pattern, names, translated in found)
