"""English sentences that came from elsewhere, with their values in them, said in another language.

A catalogue has them by their English text, with ``{0}``, ``{1}``, … (or names) where values stand.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

_PLACE: Final = re.compile(r"\\\{(\w+)\\\}")
_DEEPEST: Final = 3
"""How far a sentence may stand within a sentence within a sentence."""


@dataclass(frozen=True)
class Sentences:
    """Translations by English text; a sentence nobody translated stays as it came."""

    texts: Mapping[str, str]

    def say(self, text: str, write: Callable[[str], str | None]) -> str:
        """``text`` in the other language. ``write`` says a value anew, such as a day; None leaves it to the sentences,
        and then to what was written.
        """
        return self._said(text, write, _DEEPEST)

    def _said(self, text: str, write: Callable[[str], str | None], deep: int) -> str:
        if text in self.texts:
            return self.texts[text]
        for pattern, places, translated in self._patterns if deep else ():
            if found := pattern.fullmatch(text):
                values = [write(value) or self._said(value, write, deep - 1) for value in found.groups()]
                return translated.format(*values, **dict(zip(places, values, strict=True)))
        return text

    @cached_property
    def _patterns(self) -> tuple[tuple[re.Pattern[str], tuple[str, ...], str], ...]:
        """The sentences with places, the most literal first: it is the one that was meant."""
        found = []
        for text, translated in self.texts.items():
            escaped = re.escape(text)
            places = _PLACE.findall(escaped)
            if places:
                names = tuple(name if not name.isdigit() else f"place{name}" for name in places)
                found.append((len(_PLACE.sub("", escaped)), _PLACE.sub("(.*?)", escaped), names, translated))
        found.sort(key=lambda one: -one[0])
        return tuple((re.compile(pattern, re.DOTALL), names, translated) for _, pattern, names, translated in found)
