"""*Raw = mart* to the cent, summed in DuckDB's decimals.

Each line names the same sum twice: over the lake's copy of the source, and over a mart. What differs
is handed over in the currency's minor units, per workspace and currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imisofts.currencies import CODES, decimals
from warehouse.metrics import policy
from warehouse.publish import CheckResult

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Reconciliation:
    """Two queries of the shape (workspace_id, currency, amount); `marts` is what `mart` reads."""

    name: str
    marts: tuple[str, ...]
    raw: str
    mart: str


def _minor(amount: str) -> str:
    """SQL: units of a currency as its minor units, by the currencies' own list and not by dbt's."""
    others = "".join(f" when '{code}' then {decimals(code)}" for code in sorted(CODES) if decimals(code) != 2)
    return f"cast({amount} * cast(power(10, case currency{others} else 2 end) as integer) as decimal(38, 4))"


def _money(name: str, table: str, mart: str, raw_amount: str, mart_amount: str, where: str = "true") -> Reconciliation:
    return Reconciliation(
        name=name,
        marts=(mart,),
        raw=f"select workspace_id, currency, sum({raw_amount}) from lake.raw.{table} where {where} group by all",
        mart=f"select workspace_id, currency, sum({_minor(mart_amount)}) from scratch.marts.{mart} group by all",
    )


def _rows(name: str, table: str, mart: str, where: str = "true") -> Reconciliation:
    return Reconciliation(
        name=name,
        marts=(mart,),
        raw=f"select workspace_id, 'rows', count(*) from lake.raw.{table} where {where} group by all",
        mart=f"select workspace_id, 'rows', count(*) from scratch.marts.{mart} group by all",
    )


_ISSUED = "status <> 'draft' and issued_on is not null"


def _value(switch: str) -> str:
    return str(policy()[switch]["value"])


def _receivables() -> Reconciliation:
    """What is owed by invoices' totals and states alone; the mart gets there day by day."""
    open_minor = "owed"
    if _value("paid_without_payments") == "settles_when_stated":
        open_minor = f"case when status = 'paid' then least({open_minor}, 0) else {open_minor} end"
    if _value("credit_balances") == "left_out":
        open_minor = f"case when total_minor < 0 then least({open_minor}, 0) else greatest({open_minor}, 0) end"
    return Reconciliation(
        name="receivables",
        marts=("fct_receivable_movements",),
        raw=f"""
            with covers as (
                select workspace_id, invoice_id, amount_minor from lake.raw.payment
                union all
                select workspace_id, invoice_id, amount_minor from lake.raw.credit_note
            ),
            covered as (select workspace_id, invoice_id, sum(amount_minor) as minor from covers group by all),
            invoices as (
                select i.workspace_id, i.currency, i.status, i.total_minor, i.total_minor - coalesce(c.minor, 0) as owed
                from lake.raw.invoice as i
                left join covered as c on i.workspace_id = c.workspace_id and i.id = c.invoice_id
                where {_ISSUED} and i.status <> 'void'
            )
            select workspace_id, currency, sum({open_minor}) from invoices group by all
        """,
        mart=f"""
            select workspace_id, currency, sum({_minor("open_change")})
            from scratch.marts.fct_receivable_movements group by all
        """,
    )


def _purchases() -> Reconciliation:
    bought = "total_minor <> 0" if _value("zero_value_purchases") == "left_out" else "true"
    return Reconciliation(
        name="every purchase",
        marts=("fct_client_purchase_days",),
        raw=f"""
            select workspace_id, 'invoices', count(*) from lake.raw.invoice where {_ISSUED} and {bought} group by all
        """,
        mart="""
            select workspace_id, 'invoices', sum(invoices) from scratch.marts.fct_client_purchase_days group by all
        """,
    )


_WORKSPACES = Reconciliation(
    name="every workspace",
    marts=("dim_workspaces",),
    raw="select id, currency, count(*) from lake.raw.workspace group by all",
    mart="select workspace_id, currency, count(*) from scratch.marts.dim_workspaces group by all",
)

RECONCILIATIONS: tuple[Reconciliation, ...] = (
    _money("invoiced with tax", "invoice", "fct_invoices", "total_minor", "total", _ISSUED),
    _money("tax", "invoice", "fct_invoices", "tax_minor", "tax", _ISSUED),
    _money("collected", "payment", "fct_payments", "amount_minor", "amount"),
    _money("credited", "credit_note", "fct_credit_notes", "amount_minor", "amount"),
    _rows("every issued invoice", "invoice", "fct_invoices", _ISSUED),
    _rows("every payment", "payment", "fct_payments"),
    _rows("every client", "client", "dim_clients"),
    _WORKSPACES,
    _purchases(),
    _receivables(),
)


def check(connection: duckdb.DuckDBPyConnection, marts: Sequence[str]) -> list[CheckResult]:
    """Compare every line whose marts were all built; the others kept their published rows."""
    return [_compare(connection, line) for line in RECONCILIATIONS if set(line.marts) <= set(marts)]


def _compare(connection: duckdb.DuckDBPyConnection, line: Reconciliation) -> CheckResult:
    differences = connection.execute(
        f"""
        with raw_side(workspace_id, currency, amount) as ({line.raw}),
        mart_side(workspace_id, currency, amount) as ({line.mart}),
        compared as (
            select
                coalesce(r.workspace_id, m.workspace_id) as workspace_id,
                coalesce(r.currency, m.currency) as currency,
                coalesce(m.amount, 0) - coalesce(r.amount, 0) as difference
            from raw_side as r
            full join mart_side as m
                on r.workspace_id = m.workspace_id and r.currency is not distinct from m.currency
        )
        select workspace_id, currency, difference from compared where difference <> 0 order by 1, 2
        """
    ).fetchall()
    told = "; ".join(
        f"{difference:+} {currency} in workspace {where}" for where, currency, difference in differences[:5]
    )
    return CheckResult(
        name=line.name,
        kind="reconciliation",
        table=line.marts[0],
        passed=not differences,
        detail=f"mart less raw: {told}" if differences else "",
    )
