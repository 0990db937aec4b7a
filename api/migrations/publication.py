"""The lake's publication, kept equal to the marks on the models."""

from sqlalchemy import Connection, Table, text

from api.migrations.catalogue import metadata

PUBLICATION = "imisofts_lake"
ROW_PLACE = "ctid"
"""Where a row stands. The loader may read it, so that two sessions can each copy one half of a large table."""


def lake_tables() -> list[Table]:
    """The tables marked for the lake, by name."""
    return sorted((t for t in metadata().tables.values() if t.info.get("lake")), key=lambda t: t.name)


def lake_columns(table: Table) -> list[str]:
    """The columns that may leave Postgres."""
    return [c.name for c in table.columns if c.info.get("lake") != "secret"]


def sync_publication(connection: Connection) -> None:
    """Publish exactly the marked tables and columns, note the personal ones, and let the loader read no more."""
    wanted = {t.name: lake_columns(t) for t in lake_tables()}
    published = _published(connection) == {t.name: _state(t) for t in lake_tables()}
    if not published or not all(_readable(connection, name, columns) for name, columns in wanted.items()):
        _publish(connection, wanted)
    for table in lake_tables():
        _note_personal(connection, table)


def _is_whole(table: Table) -> bool:
    return len(lake_columns(table)) == len(table.columns)


def _state(table: Table) -> tuple[bool, list[str]]:
    """Whether a table is published whole (no column list), and its columns."""
    return _is_whole(table), sorted(lake_columns(table))


def _published(connection: Connection) -> dict[str, tuple[bool, list[str]]] | None:
    if not connection.scalar(text("select 1 from pg_publication where pubname = :name"), {"name": PUBLICATION}):
        return None
    rows = connection.execute(
        text(
            "select t.tablename::text, r.prattrs is null, t.attnames::text[] from pg_publication p"
            " join pg_publication_rel r on r.prpubid = p.oid join pg_class c on c.oid = r.prrelid"
            " join pg_publication_tables t on t.pubname = p.pubname and t.tablename = c.relname"
            " where p.pubname = :name"
        ),
        {"name": PUBLICATION},
    )
    return {str(row[0]): (bool(row[1]), sorted(row[2])) for row in rows}


def _readable(connection: Connection, table: str, columns: list[str]) -> bool:
    """Whether the loader may read them: a column added to a table that is published whole is published at once, and
    granted to nobody."""
    asked = (
        "select bool_and(has_column_privilege('imisofts_loader', cast(:table as text), name, 'select'))"
        " from unnest(cast(:names as text[])) as name"
    )
    return bool(connection.scalar(text(asked), {"table": table, "names": [ROW_PLACE, *columns]}))


def _publish(connection: Connection, wanted: dict[str, list[str]]) -> None:
    """A column list and REPLICA IDENTITY FULL exclude each other, so only a table with a secret column has a list.

    With FULL the old tuple carries the values that an update leaves out because they are stored out of line.
    """
    if _published(connection) is None:
        connection.exec_driver_sql(f"create publication {PUBLICATION}")
    tables = {table.name: table for table in lake_tables()}
    listed = [n if _is_whole(tables[n]) else f"{n} ({', '.join(columns)})" for n, columns in wanted.items()]
    connection.exec_driver_sql(f"alter publication {PUBLICATION} set table {', '.join(listed)}")
    connection.exec_driver_sql("revoke select on all tables in schema public from imisofts_loader")
    for name, columns in wanted.items():
        connection.exec_driver_sql(f"grant select ({', '.join([ROW_PLACE, *columns])}) on {name} to imisofts_loader")
        identity = "full" if _is_whole(tables[name]) else "default"
        connection.exec_driver_sql(f"alter table {name} replica identity {identity}")


def _note_personal(connection: Connection, table: Table) -> None:
    for column in table.columns:
        note = "'lake: personal'" if column.info.get("lake") == "personal" else "null"
        connection.exec_driver_sql(f"comment on column {table.name}.{column.name} is {note}")
