"""Hours against budget, by project. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from api.paper.language import Language
from api.reports.sections.blocks import CHART_WIDTH, Part, Section, Telling, chart, section, table
from imisofts import charts

DRAWN = 8
"""Projects in the chart; the table has all of them."""


def _total(told: Telling) -> Decimal:
    return sum((Decimal(one["hours"]) for one in told.figures["projects"]), Decimal(0))


def _over(told: Telling) -> list[Mapping[str, Any]]:
    with_budget = (one for one in told.figures["projects"] if one["budget"] is not None)
    return [one for one in with_budget if Decimal(one["used"]) > Decimal(one["budget"])]


def _sentences(told: Telling) -> list[str]:
    if not told.figures["projects"]:
        return []
    language, say = told.language, told.language.say
    sentences = [
        language.count(
            "{agency} worked {hours} on {number} project of {client}.",
            "{agency} worked {hours} on {number} projects of {client}.",
            len(told.figures["projects"]),
            agency=told.brand.name,
            hours=language.hours(_total(told)),
            client=told.client,
        )
    ]
    for one in _over(told)[:2]:
        more = Decimal(one["used"]) - Decimal(one["budget"])
        sentences.append(
            say(
                "{project} has used {hours} more than its budget of {budget}.",
                project=one["name"],
                hours=language.hours(more),
                budget=language.hours(one["budget"]),
            )
        )
    return sentences


def _sections(told: Telling) -> list[Section]:
    projects = told.figures["projects"]
    if not projects:
        return []
    language, say = told.language, told.language.say
    drawn = [one for one in projects if one["budget"] is not None][:DRAWN]
    blocks = []
    if drawn:
        spec = charts.hours_against_budget(
            [
                {
                    "project": one["name"],
                    "earlier": Decimal(one["used"]) - Decimal(one["hours"]),
                    "hours": Decimal(one["hours"]),
                    "budget": Decimal(one["budget"]),
                }
                for one in drawn
            ],
            told.look,
            period=told.period,
            width=CHART_WIDTH,
        )
        key = say("Dark is {period}, pale what was worked before, the line the budget.", period=told.period)
        blocks.append(chart(spec, text=key))
    head = [say("Project"), say("Hours in {period}", period=told.period), say("To date"), say("Budget"), say("Used")]
    total = [say("Total"), language.short(_total(told)), "", "", ""] if len(projects) > 1 else None
    blocks.append(table(head, [_row(one, language) for one in projects], right=1, total=total))
    finding = " ".join(_sentences(told))
    metrics = ["project_hours"] + (["project_budget_hours"] if drawn else [])
    return [section(say("Hours against budget") if drawn else say("Hours"), finding, blocks, metrics)]


def _row(one: Mapping[str, Any], language: Language) -> list[Any]:
    hours = [language.short(one["hours"]), language.short(one["used"])]
    if one["budget"] is None:
        return [one["name"], *hours, "–", "–"]
    used = Decimal(one["used"]) / Decimal(one["budget"])
    share = language.share(used)
    over = {"word": share, "tone": "bad"} if used > 1 else share
    return [one["name"], *hours, language.short(one["budget"]), over]


PART = Part(_sentences, _sections, lambda language: language.say("hours worked"))
