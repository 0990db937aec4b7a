"""Great Expectations on the frames that leave.

A mart states its grain and its ranges here; which columns may never be empty is read from the mart's
own contract. Money is compared elsewhere: a pandas frame turns decimals into floats.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from warehouse import lake
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
_CHECKED_AS = {"UUID": "varchar", "DATE": "timestamp", "INTEGER": "bigint", "SMALLINT": "bigint", "TINYINT": "bigint"}


def check(connection: duckdb.DuckDBPyConnection, marts: Mapping[str, Sequence[str]]) -> list[CheckResult]:
    """Validate each mart, given with the columns that it may not leave empty; one CheckResult per expectation.

    Expects `scratch` and `lake` attached.
    """
    published = _published_rows(connection, marts)
    return [
        result
        for mart, filled in marts.items()
        for result in _check_mart(connection, mart, filled, published.get(mart))
    ]


def _check_mart(
    connection: duckdb.DuckDBPyConnection, mart: str, filled: Sequence[str], published: int | None
) -> Iterator[CheckResult]:
    frame = FRAMES.get(mart, Frame())
    wanted = _expectations(filled, frame, published)
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


def _expectations(filled: Sequence[str], frame: Frame, published: int | None) -> list[tuple[str, Any]]:
    """(name, expectation) pairs; a stated column that the mart lacks is itself a failure."""
    gx = _library().expectations
    wanted: list[tuple[str, Any]] = [
        (f"{column} is complete", gx.ExpectColumnValuesToNotBeNull(column=column))
        for column in dict.fromkeys([*filled, "workspace_id", *frame.key])
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
    """Only the columns that some expectation reads, in types that make no value a Python object of its own.

    Text and numbers come over as Arrow has them, pandas hashes ids faster as text, and Great Expectations compares
    numbers of 64 bits at once, others one by one.
    """
    rows = connection.execute(f'describe scratch.marts."{mart}"').fetchall()
    types = {str(row[0]): str(row[1]) for row in rows}
    read = {name for _, expectation in wanted for name in _columns_read(expectation)} & types.keys()
    chosen = [f'"{name}"::{_checked_as(types[name])} as "{name}"' for name in sorted(read)]
    found = connection.execute(f'select {", ".join(chosen) or "1 as row"} from scratch.marts."{mart}"')
    frame: pd.DataFrame = found.to_arrow_table().to_pandas()
    return frame


def _checked_as(kind: str) -> str:
    return "double" if kind.startswith("DECIMAL") else _CHECKED_AS.get(kind, kind)


def _columns_read(expectation: Any) -> list[str]:
    column = getattr(expectation, "column", None)
    return [column] if column else list(getattr(expectation, "column_list", None) or ())


def _published_rows(connection: duckdb.DuckDBPyConnection, marts: Collection[str]) -> dict[str, int]:
    counts = {}
    for name in lake.tables(connection, "marts"):
        if name in marts:
            row = connection.execute(f'select count(*) from lake.marts."{name}"').fetchone()
            counts[name] = int(row[0]) if row else 0
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


@cache
def _batches(mart: str) -> Any:
    source = _context().data_sources.add_or_update_pandas(f"mart {mart}")
    return source.add_dataframe_asset(mart).add_batch_definition_whole_dataframe("whole")


def _validate(mart: str, frame: pd.DataFrame, expectations: Sequence[Any]) -> list[Any]:
    """Run one suite over one frame, which computes once what several expectations ask; results in their order.

    What was found instead costs as much again to tell, and is asked for of those alone that failed.
    """
    verdicts = _answers(mart, frame, expectations, "BOOLEAN_ONLY")
    failed = [place for place, verdict in enumerate(verdicts) if not verdict["success"]]
    told = _answers(mart, frame, [expectations[place] for place in failed], "BASIC")
    return [*(dict(enumerate(verdicts)) | dict(zip(failed, told, strict=True))).values()]


def _validator() -> Any:
    """What a batch's own `validate` calls, after it has hashed the whole frame a first time."""
    from great_expectations.validator.v1_validator import Validator

    return Validator


def _answers(mart: str, frame: pd.DataFrame, expectations: Sequence[Any], form: str) -> list[Any]:
    if not expectations:
        return []
    numbered = [
        type(expectation)(**expectation.configuration.kwargs, meta={"number": number})
        for number, expectation in enumerate(expectations)
    ]
    suite = _library().ExpectationSuite(name=mart, expectations=numbered)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        validator = _validator()(_batches(mart), batch_parameters={"dataframe": frame}, result_format=form)
        results = validator.validate_expectation_suite(suite).results
    answers = {answer.expectation_config.meta["number"]: answer for answer in results}
    return [answers[number] for number in range(len(expectations))]


def _readable(answer: Any) -> str:
    """What was found instead, in a few words."""
    if answer.exception_info.get("exception_message"):
        return str(answer.exception_info["exception_message"])[:500]
    found = answer.result
    if "unexpected_count" in found:
        examples = ", ".join(str(value) for value in found.get("partial_unexpected_list", ())[:5])
        return f"{found['unexpected_count']} of {found.get('element_count')} rows, such as {examples}"
    return f"found {found.get('observed_value')}"
