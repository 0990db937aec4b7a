"""Two changes at once: first both kept with the guard off, then one refused with it."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from api.client import Credentials, Problem
from api.subscriptions import repository
from api.subscriptions.models import Subscription
from imisofts.access import Actor
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


def _unlocked(people: int) -> Any:
    """The guard switched off: the subscription is read, not locked, and nobody goes on before all have read it."""
    met = asyncio.Barrier(people)

    async def read(session: AsyncSession, actor: Actor, subscription_id: UUID) -> Subscription:
        found = await repository.get(session, actor, subscription_id)
        await met.wait()
        return found

    return read


def test_without_the_lock_a_line_has_two_rows_in_force(
    agency: Agency, staff: Credentials, subscribe: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = subscribe()
    monkeypatch.setattr(repository, "lock_visible", _unlocked(people=2))
    change_at_once(agency, staff, made)
    assert in_force(agency, staff, made) == 2


def test_of_two_changes_of_one_version_one_is_refused(agency: Agency, staff: Credentials, subscribe: Make) -> None:
    made = subscribe()
    answers = change_at_once(agency, staff, made)
    refused = [answer.status for answer in answers if isinstance(answer, Problem)]
    assert (len(answers), refused) == (2, [412])
    assert in_force(agency, staff, made) == 1
