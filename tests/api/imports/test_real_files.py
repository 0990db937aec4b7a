"""The two real files, whole, through HTTP. They lie beside the project and are never copied into it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from imisofts.settings import Settings
from tests.api.agency import Agency

DATA = Path(__file__).parents[4] / "shared" / "data"
RETAIL = {
    "map": {"external_id": "InvoiceNo", "issued_on": "InvoiceDate", "client": "CustomerID", "total": "TotalPrice"},
    "set": {"currency": "GBP"},
    "create_missing": True,
}
CDNOW = {
    "map": {"external_id": "@row", "client": "sample_id", "issued_on": "date", "total": "value"},
    "set": {"currency": "USD"},
    "create_missing": True,
}


def content(path: str) -> bytes:
    file = DATA / path
    if not file.exists():
        pytest.skip(f"the real file {path} is not beside the project")
    return file.read_bytes()


def sums(settings: Settings, agency: Agency) -> tuple[Any, ...]:
    """Clients, invoices, lines, events of imports, and the total, read as the application."""
    with psycopg.connect(settings.app_database_url) as connection:
        connection.execute("select set_config('app.workspace_id', %s, true)", (str(agency.workspace_id),))
        row = connection.execute(
            "select (select count(*) from client where source = 'import'), (select count(*) from invoice),"
            " (select count(*) from invoice_line), (select count(*) from event where name like '%.imported'),"
            " (select sum(total_minor) from invoice), (select sum(net_minor + tax_minor) from invoice_line)"
        ).fetchone()
    assert row is not None
    return row


def test_retail_is_whole_to_the_penny_and_importing_it_twice_changes_nothing(
    settings: Settings, agency: Agency, upload: Callable[..., Any]
) -> None:
    file = content("online-retail/invoices.csv")
    run = upload("invoices", file, name="invoices.csv", **RETAIL)
    assert (run["status"], run["total_rows"], run["done_rows"]) == ("done", 18532, 18532), run["result"]
    assert (run["result"]["created"], run["result"]["clients_created"]) == (18532, 4338)
    before = sums(settings, agency)
    assert before == (4338, 18532, 18532, 18532 + 4338, 891140790, 891140790)
    again = upload("invoices", file, name="invoices.csv", **RETAIL)["result"]
    assert (again["created"], again["changed"], again["unchanged"], again["clients_created"]) == (0, 0, 18532, 0)
    assert sums(settings, agency) == before


def test_cdnow_takes_its_ids_from_file_and_line_and_keeps_zero_totals(
    settings: Settings, agency: Agency, upload: Callable[..., Any], rows: Callable[..., Any]
) -> None:
    run = upload("invoices", content("cdnow/transactions.csv"), name="transactions.csv", **CDNOW)
    assert run["status"] == "done", run["result"]
    assert sums(settings, agency)[:5] == (2357, 6919, 6919, 6919 + 2357, 24409194)
    first = rows("/invoices", external_id="transactions.csv:2")
    assert [(row["total_minor"], row["issued_on"], row["client_name"]) for row in first] == [
        (2933, "1997-01-01", "0001")
    ]
    assert {row["status"] for row in rows("/invoices", total_minor=0)} == {"paid"}


def test_progress_is_seen_from_outside_while_it_runs(upload: Callable[..., Any]) -> None:
    run = upload("invoices", content("online-retail/invoices.csv"), name="invoices.csv", **RETAIL)
    assert any(0 < done < 18532 for done in run["seen"]), run["seen"]
