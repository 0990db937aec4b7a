"""Two agencies full of rows, the first with a second client: what the probes of foreign rows stand on."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import psycopg
from psycopg import sql

from api.client import Answer, Credentials, Problem
from imisofts.access import Role
from imisofts.services import postgres
from imisofts.settings import Settings
from tests.api.agency import Agency, found, join, running
from tests.conftest import TEMPLATE, clone_database, drop_database
from tests.contracts import isolation, recipes
from tests.contracts.routes import Route

NARROWED: Literal["narrowed"] = "narrowed"
Who = Role | Literal["narrowed"]
Ids = dict[str, set[str]]
"""Ids of rows by table."""
OF_CLIENTS = (
    "with recursive bound(id) as (select 'client'::regclass::oid union select k.conrelid from pg_constraint k"
    " join bound on k.confrelid = bound.id where k.contype = 'f') select id::regclass::text from bound"
)
"""The tables whose rows lead to a client."""


@dataclass
class Ground:
    """``theirs``: rows of the other agency; ``second``: rows of my second client; ``narrowed``: a team member who
    works for my first client alone."""

    mine: Agency
    other: Agency
    second_client: str
    narrowed: Credentials
    owner: psycopg.Connection
    theirs: Ids = field(default_factory=dict)
    second: Ids = field(default_factory=dict)
    _options: dict[Route, recipes.Options] = field(default_factory=dict)

    def options(self, route: Route) -> recipes.Options:
        """A right body for ``route``, of my first client; made once, because every probe of it is refused."""
        if route not in self._options:
            self._options[route] = recipes.options(self.mine, route, self.mine.client_id)
        key = {"idempotency_key": str(uuid4())} if route.writes else {}
        return {**self._options[route], **key}

    def ask(self, who: Who, route: Route, ident: str, options: recipes.Options) -> Answer | Problem:
        """What my agency's ``who`` is told."""
        asker = self.narrowed if isinstance(who, str) and who == NARROWED else self.mine.as_role[Role(who)]
        etag = options.get("if_match", '"1"' if route.method in {"PATCH", "DELETE"} else None)
        try:
            return self.mine.api.ask(route.method, route.address(ident), asker, **{**options, "if_match": etag})
        except Problem as problem:
            return problem

    def foreign(self, answer: Answer | Problem, *sent: str) -> set[str]:
        """What an answer holds of the other agency, less what the question itself said."""
        known = {self.other.slug, str(self.other.workspace_id)}.union(*self.theirs.values())
        return shown(answer, known, *sent)

    def like(self, ident: str, ids: Ids) -> str | None:
        """One of ``ids`` from the table where ``ident`` is a row of mine; none where that table has none."""
        for table, known in ids.items():
            query = sql.SQL("select 1 from {} where id = %s").format(sql.Identifier(table))
            if self.owner.execute(query, (ident,)).fetchone():
                return min(known, default=None)
        return None

    def events(self) -> int:
        """How many things have happened so far, anywhere."""
        row = self.owner.execute("select count(*) from event").fetchone()
        return int(row[0]) if row else 0


def shown(answer: Answer | Problem, known: set[str], *sent: str) -> set[str]:
    """Those of ``known`` that an answer holds, less what the question itself said."""
    words = answer.content.decode(errors="replace") if isinstance(answer, Answer) else str(vars(answer))
    return {each for each in known if each in words and not any(each in one for one in sent)}


def said(answer: Answer | Problem, ident: str) -> tuple[object, ...]:
    """An answer without the id that the question named."""
    if isinstance(answer, Answer):
        return answer.status, json.dumps(answer.body).replace(ident, "ID")
    return answer.status, answer.code, answer.detail.replace(ident, "ID"), str(answer.fields).replace(ident, "ID")


def named_rows(schema: Any, schemas: dict[str, Any]) -> set[str]:
    """Fields of a body's schema that are UUIDs, by name."""
    if isinstance(schema, list):
        return {name for each in schema for name in named_rows(each, schemas)}
    if not isinstance(schema, dict):
        return set()
    if "$ref" in schema:
        return named_rows(schemas[schema["$ref"].rpartition("/")[2]], schemas)
    here = {name for name, each in schema.get("properties", {}).items() if '"format": "uuid"' in json.dumps(each)}
    return here | {name for each in schema.values() for name in named_rows(each, schemas)}


def _ids(owner: psycopg.Connection, tenants: list[isolation.Tenant], agency: Agency) -> Ids:
    with_id = {
        name
        for (name,) in owner.execute(
            "select table_name from information_schema.columns where table_schema = 'public' and column_name = 'id'"
        )
    }
    found_rows: Ids = {}
    for tenant in tenants:
        if tenant.table in with_id and tenant.column == "workspace_id":
            query = sql.SQL("select id from {} where workspace_id = %s").format(sql.Identifier(tenant.table))
            found_rows[tenant.table] = {str(ident) for (ident,) in owner.execute(query, (agency.workspace_id,))}
    people = owner.execute("select user_id from membership where workspace_id = %s", (agency.workspace_id,))
    found_rows["app_user"] = {str(ident) for (ident,) in people}
    factors = "select f.id from second_factor f join membership m using (user_id) where m.workspace_id = %s"
    found_rows["second_factor"] = {str(ident) for (ident,) in owner.execute(factors, (agency.workspace_id,))}
    return found_rows


def _furnish(agency: Agency, client_id: str) -> None:
    """A row of every kind for one client."""
    for row in recipes.ROWS.values():
        row.make(agency, client_id)
    recipes.paid(agency, client_id)
    recipes.sent(agency, client_id)


@contextmanager
def _sandbox(settings: Settings) -> Iterator[Settings]:
    """A product database of its own: rows are planted past its checks."""
    name = f"t_{uuid4().hex[:12]}"
    clone_database(settings, TEMPLATE, name, "imisofts_owner")
    urls = ("owner_database_url", "app_database_url", "loader_database_url")
    moved = {part: urlsplit(getattr(settings, part))._replace(path=f"/{name}").geturl() for part in urls}
    yield settings.moved(**moved)
    drop_database(settings, name)


@contextmanager
def laid(settings: Settings) -> Iterator[Ground]:
    """Both agencies furnished; a table that no recipe fills gets a row of the other past its keys and checks."""
    with _sandbox(settings) as sandbox, running(sandbox) as api:
        mine, other = found(api), found(api)
        second_client = recipes.ROWS["client_id"].make(mine, "")
        _furnish(mine, mine.client_id)
        _furnish(other, other.client_id)
        database = urlsplit(sandbox.app_database_url).path[1:]
        with psycopg.connect(postgres.superuser_url(sandbox, database), autocommit=True) as owner:
            tenants = isolation.tables(owner)
            before = _ids(owner, tenants, mine)
            _furnish(mine, second_client)
            after = _ids(owner, tenants, mine)
            bound = {name for (name,) in owner.execute(OF_CLIENTS)}
            second = {table: ids - before[table] for table, ids in after.items() if table in bound}
            second["client"] |= {second_client}
            me = mine.api.ask("GET", "/sessions", mine.as_role[Role.owner]).items
            second["session"] = {each["id"] for each in me}  # of the owner, who is nobody's client
            second["second_factor"] = after["second_factor"]
            filled = _ids(owner, tenants, other)
            bare = [tenant for tenant in tenants if filled.get(tenant.table) == set()]
            isolation.plant(owner, bare, (other.workspace_id,), other.slug)
            narrowed = join(mine, "narrowed", Role.member, client_ids=[UUID(mine.client_id)])
            yield Ground(mine, other, second_client, narrowed, owner, _ids(owner, tenants, other), second)
