"""Invoices, payments and credit notes through HTTP."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from imisofts.access import Role
from tests.api.agency import Agency

Make = Callable[..., dict[str, Any]]


def events(agency: Agency, subject: str) -> list[str]:
    found = agency.api.ask("GET", "/events", agency.as_role[Role.owner], params={"subject_id": subject}).body["items"]
    return sorted(event["name"] for event in found)


def test_a_draft_is_edited_under_its_version_and_thrown_away(agency: Agency, draft: Make) -> None:
    owner, made = agency.as_role[Role.owner], draft("10.00", "0.19")
    path = f"/invoices/{made['id']}"
    assert (made["status"], made["number"], made["total_minor"], made["currency"]) == ("draft", None, 1190, "EUR")
    assert agency.api.refusal("PATCH", path, owner, json={"note": "Hello"}).status == 428
    lines = [{"description": "Less", "quantity": "3", "unit_price": "1.10"}]
    changed = agency.api.ask("PATCH", path, owner, json={"lines": lines}, if_match='"1"')
    assert (changed.body["total_minor"], changed.etag) == (330, '"2"')
    assert agency.api.refusal("PATCH", path, owner, json={"note": "Late"}, if_match='"1"').status == 412
    assert agency.api.ask("DELETE", path, owner, if_match='"2"').status == 204
    assert agency.api.refusal("GET", path, owner).status == 404
    assert events(agency, made["id"]) == ["invoice.created", "invoice.deleted", "invoice.updated"]


def test_issuing_numbers_it_and_ends_the_draft(agency: Agency, issued: Make) -> None:
    owner = agency.as_role[Role.owner]
    first, second = issued(on="2024-03-01"), issued(on="2024-03-02")
    assert (first["number"], second["number"]) == ("INV-2024-0001", "INV-2024-0002")
    assert (first["status"], first["due_on"], first["open_minor"]) == ("issued", "2024-03-31", 10000)
    path = f"/invoices/{first['id']}"
    assert agency.api.refusal("POST", f"{path}/issue", owner).code == "invoice_not_draft"
    assert agency.api.refusal("PATCH", path, owner, json={"note": "x"}, if_match='"2"').code == "invoice_not_draft"
    assert agency.api.refusal("DELETE", path, owner, if_match='"2"').code == "invoice_not_draft"
    assert events(agency, first["id"]) == ["invoice.created", "invoice.issued"]


def test_payments_refunds_and_credits_move_the_state(issued: Make, pay: Make, agency: Agency) -> None:
    invoice = issued("100.00")
    now = pay(invoice, "40.00", paid_on="2026-01-20")
    assert (now["status"], now["open_minor"], now["settled_on"]) == ("partly_paid", 6000, None)
    now = pay(invoice, "60.00", paid_on="2026-02-01")
    assert (now["status"], now["open_minor"], now["settled_on"]) == ("paid", 0, "2026-02-01")
    now = pay(invoice, "-25.00", paid_on="2026-02-10")
    assert (now["status"], now["open_minor"], now["settled_on"]) == ("partly_paid", 2500, None)
    credit = {"amount": "25.00", "issued_on": "2026-03-01", "reason": "Goodwill"}
    path = f"/invoices/{invoice['id']}"
    note = agency.api.ask(
        "POST", f"{path}/credit-notes", agency.as_role[Role.owner], json=credit, idempotency_key=uuid4().hex
    ).body
    now = agency.api.ask("GET", path, agency.as_role[Role.owner]).body
    assert (now["status"], now["credited_minor"], now["settled_on"]) == ("paid", 2500, "2026-03-01")
    assert note["number"].startswith("CN-2026-")
    assert events(agency, note["id"]) == ["credit_note.issued"]


@pytest.mark.parametrize(
    ("amount", "code", "words"),
    [
        ("100.01", "overpaid", "Only 100.00 EUR of invoice"),
        ("-1.00", "overpaid", "Only 0.00 EUR came in"),
        ("0", "bad_amount", "nothing"),
        ("1.005", "bad_amount", "EUR has 2 decimals"),
    ],
)
def test_a_wrong_amount_is_refused_with_a_sentence(
    agency: Agency, issued: Make, amount: str, code: str, words: str
) -> None:
    path = f"/invoices/{issued()['id']}/payments"
    owner = agency.as_role[Role.owner]
    problem = agency.api.refusal("POST", path, owner, json={"amount": amount}, idempotency_key=uuid4().hex)
    assert problem.code == code
    assert words in problem.detail
    assert "amount" in problem.fields


def test_a_payment_needs_a_key_and_is_made_once_per_key(agency: Agency, issued: Make) -> None:
    owner, invoice = agency.as_role[Role.owner], issued()
    path, key = f"/invoices/{invoice['id']}/payments", uuid4().hex
    assert agency.api.refusal("POST", path, owner, json={"amount": "10"}).code == "idempotency_key_required"
    ids = {agency.api.ask("POST", path, owner, json={"amount": "10"}, idempotency_key=key).body["id"] for _ in range(2)}
    assert len(ids) == 1
    assert agency.api.ask("GET", f"/invoices/{invoice['id']}", owner).body["paid_minor"] == 1000


def test_only_an_untouched_invoice_is_voided(agency: Agency, issued: Make, pay: Make, draft: Make) -> None:
    owner, paid = agency.as_role[Role.owner], issued()
    pay(paid, "100.00")
    assert agency.api.refusal("POST", f"/invoices/{paid['id']}/void", owner).code == "invoice_not_open"
    assert agency.api.refusal("POST", f"/invoices/{draft()['id']}/void", owner).code == "invoice_not_open"
    path = f"/invoices/{issued()['id']}"
    assert agency.api.ask("POST", f"{path}/void", owner).body["status"] == "void"
    problem = agency.api.refusal("POST", f"{path}/payments", owner, json={"amount": "1"}, idempotency_key=uuid4().hex)
    assert problem.code == "invoice_not_open"


def test_a_client_sees_its_issued_invoices_and_nothing_else(agency: Agency, issued: Make, draft: Make) -> None:
    owner, client = agency.as_role[Role.owner], agency.as_role[Role.client]
    other = agency.api.ask("POST", "/clients", owner, json={"name": "Other"}).body["id"]
    mine, hidden, foreign = issued(), draft(), issued(client_id=other)
    listed = agency.api.ask("GET", "/invoices", client, params={"limit": 200}).body["items"]
    ids = {row["id"] for row in listed}
    assert mine["id"] in ids
    assert not ids & {hidden["id"], foreign["id"]}
    for unseen in (hidden, foreign):
        assert agency.api.refusal("GET", f"/invoices/{unseen['id']}", client).status == 404
    assert agency.api.refusal("POST", f"/invoices/{mine['id']}/void", client).status == 403


def test_the_list_searches_filters_and_pages(agency: Agency, issued: Make) -> None:
    owner = agency.as_role[Role.owner]
    made = [issued(on=f"2021-05-0{day}")["id"] for day in (1, 2, 3)]
    asked = {"issued_on.gte": "2021-05-01", "issued_on.lte": "2021-05-31", "sort": "issued_on", "limit": 2}
    page = agency.api.ask("GET", "/invoices", owner, params=asked).body
    rest = agency.api.ask("GET", "/invoices", owner, params={**asked, "cursor": page["next_cursor"]}).body
    assert [row["id"] for row in page["items"] + rest["items"]] == made
    assert rest["next_cursor"] is None
    found = agency.api.ask("GET", "/invoices", owner, params={"q": "INV-2021-0002"}).body["items"]
    assert [row["id"] for row in found] == [made[1]]
    assert agency.api.refusal("GET", "/invoices", owner, params={"colour": "red"}).status == 422


@pytest.mark.parametrize("sort", ["issued_on", "-issued_on", "open_minor", "-client_name"])
def test_pages_hold_every_invoice_once_with_those_not_issued_last(
    agency: Agency, issued: Make, draft: Make, sort: str
) -> None:
    owner = agency.as_role[Role.owner]
    made = {draft()["id"], draft()["id"], issued()["id"], issued()["id"]}
    asked = {"limit": 1, "sort": sort, "client_id": agency.client_id}
    rows: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while cursor or not rows:
        page = agency.api.ask("GET", "/invoices", owner, params={**asked, **cursor})
        rows += page.items
        cursor = {"cursor": page.next_cursor} if page.next_cursor else {}
    seen = [row["id"] for row in rows]
    assert len(seen) == len(set(seen))
    assert made <= set(seen)
    whole = agency.api.ask("GET", "/invoices", owner, params={**asked, "limit": 200}).items
    assert seen == [row["id"] for row in whole]
    if "issued_on" in sort:
        days = [row["issued_on"] for row in rows]
        known = [day for day in days if day]
        assert days == sorted(known, reverse=sort.startswith("-")) + [None] * (len(days) - len(known))


def test_a_line_says_when_it_is_delivered(agency: Agency, draft: Make) -> None:
    """A date is the beginning of its day in the workspace's zone; what is no period is refused by its field."""
    owner, made = agency.as_role[Role.owner], draft("10.00")
    path, line = f"/invoices/{made['id']}", {"description": "Care", "unit_price": "10"}

    def sent(**period: str) -> dict[str, Any]:
        return {"lines": [line, {**line, **period}]}

    whole = sent(service_from="2026-03-01", service_until="2026-04-01")
    kept = agency.api.ask("PATCH", path, owner, json=whole, if_match='"1"').body["lines"]
    assert (kept[0]["service_from"], kept[0]["service_until"]) == (None, None)
    assert (kept[1]["service_from"], kept[1]["service_until"]) == ("2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z")
    for period, field in (
        ({"service_from": "2026-03-01"}, "service_until"),
        ({"service_until": "2026-03-01"}, "service_from"),
        ({"service_from": "2026-03-01", "service_until": "2026-03-01"}, "service_until"),
        ({"service_from": "2026-03-01", "service_until": "2036-03-02"}, "service_until"),
    ):
        problem = agency.api.refusal("PATCH", path, owner, json=sent(**period), if_match='"2"')
        assert (problem.status, problem.code, list(problem.fields)) == (422, "bad_date", [f"lines.1.{field}"])
    noon = {"service_from": "2026-03-01T12:00:00", "service_until": "2026-03-02T12:00:00Z"}
    assert agency.api.refusal("PATCH", path, owner, json=sent(**noon), if_match='"2"').status == 422, "in no zone"
