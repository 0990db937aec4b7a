"""A burst at once, then one each interval; a clock that was set back locks nobody out."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from anyio import run

from api.kit.database import Database
from api.kit.errors import TooMany
from api.kit.rate_limit import Limit, take
from imisofts.settings import Settings

NOON = datetime(2026, 3, 18, 12, tzinfo=UTC)
THREE_AT_ONCE = Limit(3, timedelta(seconds=10))


def taken(settings: Settings, *moments: datetime) -> list[bool]:
    """Whether each request of one new key is let through, one transaction after the other."""
    key = f"test:{uuid4().hex}"

    async def work() -> list[bool]:
        database = Database(settings.app_database_url)
        answers = []
        for moment in moments:
            try:
                async with database.begin(None) as session:
                    await take(session, key, THREE_AT_ONCE, moment)
                answers.append(True)
            except TooMany:
                answers.append(False)
        await database.close()
        return answers

    return run(work)


def test_a_burst_passes_and_then_one_each_interval(settings: Settings) -> None:
    moments = [NOON] * 4 + [NOON + timedelta(seconds=10)] * 2
    assert taken(settings, *moments) == [True, True, True, False, True, False]


def test_a_clock_that_was_set_back_locks_nobody_out_and_counts_on(settings: Settings) -> None:
    earlier = NOON - timedelta(days=240)
    assert taken(settings, NOON, *[earlier] * 4) == [True, True, True, True, False]
