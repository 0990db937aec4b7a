"""Milestones: reached, late and next, as they stood on the period's last day. Pure."""

from collections.abc import Mapping
from typing import Any

from api.paper.language import Language
from api.reports.sections.blocks import Part, Section, Telling, section, table

NEXT = 10
"""Milestones still to come that are listed; the others are counted."""

Row = Mapping[str, Any]


def _split(told: Telling) -> tuple[list[Row], list[Row], list[Row]]:
    """Reached in the period, late on its last day, and due later."""
    last, rows = told.figures["last"], told.figures["milestones"]
    reached = [one for one in rows if one["completed_on"] is not None]
    late = [one for one in rows if one["completed_on"] is None and one["due_on"] <= last]
    to_come = [one for one in rows if one["completed_on"] is None and one["due_on"] > last]
    return reached, late, to_come


def _sentences(told: Telling) -> list[str]:
    """What is late; what was reached is said with the work."""
    _, late, _ = _split(told)
    if not late:
        return []
    day = told.language.long_day(told.figures["last"])
    if len(late) > 1:
        number = told.language.number(len(late))
        return [told.language.say("{number} milestones were late on {day}.", number=number, day=day)]
    return [
        told.language.say(
            "The milestone {title} ({project}) was late on {day}.",
            title=late[0]["title"],
            project=late[0]["project"],
            day=day,
        )
    ]


def _finding(told: Telling) -> str:
    """Of the milestones due in the period, how many were reached in time."""
    share = told.figures["numbers"]["milestones_on_time"]["now"]
    if share is None:
        return told.language.say("No milestone was due in {period}.", period=told.period)
    return told.language.say(
        "{share} of the milestones due in {period} were reached in time.",
        share=told.language.share(share),
        period=told.period,
    )


def _sections(told: Telling) -> list[Section]:
    reached, late, to_come = _split(told)
    if not (reached or late or to_come):
        return []
    language, say = told.language, told.language.say
    rows = [
        *(_row(one, language, *_how(one, language)) for one in reached),
        *(_row(one, language, say("Late"), "bad") for one in late),
        *(_row(one, language, say("To come"), "information") for one in to_come[:NEXT]),
    ]
    more = len(to_come) - NEXT
    note = language.count("and {number} more to come", "and {number} more to come", more) if more > 0 else None
    head = [say("Milestone"), say("Project"), say("Status"), say("Due"), say("Reached")]
    block = table(head, rows, right=3, wide=2, note=note)
    return [section(say("Milestones"), _finding(told), [block], ["milestones_on_time"])]


def _how(one: Row, language: Language) -> tuple[str, str]:
    if one["due_on"] is not None and one["completed_on"] > one["due_on"]:
        return language.say("Reached late"), "warning"
    return language.say("Reached"), "good"


def _row(one: Row, language: Language, word: str, tone: str) -> list[Any]:
    days = [language.day(one[name]) if one[name] else "–" for name in ("due_on", "completed_on")]
    return [one["title"], one["project"], {"word": word, "tone": tone}, *days]


PART = Part(_sentences, _sections, lambda language: language.say("milestones"))
