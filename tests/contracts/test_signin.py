"""The functions that answer before a workspace is known give what sign-in needs, and no way to list people."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from api.app import Unsafe, create
from imisofts.access import Role
from imisofts.settings import Settings
from tests.api.agency import Agency

MAY = (
    "role character varying, client_id uuid, role_actions text[], rights text[], narrowed boolean, clients uuid[],"
    " projects uuid[], let_in boolean"
)
REQUEST = (
    "TABLE(id uuid, kind character varying, email character varying, facts jsonb, user_id uuid, change_id uuid,"
    " created_at timestamp with time zone, expires_at timestamp with time zone, mailed_at timestamp with time zone)"
)
ANSWERS = {
    "add_key": "boolean",
    "add_totp": "void",
    "end_sessions": "integer",
    "factors_of": "TABLE(id uuid, kind character varying, name character varying, sealed bytea, last_step integer,"
    " credential_id bytea, public_key bytea, sign_count bigint, passkey boolean, rp_id character varying,"
    " transports text[], created_at timestamp with time zone, last_used_at timestamp with time zone, version integer)",
    "has_factor": "boolean",
    "key_by_credential": "TABLE(id uuid, user_id uuid, public_key bytea, sign_count bigint, passkey boolean,"
    " rp_id character varying)",
    "password_of": "character varying",
    "put_recovery_codes": "void",
    "recovery_codes_left": "bigint",
    "remove_factors": "integer",
    "rename_factor": "boolean",
    "sessions_of": "TABLE(id uuid, workspace_name character varying, address character varying,"
    " user_agent character varying, created_at timestamp with time zone, last_seen_at timestamp with time zone,"
    " expires_at timestamp with time zone, remember boolean)",
    "set_password": "boolean",
    "use_key": "boolean",
    "use_recovery_code": "boolean",
    "use_totp": "boolean",
    "brand_file": "TABLE(content bytea, media_type character varying)",
    "ensure_user": "uuid",
    "homes_of": "TABLE(workspace_id uuid, slug character varying, host character varying, name character varying,"
    " role character varying)",
    "look_at_link": "TABLE(id uuid, workspace_id uuid, user_id uuid, purpose character varying,"
    " email character varying, has_password boolean)",
    "memberships_of": "TABLE(workspace_id uuid, slug character varying, name character varying,"
    " role character varying)",
    "rehash": "void",
    "session_by_hash": f"TABLE(id uuid, user_id uuid, workspace_id uuid, {MAY})",
    "token_by_hash": f"TABLE(id uuid, user_id uuid, workspace_id uuid, {MAY}, scopes text[])",
    "use_link": "TABLE(user_id uuid, workspace_id uuid)",
    "user_by_email": "TABLE(id uuid, password_hash character varying)",
    "verify_email": "void",
    "requests_per_minute": "integer",
    "workspace_at_door": "uuid",
    "workspace_by_host": "uuid",
    "workspace_by_slug": "uuid",
    "workspace_ids": "SETOF uuid",
    "workspace_of_switch": "uuid",
    "account_request_by_hash": REQUEST,
    "account_request_mailed": "void",
    "account_request_to_mail": REQUEST,
    "add_account_request": "void",
    "change_email": "text",
    "sign_on_by_domain": "uuid",
    "make_user": "uuid",
    "spend_account_request": "boolean",
    "undo_email": "boolean",
}
"""Every function and all that it gives; a new one, or a column more, is decided here."""


@pytest.fixture
def app(settings: Settings) -> Iterator[psycopg.Connection]:
    """The application's role, without a workspace."""
    with psycopg.connect(settings.app_database_url) as connection:
        yield connection


def test_each_function_gives_what_is_listed_and_runs_as_signin(app: psycopg.Connection) -> None:
    rows = app.execute(
        "select p.proname::text, pg_get_function_result(p.oid), p.prosecdef, p.proowner::regrole::text,"
        " p.proconfig::text, has_function_privilege('imisofts_loader', p.oid, 'execute')"
        " from pg_proc p where p.pronamespace = 'signin'::regnamespace"
    ).fetchall()
    assert {name: result for name, result, *_ in rows} == ANSWERS
    path = '{"search_path=pg_catalog, public, pg_temp"}'
    assert {tuple(rest) for _, _, *rest in rows} == {(True, "imisofts_signin", path, False)}


def test_nobody_can_sign_in_as_signin_and_it_is_bound_by_row_security(app: psycopg.Connection) -> None:
    query = "select rolcanlogin, rolsuper, rolbypassrls from pg_roles where rolname = 'imisofts_signin'"
    assert app.execute(query).fetchone() == (False, False, False)
    with pytest.raises(InsufficientPrivilege):
        app.execute("set role imisofts_signin")


@pytest.mark.parametrize("wanted", ["%", "_", "", "*", "' or true --", "%@%"])
def test_people_and_workspaces_are_found_whole_or_not_at_all(
    agency: Agency, app: psycopg.Connection, wanted: str
) -> None:
    assert app.execute("select * from signin.user_by_email(%s)", (wanted,)).fetchall() == []
    for function in ("workspace_by_slug", "workspace_by_host"):
        assert app.execute(f"select signin.{function}(%s)".encode(), (wanted,)).fetchall() == [(None,)]
    for function in ("session_by_hash(%s, now(), null)", "token_by_hash(%s, now(), '', null)"):
        assert app.execute(f"select * from signin.{function}".encode(), (wanted.encode(),)).fetchall() == []


def test_without_a_workspace_no_table_tells_of_anybody(agency: Agency, app: psycopg.Connection) -> None:
    for table in ("workspace", "membership", "session", "sign_in_link", "api_token"):
        assert app.execute(f"select count(*) from {table}".encode()).fetchone() == (0,), table
    assert app.execute("select count(id) from app_user").fetchone() == (0,)
    with pytest.raises(InsufficientPrivilege):
        app.execute("select password_hash from app_user")


@pytest.mark.parametrize("table", ["second_factor", "recovery_code"])
def test_second_factors_are_reached_by_functions_alone(app: psycopg.Connection, table: str) -> None:
    for statement in (f"select 1 from {table}", f"delete from {table}", f"update {table} set user_id = user_id"):
        with pytest.raises(InsufficientPrivilege):
            app.execute(statement.encode())
        app.rollback()


def test_a_member_of_one_agency_sees_no_person_of_another(
    agency: Agency, other: Agency, app: psycopg.Connection
) -> None:
    app.execute("select set_config('app.workspace_id', %s, true)", (str(agency.workspace_id),))
    emails = {row[0] for row in app.execute("select email from app_user").fetchall()}
    assert agency.email(Role.owner) in emails
    assert other.email(Role.owner) not in emails


def test_memberships_of_an_unknown_person_are_none(agency: Agency, app: psycopg.Connection) -> None:
    assert app.execute("select * from signin.memberships_of(%s)", (uuid4(),)).fetchall() == []


@pytest.mark.parametrize("secret", ["", "   "])
def test_the_service_refuses_an_empty_secret(settings: Settings, secret: str) -> None:
    """Past the settings' own check, as a program that makes its settings itself might."""
    with pytest.raises(Unsafe):
        create(settings.model_copy(update={"secret_key": secret}))


@pytest.mark.parametrize("secret", ["", "too short"])
def test_settings_refuse_a_secret_that_is_none(settings: Settings, secret: str) -> None:
    with pytest.raises(ValueError, match="secret_key"):
        settings.moved(secret_key=secret)
