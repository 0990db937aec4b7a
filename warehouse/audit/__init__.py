"""The last look at a built set of marts before readers see it.

Two kinds of checks that dbt's own tests do not make: expectations on the frames that leave
(completeness, keys, ranges, drift against the last publication), and *raw = mart* to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse import lake
from warehouse.audit import expectations, reconciliation
from warehouse.publish import CheckResult

if TYPE_CHECKING:
    import duckdb

    from imisofts.settings import Settings

__all__ = ["audit", "without_verdict"]

KINDS = ("dbt", "expectation", "reconciliation")
"""Every mart is judged in each of these ways before it leaves."""


def audit(settings: Settings, scratch: Path, snapshot: int) -> list[CheckResult]:
    """Check every mart in `scratch` against itself, the last publication and raw at `snapshot`.

    Call it only in a process that lives long or runs once for this: Great Expectations costs
    seconds and hundreds of megabytes to import.
    """
    with lake.connect(settings, snapshot=snapshot) as connection:
        connection.execute(f"attach '{scratch}' as scratch (read_only)")
        built = marts(connection)
        frames = expectations.check(connection, built)
        return [*frames, *reconciliation.check(connection, built)]


def without_verdict(built: Sequence[str], checks: Iterable[CheckResult]) -> list[CheckResult]:
    """A failing check for each built mart and kind that nothing was said about: unjudged is not passed."""
    judged = {(check.table, check.kind) for check in checks}
    return [
        CheckResult(f"{mart}: judged by {kind}", kind, mart, passed=False, detail="nothing of this kind was checked")
        for mart in built
        for kind in KINDS
        if (mart, kind) not in judged
    ]


def marts(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Names of the marts that this scratch file would publish."""
    rows = connection.execute(
        "select table_name from duckdb_tables() where database_name = 'scratch' and schema_name = 'marts' order by 1"
    ).fetchall()
    return [str(name) for (name,) in rows]
