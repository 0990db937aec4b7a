"""What a report may say, part by part. Each part turns frozen figures into sentences, tables and charts; all pure.

A part has ``sentences`` for the summary and ``sections`` for the pages; both are empty where there is nothing to tell.
"""

from api.reports.sections import hours, milestones, money, support, upcoming, work
from api.reports.sections.blocks import Part

PARTS: dict[str, Part] = {
    "work": work.PART,
    "hours": hours.PART,
    "milestones": milestones.PART,
    "support": support.PART,
    "money": money.PART,
    "next": upcoming.PART,
}
"""In the order of the pages. The names are those of the settings and of the API."""

SECTIONS = tuple(PARTS)
