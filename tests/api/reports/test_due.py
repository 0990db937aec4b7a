"""Which reports are due is asked of the database: by cadence, once, and not again where one failed."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import text

from api.kit.ids import new_id
from api.reports import delivery, service
from api.reports.office import Office
from tests.api.reports.conftest import Agency, Post
from tests.api.reports.steps import Make, prefer
from tests.api.subscriptions.conftest import SetClock

pytestmark = pytest.mark.anyio


async def _asked(office: Office, agency: Agency, day: str) -> None:
    """The client opens a ticket on this day."""
    async with office.database.begin(agency.id) as session:
        await session.execute(
            text(
                "insert into ticket (id, workspace_id, client_id, number, subject, priority, status, opened_at,"
                " reopened_count, source) values (:id, :w, :c, 'T-1', 'A question', 'normal', 'open', :at, 0, 'api')"
            ),
            {
                "id": new_id(),
                "w": agency.id,
                "c": agency.client_id,
                "at": datetime.fromisoformat(f"{day}T12:00:00+00:00"),
            },
        )


async def periods_of(office: Office, agency: Agency) -> list[str]:
    async with office.database.begin(agency.id, read_only=True) as session:
        return list(await session.scalars(text("select period from report_delivery order by period")))


@pytest.mark.parametrize(("cadence", "expected"), [("monthly", ["2026-09"]), ("quarterly", ["2026-Q3"]), ("none", [])])
async def test_the_database_says_what_is_due(office: Office, agency: Make, cadence: str, expected: list[str]) -> None:
    """On 5 October the month and the quarter are over; each client gets what its cadence says, once."""
    north = agency("north")
    await _asked(office, north, "2026-09-17")
    await prefer(office, north, cadence=cadence)
    clock = SetClock()
    clock.on("2026-10-05")
    then = replace(office, clock=clock)
    assert [await service.queue_due(then), await service.queue_due(then)] == [len(expected), 0]
    assert await periods_of(office, north) == expected


async def test_a_failed_report_waits_until_its_client_was_mended(office: Office, agency: Make, post: Post) -> None:
    """The hourly schedule does not hammer a refused address; a new one is tried by itself."""
    north = agency("north")
    await _asked(office, north, "2026-10-17")
    post.inbox.answer_to_recipient = "550 5.1.1 No such mailbox"
    assert await service.queue_due(office, "2026-10") == 1
    async with office.database.begin(north.id, read_only=True) as session:
        (report_id,) = await session.scalars(text("select id from report_delivery"))
    assert await delivery.carry_out(office, north.id, report_id) == "failed"
    assert await service.queue_due(office, "2026-10") == 0
    async with office.database.begin(north.id) as session:
        await session.execute(text("update client set email = 'new@north.example', updated_at = clock_timestamp()"))
    assert [await service.queue_due(office, "2026-10"), await service.queue_due(office, "2026-10")] == [1, 0]
