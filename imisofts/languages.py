"""The languages and number habits that people can be told things in."""

from typing import Final, Literal, get_args

Locale = Literal["en", "en_GB", "de", "de_AT", "de_CH"]
LOCALES: Final[tuple[Locale, ...]] = get_args(Locale)
NAMES: Final[dict[Locale, str]] = {
    "en": "English (United States)",
    "en_GB": "English (United Kingdom)",
    "de": "Deutsch (Deutschland)",
    "de_AT": "Deutsch (Österreich)",
    "de_CH": "Deutsch (Schweiz)",
}
"""Each in its own words, so that everybody finds theirs whatever the page speaks."""


def nearest(told: str | None) -> Locale | None:
    """The one of :data:`LOCALES` that ``told`` (``de_DE``, ``en-US``) means; None for nothing or another language."""
    name = (told or "").replace("-", "_")
    language = name.partition("_")[0]
    return next((locale for wanted in (name, language) for locale in LOCALES if locale == wanted), None)
