"""*Raw = mart* to the cent, summed in DuckDB's decimals.

Each line (``warehouse.audit.subjects``) names the same sum twice: over the lake's copy of the source, and over a mart.
What differs is handed over in the currency's minor units, per workspace and currency.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from warehouse.audit.lines import Reconciliation
from warehouse.audit.subjects import RECONCILIATIONS
from warehouse.publish import CheckResult

if TYPE_CHECKING:
    import duckdb

__all__ = ["RECONCILIATIONS", "check"]


def check(connection: duckdb.DuckDBPyConnection, built: Collection[str], there: Collection[str]) -> list[CheckResult]:
    """Compare every line of a mart that was built, if all its marts are there; the others kept their published rows."""
    touched = (line for line in RECONCILIATIONS if set(line.marts) & set(built))
    return [_compare(connection, line) for line in touched if set(line.marts) <= set(there)]


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
