"""Great Expectations on the frames that leave.

A mart states its grain and its ranges here; which columns may never be empty is read from the mart's
own contract. Money is compared elsewhere: a pandas frame turns decimals into floats.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from warehouse.audit.lines import Frame
from warehouse.audit.subjects import FRAMES
from warehouse.publish import CheckResult

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

LARGEST_FALL = 0.5
"""A mart that loses more than this share of its rows from one publication to the next is suspect."""
SMALLEST_DRIFT = 20
"""Below so many published rows a fall says nothing: one deleted draft is half of two."""


def check(connection: duckdb.DuckDBPyConnection, marts: Sequence[str]) -> list[CheckResult]:
    """Validate each mart; one CheckResult per expectation. Expects `scratch` and `lake` attached."""
    published = _published_rows(connection, marts)
    return [result for mart in marts for result in _check_mart(connection, mart, published.get(mart))]


def _check_mart(connection: duckdb.DuckDBPyConnection, mart: str, published: int | None) -> Iterator[CheckResult]:
    columns = _columns(connection, mart)
    frame = FRAMES.get(mart, Frame())
    wanted = _expectations(mart, columns, frame, published)
    result = _validate(mart, _frame(connection, mart, wanted), [expectation for _, expectation in wanted])
    for (name, _), answer in zip(wanted, result, strict=True):
        passed = bool(answer["success"])
        yield CheckResult(
            name=f"{mart}: {name}",
            kind="expectation",
            table=mart,
            passed=passed,
            detail="" if passed else _readable(answer),
        )


def _expectations(mart: str, columns: dict[str, bool], frame: Frame, published: int | None) -> list[tuple[str, Any]]:
    """(name, expectation) pairs; a stated column that the mart lacks is itself a failure."""
    gx = _library().expectations
    wanted: list[tuple[str, Any]] = [
        (f"{column} is complete", gx.ExpectColumnValuesToNotBeNull(column=column))
        for column, nullable in columns.items()
        if not nullable or column == "workspace_id" or column in frame.key
    ]
    if len(frame.key) == 1:
        wanted.append(("one row per key", gx.ExpectColumnValuesToBeUnique(column=frame.key[0])))
    elif frame.key:
        wanted.append(("one row per key", gx.ExpectCompoundColumnsToBeUnique(column_list=list(frame.key))))
    for column, (low, high) in frame.ranges.items():
        within = gx.ExpectColumnValuesToBeBetween(column=column, min_value=low, max_value=high)
        wanted.append((f"{column} within its range", within))
    for column, values in frame.values.items():
        known = gx.ExpectColumnValuesToBeInSet(column=column, value_set=list(values))
        wanted.append((f"{column} is a known value", known))
    if published is not None and published >= SMALLEST_DRIFT:
        least = int(published * (1 - LARGEST_FALL))
        wanted.append(("rows against the last publication", gx.ExpectTableRowCountToBeBetween(min_value=least)))
    return wanted


def _frame(connection: duckdb.DuckDBPyConnection, mart: str, wanted: Sequence[tuple[str, Any]]) -> pd.DataFrame:
    """Only the columns that some expectation reads; ids as text, which pandas hashes faster."""
    columns = _columns(connection, mart)
    read = {name for _, expectation in wanted for name in _columns_read(expectation)} & set(columns)
    types = dict(
        connection.execute(
            "select column_name, data_type from duckdb_columns() "
            "where database_name = 'scratch' and schema_name = 'marts' and table_name = ?",
            [mart],
        ).fetchall()
    )
    chosen = [f'"{name}"::varchar as "{name}"' if types[name] == "UUID" else f'"{name}"' for name in sorted(read)]
    return connection.execute(f'select {", ".join(chosen) or "1 as row"} from scratch.marts."{mart}"').df()


def _columns_read(expectation: Any) -> list[str]:
    column = getattr(expectation, "column", None)
    return [column] if column else list(getattr(expectation, "column_list", None) or ())


def _columns(connection: duckdb.DuckDBPyConnection, mart: str) -> dict[str, bool]:
    """Column → may be empty, as the mart's contract says."""
    rows = connection.execute(
        "select column_name, is_nullable from duckdb_columns() "
        "where database_name = 'scratch' and schema_name = 'marts' and table_name = ? order by column_index",
        [mart],
    ).fetchall()
    return {str(name): bool(nullable) for name, nullable in rows}


def _published_rows(connection: duckdb.DuckDBPyConnection, marts: Sequence[str]) -> dict[str, int]:
    existing = connection.execute(
        "select table_name from duckdb_tables() where database_name = 'lake' and schema_name = 'marts'"
    ).fetchall()
    counts = {}
    for (name,) in existing:
        if name in marts:
            row = connection.execute(f'select count(*) from lake.marts."{name}"').fetchone()
            counts[str(name)] = int(row[0]) if row else 0
    return counts


@cache
def _library() -> Any:
    """Great Expectations, imported late and silent: no telemetry, no progress bars."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx
    for name in ("great_expectations", "great_expectations.data_context.types.base"):  # it turns one of its own up
        logging.getLogger(name).setLevel(logging.WARNING)
    return gx


@cache
def _context() -> Any:
    context = _library().get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context


def _validate(mart: str, frame: pd.DataFrame, expectations: Sequence[Any]) -> list[Any]:
    """Run a suite over one frame; results in the order of the expectations."""
    if not expectations:
        return []
    source = _context().data_sources.add_or_update_pandas("marts")
    batch = source.add_dataframe_asset(mart).add_batch_definition_whole_dataframe("whole")
    frame_batch = batch.get_batch({"dataframe": frame})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [frame_batch.validate(expectation) for expectation in expectations]


def _readable(answer: Any) -> str:
    """What was found instead, in a few words."""
    if answer.exception_info.get("exception_message"):
        return str(answer.exception_info["exception_message"])[:500]
    found = answer.result
    if "unexpected_count" in found:
        examples = ", ".join(str(value) for value in found.get("partial_unexpected_list", ())[:5])
        return f"{found['unexpected_count']} of {found.get('element_count')} rows, such as {examples}"
    return f"found {found.get('observed_value')}"
