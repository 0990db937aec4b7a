"""One service whose clock stands, an agency in it and new people of its staff, for tests of codes and of old proofs."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from api.client import Credentials
from api.identity.secrets import operator_token
from imisofts.settings import Settings
from tests.api.agency import PASSWORD, Agency, Api, forget_limits, found, running


class StandingClock:
    """A moment that moves only when it is told to, and only on."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def now(self) -> datetime:
        return self.at

    def today(self, zone: str) -> date:
        return self.at.astimezone(ZoneInfo(zone)).date()

    def on(self, **much: float) -> None:
        self.at += timedelta(**much)


@pytest.fixture(scope="module")
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture(scope="module")
def api(settings: Settings, clock: StandingClock) -> Iterator[Api]:
    with running(settings, clock) as api:
        yield api
    forget_limits(settings)


@pytest.fixture(scope="module")
def agency(api: Api) -> Agency:
    return found(api)


@pytest.fixture
def person(agency: Agency) -> str:
    """The address of a new member of staff."""
    return join(agency, f"{uuid4().hex[:8]}@{agency.slug}.example")


def as_operator(agency: Agency) -> Credentials:
    """Who runs the installation, by the clock of these tests."""
    until = agency.api.app.state.clock.now() + timedelta(minutes=1)
    return Credentials(bearer=operator_token(agency.slug, until, agency.api.settings.secret_key))


def join(agency: Agency, email: str) -> str:
    asked = {"email": email, "name": "Ada", "role": "member"}
    link = agency.api.ask("POST", "/users", as_operator(agency), json=asked).body["link"].partition("token=")[2]
    agency.api.ask("POST", "/session/link", json={"token": link, "password": PASSWORD})
    return email


def challenge_of(api: Api, email: str) -> str:
    answer = api.ask("POST", "/session", json={"email": email, "password": PASSWORD})
    assert (answer.status, answer.cookies) == (202, {})
    return str(answer.body["challenge"])
