"""One service and one agency for the tests of a file."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest

from imisofts.settings import Settings
from tests.api.agency import Agency, Api, found, running


class ShiftingClock:
    """The real time plus ``shift``."""

    shift = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def today(self, zone: str) -> date:
        return self.now().astimezone(ZoneInfo(zone)).date()


@pytest.fixture
def clock(api: Api) -> Iterator[ShiftingClock]:
    clock = api.app.state.clock
    assert isinstance(clock, ShiftingClock)
    yield clock
    clock.shift = timedelta()
    with psycopg.connect(api.settings.owner_database_url) as owner:
        owner.execute("delete from rate_limit")  # their times lie in the future now


@pytest.fixture(scope="module")
def api(settings: Settings) -> Iterator[Api]:
    with running(settings, ShiftingClock()) as api:
        yield api


@pytest.fixture(scope="module")
def agency(api: Api) -> Agency:
    return found(api)
