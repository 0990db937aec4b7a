"""An agency's rows written straight into the product's database: these tests begin where the API ends."""

from dataclasses import replace
from uuid import UUID

import psycopg
import pytest
from uuid_utils.compat import uuid7

from imisofts.settings import Settings
from warehouse.audit import reconciliation


class Agency:
    """One workspace with one client, written as the database's owner would; ``workspace`` names one that is there."""

    def __init__(self, settings: Settings, workspace: UUID | None = None) -> None:
        self.settings = settings
        self.workspace, self.client = workspace or uuid7(), uuid7()
        if workspace is None:
            self._insert_workspace()
        self._insert(
            "client",
            id=self.client,
            workspace_id=self.workspace,
            name="Client",
            currency="EUR",
            created_on="2026-01-01",
            source="api",
        )

    def invoice(self, total_minor: int, issued_on: str = "2026-10-05") -> UUID:
        invoice = uuid7()
        self._insert(
            "invoice",
            id=invoice,
            workspace_id=self.workspace,
            client_id=self.client,
            number=f"I-{invoice.hex[-8:]}",
            status="issued",
            currency="EUR",
            issued_on=issued_on,
            due_on="2026-11-04",
            subtotal_minor=total_minor,
            tax_minor=0,
            total_minor=total_minor,
            paid_minor=0,
            credited_minor=0,
            source="api",
        )
        return invoice

    def service(self, name: str) -> None:
        row = {"name": name, "currency": "EUR", "interval_count": 1, "source": "api"}
        self._insert("service", id=uuid7(), workspace_id=self.workspace, **row)

    def execute(self, statement: str, *values: object) -> None:
        """One statement in one transaction, with the workspace that row security asks for."""
        with psycopg.connect(self.settings.owner_database_url) as connection:
            connection.execute("set local synchronous_commit = on")  # replication reads what is flushed
            connection.execute("select set_config('app.workspace_id', %s, true)", [str(self.workspace)])
            connection.execute(statement, values)

    def _insert_workspace(self) -> None:
        self._insert("workspace", id=self.workspace, slug="acme", name="Acme", currency="EUR", timezone="Europe/Berlin")

    def _insert(self, table: str, **row: object) -> None:
        names, marks = ", ".join(row), ", ".join(["%s"] * len(row))
        self.execute(f"insert into {table} ({names}) values ({marks})", *row.values())


@pytest.fixture
def agency(fresh_settings: Settings) -> Agency:
    return Agency(fresh_settings)


def break_reconciliation(patch: pytest.MonkeyPatch, name: str) -> None:
    """Make one line of *raw = mart* miss by seven minor units, as a defect in its mart would."""
    lines = tuple(
        replace(line, raw=line.raw.replace("sum(", "7 + sum(")) if line.name == name else line
        for line in reconciliation.RECONCILIATIONS
    )
    assert lines != reconciliation.RECONCILIATIONS
    patch.setattr(reconciliation, "RECONCILIATIONS", lines)


def drop_checks(agency: Agency, table: str) -> None:
    """Let the source hold what it would refuse: its check constraints go."""
    agency.execute(
        f"""
        do $$ declare named text; begin
            for named in select conname from pg_constraint where conrelid = '{table}'::regclass and contype = 'c' loop
                execute format('alter table {table} drop constraint %%I', named);
            end loop;
        end $$
        """
    )
