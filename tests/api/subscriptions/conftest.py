"""One service and one agency for the tests of this folder, at a time of the test's choosing."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.client import Credentials
from api.identity import operator
from api.kit.rate_limit import Limit
from imisofts.settings import Settings
from tests.api.agency import Agency, Api, forget_limits, found, running

Make = Callable[..., dict[str, Any]]


class SetClock:
    """A clock that a test sets; it stands still in between."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 10, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def today(self, zone: str) -> date:
        return self.at.astimezone(ZoneInfo(zone)).date()

    def on(self, day: str) -> None:
        """Noon of this day."""
        self.at = datetime.fromisoformat(f"{day}T12:00:00+00:00")


@pytest.fixture(scope="module")
def module_clock() -> SetClock:
    return SetClock()


@pytest.fixture
def clock(settings: Settings, module_clock: SetClock) -> Iterator[SetClock]:
    """10 March 2026 at the beginning of each test, whatever months the test before has passed."""
    module_clock.on("2026-03-10")
    forget_limits(settings)
    yield module_clock
    module_clock.on("2026-03-10")


@pytest.fixture(scope="module")
def api(settings: Settings, module_clock: SetClock) -> Iterator[Api]:
    forget_limits(settings)
    with running(settings, module_clock) as api:
        api.app.state.limit = Limit(100_000, timedelta(milliseconds=1))  # time does not pass, so nobody waits
        yield api
    forget_limits(settings)


@pytest.fixture(scope="module")
def agency(api: Api) -> Agency:
    forget_limits(api.settings)
    return found(api)


@pytest.fixture(scope="module")
def staff(agency: Agency) -> Credentials:
    """A token: it outlives the months that a test passes."""
    return Credentials(bearer=operator.token(agency.api.settings, agency.slug))


@pytest.fixture
def subscribe(agency: Agency, staff: Credentials, clock: SetClock) -> Make:
    """A subscription over one line of 100.00 a month from 1 January 2026, unless said otherwise."""

    def make(**more: Any) -> dict[str, Any]:
        items = [{"description": "Care", "unit_price": "100.00", "interval": "month"}]
        body = {"client_id": agency.client_id, "started_on": "2026-01-01", "items": items, **more}
        made: dict[str, Any] = agency.api.ask("POST", "/subscriptions", staff, json=body).body
        return made

    return make


@pytest.fixture
def act(agency: Agency, staff: Credentials) -> Make:
    """Use a verb; the subscription as it stands after it."""

    def send(subscription: dict[str, Any], verb: str, **body: Any) -> dict[str, Any]:
        path = f"/subscriptions/{subscription['id']}/{verb}"
        now: dict[str, Any] = agency.api.ask("POST", path, staff, json=body).body
        return now

    return send
