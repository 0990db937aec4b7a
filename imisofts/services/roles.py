"""Roles and databases of one server, made so that doing it again changes nothing.

``owner`` runs migrations; it may pass row security, because a data migration works on every workspace. ``app`` serves
requests and jobs: never owner, always under row security. ``loader`` replicates: without BYPASSRLS it would copy zero
rows and report success. ``signin`` owns the few functions that answer before a workspace is known; nobody can sign in
as it, and policies of its own let it see the few tables that they read.
"""

from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

from imisofts.settings import Settings

_ATTRIBUTES = {
    "owner": "LOGIN BYPASSRLS",
    "app": "LOGIN NOBYPASSRLS",
    "loader": "LOGIN REPLICATION BYPASSRLS",
    "lake": "LOGIN NOBYPASSRLS",
    "dagster": "LOGIN NOBYPASSRLS",
}
SIGNIN = "imisofts_signin"


def ensure(settings: Settings, superuser_url: str) -> None:
    """Create what is missing and set every password to the one of the settings."""
    urls = {
        "owner": settings.owner_database_url,
        "app": settings.app_database_url,
        "loader": settings.loader_database_url,
        "lake": settings.lake_catalog_url,
        "dagster": settings.dagster_database_url,
    }
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        for name, url in urls.items():
            parts = urlsplit(url)
            _role(connection, str(parts.username), unquote(parts.password or ""), _ATTRIBUTES[name])
        _role(connection, SIGNIN, None, "NOLOGIN NOBYPASSRLS")
        grant = sql.SQL("grant {} to {} with inherit false, set true")
        connection.execute(grant.format(sql.Identifier(SIGNIN), sql.Identifier(_user(urls["owner"]))))
        for url in (urls["owner"], urls["lake"], urls["dagster"]):
            _database(connection, _name(url), _user(url))
        allow(connection, _name(urls["owner"]), [_user(urls[name]) for name in ("app", "loader")])


def _user(url: str) -> str:
    return str(urlsplit(url).username)


def _name(url: str) -> str:
    return urlsplit(url).path.strip("/")


def _role(connection: psycopg.Connection, name: str, password: str | None, attributes: str) -> None:
    known = connection.execute("select 1 from pg_roles where rolname = %s", (name,)).fetchone()
    verb = "alter" if known else "create"
    connection.execute(
        sql.SQL("{} role {} {} nosuperuser nocreaterole nocreatedb password {}").format(
            sql.SQL(verb), sql.Identifier(name), sql.SQL(attributes), sql.Literal(password)
        )
    )


def _database(connection: psycopg.Connection, name: str, owner: str) -> None:
    if connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone() is None:
        connection.execute(sql.SQL("create database {} owner {}").format(sql.Identifier(name), sql.Identifier(owner)))
        connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))


def allow(connection: psycopg.Connection, database: str, users: Iterable[str]) -> None:
    """Let ``users`` connect to ``database``; nobody else may, but its owner."""
    connection.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(database)))
    for user in users:
        connection.execute(
            sql.SQL("grant connect on database {} to {}").format(sql.Identifier(database), sql.Identifier(user))
        )
