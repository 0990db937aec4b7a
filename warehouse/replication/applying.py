"""Staged changes into the lake: compacted last-write-wins per key into raw, one by one into history."""

import duckdb

from warehouse.lake import quoted
from warehouse.replication.source import Column, Table
from warehouse.replication.staging import Staging, stage_name, unchanged_in


def prepare(connection: duckdb.DuckDBPyConnection, staging: Staging, tables: dict[str, Table]) -> None:
    """Everything that needs no lake transaction: values that were not sent again are looked up."""
    staging.flush()
    for name in staging.counts():
        columns = {column.name: column for column in tables[name].columns}
        for column in sorted(staging.unchanged(name)):
            if column in columns:
                _restore_unchanged(connection, tables[name], columns[column])


def apply(connection: duckdb.DuckDBPyConnection, table: Table, synced_lsn: str) -> None:
    """Write one table's staged changes to raw and history, inside the caller's transaction.

    Changes from before the table's own copy (``synced_lsn``) are in that copy: they are history only.
    """
    stage, raw = stage_name(table.name), f"lake.raw.{quoted(table.name)}"
    keys = ", ".join(quoted(name) for name in table.key)
    truncated = connection.execute(
        f"select max(_seq) from {stage} where _op = 'truncate' and _final_lsn >= ?", [synced_lsn]
    ).fetchone()
    last_truncate = truncated[0] if truncated and truncated[0] is not None else -1
    connection.execute(
        f"create or replace temp table latest as select * from {stage}"
        f" where _op <> 'truncate' and _final_lsn >= ? and _seq > ?"
        f" qualify row_number() over (partition by {keys} order by _seq desc) = 1",
        [synced_lsn, last_truncate],
    )
    if last_truncate >= 0:
        connection.execute(f"delete from {raw}")
    else:
        connection.execute(f"delete from {raw} where ({keys}) in (select ({_casts(table, table.key)}) from latest)")
    names = ", ".join(quoted(column.name) for column in table.columns)
    connection.execute(
        f"insert into {raw} ({names})"
        f" select {', '.join(cast(column) for column in table.columns)} from latest where _op <> 'delete'"
    )
    _append_history(connection, table)


def _append_history(connection: duckdb.DuckDBPyConnection, table: Table) -> None:
    kept = table.history_columns
    names = "".join(f", {quoted(column.name)}" for column in kept)
    values = "".join(f", {cast(column)}" for column in kept)
    connection.execute(
        f"insert into lake.history.{quoted(table.name)} (_op, _lsn, _ordinal, _commit_time{names})"
        f" select _op, _lsn, _ordinal, _commit_time{values} from {stage_name(table.name)} order by _seq"
    )


def cast(column: Column) -> str:
    """SQL: a staged text as the lake's value, exactly."""
    name = quoted(column.name)
    if column.lake_type == "BLOB":
        return f"unhex(substr({name}, 3))"
    return name if column.lake_type == "VARCHAR" else f"cast({name} as {column.lake_type})"


def _casts(table: Table, names: tuple[str, ...]) -> str:
    columns = {column.name: column for column in table.columns}
    return ", ".join(cast(columns[name]) for name in names)


def _restore_unchanged(connection: duckdb.DuckDBPyConnection, table: Table, column: Column) -> None:
    """A large value that an update left alone: from the row's previous change in this batch, else from raw."""
    stage, name = stage_name(table.name), quoted(column.name)
    keys = ", ".join(quoted(key) for key in table.key)
    missing = unchanged_in(column.name)
    text = f"'\\x' || lower(hex(r.{name}))" if column.lake_type == "BLOB" else f"cast(r.{name} as varchar)"
    columns = {c.name: c for c in table.columns}
    same = " and ".join(
        f"r.{quoted(key)} = {cast(columns[key]).replace(quoted(key), 's.' + quoted(key))}" for key in table.key
    )
    connection.execute(
        f"create or replace temp table restored as"
        f" with seen as (select _seq, {keys}, {missing} as missing,"
        f"   last_value(case when not {missing} and _op <> 'delete' then struct_pack(v := {name}) end ignore nulls)"
        f"   over (partition by {keys} order by _seq rows between unbounded preceding and 1 preceding) as prior"
        f"   from {stage})"
        f" select s._seq, case when s.prior is not null then s.prior.v else {text} end as value"
        f" from seen s left join lake.raw.{quoted(table.name)} r on {same} where s.missing"
    )
    connection.execute(f"update {stage} as t set {name} = v.value from restored v where t._seq = v._seq")
