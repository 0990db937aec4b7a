"""Everything that Postgres can do to a replicated table ends in equality, or in a stop that names what mends it.

One source and lake for the file; every test works on tables of its own in it, and leaves them equal.
"""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from imisofts.settings import Settings
from tests.warehouse import toy
from warehouse import lake, replication, status
from warehouse.replication import verifying
from warehouse.replication.errors import PublicationMissing, SourceChanged, TableUnsupported, UnknownChange

IDENTITIES = {"by_key": "default", "by_row": "full", "by_index": "using index by_index_wide"}


@pytest.fixture(scope="module")
def loaded(module_settings: Settings) -> Settings:
    """A toy source whose first load is done."""
    toy.create(module_settings, rows=10)
    replication.catch_up(module_settings)
    return module_settings


@pytest.fixture
def table(loaded: Settings, request: pytest.FixtureRequest) -> Iterator[str]:
    """A replicated table of the test's own: twenty rows (a, b, value), keyed by a."""
    name = str(request.node.name).partition("[")[0].removeprefix("test_")[:40]
    make(loaded, name, "a int primary key, b text, value text")
    toy.execute(loaded, f"insert into {name} select i, 'b' || i, 'small' from generate_series(1, 20) i")
    equal(loaded, name)
    yield name
    toy.execute(loaded, f"drop table {name}")
    replication.catch_up(loaded)


def make(settings: Settings, name: str, columns: str) -> None:
    toy.execute(
        settings,
        f"create table {name} ({columns}); grant select on {name} to imisofts_loader;"
        f"alter publication imisofts_lake add table {name}",
    )


def lake_rows(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    with lake.connect(settings) as connection:
        return connection.execute(statement).fetchall()


def equal(settings: Settings, *names: str) -> None:
    """Catch up, and compare these tables and what their history rebuilds with the source."""
    found = verifying.verify(settings, names, history=True)
    assert found.equal, found
    assert len(found.tables) == len(names)


def large(seed: str) -> str:
    """SQL: a text of 10 kB that Postgres keeps out of line."""
    return f"(select string_agg(md5(i::text || '{seed}'), '') from generate_series(1, 300) i)"


def test_truncates(loaded: Settings, table: str) -> None:
    toy.execute(loaded, f"insert into {table} values (900, 'lost', null); truncate {table}, heartbeat restart identity")
    equal(loaded, table, "heartbeat")
    assert lake_rows(loaded, f"select count(*) from lake.raw.{table}") == [(0,)]
    toy.execute(loaded, f"insert into {table} values (1, 'a'); truncate {table}; insert into {table} values (1, 'b')")
    toy.execute(loaded, f"update {table} set b = 'u'; truncate {table}; insert into {table} values (1, 'c'), (2, 'd')")
    toy.execute(loaded, f"delete from {table} where a = 2")
    equal(loaded, table)


def test_keys_that_move_and_work_undone(loaded: Settings, table: str) -> None:
    onto_a_free_one = f"delete from {table} where a = 1; update {table} set a = 1, b = 'b1' where a = 2"
    swapped = f"update {table} set a = -3 where a = 3; update {table} set a = 3 where a = 4"
    there_and_back = f"update {table} set a = 50 where a = 5; update {table} set a = 5 where a = 50"
    toy.execute(loaded, onto_a_free_one)
    toy.execute(loaded, f"{swapped}; update {table} set a = 4 where a = -3")
    toy.execute(loaded, f"{there_and_back}; update {table} set value = 'large' where a = 5")
    toy.execute(
        loaded, f"update {table} set a = a + 100 where a between 6 and 12; insert into {table} values (6, 'b6')"
    )
    with toy.superuser(loaded) as connection:
        connection.execute(f"begin; insert into {table} values (800); truncate {table}; rollback".encode())
        connection.execute(
            f"begin; insert into {table} values (801, 'kept'); savepoint one; delete from {table};"
            f" insert into {table} values (802, 'undone'); rollback to one; savepoint two;"
            f" insert into {table} values (803, 'kept too'); release two; commit".encode()
        )
    equal(loaded, table)
    assert lake_rows(loaded, f"select a from lake.raw.{table} where a >= 800 order by 1") == [(801,), (803,)]


def test_large_values_left_alone_under_each_replica_identity(loaded: Settings) -> None:
    """A row that moves takes its unsent value from under its old key, whoever took that key meanwhile."""
    for name, identity in IDENTITIES.items():
        make(loaded, name, "id int primary key, owner int not null, word text, body text, more text")
        toy.execute(loaded, f"create unique index {name}_wide on {name} (owner, id)")
        toy.execute(loaded, f"alter table {name} replica identity {identity}")
        rows = ", ".join(f"({i}, {i}, 'w', {large(f'body{i}')}, {large(f'more{i}')})" for i in range(1, 9))
        toy.execute(loaded, f"insert into {name} values {rows}")
    equal(loaded, *IDENTITIES)
    for name in IDENTITIES:
        update = f"update {name} set"
        toy.execute(loaded, f"{update} word = 'v' where id < 3; {update} word = null where id = 1")
        toy.execute(loaded, f"{update} body = {large('new')} where id = 3; {update} word = 'x' where id = 3")
        toy.execute(loaded, f"{update} id = 40 where id = 4; {update} word = 'moved' where id = 40")
        toy.execute(loaded, f"{update} id = 50 where id = 5; insert into {name} values (5, 5, 'n', {large('n5')})")
        toy.execute(loaded, f"{update} word = 'both' where id in (5, 50); {update} id = 51 where id = 50")
        toy.execute(
            loaded, f"{update} id = -6 where id = 6; {update} id = 6 where id = 7; {update} id = 7 where id = -6"
        )
        toy.execute(loaded, f"{update} word = 'swapped' where id in (6, 7); {update} owner = 80 where id = 8")
    equal(loaded, *IDENTITIES)
    for name in IDENTITIES:
        lost = f"select count(*) from lake.history.{name} where body is null and _op in ('insert', 'update')"
        assert lake_rows(loaded, lost) == [(0,)], name


def test_an_identity_that_does_not_name_the_row_is_refused(loaded: Settings, table: str) -> None:
    toy.execute(loaded, f"alter table {table} alter b set not null; create unique index odd on {table} (b)")
    for identity, words in (("nothing", "REPLICA IDENTITY NOTHING"), ("using index odd", "lacks its primary key")):
        toy.execute(loaded, f"alter table {table} replica identity {identity}")
        with pytest.raises(TableUnsupported, match=f"{words}: `alter table {table} replica identity default`"):
            replication.catch_up(loaded)
        assert not status.pulse(loaded).fresh
    # Changed, and changed back, while nobody looked: the deleted row cannot be told from what was sent.
    toy.execute(loaded, f"delete from {table} where a = 1; alter table {table} replica identity default")
    with pytest.raises(UnknownChange, match=f"`imisofts lake resync {table}`"):
        replication.catch_up(loaded)
    assert not status.pulse(loaded).fresh
    verifying.resync_tables(loaded, [table])
    equal(loaded, table)
    assert status.pulse(loaded).fresh


def test_columns_that_come_and_go(loaded: Settings, table: str) -> None:
    toy.execute(loaded, f"alter table {table} add column bare text, add column given int default 7")
    toy.execute(loaded, f"insert into {table} values (700, 'new', 'small', 'x', 8)")
    equal(loaded, table)
    assert lake_rows(loaded, f"select distinct bare, given from lake.raw.{table} order by 2") == [(None, 7), ("x", 8)]
    toy.execute(loaded, f"alter table {table} drop column bare; update {table} set given = 9 where a = 700")
    equal(loaded, table)
    assert lake_rows(loaded, f"select distinct bare from lake.raw.{table}") == [(None,)]
    kept = f"select distinct bare from lake.history.{table} where bare is not null"
    assert lake_rows(loaded, kept) == [("x",)]
    # One of the same name, type and place: nothing in the stream tells that every row has another value.
    toy.execute(loaded, f"alter table {table} drop column given; alter table {table} add column given int default 11")
    equal(loaded, table)
    assert lake_rows(loaded, f"select distinct given from lake.raw.{table}") == [(11,)]


def test_columns_that_come_and_go_beside_a_lake_that_stays_open(loaded: Settings, table: str) -> None:
    """What a worker has read of the source's tables for one copy is not believed for the next."""
    values = f"update {table} set amount = a * 1.234567"
    with closing(replication.Sessions(loaded, kept=True)) as sessions:

        def add(column: str) -> None:
            toy.execute(loaded, f"alter table {table} add column {column}; {values}")
            assert replication.catch_up(loaded, sessions).copied == (table,)
            equal(loaded, table)

        add("amount numeric(12, 2)")
        add("bare text")
        toy.execute(loaded, f"alter table {table} alter amount type numeric(12, 6); {values}")
        verifying.resync_tables(loaded, [table])
        add("given int default 7")
        assert lake_rows(loaded, f"select amount::varchar from lake.raw.{table} where a = 1") == [("1.234567",)]


def test_columns_renamed_and_rewritten(loaded: Settings, table: str) -> None:
    toy.execute(loaded, f"alter table {table} add column title text; update {table} set title = b")
    toy.execute(loaded, f"alter table {table} drop column b; update {table} set title = 't' where a = 2")
    equal(loaded, table)
    toy.execute(loaded, f"alter table {table} rename column title to label; update {table} set label = 'l' where a = 3")
    equal(loaded, table)
    toy.execute(loaded, f"alter table {table} alter column label type text using upper(label) || a")
    equal(loaded, table)
    assert lake_rows(loaded, f"select label from lake.raw.{table} where a in (2, 3) order by a") == [("T2",), ("L3",)]


def test_a_type_or_value_that_stops(loaded: Settings, table: str) -> None:
    toy.execute(loaded, f"alter table {table} alter a type bigint, add column amount numeric(9, 2)")
    with pytest.raises(SourceChanged, match=rf"{table}\.a is BIGINT .*`imisofts lake resync {table}`"):
        replication.catch_up(loaded)
    verifying.resync_tables(loaded, [table])
    toy.execute(loaded, f"insert into {table} values (3000000000, 'wide', 'small', 'NaN')")
    with pytest.raises(UnknownChange, match=r"cannot be kept exactly.*`imisofts lake resync TABLE`"):
        replication.catch_up(loaded)
    assert not status.pulse(loaded).fresh
    toy.execute(loaded, f"update {table} set amount = 1 where b = 'wide'")
    verifying.resync_tables(loaded, [table])
    equal(loaded, table)


def test_decimals_short_and_long(loaded: Settings) -> None:
    """Short ones are read by a faster way, the others by the slow one; each kind on both sides of the border."""
    make(loaded, "decimals", "id int primary key, a numeric(24,8), b numeric(38,18), c numeric(19,0), d numeric(20,1)")
    replication.catch_up(loaded)  # the new table is copied; what follows is streamed
    scales_and_digits = ((8, 16), (18, 20), (0, 19), (1, 19))
    rows = []
    for digits in (1, 8, 9, 10, 15, 16, 17, 18, 19, 20):
        row = [f"{'9' * min(digits, whole)}.{'123456789123456789'[:scale]}" for scale, whole in scales_and_digits]
        rows += [row, [f"-{value}" for value in row]]
    rows.append(["0", "0.000000000000000001", "null", "-0.1"])
    values = ", ".join(f"({number}, {', '.join(row)})" for number, row in enumerate(rows))
    toy.execute(loaded, f"insert into decimals values {values}")
    equal(loaded, "decimals")


def test_tables_taken_from_the_lake_and_given_back(loaded: Settings, table: str) -> None:
    drop, add = (f"alter publication imisofts_lake {verb} table {table}" for verb in ("drop", "add"))
    toy.execute(loaded, f"{drop}; delete from {table} where a = 1")
    replication.catch_up(loaded)
    assert lake_rows(loaded, f"select count(*) from lake.raw.{table} where a = 1") == [(1,)], "raw stays as it stood"
    found = {one.name: one.taken_out for one in status.read(loaded).tables}
    assert (found[table], found["thing"]) == (True, False)
    toy.execute(loaded, add)
    equal(loaded, table)
    # Both between two looks: no name and no column differs.
    toy.execute(loaded, drop)
    toy.execute(loaded, f"delete from {table} where a = 2; {add}")
    equal(loaded, table)
    toy.execute(loaded, f"create table again (like {table} including all)")
    toy.execute(loaded, f"insert into again select * from {table} where a > 5; drop table {table}")
    toy.execute(loaded, f"alter table again rename to {table}; grant select on {table} to imisofts_loader; {add}")
    equal(loaded, table)
    assert lake_rows(loaded, f"select min(a) from lake.raw.{table}") == [(6,)]


def test_a_table_of_the_same_name_in_another_schema(loaded: Settings, table: str) -> None:
    toy.execute(loaded, f"create schema other; create table other.{table} (like public.{table} including all)")
    toy.execute(loaded, f"alter publication imisofts_lake add table other.{table}")
    toy.execute(loaded, f"insert into other.{table} values (1, 'not ours')")
    equal(loaded, table)


@pytest.mark.parametrize(
    ("statement", "error", "words"),
    [
        ("alter publication imisofts_lake set (publish = 'insert, update')", PublicationMissing, "leaves out some"),
        ("alter publication imisofts_lake set table pair where (a > 3)", PublicationMissing, "leaves out some"),
        ("alter table pair drop constraint pair_pkey, add primary key (a, b) deferrable", TableUnsupported, "deferr"),
        ("alter table pair drop constraint pair_pkey", TableUnsupported, "no published primary key"),
        ("create table pair_child () inherits (pair)", TableUnsupported, "partitioned or inherited"),
    ],
)
def test_what_would_lose_changes_is_refused(
    fresh_settings: Settings, statement: str, error: type[Exception], words: str
) -> None:
    toy.create(fresh_settings)
    toy.execute(fresh_settings, statement)
    with pytest.raises(error, match=words):
        replication.catch_up(fresh_settings)
