"""What a report says: sentences and numbers that follow from the figures, sections that are chosen, definitions."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from api.paper.language import FSI, PDI, Language
from api.reports.content import Content, content
from api.reports.figures import freeze
from api.reports.sections import SECTIONS
from imisofts.brand import Brand
from tests.api.reports import samples
from warehouse.gateway import ClientReportFigures

BRAND = Brand.from_workspace({"name": "Northlight Studio", "brand": {}})
BUSY = samples.figures(**samples.busy())


def say(figures: ClientReportFigures, sections: tuple[str, ...] = SECTIONS, locale: str = "en_GB") -> Content:
    return content(freeze(figures), BRAND, Language(locale), sections)


def labels(said: Content) -> list[str]:
    return [number["label"] for number in said["summary"]["numbers"]]


def headings(said: Content) -> list[str]:
    return [section["heading"] for section in said["sections"]]


def rows(said: Content, heading: str) -> list[list[Any]]:
    section = next(section for section in said["sections"] if section["heading"] == heading)
    return [row for block in section["blocks"] if block["kind"] == "table" for row in block["rows"]]


def test_the_summary_is_computed_from_the_figures() -> None:
    assert say(BUSY)["summary"]["paragraphs"] == [
        "2 milestones and 6 tasks were completed on 2 projects.",
        (
            "Northlight Studio worked 52.5 hours on 2 projects of Blue Harbour Ltd. "
            "Website relaunch 1 has used 5 hours more than its budget of 40 hours. "
            "Website relaunch 2 has used 6 hours more than its budget of 40 hours."
        ),
        "The milestone Design (Website relaunch 1) was late on 31 October 2026.",
        (
            "4 tickets were opened in October 2026. 5 were resolved. On 31 October 2026, 1 was open. "
            "75% of the first answers came within the promised time."
        ),
        (
            "In October 2026, Northlight Studio invoiced Blue Harbour Ltd £15,138.00 on 8 invoices. "
            "Payments of £5,046.00 were received. "
            "£10,933.00 was open on 31 October 2026, of which £420.50 was overdue. "
            "Invoices settled in October 2026 took 17.2 days on average."
        ),
        "Next, Launch (Website relaunch 1) is due on 20 November 2026.",
    ]


def test_five_numbers_with_their_change() -> None:
    found = [(one["label"], one["value"], one["delta"], one["before"]) for one in say(BUSY)["summary"]["numbers"]]
    assert found == [
        ("Hours worked", "52.5", "+12.5", "40 in Sept 2026"),
        ("Tasks completed", "6", "+4", "2 in Sept 2026"),
        ("Tickets resolved", "5", "unchanged", "5 in Sept 2026"),
        ("Invoiced", "£15,138.00", "+11%", "£13,624.20 in Sept 2026"),
        ("Open balance", "£10,933.00", "+1,200%", "£841.00 in Sept 2026"),
    ]


@pytest.mark.parametrize(
    ("figures", "sections", "expected"),
    [
        (samples.figures(), SECTIONS, ["Invoiced", "Open balance", "Collected", "Overdue", "Days to pay"]),
        (BUSY, ("money",), ["Invoiced", "Open balance", "Collected", "Overdue", "Days to pay"]),
        (
            BUSY,
            ("work", "milestones", "support"),
            ["Tasks completed", "Tickets resolved", "Milestones on time", "First answers in time"],
        ),
        (BUSY, ("hours",), ["Hours worked"]),
        (samples.figures(invoices=0), SECTIONS, []),
    ],
)
def test_an_absent_subject_makes_room_for_the_next(
    figures: ClientReportFigures, sections: tuple[str, ...], expected: list[str]
) -> None:
    assert labels(say(figures, sections)) == expected


@pytest.mark.parametrize("without", SECTIONS)
def test_a_section_that_is_off_leaves_nothing_behind(without: str) -> None:
    """Neither its pages nor its sentences, numbers or definitions; and nothing is said to be missing."""
    marked = samples.figures(**samples.busy())
    said = say(marked, tuple(name for name in SECTIONS if name != without))
    whole = say(marked)
    gone = {
        "work": ("Work delivered in October 2026", "Tasks completed"),
        "hours": ("Hours against budget", "Hours on projects"),
        "milestones": ("Milestones", "Milestones on time"),
        "support": ("Tickets", "Tickets resolved"),
        "money": ("Invoices and balance", "Invoiced"),
        "next": ("What comes next", ""),
    }[without]
    assert set(headings(whole)) - set(headings(said)) == {gone[0]}
    defined = {item["label"] for item in said["definitions"]["items"]}
    assert gone[1] not in defined
    assert len(said["summary"]["paragraphs"]) == len(whole["summary"]["paragraphs"]) - 1


def test_a_section_without_data_is_left_out_and_said_so() -> None:
    said = say(samples.figures())
    assert headings(said) == ["Invoices and balance"]
    assert said["summary"]["paragraphs"][-1] == (
        "There is nothing to report about completed work, hours worked, milestones, tickets and agreed dates to come."
    )
    assert headings(say(samples.figures(invoices=0))) == []


def test_definitions_are_those_of_the_figures_shown() -> None:
    assert [item["label"] for item in say(samples.figures())["definitions"]["items"]] == [
        "Invoiced",
        "Collected",
        "Receivables",
        "Days to pay",
    ]
    assert [item["label"] for item in say(BUSY, ("hours",))["definitions"]["items"]] == ["Hours on projects"]
    assert say(BUSY)["definitions"]["rules"] == "Void invoices do not count."


def test_milestones_and_agreements_are_told_as_they_stand() -> None:
    said = say(BUSY)
    assert [(row[0], row[2]["word"]) for row in rows(said, "Milestones")] == [
        ("Concept", "Reached"),
        ("Design", "Late"),
        ("Launch", "To come"),
    ]
    assert rows(said, "What comes next") == [
        ["Care of Website relaunch", "Changes", "£450.00 a month (was £400.00)", "15 Nov 2026"],
        ["Launch · Website relaunch 1", "Milestone due", "–", "20 Nov 2026"],
    ]
    over = rows(said, "Hours against budget")[0]
    assert over == ["Website relaunch 1", "26.2", "45", "40", {"word": "112%", "tone": "bad"}]


def test_a_quarter_is_named_and_compared_as_one() -> None:
    one = BUSY.currencies[0]
    now = replace(one.period, first=date(2026, 7, 1), last=date(2026, 9, 30))
    before = replace(one.previous, first=date(2026, 4, 1), last=date(2026, 6, 30))
    quarter = replace(
        BUSY,
        first=now.first,
        last=now.last,
        currencies=(replace(one, period=now, previous=before, issued_invoices=()),),
    )
    said = say(quarter)
    assert said["cover"]["month"] == "Q3 2026"
    assert said["summary"]["heading"] == "Q3 2026 at a glance"
    assert said["summary"]["numbers"][0]["before"] == "40 in Q2 2026"


def test_amounts_of_several_currencies_stay_apart() -> None:
    said = say(samples.figures(currencies=("JPY", "KWD"), unit=Decimal(1500)))
    assert headings(said) == ["Invoices and balance · JPY", "Invoices and balance · KWD"]
    assert labels(said)[:2] == ["Invoiced", "Open balance"]
    assert said["summary"]["numbers"][0]["value"] == "JP¥54,000"


def test_a_right_to_left_name_turns_no_number_round() -> None:
    """The name is set apart by marks of direction; a Latin one needs none."""
    paragraphs = say(samples.figures("شركة النور"))["summary"]["paragraphs"]
    assert f"invoiced {FSI}شركة النور{PDI} £15,138.00 on 8 invoices" in paragraphs[0]
    assert FSI not in say(samples.figures())["summary"]["paragraphs"][0]
