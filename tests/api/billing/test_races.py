"""Money and numbers under concurrency: first red with the guard off, then green with it."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from api.billing import repository
from api.billing.models import Invoice
from api.client import Problem
from api.kit import numbers
from api.kit.ids import new_id
from api.kit.numbers import NumberSeries
from imisofts.access import Actor, Role
from tests.api.agency import Agency
from tests.api.billing.conftest import Draft

PAYERS = 50
ISSUES = 60  # of the 200 that `make prove` runs


def all_at_once(agency: Agency, calls: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    """Every POST at the same time; the answers, refusals among them."""

    async def run() -> list[Any]:
        asked = [
            agency.api.client.post(path, credentials=agency.as_role[Role.owner], idempotency_key=uuid4().hex, json=body)
            for path, body in calls
        ]
        return await asyncio.gather(*asked, return_exceptions=True)

    return agency.api.portal.call(run)


def collected(agency: Agency, invoice: str) -> int:
    owner = agency.as_role[Role.owner]
    listed = agency.api.ask("GET", "/payments", owner, params={"invoice_id": invoice, "limit": 200}).body["items"]
    return sum(row["amount_minor"] for row in listed)


async def _unlocked(session: AsyncSession, actor: Actor, invoice_id: UUID) -> Invoice:
    """The guard switched off: the invoice is read, not locked, and others read the same."""
    found = await repository.get(session, actor, invoice_id)
    await asyncio.sleep(0.2)
    return found


async def _unlocked_number(session: AsyncSession, workspace_id: UUID, series: str) -> str:
    """The guard switched off: read the counter, then write it."""
    found = await session.scalar(select(NumberSeries.next_number).where(NumberSeries.series == series))
    await asyncio.sleep(0.1)
    if found is None:
        session.add(NumberSeries(id=new_id(), workspace_id=workspace_id, series=series, next_number=2))
        return f"{series}-0001"
    await session.execute(update(NumberSeries).where(NumberSeries.series == series).values(next_number=found + 1))
    return f"{series}-{found:04d}"


def pay_at_once(agency: Agency, invoice: str) -> list[Any]:
    return all_at_once(agency, [(f"/v1/invoices/{invoice}/payments", {"amount": "60.00"})] * PAYERS)


def test_without_the_lock_an_invoice_is_overpaid(
    agency: Agency, issued: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(repository, "lock_visible", _unlocked)
    invoice = issued("100.00")["id"]
    pay_at_once(agency, invoice)
    assert collected(agency, invoice) > 10000


def test_fifty_payments_at_once_make_one(agency: Agency, issued: Draft) -> None:
    invoice = issued("100.00")["id"]
    answers = pay_at_once(agency, invoice)
    refused = [answer for answer in answers if isinstance(answer, Problem)]
    assert {answer.code for answer in refused} == {"overpaid"}
    assert (len(refused), collected(agency, invoice)) == (PAYERS - 1, 6000)


def issue_at_once(agency: Agency, draft: Draft, year: int, count: int) -> tuple[list[str], list[Any]]:
    ids = [draft("1.00")["id"] for _ in range(count)]
    answers = all_at_once(agency, [(f"/v1/invoices/{each}/issue", {"issued_on": f"{year}-06-01"}) for each in ids])
    good = [answer.body["number"] for answer in answers if not isinstance(answer, Exception)]
    return sorted(good), [answer for answer in answers if isinstance(answer, Exception)]


def test_without_the_lock_numbers_collide(agency: Agency, draft: Draft, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "next_number", _unlocked_number)
    good, failed = issue_at_once(agency, draft, 2018, 10)
    assert failed or len(set(good)) < len(good)


def test_numbers_have_no_gap_and_no_double(agency: Agency, draft: Draft) -> None:
    good, failed = issue_at_once(agency, draft, 2019, ISSUES)
    assert not failed
    assert good == [f"INV-2019-{number:04d}" for number in range(1, ISSUES + 1)]


def test_a_refused_issue_leaves_no_gap(agency: Agency, draft: Draft) -> None:
    owner = agency.as_role[Role.owner]
    due = {"issued_on": "2017-06-01", "due_on": "2017-05-01"}
    assert agency.api.refusal("POST", f"/invoices/{draft()['id']}/issue", owner, json=due).code == "bad_date"
    assert issue_at_once(agency, draft, 2017, 1)[0] == ["INV-2017-0001"]
