"""The last look at a built set of marts before readers see it.

Two kinds of checks that dbt's own tests do not make: expectations on the frames that leave
(completeness, keys, ranges, drift against the last publication), and *raw = mart* to the cent.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse import lake
from warehouse.audit import expectations, reconciliation
from warehouse.lake import literal
from warehouse.models import dbt
from warehouse.models.running import AS_PUBLISHED
from warehouse.publish import CheckResult

if TYPE_CHECKING:
    import duckdb

    from imisofts.settings import Settings

__all__ = ["audit", "without_verdict"]

KINDS = ("dbt", "expectation", "reconciliation")
"""Every mart is judged in each of these ways before it leaves."""


def audit(
    settings: Settings,
    connection: duckdb.DuckDBPyConnection,
    scratch: Path,
    built: Sequence[str],
    same: Collection[str] = (),
) -> list[CheckResult]:
    """Check the marts that were built in `scratch` against themselves, the last publication and the attached lake.

    Marts beside them, which are as they were published, are only compared with. Those of the `same` rows as at the last
    publication have its verdict on their frames, and are reconciled with raw, which may have changed. Call it only in a
    process that lives long or runs once for this: Great Expectations costs seconds and hundreds of megabytes to import.
    """
    connection.execute(f"attach {literal(str(scratch))} as scratch (read_only)")
    try:
        filled = {model.name: model.filled for model in dbt.project(settings).models}
        with lake.one_look(connection):
            frames = expectations.check(connection, {mart: filled[mart] for mart in built if mart not in same})
            frames += [
                CheckResult(f"{mart}: its frame", "expectation", mart, passed=True, detail=AS_PUBLISHED)
                for mart in built
                if mart in same
            ]
            return [*frames, *reconciliation.check(connection, built, lake.tables(connection, "marts", "scratch"))]
    finally:
        connection.execute("detach scratch")


def without_verdict(built: Sequence[str], checks: Iterable[CheckResult]) -> list[CheckResult]:
    """A failing check for each built mart and kind that nothing was said about: unjudged is not passed."""
    judged = {(check.table, check.kind) for check in checks}
    return [
        CheckResult(f"{mart}: judged by {kind}", kind, mart, passed=False, detail="nothing of this kind was checked")
        for mart in built
        for kind in KINDS
        if (mart, kind) not in judged
    ]
