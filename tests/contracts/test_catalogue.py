"""What the models say, what the database has, and what the lake is given: three lists that must agree."""

import importlib
import re
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from anyio import run
from sqlalchemy import create_engine

from api.app import Unsafe, create
from api.jobs import JOB_MODULES
from api.jobs import app as queue
from api.kit.database import sqlalchemy_url
from api.migrations.catalogue import metadata
from api.migrations.publication import PUBLICATION, lake_columns, lake_tables
from imisofts.settings import Settings

SOURCES = Path(__file__).parents[2] / "api"


def _is_ours(difference: Any) -> bool:
    """Alembic's own table, and the notes that the publication writes on columns."""
    if isinstance(difference, list):
        return all(part[0] == "modify_comment" for part in difference)
    return bool(difference[0] == "remove_table" and difference[1].name == "alembic_version")


def test_every_table_is_in_the_lake_or_says_why_not() -> None:
    undecided = [
        t.name for t in metadata().tables.values() if bool(t.info.get("lake")) == bool(t.info.get("lake_excluded"))
    ]
    assert undecided == []


def test_the_catalogue_has_the_tables_of_the_models(settings: Settings) -> None:
    with psycopg.connect(settings.owner_database_url) as owner:
        rows = owner.execute("select tablename from pg_tables where schemaname = 'public'").fetchall()
    assert {name for (name,) in rows} - {"alembic_version"} == set(metadata().tables)


def test_the_migrations_make_what_the_models_declare(settings: Settings) -> None:
    engine = create_engine(sqlalchemy_url(settings.owner_database_url))
    with engine.connect() as connection:
        different = compare_metadata(MigrationContext.configure(connection), metadata())
    engine.dispose()
    assert [d for d in different if not _is_ours(d)] == []


def test_the_publication_carries_the_marked_tables_and_columns(settings: Settings) -> None:
    with psycopg.connect(settings.owner_database_url) as owner:
        rows = owner.execute(
            "select tablename::text, attnames::text[] from pg_publication_tables where pubname = %s", (PUBLICATION,)
        ).fetchall()
        readable = owner.execute(
            "select distinct table_name::text from information_schema.column_privileges"
            " where grantee = 'imisofts_loader' and privilege_type = 'SELECT' and table_schema = 'public'"
        ).fetchall()
    assert {name: set(columns) for name, columns in rows} == {t.name: set(lake_columns(t)) for t in lake_tables()}
    assert {name for (name,) in readable} == {t.name for t in lake_tables()}


def test_credentials_never_enter_the_lake() -> None:
    forbidden = {"app_user", "session", "sign_in_link", "api_token", "idempotency_answer", "rate_limit"}
    forbidden |= {"second_factor", "recovery_code", "spent_mark", "account_request"}
    assert forbidden.isdisjoint(t.name for t in lake_tables())
    assert forbidden <= set(metadata().tables)


def test_personal_columns_are_noted_in_the_catalogue(settings: Settings) -> None:
    marked = {(t.name, c.name) for t in lake_tables() for c in t.columns if c.info.get("lake") == "personal"}
    with psycopg.connect(settings.owner_database_url) as owner:
        rows = owner.execute(
            "select c.relname::text, a.attname::text from pg_description d join pg_class c on c.oid = d.objoid"
            " join pg_attribute a on a.attrelid = c.oid and a.attnum = d.objsubid "
            "where d.description = 'lake: personal'"
        ).fetchall()
    assert {(table, column) for table, column in rows} == marked
    assert ("client", "email") in marked


def test_every_task_is_tried_again() -> None:
    for module in JOB_MODULES:
        importlib.import_module(module)
    ours = {name: task for name, task in queue.tasks.items() if "procrastinate" not in name}
    assert {"jobs.sweep", "jobs.expire", "imports.sweep", "reports.deliver"} <= set(ours)
    assert [name for name, task in ours.items() if task.retry_strategy is None] == []


def test_one_place_commits() -> None:
    """A domain never commits, and no domain opens an engine: only the kit's transaction does."""
    pattern = re.compile(r"\.commit\(|\.rollback\(|create_(async_)?engine")
    found = {
        str(file.relative_to(SOURCES))
        for file in SOURCES.rglob("*.py")
        if "migrations" not in file.parts and pattern.search(file.read_text(encoding="utf-8"))
    }
    assert found <= {"kit/database.py"}


@pytest.mark.parametrize("role", ["owner", "loader"])
def test_the_service_refuses_to_serve_as_a_role_past_row_security(settings: Settings, role: str) -> None:
    url = getattr(settings, f"{role}_database_url")
    app = create(settings.moved(app_database_url=url))

    async def start() -> None:
        try:
            async with app.router.lifespan_context(app):
                pass
        finally:
            await app.state.database.close()

    with pytest.raises(Unsafe):
        run(start)
