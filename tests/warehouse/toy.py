"""A small source of every type that is replicated, random changes to it, and row-by-row comparisons with the lake."""

import random
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import duckdb
import psycopg

from imisofts.services import postgres
from imisofts.settings import Settings
from warehouse import lake

COLUMNS = {
    "thing": 'id,workspace_id,name,email,amount,count,day,"at",ok,doc::text,currency,content,kind',
    "pair": "a,b,value",
    "heartbeat": "id,beaten_at",
}
KEYS = {"thing": ("id",), "pair": ("a", "b"), "heartbeat": ("id",)}
PERSONAL = {"email"}

_TABLES = """
drop publication if exists imisofts_lake;
drop table if exists heartbeat;
create type kind as enum ('small', 'large');
create table thing (id uuid primary key, workspace_id uuid not null, name text, email text, amount numeric(24,8),
    count bigint, day date, at timestamptz, ok boolean, doc jsonb, currency char(3), content bytea, kind text,
    secret text);
comment on column thing.email is 'lake: personal';
alter table thing enable row level security;
alter table thing force row level security;
create policy own on thing
    using (workspace_id = (select nullif(current_setting('app.workspace_id', true), '')::uuid));
create table pair (a int, b text, value kind, primary key (a, b));
create table heartbeat (id int primary key, beaten_at timestamptz);
grant select on thing, pair, heartbeat to imisofts_loader;
grant insert, update on heartbeat to imisofts_loader;
create publication imisofts_lake for table pair, heartbeat,
    thing (id, workspace_id, name, email, amount, count, day, at, ok, doc, currency, content, kind);
"""
_ROWS = """
insert into thing select gen_random_uuid(), gen_random_uuid(), 'Zoë "' || i, i || '@example.org', i * 1.00000001, i,
    date '2026-01-01' + i, now(), i % 2 = 0, jsonb_build_object('i', i, 's', 'ä"\\'), 'GBP',
    decode(lpad(to_hex(i), 8, '0'), 'hex'), null, 'hidden' from generate_series(1, {rows}) i;
insert into pair select i, 'b' || i, 'small' from generate_series(1, {rows} / 5) i;
"""
_CHANGES: dict[str, tuple[str, Counter[tuple[str, str]]]] = {
    "insert": (
        """insert into thing (id, workspace_id, name, email)
        select gen_random_uuid(), gen_random_uuid(), 'new', 'n@x' from generate_series(1, 7)""",
        Counter({("thing", "insert"): 7}),
    ),
    "update": (
        """update thing set name = name || '!', amount = null, at = clock_timestamp()
        where id in (select id from thing order by id limit 5)""",
        Counter({("thing", "update"): 5}),
    ),
    "delete": (
        "delete from thing where id in (select id from thing order by id desc limit 3)",
        Counter({("thing", "delete"): 3}),
    ),
    "insert pairs": (
        """insert into pair
        select coalesce(max(a), 0) + 1 + i, 'x', 'large' from pair, generate_series(1, 4) i group by i""",
        Counter({("pair", "insert"): 4}),
    ),
    "move a key": (
        "update pair set b = b || 'm' where (a, b) = (select a, b from pair order by a limit 1)",
        Counter({("pair", "delete"): 1, ("pair", "update"): 1}),
    ),
    "truncate": (
        "truncate pair; insert into pair values (1, 'after', 'small'), (2, 'after', 'large')",
        Counter({("pair", "truncate"): 1, ("pair", "insert"): 2}),
    ),
}


def superuser(settings: Settings) -> psycopg.Connection[Any]:
    """A superuser's session in the test's own product database; unseen by row security."""
    database = urlsplit(settings.owner_database_url).path
    url = urlsplit(postgres.superuser_url(settings))._replace(path=database).geturl()
    return psycopg.connect(url, autocommit=True)


def create(settings: Settings, rows: int = 100) -> None:
    """Replace the product's publication by one over our own tables, and fill them."""
    with superuser(settings) as connection:
        connection.execute(_TABLES)
        connection.execute(_ROWS.format(rows=rows).encode())


def execute(settings: Settings, statement: str) -> None:
    """Run one transaction in the source."""
    with superuser(settings) as connection, connection.transaction():
        for part in statement.split(";"):
            if part.strip():
                connection.execute(part.encode())


def change(settings: Settings, chance: random.Random, transactions: int = 4) -> Counter[tuple[str, str]]:
    """A few random transactions; returns how many history rows of each kind they must leave."""
    expected: Counter[tuple[str, str]] = Counter()
    for _ in range(transactions):
        names = chance.sample(sorted(_CHANGES), chance.randint(1, 4))
        if "move a key" in names and "insert pairs" not in names:
            names.insert(0, "insert pairs")  # so that there is a key to move
        execute(settings, ";".join(_CHANGES[name][0] for name in names))
        for name in names:
            expected += _CHANGES[name][1]
    return expected


def do(settings: Settings, operation: str) -> Counter[tuple[str, str]]:
    """One kind of change in a transaction of its own, with a key to move where it needs one."""
    names = ["insert pairs", operation] if operation == "move a key" else [operation]
    execute(settings, ";".join(_CHANGES[name][0] for name in names))
    return sum((_CHANGES[name][1] for name in names), Counter())


def many_pairs(settings: Settings, rows: int = 300) -> Counter[tuple[str, str]]:
    """More pairs than the catalogue keeps: a copy of them is a file."""
    first = "select coalesce(max(a), 0) + 1 from pair"
    execute(settings, f"insert into pair select ({first}) + i, 'x', 'large' from generate_series(1, {rows}) i")
    return Counter({("pair", "insert"): rows})


def every_change(settings: Settings) -> Counter[tuple[str, str]]:
    """Each kind of change once, in one transaction each."""
    expected: Counter[tuple[str, str]] = Counter()
    for statement, rows in _CHANGES.values():
        execute(settings, statement)
        expected += rows
    return expected


def source_rows(settings: Settings, table: str) -> Counter[tuple[Any, ...]]:
    """All rows of the source table."""
    with superuser(settings) as connection:
        connection.execute("set timezone to 'UTC'")
        return Counter(connection.execute(f"select {COLUMNS[table]} from {table}".encode()).fetchall())


def raw_rows(connection: duckdb.DuckDBPyConnection, table: str) -> Counter[tuple[Any, ...]]:
    """All rows of the lake's copy."""
    return Counter(connection.execute(f"select {COLUMNS[table]} from lake.raw.{table}").fetchall())


def compare(settings: Settings, *, history: bool = True) -> None:
    """Every table equal row by row, history free of doubles, and history alone rebuilds the current state."""
    connection = lake.connect(settings)
    try:
        for table in COLUMNS:
            here = raw_rows(connection, table)
            there = source_rows(settings, table)
            assert here == there, f"{table}: missing {there - here}, extra {here - there}"
            if history:
                assert doubled(connection, table) == 0, f"{table}: history has doubled rows"
                assert rebuilt(connection, table) == _kept(connection, table), (
                    f"{table}: history rebuilds another state"
                )
    finally:
        connection.close()


def doubled(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """History rows that stand there more than once."""
    place = "coalesce(_epoch, 0), _lsn, _ordinal, _op = 'snapshot'"
    row = connection.execute(f"select count(*) - count(distinct ({place})) from lake.history.{table}").fetchone()
    assert row is not None
    return int(row[0])


def rebuilt(connection: duckdb.DuckDBPyConnection, table: str) -> Counter[tuple[Any, ...]]:
    """Current state from history alone: the last change of each key after the last truncate."""
    history, keys = f"lake.history.{table}", ", ".join(KEYS[table])
    return Counter(
        connection.execute(
            f"with placed as (select *, (coalesce(_epoch, 0), _lsn, _ordinal) as place from {history}),"
            f" kept as (select * from placed where place > coalesce((select max(place)"
            f" from placed where _op = 'truncate'), (-1, '', -9)) and _op <> 'truncate'"
            f" qualify row_number() over (partition by {keys} order by place desc) = 1)"
            f" select {_history_columns(table)} from kept where _op <> 'delete'"
        ).fetchall()
    )


def _kept(connection: duckdb.DuckDBPyConnection, table: str) -> Counter[tuple[Any, ...]]:
    return Counter(connection.execute(f"select {_history_columns(table)} from lake.raw.{table}").fetchall())


def _history_columns(table: str) -> str:
    return ", ".join(name for name in COLUMNS[table].split(",") if name not in PERSONAL)


def changes_kept(settings: Settings) -> Counter[tuple[str, str]]:
    """History rows by table and operation, without those of copies (their truncate has no place in a transaction)."""
    connection = lake.connect(settings)
    try:
        found: Counter[tuple[str, str]] = Counter()
        for table in COLUMNS:
            rows = connection.execute(
                f"select _op, count(*) from lake.history.{table} where _op <> 'snapshot' and _ordinal >= 0 group by 1"
            ).fetchall()
            found.update({(table, op): count for op, count in rows})
        return found
    finally:
        connection.close()
