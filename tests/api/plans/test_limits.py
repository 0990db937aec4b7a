"""How often an API token may ask follows the plan, and every answer to it says what is left."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from api.client import Answer, Credentials
from api.identity import operator
from imisofts.access import Role
from imisofts.settings import Settings
from tests.api.agency import Agency, Api, found, running


class Standing:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 18, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def today(self, timezone: str) -> date:
        return self.at.astimezone(ZoneInfo(timezone)).date()


@pytest.mark.parametrize(("plan", "limit"), [("starter", 60), ("professional", 300)])
def test_a_token_asks_as_often_as_the_plan_says(settings: Settings, plan: str, limit: int) -> None:
    clock = Standing()
    with running(settings, clock) as api:
        agency = found(api)
        operator.set_plan(settings, agency.slug, plan, clock.at.date() - timedelta(days=1))
        token = _token(api, agency)
        first = api.ask("GET", "/session", token)
        assert _heads(first) == (str(limit), str(limit - 1), "1")
        assert first.headers["ratelimit-policy"] == f'"token";q={limit};w=60'
        assert first.headers["ratelimit"] == f'"token";r={limit - 1};t=1'
        for _ in range(limit - 1):
            last = api.ask("GET", "/session", token)
        assert _heads(last) == (str(limit), "0", "60")
        refused = _refusal(api, token)
        assert refused == (429, str(limit), "0", "1")
        clock.at += timedelta(minutes=1)
        assert api.ask("GET", "/session", token).headers["ratelimit-remaining"] == str(limit - 1)
        people = api.ask("GET", "/session", agency.as_role[Role.owner])
        assert "ratelimit-limit" not in people.headers


def test_another_plan_counts_from_the_next_request(settings: Settings) -> None:
    clock = Standing()
    with running(settings, clock) as api:
        agency = found(api)
        yesterday = clock.at.date() - timedelta(days=1)
        operator.set_plan(settings, agency.slug, "starter", yesterday)
        token = _token(api, agency)
        assert api.ask("GET", "/session", token).headers["ratelimit-limit"] == "60"
        operator.set_plan(settings, agency.slug, "enterprise", yesterday)
        assert api.ask("GET", "/session", token).headers["ratelimit-limit"] == "1200"


def test_the_document_tells_of_the_heads(settings: Settings) -> None:
    with running(settings) as api:
        document = api.app.openapi()
    clients = document["paths"]["/v1/clients"]["get"]["responses"]
    assert {"RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"} <= set(clients["200"]["headers"])
    assert "Retry-After" in clients["429"]["headers"]
    assert "RateLimit-Limit" in document["components"]["headers"]


def _token(api: Api, agency: Agency) -> Credentials:
    made = api.ask("POST", "/tokens", agency.as_role[Role.owner], json={"name": "Site"})
    return Credentials(bearer=made.body["token"])


def _heads(answer: Answer) -> tuple[str, str, str]:
    limit, remaining, reset = (answer.headers[f"ratelimit-{name}"] for name in ("limit", "remaining", "reset"))
    return limit, remaining, reset


def _refusal(api: Api, token: Credentials) -> tuple[Any, ...]:
    """Status and heads of a refused request, past the client that would raise."""

    async def raw() -> Any:
        return await api.client._http.request("GET", "/v1/session", headers=token.headers())

    answer = api.portal.call(raw)
    heads = ("ratelimit-limit", "ratelimit-remaining", "retry-after")
    return (answer.status_code, *(answer.headers[name] for name in heads))
