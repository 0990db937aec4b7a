"""What Great Expectations says of frames that DuckDB hands over: numbers of any width, dates, ids and what is empty."""

from collections.abc import Iterator

import duckdb
import pytest

from warehouse.audit import expectations

MART = "fct_time_entries"
_ONE, _OTHER = "'00000000-0000-0000-0000-000000000001'::uuid", "'00000000-0000-0000-0000-000000000002'::uuid"


@pytest.fixture
def frames() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as scratch; create schema scratch.marts; attach ':memory:' as lake")
        connection.execute(
            f"create table scratch.marts.{MART} "
            "(workspace_id uuid, time_entry_id uuid, worked_on date, minutes integer)"
        )
        yield connection


def failed(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The checks that do not pass, without the mart's name, and what each says."""
    checks = expectations.check(connection, {MART: ["worked_on"]})
    return {check.name.removeprefix(f"{MART}: "): check.detail for check in checks if not check.passed}


def test_rows_that_keep_the_rules_pass(frames: duckdb.DuckDBPyConnection) -> None:
    frames.execute(f"insert into scratch.marts.{MART} values ({_ONE}, {_ONE}, date '9999-12-31', 1)")
    frames.execute(f"insert into scratch.marts.{MART} values ({_ONE}, {_OTHER}, date '2026-01-01', null)")
    assert failed(frames) == {}


def test_rows_that_break_them_are_counted_and_shown(frames: duckdb.DuckDBPyConnection) -> None:
    frames.execute(f"insert into scratch.marts.{MART} values ({_ONE}, {_ONE}, null, 0), ({_ONE}, {_ONE}, null, null)")
    frames.execute(f"insert into scratch.marts.{MART} values ({_ONE}, {_OTHER}, date '2026-01-01', 15)")
    found = failed(frames)
    assert found.keys() == {"worked_on is complete", "one row per key", "minutes within its range"}
    assert found["worked_on is complete"].startswith("2 of 3 rows")
    assert found["one row per key"].startswith("2 of 3 rows")
    assert found["minutes within its range"].startswith("1 of 3 rows, such as 0")
