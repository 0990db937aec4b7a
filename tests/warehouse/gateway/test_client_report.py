"""A client's report from the lake: work, tickets, money and what is agreed, by hand; nothing of the future."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from tests.warehouse.gateway import markers
from tests.warehouse.gateway.business import actor
from warehouse.gateway import ClientReportFigures, Gateway
from warehouse.gateway.client_report import client_report
from warehouse.gateway.client_report_upcoming import Span, events
from warehouse.gateway.copied import Copy
from warehouse.gateway.questions import Desk

ONE = markers.Marked(1, 2)


@pytest.fixture(scope="module")
def report(figures: Gateway) -> ClientReportFigures:
    found = figures.client_report(actor(ONE.slug), ONE.id, markers.FIRST, markers.LAST)
    assert found is not None
    return found


def test_numbers_now_and_before(report: ClientReportFigures) -> None:
    told = {name: (change.now, change.before) for name, change in report.numbers.items()}
    assert told == {
        "project_hours": (Decimal(38), Decimal(19)),
        "tasks_completed": (Decimal(8), Decimal(0)),
        "milestones_on_time": (Decimal("0.5"), None),
        "tickets_opened": (Decimal(2), Decimal(0)),
        "tickets_resolved": (Decimal(2), Decimal(0)),
        "tickets_open": (Decimal(0), Decimal(0)),
        "first_response_hours_business": (Decimal("3.5"), None),
        "resolution_hours_business": (Decimal(8), None),
        "sla_met": (Decimal("0.5"), None),
        "resolution_sla_met": (Decimal(1), None),
        "csat": (Decimal(1), None),
        "csat_n": (Decimal(1), Decimal(0)),
    }


def test_a_copy_in_memory_answers_what_the_lake_answers_and_for_its_workspace_alone(
    report: ClientReportFigures, figures: Gateway
) -> None:
    """The report is asked of a copy; asked of the lake itself it is the same."""
    viewer = actor(ONE.slug)
    pin = figures._reader.pin()
    assert client_report(Desk.of(pin, viewer), viewer, ONE.id, markers.FIRST, markers.LAST) == report
    with pytest.raises(ValueError, match="another workspace"):
        Desk.of(Copy(pin, viewer.workspace_id), actor(markers.Marked(2, 0).slug))


def test_hours_used_until_the_last_day_beside_the_budget(report: ClientReportFigures, figures: Gateway) -> None:
    told = [(one.name, one.hours, one.used, one.budget) for one in report.projects]
    assert told == [
        (f"Website {ONE.marker}", Decimal(30), Decimal(45), Decimal(40)),
        (f"Search {ONE.marker}", Decimal(8), Decimal(12), Decimal(100)),
    ]
    april = figures.client_report(actor(ONE.slug), ONE.id, date(2026, 4, 1), date(2026, 4, 30))
    assert april is not None
    assert [(one.hours, one.used) for one in april.projects] == [(Decimal(15), Decimal(15)), (Decimal(4), Decimal(4))]


def test_what_was_done_what_is_late_and_what_comes(report: ClientReportFigures) -> None:
    assert [(row.kind, row.title) for row in report.done if row.project.startswith("Website")] == [
        ("milestone", f"Concept {ONE.marker}"),
        *(("task", f"Step {n} for {ONE.marker}") for n in range(4)),
    ]
    assert [(row.title.split()[0], row.completed_on) for row in report.milestones if "Search" in row.project] == [
        ("Concept", date(2026, 5, 7)),
        ("Design", None),
        ("Launch", None),
    ]
    assert [(row.priority, row.opened, row.resolved, row.in_time) for row in report.priorities] == [
        ("urgent", Decimal(1), Decimal(1), Decimal(0)),
        ("normal", Decimal(1), Decimal(1), Decimal(1)),
    ]


def test_what_is_agreed_for_the_next_month(report: ClientReportFigures) -> None:
    assert [(row.on, row.kind, row.name.split()[0], row.amount, row.before) for row in report.upcoming] == [
        (date(2026, 6, 15), "changes", "Retainer", Decimal(450), Decimal(400)),
        (date(2026, 6, 19), "milestone", "Launch", None, None),
        (date(2026, 6, 19), "milestone", "Launch", None, None),
        (date(2026, 6, 20), "renews", "Hosting", Decimal(300), None),
    ]


def test_a_past_month_knows_nothing_of_what_came_later(figures: Gateway) -> None:
    """In April nobody had agreed on the new price, and no milestone was reached or late."""
    april = figures.client_report(actor(ONE.slug), ONE.id, date(2026, 4, 1), date(2026, 4, 30))
    assert april is not None
    assert [(row.kind, row.amount) for row in april.upcoming if row.kind != "milestone"] == [("renews", Decimal(400))]
    assert {row.completed_on for row in april.milestones} == {None}
    assert april.done == ()


def test_a_quarter_is_one_period(figures: Gateway) -> None:
    quarter = figures.client_report(actor(ONE.slug), ONE.id, date(2026, 4, 1), date(2026, 6, 30))
    assert quarter is not None
    assert quarter.numbers["project_hours"].now == Decimal(57)
    assert quarter.currencies[0].previous.first == date(2026, 1, 1)


def span(started: date, ended: date | None, price: int = 100, interval: str = "month", count: int = 1) -> Span:
    name, line = "Care", UUID(int=1)
    return Span(line, UUID(int=2), name, "EUR", Decimal(price), interval, count, started, ended)


JAN31, FEB, MAR = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ([span(date(2026, 3, 10), None)], [("starts", date(2026, 3, 10))]),
        ([span(JAN31, None)], [("renews", MAR)]),
        ([span(JAN31, date(2026, 3, 20))], [("ends", date(2026, 3, 20))]),
        ([span(date(2026, 1, 5), date(2026, 3, 12))], [("ends", date(2026, 3, 12)), ("renews", date(2026, 3, 5))]),
        (
            [span(date(2026, 1, 5), date(2026, 3, 4)), span(date(2026, 3, 20), None)],
            [("pauses", date(2026, 3, 4)), ("resumes", date(2026, 3, 20))],
        ),
        (
            [span(date(2026, 1, 5), date(2026, 3, 5)), span(date(2026, 3, 5), None, 120)],
            [("changes", date(2026, 3, 5))],
        ),
        ([span(date(2025, 3, 9), None, interval="year")], [("renews", date(2026, 3, 9))]),
        ([span(date(2025, 4, 9), None, interval="year")], []),
        ([span(date(2026, 2, 23), None, interval="week", count=2)], [("renews", date(2026, 3, 9))]),
        ([span(date(2026, 1, 5), FEB)], []),
    ],
)
def test_what_happens_to_a_line_in_march(line: list[Span], expected: list[tuple[str, date]]) -> None:
    assert [(row.kind, row.on) for row in events(line, FEB, MAR)] == expected
