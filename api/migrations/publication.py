"""The lake's publication, kept equal to the marks on the models."""

from sqlalchemy import Connection, Table, text

from api.migrations.catalogue import metadata

PUBLICATION = "imisofts_lake"


def lake_tables() -> list[Table]:
    """The tables marked for the lake, by name."""
    return sorted((t for t in metadata().tables.values() if t.info.get("lake")), key=lambda t: t.name)


def lake_columns(table: Table) -> list[str]:
    """The columns that may leave Postgres."""
    return [c.name for c in table.columns if c.info.get("lake") != "secret"]


def sync_publication(connection: Connection) -> None:
    """Publish exactly the marked tables and columns, note the personal ones, and let the loader read no more."""
    wanted = {t.name: lake_columns(t) for t in lake_tables()}
    if _published(connection) != {name: sorted(columns) for name, columns in wanted.items()}:
        _publish(connection, wanted)
    for table in lake_tables():
        _note_personal(connection, table)


def _published(connection: Connection) -> dict[str, list[str]] | None:
    if not connection.scalar(text("select 1 from pg_publication where pubname = :name"), {"name": PUBLICATION}):
        return None
    rows = connection.execute(
        text("select tablename::text, attnames::text[] from pg_publication_tables where pubname = :name"),
        {"name": PUBLICATION},
    )
    return {name: sorted(columns) for name, columns in rows}


def _publish(connection: Connection, wanted: dict[str, list[str]]) -> None:
    if _published(connection) is None:
        connection.exec_driver_sql(f"create publication {PUBLICATION}")
    listed = ", ".join(f"{name} ({', '.join(columns)})" for name, columns in wanted.items())
    connection.exec_driver_sql(f"alter publication {PUBLICATION} set table {listed}")
    connection.exec_driver_sql("revoke select on all tables in schema public from imisofts_loader")
    for name, columns in wanted.items():
        connection.exec_driver_sql(f"grant select ({', '.join(columns)}) on {name} to imisofts_loader")
        # The old tuple carries values that an update leaves out because they are stored out of line.
        whole = len(columns) == len(metadata().tables[name].columns)
        connection.exec_driver_sql(f"alter table {name} replica identity {'full' if whole else 'default'}")


def _note_personal(connection: Connection, table: Table) -> None:
    for column in table.columns:
        note = "'lake: personal'" if column.info.get("lake") == "personal" else "null"
        connection.exec_driver_sql(f"comment on column {table.name}.{column.name} is {note}")
