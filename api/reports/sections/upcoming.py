"""What comes next: milestones due and what is agreed for subscriptions, in the period that follows. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from api.paper.language import Language
from api.reports.sections.blocks import Part, Section, Telling, section, table

Row = Mapping[str, Any]


def _sentences(told: Telling) -> list[str]:
    """The first milestone to come; the rest stands in the table."""
    due = [row for row in told.figures["upcoming"] if row["kind"] == "milestone"]
    if not due:
        return []
    day = told.language.long_day(due[0]["on"])
    return [
        told.language.say(
            "Next, {title} ({project}) is due on {day}.", title=due[0]["name"], project=due[0]["project"], day=day
        )
    ]


def _sections(told: Telling) -> list[Section]:
    rows = told.figures["upcoming"]
    if not rows:
        return []
    language, say = told.language, told.language.say
    words = {
        "milestone": say("Milestone due"),
        "starts": say("Begins"),
        "changes": say("Changes"),
        "ends": say("Ends"),
        "pauses": say("Is paused"),
        "resumes": say("Goes on"),
        "renews": say("Is charged again"),
    }
    cells = [[_name(row), words[row["kind"]], _price(row, language), language.day(row["on"])] for row in rows]
    head = [say("What"), say("Event"), say("Price without tax"), say("Day")]
    finding = say("As agreed by {day}, for the period that follows.", day=language.long_day(told.figures["last"]))
    return [section(say("What comes next"), finding, [table(head, cells, right=2)], [])]


def _name(row: Row) -> str:
    return f"{row['name']} · {row['project']}" if row["project"] else str(row["name"])


def _price(row: Row, language: Language) -> str:
    if row["amount"] is None or row["kind"] in {"ends", "pauses"}:
        return "–"
    every, amount = _every(row, language), language.money(row["amount"], row["currency"])
    if row["before"] is None or Decimal(row["before"]) == Decimal(row["amount"]):
        return language.say("{amount} {every}", amount=amount, every=every)
    before = language.money(row["before"], row["currency"])
    return language.say("{amount} {every} (was {before})", amount=amount, every=every, before=before)


def _every(row: Row, language: Language) -> str:
    """a month, every 2 weeks."""
    count, number = language.count, row["interval_count"]
    said = {
        "day": count("a day", "every {number} days", number),
        "week": count("a week", "every {number} weeks", number),
        "month": count("a month", "every {number} months", number),
        "quarter": count("a quarter", "every {number} quarters", number),
        "year": count("a year", "every {number} years", number),
    }
    return said[row["interval"]]


PART = Part(_sentences, _sections, lambda language: language.say("agreed dates to come"))
