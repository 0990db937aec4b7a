"""An invoice's PDF says what the database says, to whoever may read the invoice and to nobody else."""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import pikepdf
import psycopg
from pypdf import PdfReader

from imisofts.access import Action, Role
from tests.api.agency import Agency, found, join

Make = Callable[..., dict[str, Any]]
LINES = [
    {"description": "#panic() *Design* \U0001f680", "quantity": "7.25", "unit_price": "95.5", "tax_rate": "0.19"},
    {"description": "Print", "quantity": "3", "unit_price": "0.3333", "tax_rate": "0.077"},
    {"description": "Care", "unit_price": "240", "tax_rate": "0.19", "service_from": "2026-01-01",
     "service_until": "2026-02-01"},
]  # fmt: skip


def paper(agency: Agency, invoice: dict[str, Any], role: Role = Role.owner) -> bytes:
    content: bytes = agency.api.ask("GET", f"/invoices/{invoice['id']}/pdf", agency.as_role[role]).content
    return content


def words(drawn: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(drawn)).pages)
    return " ".join(text.replace("\u202f", " ").replace("\u00a0", " ").replace("\u2009", " ").split())


def in_sql(agency: Agency, query: str, invoice: dict[str, Any]) -> list[Any]:
    with psycopg.connect(agency.api.settings.owner_database_url) as connection:
        connection.execute("set local row_security = off")
        connection.execute("select set_config('app.workspace_id', %s, true)", (str(agency.workspace_id),))
        return connection.execute(query, {"id": invoice["id"]}).fetchall()


def euro(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}€{abs(minor) / Decimal(100):,.2f}"


def test_every_amount_on_paper_is_the_databases_own(agency: Agency, issued: Make, pay: Make) -> None:
    owner, invoice = agency.as_role[Role.owner], issued(lines=LINES, note="Thank you.\nSee you.")
    pay(invoice, "100.07", paid_on="2026-01-20")
    pay(invoice, "-20.00", paid_on="2026-01-22")
    credit = {"amount": "11.11", "issued_on": "2026-01-21"}
    path = f"/invoices/{invoice['id']}/credit-notes"
    number = agency.api.ask("POST", path, owner, json=credit, idempotency_key=uuid4().hex).body["number"]
    said = words(paper(agency, invoice))

    ((net, tax, total, open_now),) = in_sql(
        agency,
        "select subtotal_minor, tax_minor, total_minor, total_minor - paid_minor - credited_minor from invoice"
        " where id = %(id)s",
        invoice,
    )
    rates = in_sql(
        agency,
        "select tax_rate, sum(net_minor)::int, sum(tax_minor)::int from invoice_line where invoice_id = %(id)s"
        " group by tax_rate order by tax_rate desc",
        invoice,
    )
    assert (sum(rate[1] for rate in rates), sum(rate[2] for rate in rates)) == (net, tax)
    by_rate = [f"{rate * 100:f}".rstrip("0").rstrip(".") for rate, _, _ in rates]
    taxes = " ".join(
        f"{rate}% tax on {euro(base)} {euro(part)}" for rate, (_, base, part) in zip(by_rate, rates, strict=True)
    )
    assert f"Net {euro(net)} {taxes} Total {euro(total)}" in said
    assert (
        f"Payment of 20 Jan 2026 {euro(-10007)} Credit note {number} of 21 Jan 2026 {euro(-1111)}"
        f" Refund of 22 Jan 2026 {euro(2000)} Open amount {euro(open_now)}"
    ) in said
    assert f"Please pay {euro(open_now)} by 9 Feb 2026 and name invoice {invoice['number']}." in said
    for line in in_sql(agency, "select net_minor from invoice_line where invoice_id = %(id)s", invoice):
        assert f"% {line[0] / Decimal(100):,.2f}" in said
    assert all(part in said for part in ("#panic() *Design* □", "7.25 95.50 19%", "0.3333 7.7%", "Thank you. See you."))
    assert "Service period: 1–31 Jan 2026" in said.replace(" – ", "–")


def test_it_is_tagged_to_be_kept_and_named_by_its_number(agency: Agency, issued: Make) -> None:
    invoice = issued(lines=[{"description": f"Step {n}", "unit_price": "10"} for n in range(1, 60)])
    answer = agency.api.ask("GET", f"/invoices/{invoice['id']}/pdf", agency.as_role[Role.client])
    named = f'attachment; filename="invoice-{invoice["number"]}.pdf"'
    assert answer.headers["content-disposition"].startswith(named)
    assert answer.headers["cache-control"] == "private, no-cache"
    with pikepdf.open(BytesIO(answer.content)) as document, document.open_metadata() as metadata:
        assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"].upper()) == ("3", "A")
        assert (metadata["pdfuaid:part"], metadata["dc:title"]) == ("1", f"Invoice {invoice['number']}")
        assert document.Root.MarkInfo.Marked
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(answer.content)).pages]
    assert len(pages) > 1
    assert all("Net in EUR" in page for page in pages), "the head is repeated"
    assert [f"Page {n} of {len(pages)}" in page for n, page in enumerate(pages, 1)] == [True] * len(pages)


def test_what_is_not_to_be_paid_says_so(agency: Agency, draft: Make, issued: Make, pay: Make) -> None:
    owner = agency.as_role[Role.owner]
    assert "Draft invoice Draft" in words(paper(agency, draft()))
    void = issued()
    agency.api.ask("POST", f"/invoices/{void['id']}/void", owner)
    said = words(paper(agency, void))
    assert "This invoice was taken back: nothing is to be paid." in said
    assert "Please pay" not in said
    paid = issued()
    pay(paid, "100.00", paid_on="2026-02-01")
    assert "Paid" in words(paper(agency, paid))
    credited, credit = issued(), {"amount": "100.00"}
    path = f"/invoices/{credited['id']}/credit-notes"
    agency.api.ask("POST", path, owner, json=credit, idempotency_key=uuid4().hex)
    assert "Credited in full" in words(paper(agency, credited))


def test_it_speaks_the_clients_language_and_wears_the_brand(agency: Agency, issued: Make) -> None:
    owner, invoice = agency.as_role[Role.owner], issued(lines=LINES)
    path = f"/clients/{agency.client_id}/report-settings"
    now = agency.api.ask("GET", path, owner)
    settings = {name: value for name, value in now.body.items() if name != "version"} | {"locale": "de_DE"}
    agency.api.ask("PUT", path, owner, json=settings, if_match=now.etag)
    brand = agency.api.ask("GET", "/workspace/brand", owner)
    legal = {"footer": "Kai 4, Hamburg", "legal": "HRB 77\nUSt-IdNr. DE1", "powered_by": False}
    agency.api.ask("PATCH", "/workspace/brand", owner, json=legal, if_match=brand.etag)
    said = words(paper(agency, invoice))
    for part in (f"Rechnung {invoice['number']}", "Leistungszeitraum:", "19 % Umsatzsteuer auf 932,38 €",
                 "Kai 4, Hamburg · HRB 77 · USt-IdNr. DE1", "Seite 1 von 1"):  # fmt: skip
        assert part in said, part
    agency.api.ask("PUT", path, owner, json=settings | {"locale": "en_GB"}, if_match='"1"')


def test_nobody_gets_the_paper_of_an_invoice_that_they_may_not_see(agency: Agency, draft: Make, issued: Make) -> None:
    hidden, shown = (f"/invoices/{invoice['id']}/pdf" for invoice in (draft(), issued()))
    client = UUID(agency.client_id)
    helper = join(agency, "lee", Role.client_team, client_id=client, rights=[Action.ticket_read])
    other = agency.api.ask("POST", "/clients", agency.as_role[Role.owner], json={"name": "Other"}).body["id"]
    narrowed = join(agency, "noa", Role.member, client_ids=[UUID(other)])
    elsewhere = found(agency.api)
    refused = {
        "a draft, to a client": (hidden, agency.as_role[Role.client], 404),
        "to a client's helper without the right": (shown, helper, 403),
        "to staff who see other clients only": (shown, narrowed, 404),
        "to another agency": (shown, elsewhere.as_role[Role.owner], 404),
        "to nobody": (shown, None, 401),
        "of no invoice": (f"/invoices/{uuid4()}/pdf", agency.as_role[Role.owner], 404),
    }
    answers = {case: agency.api.refusal("GET", path, who).status for case, (path, who, _) in refused.items()}
    assert answers == {case: status for case, (_, _, status) in refused.items()}
