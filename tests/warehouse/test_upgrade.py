"""An installation that already has a lake gets an upgrade: what is new is loaded, what was there stays as it is."""

from typing import Any

import psycopg
from uuid_utils.compat import uuid7

from api import migrations
from api.migrations.publication import PUBLICATION, lake_tables
from imisofts.settings import Settings
from tests.orchestration.conftest import Agency
from warehouse import lake, replication, status

OLD = ("client", "event", "heartbeat", "invoice", "invoice_line", "payment", "workspace")
"""What a first release replicated: each of these is published whole."""


def publish_as_before(settings: Settings) -> None:
    """The publication and the loader's rights before the upgrade."""
    with psycopg.connect(settings.owner_database_url, autocommit=True) as owner:
        owner.execute(f"alter publication {PUBLICATION} set table {', '.join(OLD)}".encode())
        owner.execute("revoke select on all tables in schema public from imisofts_loader")
        owner.execute(f"grant select on {', '.join(OLD)} to imisofts_loader".encode())


def rate(agency: Agency, currency: str, of_one: float) -> None:
    agency.execute(
        "insert into exchange_rate (id, workspace_id, from_currency, to_currency, rate_on, rate, source)"
        " values (%s, %s, %s, 'EUR', '2026-10-01', %s, 'api')",
        uuid7(),
        agency.workspace,
        currency,
        of_one,
    )


def rows(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    with lake.connect(settings) as connection:
        return connection.execute(statement).fetchall()


def synced(settings: Settings) -> dict[str, str]:
    return dict(rows(settings, "select name, synced_lsn from lake.meta.replicated_table"))


def rates(settings: Settings, schema: str) -> list[tuple[Any, ...]]:
    head = "" if schema == "raw" else "_op, "
    order = "from_currency" if schema == "raw" else "_lsn, _ordinal"
    return rows(
        settings, f"select {head}from_currency, rate::varchar from lake.{schema}.exchange_rate order by {order}"
    )


def test_tables_new_in_the_publication_come_into_a_lake_that_was_there_before(fresh_settings: Settings) -> None:
    agency, settings = Agency(fresh_settings), fresh_settings
    publish_as_before(settings)
    agency.invoice(1_000)
    rate(agency, "USD", 0.8)
    assert sorted(replication.catch_up(settings).tables) == sorted(OLD)
    before = synced(settings)
    agency.invoice(2_000)
    rate(agency, "GBP", 1.2)

    migrations.upgrade(settings)
    rate(agency, "CHF", 1.1)
    brought = replication.catch_up(settings)

    new = {table.name for table in lake_tables()} - set(OLD)
    assert not brought.first_load
    assert set(brought.tables) == new | {"invoice"}, "only what is new is copied; the rest goes on from its watermark"
    assert (brought.tables["invoice"], brought.tables["exchange_rate"]) == (1, 3)
    after = synced(settings)
    assert {name: after[name] for name in OLD} == before, "no old table was copied again"
    assert rows(settings, "select _op, count(*) from lake.history.invoice group by 1 order by 1") == [
        ("insert", 1),
        ("snapshot", 1),
    ]
    assert [currency for currency, _ in rates(settings, "raw")] == ["CHF", "GBP", "USD"]

    replication.catch_up(settings)
    agency.execute("update exchange_rate set rate = 0.9 where from_currency = 'USD'")
    agency.execute("delete from exchange_rate where from_currency = 'GBP'")
    assert replication.catch_up(settings).tables == {"exchange_rate": 2}
    assert rates(settings, "raw") == [("CHF", "1.100000000000"), ("USD", "0.900000000000")]
    told = rates(settings, "history")
    assert sorted(currency for op, currency, _ in told if op == "snapshot") == ["CHF", "GBP", "USD"]
    assert told[-2:] == [("update", "USD", "0.900000000000"), ("delete", "GBP", "1.200000000000")]
    found = status.read(settings)
    assert {table.name for table in found.tables} == new | set(OLD)
    assert all(table.source_rows == table.lake_rows for table in found.tables)
