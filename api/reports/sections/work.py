"""Work delivered: tasks and milestones completed in the period, by project. Pure."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from api.paper.language import Language
from api.reports.sections.blocks import Block, Part, Section, Telling, section, table

MOST = 15
"""Rows of one project; the others are counted."""


def _counts(told: Telling) -> tuple[int, int]:
    kinds = [row["kind"] for row in told.figures["done"]]
    return kinds.count("milestone"), kinds.count("task")


def _delivered(told: Telling) -> str:
    """3 milestones and 14 tasks; a kind of which there is none is not named."""
    language, (milestones, tasks) = told.language, _counts(told)
    named = []
    if milestones:
        named.append(language.count("{number} milestone", "{number} milestones", milestones))
    if tasks:
        named.append(language.count("{number} task", "{number} tasks", tasks))
    return language.listed(named)


def _sentences(told: Telling) -> list[str]:
    if not told.figures["done"]:
        return []
    language, things = told.language, sum(_counts(told))
    projects = {row["project_id"] for row in told.figures["done"]}
    if len(projects) == 1:
        return [
            language.count(
                "{what} was completed on {project}.",
                "{what} were completed on {project}.",
                things,
                what=_delivered(told),
                project=told.figures["done"][0]["project"],
            )
        ]
    return [
        language.say(
            "{what} were completed on {number} projects.",
            what=_delivered(told),
            number=language.number(len(projects)),
        )
    ]


def _sections(told: Telling) -> list[Section]:
    done = told.figures["done"]
    if not done:
        return []
    blocks = [_project(list(rows), told.language) for _, rows in groupby(done, key=lambda row: row["project_id"])]
    heading = told.language.say("Work delivered in {period}", period=told.period)
    return [section(heading, _sentences(told)[0], blocks, ["tasks_completed"] if _counts(told)[1] else [])]


def _project(rows: list[Mapping[str, Any]], language: Language) -> Block:
    """Milestones first, each with its day."""
    say = language.say
    words = {"milestone": say("Milestone"), "task": say("Task")}
    shown = [[row["title"], words[row["kind"]], language.day(row["completed_on"])] for row in rows[:MOST]]
    more = len(rows) - MOST
    note = language.count("and {number} more", "and {number} more", more) if more > 0 else None
    head = [say("What"), say("Kind"), say("Completed")]
    return table(head, shown, right=2, heading=rows[0]["project"], note=note)


PART = Part(_sentences, _sections, lambda language: language.say("completed work"))
