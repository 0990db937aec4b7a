"""Tickets and what was promised for them. Pure."""

from decimal import Decimal
from typing import Any

from api.paper.language import Language
from api.reports.sections.blocks import Part, Section, Telling, section, table

KEPT = ("sla_met", "resolution_sla_met")
TAKEN = ("first_response_hours_business", "resolution_hours_business")


def _now(told: Telling, name: str) -> Decimal | None:
    value = told.figures["numbers"][name]["now"]
    return None if value is None else Decimal(value)


def _any(told: Telling) -> bool:
    named = ("tickets_opened", "tickets_resolved", "tickets_open", *KEPT)
    return any(_now(told, name) for name in named)


def _sentences(told: Telling) -> list[str]:
    if not _any(told):
        return []
    language, say = told.language, told.language.say
    opened, resolved, still = (int(_now(told, f"tickets_{what}") or 0) for what in ("opened", "resolved", "open"))
    day = language.long_day(told.figures["last"])
    sentences = [
        _opened(opened, told),
        language.count("{number} was resolved.", "{number} were resolved.", resolved)
        if resolved
        else say("None was resolved."),
        language.count("On {day}, {number} was open.", "On {day}, {number} were open.", still, day=day)
        if still
        else say("On {day}, none was open.", day=day),
    ]
    if (kept := _now(told, "sla_met")) is not None:
        sentences.append(say("{share} of the first answers came within the promised time.", share=language.share(kept)))
    return sentences


def _opened(number: int, told: Telling) -> str:
    if not number:
        return told.language.say("No ticket was opened in {period}.", period=told.period)
    return told.language.count(
        "{number} ticket was opened in {period}.",
        "{number} tickets were opened in {period}.",
        number,
        period=told.period,
    )


def _sections(told: Telling) -> list[Section]:
    if not _any(told):
        return []
    language, say = told.language, told.language.say
    words = {"urgent": say("Urgent"), "high": say("High"), "normal": say("Normal"), "low": say("Low")}
    blocks = []
    if told.figures["priorities"]:
        head = [say("Priority"), say("Opened"), say("Resolved"), say("First answers in time")]
        rows = [
            [
                words[one["priority"]],
                language.number(Decimal(one["opened"])),
                language.number(Decimal(one["resolved"])),
                "–" if one["in_time"] is None else language.share(one["in_time"]),
            ]
            for one in told.figures["priorities"]
        ]
        blocks.append(table(head, rows, right=1))
    measured = _measured(told)
    if measured:
        earlier = language.period(*_before(told))
        head = [say("How fast, how well"), told.period, earlier]
        blocks.append(table(head, [row for _, row in measured], right=1))
    counted = ["tickets_opened", "tickets_resolved", "tickets_open"]
    shown = [name for name, _ in measured] + (["sla_met"] if told.figures["priorities"] else [])
    return [section(say("Tickets"), " ".join(_sentences(told)), blocks, [*counted, *dict.fromkeys(shown)])]


def _before(told: Telling) -> tuple[str, str]:
    previous = told.figures["currencies"][0]["previous"]
    return previous["first"], previous["last"]


def _measured(told: Telling) -> list[tuple[str, list[Any]]]:
    """Metric and row, of those that have a value now or had one before."""
    language, say = told.language, told.language.say
    rated = int(_now(told, "csat_n") or 0)
    names = {
        "first_response_hours_business": say("Median business hours to the first answer"),
        "resolution_hours_business": say("Median business hours to the resolution"),
        "sla_met": say("First answers in time"),
        "resolution_sla_met": say("Resolutions in time"),
        "csat": language.count("Satisfied ({number} rating)", "Satisfied ({number} ratings)", rated),
    }
    rows = []
    for name, label in names.items():
        change = told.figures["numbers"][name]
        if change["now"] is not None or change["before"] is not None:
            rows.append((name, [label, *(_value(name, change[when], language) for when in ("now", "before"))]))
    return rows


def _value(name: str, value: str | None, language: Language) -> str:
    if value is None:
        return "–"
    return language.short(value) if name in TAKEN else language.share(value)


PART = Part(_sentences, _sections, lambda language: language.say("tickets"))
