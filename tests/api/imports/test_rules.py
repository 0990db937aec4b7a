"""The rules of imports, one by one, through HTTP."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from imisofts.access import Role
from tests.api.agency import Agency

Call = Callable[..., Any]
HEAD = "external_id,client,issued_on,total,currency\n"


def event_count(agency: Agency) -> int:
    owner, cursor = agency.as_role[Role.owner], None
    count: int = 0
    while True:
        asked = {"limit": 200, **({"cursor": cursor} if cursor else {})}
        page = agency.api.ask("GET", "/events", owner, params=asked).body
        count += sum(event["name"].endswith(".imported") for event in page["items"])
        cursor = page["next_cursor"]
        if cursor is None:
            return count


def one(rows: Call, external_id: str) -> Any:
    (found,) = rows("/invoices", external_id=external_id)
    return found


def test_a_bad_row_is_named_and_nothing_is_written_unless_skipped(agency: Agency, upload: Call, rows: Call) -> None:
    file = HEAD + "A,c,2026-01-01,10,EUR\nB,c,01/02/2026,10,EUR\nC,c,2026-01-01,ten,EUR\nA,c,2026-01-01,1,EUR\n"
    run = upload("invoices", file, create_missing=True)
    assert run["status"] == "failed"
    wrong = [(error["line"], error["column"]) for error in run["result"]["errors"]]
    assert wrong == [(3, "issued_on"), (4, "total"), (5, "external_id")]
    assert "no ISO date" in run["result"]["errors"][0]["reason"]
    assert rows("/invoices") == []
    assert event_count(agency) == 0
    run = upload("invoices", file, create_missing=True, skip_bad=True)
    assert (run["status"], run["result"]["created"], run["result"]["skipped"]) == ("done", 1, 3)


def test_lines_are_counted_across_quotes_and_blank_lines(upload: Call) -> None:
    file = 'external_id,name\n\nA,"two\nlines"\nB,\n'
    errors = upload("clients", file)["result"]["errors"]
    assert [(error["line"], error["column"]) for error in errors] == [(5, "name")]


def test_an_unknown_client_needs_create_missing(upload: Call, rows: Call) -> None:
    file = HEAD + "A,new,2026-01-05,10,EUR\nB,new,2026-01-02,10,EUR\n"
    assert upload("invoices", file)["result"]["errors"][0]["column"] == "client"
    assert upload("invoices", file, create_missing=True)["result"]["clients_created"] == 1
    (client,) = rows("/clients", external_id="new")
    assert (client["name"], client["created_on"], client["source"]) == ("new", "2026-01-02", "import")


def test_a_changed_row_replaces_ours_with_an_event_of_before_and_after(
    agency: Agency, upload: Call, rows: Call
) -> None:
    upload("invoices", HEAD + "A,c,2026-01-01,10,EUR\nB,c,2026-01-01,10,EUR\n", create_missing=True)
    count = event_count(agency)
    result = upload("invoices", HEAD + "A,c,2026-01-01,12.50,EUR\nB,c,2026-01-01,10.00,EUR\n")["result"]
    assert (result["changed"], result["unchanged"], event_count(agency)) == (1, 1, count + 1)
    invoice = one(rows, "A")
    assert invoice["total_minor"] == 1250
    found = agency.api.ask("GET", "/events", agency.as_role[Role.owner], params={"subject_id": invoice["id"]}).body
    changes = [event["data"]["changed"].get("total_minor") for event in found["items"]]
    assert {"before": 1000, "after": 1250} in changes
    detail = agency.api.ask("GET", f"/invoices/{invoice['id']}", agency.as_role[Role.owner]).body
    assert [line["net_minor"] for line in detail["lines"]] == [1250]


def test_what_was_touched_or_issued_here_is_kept_and_reported(agency: Agency, upload: Call, rows: Call) -> None:
    owner = agency.as_role[Role.owner]
    upload("invoices", HEAD + "A,c,2026-01-01,10,EUR\n", create_missing=True)
    path = f"/invoices/{one(rows, 'A')['id']}/payments"
    agency.api.ask("POST", path, owner, json={"amount": "4.00"}, idempotency_key=uuid4().hex)
    line = {"description": "Work", "unit_price": "10"}
    body = {"client_id": agency.client_id, "external_id": "H", "lines": [line]}
    made = agency.api.ask("POST", "/invoices", owner, json=body).body
    agency.api.ask("POST", f"/invoices/{made['id']}/issue", owner)
    result = upload("invoices", HEAD + "A,c,2026-01-01,99,EUR\nH,c,2026-01-01,99,EUR\n")["result"]
    assert [row["external_id"] for row in result["kept_rows"]] == ["A", "H"]
    assert (one(rows, "A")["total_minor"], one(rows, "H")["total_minor"]) == (1000, 1000)
    file = "external_id,invoice,paid_on,amount\nP,H,2026-02-01,5\n"
    (error,) = upload("payments", file)["result"]["errors"]
    assert "never changes it" in error["reason"]
    assert one(rows, "H")["paid_minor"] == 0


def test_payments_and_credits_settle_an_invoice_on_the_day_they_cover_it(upload: Call, rows: Call) -> None:
    upload("invoices", HEAD + "A,c,2026-01-01,100,EUR\n", create_missing=True)
    assert (one(rows, "A")["status"], one(rows, "A")["due_on"]) == ("issued", "2026-01-31")
    payments = "external_id,invoice,paid_on,amount\nP1,A,2026-02-01,50\nP2,A,2026-03-01,30\n"
    assert upload("payments", payments)["result"]["created"] == 2
    assert one(rows, "A")["status"] == "partly_paid"
    notes = "external_id,invoice,issued_on,amount,reason\nC1,A,2026-02-15,20,late\n"
    assert upload("credit-notes", notes)["result"]["created"] == 1
    settled = one(rows, "A")
    assert (settled["status"], settled["settled_on"], settled["open_minor"]) == ("paid", "2026-03-01", 0)
    for kind, file in (("payments", payments), ("credit-notes", notes)):
        assert upload(kind, file)["result"]["unchanged"] > 0
    assert upload("payments", payments.replace("P2,A,2026-03-01,30", "P2,A,2026-03-09,25"))["result"]["changed"] == 1
    assert (one(rows, "A")["status"], one(rows, "A")["paid_minor"]) == ("partly_paid", 7500)


def test_an_overpaying_row_is_bad_and_so_is_one_without_its_invoice(upload: Call, rows: Call) -> None:
    upload("invoices", HEAD + "A,c,2026-01-01,100,EUR\n", create_missing=True)
    file = "external_id,invoice,paid_on,amount\nP1,A,2026-02-01,90\nP2,A,2026-02-02,20\nP3,Z,2026-02-02,1\n"
    run = upload("payments", file, create_missing=True, skip_bad=True)
    assert [(e["line"], e["column"]) for e in run["result"]["errors"]] == [(3, "amount"), (4, "invoice")]
    assert "clients, not invoices" in run["result"]["errors"][1]["reason"]
    assert one(rows, "A")["paid_minor"] == 9000


def test_a_dry_run_shows_what_would_change_and_writes_nothing(agency: Agency, upload: Call, rows: Call) -> None:
    file = HEAD + "A,c,2026-01-01,10.005,EUR\n"
    run = upload("invoices", file, create_missing=True, dry_run=True)
    assert (run["status"], run["dry_run"], run["result"]["created"]) == ("done", True, 1)
    assert run["result"]["preview"][0]["after"]["total_minor"] == 1000
    assert rows("/invoices") == []
    assert event_count(agency) == 0


def test_clients_are_replaced_field_by_field(agency: Agency, upload: Call, rows: Call) -> None:
    upload("clients", "external_id,name,email,currency,created_on\nA,Ann,a@a.example,USD,2020-01-01\n")
    assert upload("clients", "external_id,name\nA,Ann\n")["result"]["unchanged"] == 1
    assert upload("clients", "external_id,name\nA,Anna\n")["result"]["changed"] == 1
    (client,) = rows("/clients", external_id="A")
    assert (client["name"], client["email"], client["created_on"]) == ("Anna", "a@a.example", "2020-01-01")
    path = f"/clients/{client['id']}"
    agency.api.ask("PATCH", path, agency.as_role[Role.owner], json={"name": "Ours"}, if_match='"2"')
    assert upload("clients", "external_id,name\nA,Theirs\n")["result"]["kept"] == 1


def test_a_file_that_cannot_be_read_says_why(upload: Call) -> None:
    run = upload("invoices", "InvoiceNo,total\n1,2\n", map={"external_id": "Number"})
    assert run["status"] == "failed"
    assert "no column 'Number'" in run["result"]["detail"]
    assert "no text" in upload("clients", b"external_id,name\nA,\x00\xff\n")["result"]["detail"]


def test_only_who_may_import_imports(agency: Agency) -> None:
    sent = {"data": {"kind": "clients"}, "files": {"file": ("a.csv", b"external_id,name\nA,B\n", "text/csv")}}
    assert agency.api.refusal("POST", "/imports", agency.as_role[Role.member], **sent).status == 403
    owner = agency.as_role[Role.owner]
    assert agency.api.refusal("POST", "/imports", owner, **{**sent, "data": {"kind": "cats"}}).status == 422
    assert agency.api.refusal("GET", f"/imports/{uuid4()}", owner).status == 404


def test_a_service_period_comes_with_the_invoice_and_changes_with_it(upload: Call, rows: Call, agency: Agency) -> None:
    head = HEAD.strip() + ",service_from,service_until\n"

    def period() -> tuple[str, str]:
        path = f"/invoices/{one(rows, 'A')['id']}"
        (line,) = agency.api.ask("GET", path, agency.as_role[Role.owner]).body["lines"]
        return line["service_from"], line["service_until"]

    upload("invoices", head + "A,c,2026-01-01,10,EUR,2026-01-01,2026-04-01\n", create_missing=True)
    assert period() == ("2025-12-31T23:00:00Z", "2026-03-31T22:00:00Z")
    again = upload("invoices", head + "A,c,2026-01-01,10,EUR,2026-01-01,2026-04-01\n")["result"]
    assert (again["unchanged"], again["changed"]) == (1, 0)
    upload("invoices", head + "A,c,2026-01-01,10,EUR,2026-01-01,2027-01-01\n")
    assert period()[1] == "2026-12-31T23:00:00Z"
    refused = upload("invoices", head + "A,c,2026-01-01,10,EUR,2026-01-01,2025-01-01\n")["result"]["errors"][0]
    assert (refused["line"], refused["column"]) == (2, "service_until")


def test_what_an_invoice_is_for_comes_with_it_and_is_kept_by_files_that_do_not_say(
    upload: Call, rows: Call, agency: Agency
) -> None:
    def described() -> str:
        path = f"/invoices/{one(rows, 'A')['id']}"
        (line,) = agency.api.ask("GET", path, agency.as_role[Role.owner]).body["lines"]
        return str(line["description"])

    bare, full = HEAD.strip() + "\n", HEAD.strip() + ",description\n"
    upload("invoices", bare + "A,c,2026-01-01,10,EUR\n", create_missing=True)
    assert described() == "Imported invoice A"
    looked = upload("invoices", full + "A,c,2026-01-01,10,EUR,Photo shoot\n", dry_run=True)["result"]["preview"][0]
    assert (looked["before"]["description"], looked["after"]["description"]) == ("Imported invoice A", "Photo shoot")
    upload("invoices", full + "A,c,2026-01-01,10,EUR,Photo shoot\n")
    assert described() == "Photo shoot"
    assert upload("invoices", bare + "A,c,2026-01-01,10,EUR\n")["result"]["unchanged"] == 1
    assert upload("invoices", bare + "A,c,2026-01-01,20,EUR\n")["result"]["changed"] == 1
    assert described() == "Photo shoot"
