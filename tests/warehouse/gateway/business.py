"""Two small agencies whose figures can be worked out by hand, and two real data sets, in one lake."""

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

from imisofts.access import Actor, Role, actor_of_role
from imisofts.settings import Settings
from tests.warehouse.gateway.lake_fixture import FixtureLake, key
from warehouse.gateway import Gateway
from warehouse.gateway.reader import Reader

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"


def gateway(lake: FixtureLake, **settings: Any) -> Gateway:
    """The real gateway over a fixture's lake."""
    from datetime import timedelta

    chosen = cast(Settings, SimpleNamespace(freshness_limit=timedelta(minutes=15), **settings))
    return Gateway(chosen, reader=Reader(lake.connect), now=lambda: lake.now)


def actor(slug: str, role: Role = Role.owner, clients: frozenset[UUID] | None = None) -> Actor:
    """Somebody in the workspace called ``slug``."""
    return actor_of_role(key(slug), role, client_ids=clients)


def workspace(slug: str, currency: str, **more: object) -> dict[str, object]:
    """A row of raw.workspace."""
    row: dict[str, object] = {
        "id": key(slug),
        "slug": slug,
        "name": slug,
        "currency": currency,
        "timezone": "Europe/Berlin",
    }
    return row | {"week_starts_on": 0} | more


def client(slug: str, name: str, **more: object) -> dict[str, object]:
    """A row of raw.client whose external id is its name in upper case."""
    row: dict[str, object] = {
        "id": key(f"{slug}/{name}"),
        "workspace_id": key(slug),
        "external_id": name.upper(),
        "name": name,
    }
    return row | {"currency": "EUR", "source": "api"} | more


def invoice(slug: str, owner: str, number: str, issued: str, due: str, minor: int, **more: object) -> dict[str, object]:
    """A row of raw.invoice, in euro cents and issued unless said otherwise."""
    row: dict[str, object] = {
        "id": key(f"{slug}/{number}"),
        "workspace_id": key(slug),
        "client_id": key(f"{slug}/{owner}"),
    }
    dates = {"issued_on": date.fromisoformat(issued), "due_on": date.fromisoformat(due)}
    amounts = {"subtotal_minor": minor, "tax_minor": 0, "total_minor": minor, "paid_minor": 0, "credited_minor": 0}
    return row | {"number": number, "status": "issued", "currency": "EUR", "source": "api"} | dates | amounts | more


def paid(slug: str, owner: str, number: str, on: str, minor: int, **more: object) -> dict[str, object]:
    """A row of raw.payment."""
    row: dict[str, object] = {
        "id": key(f"{slug}/{number}/{on}/{minor}"),
        "workspace_id": key(slug),
        "invoice_id": key(f"{slug}/{number}"),
    }
    row |= {"client_id": key(f"{slug}/{owner}"), "paid_on": date.fromisoformat(on), "amount_minor": minor}
    return row | {"currency": "EUR", "method": "transfer", "source": "api"} | more


def credited(slug: str, owner: str, number: str, on: str, minor: int) -> dict[str, object]:
    """A row of raw.credit_note."""
    row: dict[str, object] = {"id": key(f"{slug}/{number}/credit/{on}"), "workspace_id": key(slug)}
    row |= {"invoice_id": key(f"{slug}/{number}"), "client_id": key(f"{slug}/{owner}"), "number": f"C{number}"}
    return row | {"issued_on": date.fromisoformat(on), "amount_minor": minor, "currency": "EUR", "source": "api"}


def fill(lake: FixtureLake) -> None:
    """Northlight (EUR, with one yen invoice) has every case; Southbay is the neighbour that must never be seen."""
    lake.add("workspace", [workspace("northlight", "EUR"), workspace("southbay", "EUR", week_starts_on=6)])
    lake.add("client", [client("northlight", "acme"), client("northlight", "birch"), client("southbay", "acme")])
    lake.add(
        "invoice",
        [
            invoice("northlight", "acme", "N1", "2026-01-10", "2026-01-31", 10_000, status="paid"),
            invoice("northlight", "acme", "N2", "2026-02-10", "2026-02-28", 20_000, status="partly_paid"),
            invoice("northlight", "birch", "N3", "2026-02-20", "2026-03-20", 5_050),
            invoice("northlight", "birch", "N4", "2026-03-05", "2026-03-31", 7_000, status="void")
            | {"voided_on": date(2026, 4, 10)},
            invoice("northlight", "acme", "N5", "2026-03-10", "2026-03-20", 900, currency="JPY"),
            invoice("northlight", "birch", "N6", "2026-05-04", "2026-06-03", 0),
            invoice("northlight", "birch", "N7", "2026-01-15", "2026-02-14", 3_000, status="paid", source="import"),
            invoice("northlight", "birch", "N8", "2026-05-05", "2026-06-03", 99_900, status="draft"),
            invoice("southbay", "acme", "S1", "2026-02-01", "2026-03-01", 77_777),
        ],
    )
    lake.add(
        "payment",
        [
            paid("northlight", "acme", "N1", "2026-01-20", 4_000),
            paid("northlight", "acme", "N1", "2026-02-09", 6_000),
            paid("northlight", "acme", "N2", "2026-03-15", 5_000, method="card"),
            paid("northlight", "birch", "N3", "2026-03-01", 5_050),
            paid("northlight", "birch", "N3", "2026-04-02", -1_050),
            paid("southbay", "acme", "S1", "2026-02-10", 11_111),
        ],
    )
    lake.add("credit_note", [credited("northlight", "acme", "N2", "2026-04-20", 2_500)])
    lake.add("heartbeat", [{"id": 1, "beaten_at": datetime(2026, 6, 15, 11, 59, tzinfo=UTC)}])


def load_online_retail(lake: FixtureLake) -> None:
    """The real invoices of a wholesaler, as the import leaves them."""
    lake.add("workspace", [workspace("retail", "GBP")])
    lake.execute(
        f"""create temp table t as select * from read_csv('{DATA}/online-retail/invoices.csv', all_varchar=true);
        insert into lake.raw.client by name select distinct md5('c' || CustomerID)::uuid as id,
            '{key("retail")}'::uuid as workspace_id, CustomerID as external_id, CustomerID as name, 'GBP' as currency,
            'import' as source from t;
        insert into lake.raw.invoice by name select md5('i' || InvoiceNo)::uuid as id,
            '{key("retail")}'::uuid as workspace_id, md5('c' || CustomerID)::uuid as client_id,
            InvoiceNo as external_id, InvoiceNo as number, 'issued' as status, 'GBP' as currency,
            InvoiceDate::date as issued_on, InvoiceDate::date + 30 as due_on, minor as subtotal_minor, 0 as tax_minor,
            minor as total_minor, 0 as paid_minor, 0 as credited_minor, 'import' as source
        from (select *, round_even(TotalPrice::decimal(30, 18) * 100, 0)::bigint as minor from t)"""
    )


def load_cdnow(lake: FixtureLake) -> None:
    """The real purchases of 2,357 customers, as the import leaves them."""
    lake.add("workspace", [workspace("cdnow", "USD")])
    lake.execute(
        f"""create temp table t as
            select row_number() over () as line, * from read_csv('{DATA}/cdnow/transactions.csv', all_varchar=true);
        insert into lake.raw.client by name select distinct md5('d' || sample_id)::uuid as id,
            '{key("cdnow")}'::uuid as workspace_id, sample_id as external_id, sample_id as name, 'USD' as currency,
            'import' as source from t;
        insert into lake.raw.invoice by name select md5('j' || line)::uuid as id,
            '{key("cdnow")}'::uuid as workspace_id, md5('d' || sample_id)::uuid as client_id,
            'transactions.csv:' || line as external_id, 'T' || line as number, 'issued' as status, 'USD' as currency,
            date::date as issued_on, date::date + 30 as due_on, minor as subtotal_minor, 0 as tax_minor,
            minor as total_minor, 0 as paid_minor, 0 as credited_minor, 'import' as source
        from (select *, (value::decimal(18, 2) * 100)::bigint as minor from t)"""
    )
