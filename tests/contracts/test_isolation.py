"""Isolation is the database's job: probed for every table and verb, and shown to go red with a guard off."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import psycopg
import pytest

from api.kit.ids import new_id
from imisofts.services import postgres
from imisofts.settings import Settings
from tests.contracts import isolation
from tests.contracts.isolation import Tenant

MINE, THEIRS = new_id(), new_id()


@dataclass
class Ground:
    """A database of its own with one row per tenant table and workspace."""

    admin: psycopg.Connection
    app_url: str
    tenants: list[Tenant]

    def leaks(self) -> list[str]:
        return isolation.leaks(self.app_url, self.admin, self.tenants, MINE, THEIRS)


@pytest.fixture
def ground(fresh_settings: Settings) -> Iterator[Ground]:
    database = urlsplit(fresh_settings.app_database_url).path
    url = urlsplit(postgres.superuser_url(fresh_settings))._replace(path=database).geturl()
    with psycopg.connect(url, autocommit=True) as admin:
        tenants = isolation.tables(admin)
        isolation.plant(admin, tenants, (MINE, THEIRS))
        yield Ground(admin, fresh_settings.app_database_url, tenants)


def test_nothing_crosses_between_workspaces(ground: Ground) -> None:
    assert len(ground.tenants) >= 14
    assert ground.leaks() == []
    assert isolation.unguarded(ground.admin, ground.tenants) == []


@pytest.mark.parametrize("table", ["invoice", "event"])
def test_the_probes_go_red_with_a_guard_off(ground: Ground, table: str) -> None:
    ground.admin.execute(f"alter table {table} disable row level security")
    assert {f"{table}: select by {who} tenant" for who in ("other", "no", "forged")} <= set(ground.leaks())
    ground.admin.execute(f"alter table {table} enable row level security")
    assert ground.leaks() == []
    ground.admin.execute(f"drop policy workspace on {table}")
    assert ground.leaks() == [f"{table}: its own rows are hidden"]
    ground.admin.execute(f"create policy workspace on {table} using (true)")
    assert ground.leaks() != []


def test_a_missing_force_is_seen(ground: Ground) -> None:
    ground.admin.execute("alter table payment no force row level security")
    assert isolation.unguarded(ground.admin, ground.tenants) == ["payment"]


def test_keys_between_tenant_tables_carry_the_workspace(ground: Ground) -> None:
    assert isolation.loose_foreign_keys(ground.admin) == []
    assert isolation.loose_unique_keys(ground.admin, ground.tenants) == []
    ground.admin.execute("alter table payment add constraint loose unique (reference)")
    assert isolation.loose_unique_keys(ground.admin, ground.tenants) == ["loose"]
    ground.admin.execute(
        "alter table invoice_line add constraint plain foreign key (invoice_id) references invoice (id) not valid"
    )
    assert isolation.loose_foreign_keys(ground.admin) == ["plain"]


def test_views_run_with_the_askers_rights(ground: Ground) -> None:
    assert isolation.definer_views(ground.admin) == []
    ground.admin.execute("create view all_invoices as select * from invoice")
    assert isolation.definer_views(ground.admin) == ["all_invoices"]
