"""Staged changes into the lake: compacted last-write-wins per key into raw, one by one into history."""

import re

import duckdb

from warehouse.lake import literal, quoted
from warehouse.replication.source import Column, Table
from warehouse.replication.staged import stage_name, unchanged_in
from warehouse.replication.staging import Staging
from warehouse.replication.state import Life

_WIDE_DECIMAL = re.compile(r"DECIMAL\((?:19|[23]\d),(\d|1[0-8])\)")
HEAD = ("_op", "_epoch", "_lsn", "_ordinal", "_commit_time")


def prepare(connection: duckdb.DuckDBPyConnection, staging: Staging, tables: dict[str, Table], life: Life) -> None:
    """Everything that needs no lake transaction: values that were not sent again are looked up."""
    for name in staging.counts():
        columns = {column.name: column for column in tables[name].columns}
        for column in sorted(staging.unchanged(name)):
            if column in columns:
                _restore_unchanged(connection, tables[name], columns[column], life)


def apply(connection: duckdb.DuckDBPyConnection, table: Table, life: Life) -> None:
    """Write one table's staged changes to raw and history, inside the caller's transaction.

    Changes from before the table's own copy are in that copy: they are history only.
    """
    synced_lsn = life.copied_at.get(table.name, "")
    stage, raw = stage_name(table.name), f"lake.raw.{quoted(table.name)}"
    keys = ", ".join(quoted(name) for name in table.key)
    truncated = connection.execute(
        f"select max(_seq) from {stage} where _op = 'truncate' and _final_lsn >= ?", [synced_lsn]
    ).fetchone()
    last_truncate = truncated[0] if truncated and truncated[0] is not None else -1
    connection.execute(
        f"create or replace temp table latest as select max(_seq) as _seq from {stage}"
        f" where _op <> 'truncate' and _final_lsn >= ? and _seq > ? group by {keys}",
        [synced_lsn, last_truncate],
    )
    rows = f"{stage} semi join latest using (_seq)"
    if last_truncate >= 0:
        connection.execute(f"delete from {raw}")
    else:
        connection.execute(f"delete from {raw} where ({keys}) in (select ({_casts(table, table.key)}) from {rows})")
    names = ", ".join(quoted(column.name) for column in table.columns)
    connection.execute(
        f"insert into {raw} ({names})"
        f" select {', '.join(cast(column) for column in table.columns)} from {rows} where _op <> 'delete'"
    )
    _append_history(connection, table, synced_lsn, life.epoch)


def _append_history(connection: duckdb.DuckDBPyConnection, table: Table, synced_lsn: str, epoch: int) -> None:
    """Every change as it came. A value from before the table's copy that the lake cannot keep is left out: the copy,
    which follows it in history, was made because of it."""
    kept = table.history_columns
    names = "".join(f", {quoted(column.name)}" for column in kept)
    values = "".join(
        f", case when _final_lsn < {literal(synced_lsn)} then {cast(column, 'try_cast')} else {cast(column)} end"
        if synced_lsn
        else f", {cast(column)}"
        for column in kept
    )
    connection.execute(
        f"insert into lake.history.{quoted(table.name)} ({', '.join(HEAD)}{names})"
        f" select _op, {epoch or 'null'}, _lsn, _ordinal, _commit_time{values}"
        f" from {stage_name(table.name)}"
    )


def cast(column: Column, how: str = "cast") -> str:
    """SQL: a staged text as the lake's value, exactly."""
    name = quoted(column.name)
    if column.lake_type == "BLOB":
        return f"unhex(substr({name}, 3))"
    if wide := _WIDE_DECIMAL.fullmatch(column.lake_type):
        # To a decimal of 128 bits DuckDB needs nine microseconds a text, to one of 64 bits a fiftieth of that.
        return f"coalesce(try_cast({name} as DECIMAL(18,{wide[1]})), {how}({name} as {column.lake_type}))"
    return name if column.lake_type == "VARCHAR" else f"{how}({name} as {column.lake_type})"


def _casts(table: Table, names: tuple[str, ...]) -> str:
    columns = {column.name: column for column in table.columns}
    return ", ".join(cast(columns[name]) for name in names)


def _restore_unchanged(connection: duckdb.DuckDBPyConnection, table: Table, column: Column, life: Life) -> None:
    """A large value that an update left alone: from the row's previous change in this batch, else from the lake.

    A row that moved to another key is looked for under the key that it had before (``_origin``).
    """
    stage, name, missing = stage_name(table.name), quoted(column.name), unchanged_in(column.name)
    own = ", ".join(quoted(key) for key in table.key)
    columns = {c.name: c for c in table.columns}
    same = " and ".join(
        f"r.{quoted(key)} = cast(s.origin[{place}] as {columns[key].lake_type})"
        for place, key in enumerate(table.key, 1)
    )
    text = f"'\\x' || lower(hex(r.{name}))" if column.lake_type == "BLOB" else f"cast(r.{name} as varchar)"
    connection.execute(
        f"create or replace temp table restored as"
        f" with seen as (select _seq, _final_lsn, coalesce(_origin, [{own}]) as origin, {missing} as missing,"
        f"   last_value(case when not {missing} and _op <> 'delete' then struct_pack(v := {name}) end ignore nulls)"
        f"   over (partition by origin order by _seq rows between unbounded preceding and 1 preceding) as prior"
        f"   from {stage})"
        f" select s._seq, case when s.prior is not null then s.prior.v else {text} end as value"
        f" from seen s left join {_before(connection, table, life)} r on {same} where s.missing"
    )
    connection.execute(f"update {stage} as t set {name} = v.value from restored v where t._seq = v._seq")


def _before(connection: duckdb.DuckDBPyConnection, table: Table, life: Life) -> str:
    """SQL: the table's rows as they were before the batch: raw, unless raw is a copy from after the batch."""
    synced_lsn = life.copied_at.get(table.name, "")
    row = connection.execute(f"select min(_final_lsn) from {stage_name(table.name)}").fetchone()
    if row is None or row[0] is None or row[0] >= synced_lsn:
        return f"lake.raw.{quoted(table.name)}"
    keys = ", ".join(quoted(key) for key in table.key)
    return (
        f"(select * from lake.history.{quoted(table.name)} where coalesce(_epoch, 0) = {life.epoch:d}"
        f" and _lsn < {literal(synced_lsn)} and _op <> 'truncate'"
        f" qualify row_number() over (partition by {keys} order by _lsn desc, _ordinal desc) = 1)"
    )
