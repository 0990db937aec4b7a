"""A small agency for the tests of pages: three people, two clients with a user each, an invoice in every state."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import psycopg
from fastapi import FastAPI
from starlette.types import ASGIApp

from api import app as api_app
from api.client import Client, Credentials
from api.identity import operator
from imisofts.access import Role
from imisofts.settings import Settings
from tests.portal import world_of_care, world_of_work

PASSWORD = "seven quiet lanterns over water"
SLUG = "studio"


@dataclass(slots=True)
class World:
    """Ids by name; the passwords are all :data:`PASSWORD`."""

    clients: dict[str, str] = field(default_factory=dict)
    invoices: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    work: dict[str, str] = field(default_factory=dict)
    care: dict[str, str] = field(default_factory=dict)


def invoice(client_id: str, **more: Any) -> dict[str, Any]:
    """The body of a draft: 1,000.00 net, 19 % tax."""
    lines = [
        {"description": "Website redesign", "quantity": "8", "unit_price": "95.00", "tax_rate": "0.19"},
        {"description": "Hosting and care, one month", "quantity": "1", "unit_price": "240.00", "tax_rate": "0.19"},
    ]
    return {"client_id": client_id, "lines": lines, **more}


def build(settings: Settings, app: FastAPI) -> World:
    """Make it through the doors that people use."""
    operator.create_workspace(settings, SLUG, name="Studio Nord", currency="EUR", timezone="Europe/Berlin")
    bearer = Credentials(bearer=operator.token(settings, SLUG))
    world = World()
    links: list[str] = []
    for role in (Role.owner, Role.admin, Role.member):
        email = f"{role}@studio.example"
        links.append(operator.create_user(settings, email, workspace=SLUG, role=role, name=f"Ada {role.capitalize()}"))
        world.people[role] = email
    asyncio.run(_closing(app, _clients(app, bearer, world)))
    for name, client_id in world.clients.items():
        email = f"{name}@client.example"
        links.append(
            operator.create_user(
                settings, email, workspace=SLUG, role=Role.client, name=f"Kim {name.title()}", client_id=UUID(client_id)
            )
        )
        world.people[name] = email
    asyncio.run(_closing(app, _passwords(app, links)))
    return world


async def _closing(app: Any, work: Coroutine[Any, Any, None]) -> None:
    """Connections belong to this event loop, so they are returned before it ends."""
    try:
        await work
    finally:
        await app.state.database.close()


async def _clients(app: ASGIApp, bearer: Credentials, world: World) -> None:
    async with Client.in_process(app) as api:
        for name, title in (("alpen", "Alpenblick Hotels & Resorts GmbH"), ("birke", "Birke Möbel")):
            made = await api.post(
                "/clients", credentials=bearer, json={"name": title, "email": f"{name}@client.example"}
            )
            world.clients[name] = made.body["id"]
            await _invoices(api, bearer, world, name)
        world.work = await world_of_work.furnish(api, bearer, world.clients)
        world.care = await world_of_care.furnish(api, bearer, world.clients)


async def _invoices(api: Client, bearer: Credentials, world: World, name: str) -> None:
    for state in ("draft", "issued", "overdue", "paid", "void"):
        body = invoice(world.clients[name], note="Thank you for the quick answers." if state == "issued" else None)
        made = await api.post("/invoices", credentials=bearer, json=body)
        invoice_id = made.body["id"]
        world.invoices[f"{name}-{state}"] = invoice_id
        path = f"/invoices/{invoice_id}"
        if state == "draft":
            continue
        dates = {"issued_on": "2026-01-05", "due_on": "2026-02-04"} if state in {"overdue", "paid"} else {}
        await api.post(f"{path}/issue", credentials=bearer, json=dates, if_match=made.etag)
        if state == "paid":
            await api.post(
                f"{path}/payments",
                credentials=bearer,
                json={"amount": "1190.00", "paid_on": "2026-01-20", "method": "transfer"},
                idempotency_key=f"pay-{invoice_id}",
            )
        if state == "void":
            await api.post(f"{path}/void", credentials=bearer, json={})


async def _passwords(app: ASGIApp, links: list[str]) -> None:
    async with Client.in_process(app) as api:
        for n, link in enumerate(links):
            token = parse_qs(urlsplit(link).query)["token"][0]
            await api.post("/session/link", json={"token": token, "password": PASSWORD}, caller=f"10.0.0.{n + 1}")


def draft_report(settings: Settings, world: World) -> str:
    """The id of a report that waits to be read: asked for by its door, and drawn as the job would leave it."""

    async def ask() -> str:
        bearer = Credentials(bearer=operator.token(settings, SLUG))
        app = api_app.create(settings)
        async with Client.in_process(app) as api:
            body = {"client": world.clients["alpen"], "period": "2026-10"}
            made = await api.post("/reports", credentials=bearer, json=body)
        await app.state.database.close()
        return str(made.body["id"])

    with ThreadPoolExecutor(1) as aside:  # a browser's test has a loop of its own in this thread
        report_id = aside.submit(asyncio.run, ask()).result()
    with psycopg.connect(settings.owner_database_url) as owner:
        owner.execute(
            "update report_delivery set status = 'draft', pdf = 'a document', figures_hash = 'of its figures'"
            " where id = %s",
            (report_id,),
        )
    return report_id
