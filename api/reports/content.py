"""What a report says: sentences, five numbers, sections and definitions, from frozen figures. Pure; no layout, no file.

Everything is text in the report's language when it leaves here, so the template has nothing to compute and a
client's name is never anything but text.
"""

from collections.abc import Collection
from typing import Any

from api.paper.language import Language
from api.reports.figures import Frozen
from api.reports.numbers import Number, numbers
from api.reports.sections import PARTS, SECTIONS
from api.reports.sections.blocks import Section, Telling
from imisofts import charts
from imisofts.brand import Brand

Content = dict[str, Any]


def content(figures: Frozen, brand: Brand, language: Language, sections: Collection[str] = SECTIONS) -> Content:
    """The document's data for the template; charts are Vega-Lite specifications with their description.

    A section that is switched on and has nothing to tell is left out, and the summary says so in one sentence.
    """
    look = charts.Look.of(brand.tokens("light"), font=brand.font_stack, locale=language.locale, translate=language.say)
    told = Telling(figures, brand, language, look)
    chosen = {name: part for name, part in PARTS.items() if name in sections}
    pages = {name: part.sections(told) for name, part in chosen.items()}
    shown = numbers(told, chosen)
    absent = [chosen[name].absent(language) for name, found in pages.items() if not found]
    paragraphs = [" ".join(said) for part in chosen.values() if (said := part.sentences(told))]
    drawn = [section for found in pages.values() for section in found]
    data_day = language.long_day(figures["publication"]["data_on"])
    return {
        "language": language.code,
        "title": f"{language.say('Client report {period}', period=told.period)} – {told.client}",
        "author": brand.name,
        "cover": _cover(told, data_day),
        "foot": {
            "left": language.say(
                "Data as of {day} · publication {number}", day=data_day, number=figures["publication"]["id"]
            ),
            "page": language.say("Page {page} of {pages}", page="§1", pages="§2"),
        },
        "head": {"left": brand.name, "right": f"{_short(told.client)} · {told.period}"},
        "summary": {
            "heading": language.say("{period} at a glance", period=told.period),
            "paragraphs": [*paragraphs, *_closing(told, absent)],
            "numbers": shown,
        },
        "sections": drawn,
        "definitions": _definitions(told, drawn, shown),
        "footer": "\n".join(line for line in (brand.footer, *brand.legal, *language.powered(brand)) if line),
    }


def _cover(told: Telling, data_day: str) -> Content:
    language, figures = told.language, told.figures
    return {
        "kicker": language.say("Client report"),
        "client": told.client,
        "month": told.period,
        "period_label": language.say("Period"),
        "range": language.days_of(figures["first"], figures["last"]),
        "facts": [
            [language.say("Prepared by"), told.brand.name],
            [language.say("Data as of"), data_day],
            [language.say("Publication"), language.say("No. {number}", number=figures["publication"]["id"])],
        ],
    }


def _short(name: str, most: int = 70) -> str:
    return name if len(name) <= most else name[: most - 1].rstrip() + "…"


def _closing(told: Telling, absent: list[str]) -> list[str]:
    """What there was none of, and that the period was not over."""
    language, said = told.language, []
    if absent:
        subjects = language.listed(absent)
        said.append(language.say("There is nothing to report about {subjects}.", subjects=subjects))
    if told.figures["incomplete"]:
        said.append(
            language.say(
                "{period} was not over when the data was taken: the figures are not final.", period=told.period
            )
        )
    return said


def _definitions(told: Telling, sections: list[Section], shown: list[Number]) -> Content:
    """Of exactly the metrics that are printed; a rule that several share is said once."""
    figures, language = told.figures, told.language
    names = {name for section in sections for name in section["metrics"]} | {number["metric"] for number in shown}
    printed = [one for one in figures["definitions"] if one["name"] in names]
    publication = figures["publication"]
    return {
        "heading": language.say("How these figures are defined"),
        "items": [
            {"label": language.known(one["label"]), "text": language.known(one["definition"])} for one in printed
        ],
        "rules_label": language.say("What counts"),
        "rules": " ".join(dict.fromkeys(language.known(rule) for one in printed for rule in one["policy"])),
        "data": language.say(
            "All figures come from publication {number} of the agency's audited data ({checks} checks passed), "
            "as it stood on {day}, under metric definitions {version}. Amounts are never added across currencies.",
            number=publication["id"],
            checks=publication["checks_passed"],
            day=language.long_day(publication["data_on"]),
            version=publication["metric_version"],
        ),
    }
