"""One service and one agency for the tests of this folder; its clock begins at noon of 18 March 2026."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from imisofts.access import Role
from imisofts.settings import Settings
from tests.api.agency import Agency, Api, found, running


class Shifted:
    """The real time, moved so that the tests begin at noon of 18 March 2026."""

    def __init__(self) -> None:
        self.shift = datetime(2026, 3, 18, 12, tzinfo=UTC) - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def today(self, zone: str) -> date:
        return self.now().astimezone(ZoneInfo(zone)).date()


@pytest.fixture(scope="module")
def api(settings: Settings) -> Iterator[Api]:
    with running(settings, Shifted()) as api:
        yield api


@pytest.fixture(scope="module")
def agency(api: Api) -> Agency:
    return found(api)


@pytest.fixture(scope="module")
def member(agency: Agency) -> str:
    """The person who signs in as the member."""
    owner, who = agency.as_role[Role.owner], agency.as_role[Role.member]
    user_id = agency.api.ask("GET", "/session", who).body["user"]["id"]
    body = {"name": "Mia Member", "user_id": user_id}
    return str(agency.api.ask("POST", "/people", owner, json=body).body["id"])


@pytest.fixture
def person(agency: Agency) -> str:
    """Somebody else, new for each test."""
    return str(agency.api.ask("POST", "/people", agency.as_role[Role.owner], json={"name": "Ann Weber"}).body["id"])
