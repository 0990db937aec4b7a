"""*Raw = mart* to the cent, summed in DuckDB's decimals.

Each line names the same sum twice: over the lake's copy of the source, and over a mart. What differs
is handed over in the currency's minor units, per workspace and currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imisofts.currencies import CODES, decimals
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

RECONCILIATIONS: tuple[Reconciliation, ...] = (
    _money("invoiced with tax", "invoice", "fct_invoices", "total_minor", "total", _ISSUED),
    _money("tax", "invoice", "fct_invoices", "tax_minor", "tax", _ISSUED),
    _money("collected", "payment", "fct_payments", "amount_minor", "amount"),
    _money("credited", "credit_note", "fct_credit_notes", "amount_minor", "amount"),
    _rows("every issued invoice", "invoice", "fct_invoices", _ISSUED),
    _rows("every payment", "payment", "fct_payments"),
    _rows("every client", "client", "dim_clients"),
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
