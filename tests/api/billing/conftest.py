"""One service and one agency for the tests of this folder."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from imisofts.access import Role
from imisofts.settings import Settings
from tests.api.agency import Agency, Api, found, running

Draft = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def api(settings: Settings) -> Iterator[Api]:
    with running(settings) as api:
        yield api


@pytest.fixture(scope="module")
def agency(api: Api) -> Agency:
    return found(api)


@pytest.fixture
def draft(agency: Agency) -> Draft:
    """A draft over one line of ``price``."""

    def make(price: str = "100.00", tax_rate: str = "0", **more: Any) -> dict[str, Any]:
        line = {"description": "Retainer", "unit_price": price, "tax_rate": tax_rate}
        body = {"client_id": agency.client_id, "lines": [line], **more}
        made: dict[str, Any] = agency.api.ask("POST", "/invoices", agency.as_role[Role.owner], json=body).body
        return made

    return make


@pytest.fixture
def issued(agency: Agency, draft: Draft) -> Draft:
    """An issued invoice; ``on`` is its date."""

    def make(price: str = "100.00", on: str = "2026-01-10", **more: Any) -> dict[str, Any]:
        path = f"/invoices/{draft(price, **more)['id']}/issue"
        made: dict[str, Any] = agency.api.ask("POST", path, agency.as_role[Role.owner], json={"issued_on": on}).body
        return made

    return make


@pytest.fixture
def pay(agency: Agency) -> Callable[..., dict[str, Any]]:
    """Record a payment; the invoice as it stands after it."""

    def send(invoice: dict[str, Any], amount: str, **more: Any) -> dict[str, Any]:
        owner = agency.as_role[Role.owner]
        path = f"/invoices/{invoice['id']}"
        body = {"amount": amount, **more}
        agency.api.ask("POST", f"{path}/payments", owner, json=body, idempotency_key=uuid4().hex)
        now: dict[str, Any] = agency.api.ask("GET", path, owner).body
        return now

    return send
