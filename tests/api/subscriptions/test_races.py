"""Two changes at once: first both kept with the guard off, then one refused with it."""

import asyncio
from importlib import import_module
from typing import Any

import pytest

from api.client import Credentials, Problem
from api.subscriptions import repository
from api.subscriptions.service import shared
from tests.api.agency import Agency
from tests.api.subscriptions.conftest import Make


def change_at_once(agency: Agency, staff: Credentials, made: dict[str, Any]) -> list[Any]:
    """Two people who looked at the same version set another quantity."""
    line = made["items"][0]["line_id"]

    async def run() -> list[Any]:
        asked = [
            agency.api.client.post(
                f"/v1/subscriptions/{made['id']}/change",
                credentials=staff,
                json={"items": [{"line_id": line, "quantity": quantity}]},
                if_match='"1"',
            )
            for quantity in ("2", "3")
        ]
        return await asyncio.gather(*asked, return_exceptions=True)

    return agency.api.portal.call(run)


def in_force(agency: Agency, staff: Credentials, made: dict[str, Any]) -> int:
    rows = agency.api.ask("GET", f"/subscriptions/{made['id']}", staff).body["items"]
    return len([row for row in rows if row["ended_on"] is None])


def _meeting(people: int) -> Any:
    """What a change begins with, and nobody goes on from it before all have read the subscription and its lines."""
    met = asyncio.Barrier(people)

    async def take(*asked: Any) -> Any:
        read = await shared.take(*asked)
        await met.wait()
        return read

    return take


def test_without_the_lock_a_line_has_two_rows_in_force(
    agency: Agency, staff: Credentials, subscribe: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = subscribe()
    monkeypatch.setattr(repository, "lock_visible", repository.get)
    monkeypatch.setattr(import_module("api.subscriptions.service.change"), "take", _meeting(people=2))
    change_at_once(agency, staff, made)
    assert in_force(agency, staff, made) == 2


def test_of_two_changes_of_one_version_one_is_refused(agency: Agency, staff: Credentials, subscribe: Make) -> None:
    made = subscribe()
    answers = change_at_once(agency, staff, made)
    refused = [answer.status for answer in answers if isinstance(answer, Problem)]
    assert (len(answers), refused) == (2, [412])
    assert in_force(agency, staff, made) == 1
