"""A workspace with one person per role, asked over the in-process client; the calls are synchronous for plain tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import psycopg
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

from api.app import create
from api.client import Answer, Client, Credentials, Problem
from api.identity import operator
from api.kit.clock import Clock
from imisofts.access import Role
from imisofts.settings import Settings

PASSWORD = "a sentence of one's own"


@dataclass
class Api:
    """The running service; ``ask`` answers or raises, ``refusal`` expects a problem."""

    settings: Settings
    app: FastAPI
    client: Client
    portal: BlockingPortal

    def ask(self, method: str, path: str, who: Credentials | None = None, **options: Any) -> Answer:
        """One request."""
        return self.portal.call(partial(self.client.request, method, path, credentials=who, **options))

    def refusal(self, method: str, path: str, who: Credentials | None = None, **options: Any) -> Problem:
        """One request that must be refused."""
        try:
            answer = self.ask(method, path, who, **options)
        except Problem as problem:
            return problem
        raise AssertionError(f"{method} {path} answered {answer.status}")


@dataclass
class Agency:
    """One workspace: credentials per role, and its first client's id."""

    api: Api
    slug: str
    workspace_id: UUID
    as_role: dict[Role, Credentials] = field(default_factory=dict)
    client_id: str = ""

    def email(self, role: Role) -> str:
        """The address of the person with ``role``."""
        return f"{role}@{self.slug}.example"


@contextmanager
def running(settings: Settings, clock: Clock | None = None) -> Iterator[Api]:
    """The service in a thread of its own, with its lifespan."""
    app = create(settings, clock=clock)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(app.router.lifespan_context(app)):
        client = Client.in_process(app, raise_faults=True)
        yield Api(settings, app, client, portal)
        portal.call(client.close)


def forget_limits(settings: Settings) -> None:
    """Requests counted under a clock that stands elsewhere lie in the future of this one: start counting afresh."""
    with psycopg.connect(settings.owner_database_url) as owner:
        owner.execute("delete from rate_limit")


def as_operator(agency: Agency) -> Credentials:
    """Who runs the installation, in this agency."""
    return Credentials(bearer=operator.token(agency.api.settings, agency.slug))


def sign_in(api: Api, email: str, **more: Any) -> Credentials:
    """A fresh session by password."""
    answer = api.ask("POST", "/session", json={"email": email, "password": PASSWORD, **more})
    return Credentials(cookie=answer.cookies["imisofts_session"])


def found(api: Api, currency: str = "EUR") -> Agency:
    """Make an agency with an owner, an admin, a member, a client, and of that client its user and a team member."""
    slug = f"a{uuid4().hex[:10]}"
    made = operator.create_workspace(
        api.settings, slug, name="Acme", currency=currency, timezone="Europe/Berlin", week_starts_on=0
    )
    agency = Agency(api, slug, made)
    agency.as_role[Role.owner] = join(agency, Role.owner, Role.owner)
    client = api.ask("POST", "/clients", agency.as_role[Role.owner], json={"name": "Zebra", "currency": currency})
    agency.client_id = client.body["id"]
    for role in (Role.admin, Role.member):
        agency.as_role[role] = join(agency, role, role)
    for role in (Role.client, Role.client_team):
        agency.as_role[role] = join(agency, role, role, client_id=UUID(agency.client_id))
    return agency


def join(agency: Agency, name: str, role: Role, **standing: Any) -> Credentials:
    """Somebody called ``name`` comes into the agency as ``role``, with what else a standing has; signed in."""
    email = f"{name}@{agency.slug}.example"
    address = operator.create_user(
        agency.api.settings, email, workspace=agency.slug, role=role, name=name.title(), **standing
    )
    token = address.partition("token=")[2]
    answer = agency.api.ask("POST", "/session/link", json={"token": token, "password": PASSWORD})
    return Credentials(cookie=answer.cookies["imisofts_session"])
