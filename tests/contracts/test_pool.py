"""Twenty workspaces share four connections while requests are cut off at any moment: nobody sees another's row.

A connection that goes back to the pool keeps nothing of the workspace it worked for, however its request ended.
``PROVE=1`` asks 4,800 times, else 240; ``SEED`` chooses others.
"""

import asyncio
import os
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from api.app import create
from api.client import Client, Credentials, Problem
from api.identity import founding
from api.identity import operator as operators
from api.identity.authentication import operator
from api.identity.models import Workspace
from api.kit import database as databases
from api.kit.database import Database
from api.kit.ids import new_id
from imisofts.settings import Settings

WORKSPACES, CONNECTIONS, AT_ONCE = 20, 4, 12
DEPTH = 4_800 if os.environ.get("PROVE") == "1" else 240
SEED = int(os.environ.get("SEED", "1"))
MARK = re.compile(r"pool-[0-9a-f]{10}")
"""Stands in the name of a workspace and of every row of it."""


@dataclass
class Tally:
    """How the requests ended, and what was seen that is another's."""

    ended: Counter[str] = field(default_factory=Counter)
    foreign: list[str] = field(default_factory=list)


@dataclass
class Crowd:
    """The service on a pool of its own, and the workspaces by their mark."""

    client: Client
    database: Database
    tokens: dict[str, Credentials]
    chance: random.Random
    tally: Tally = field(default_factory=Tally)

    async def ask(self, mark: str) -> None:
        """One request of a workspace, every other one cut off after some turns of the loop."""
        method, path, body = self.chance.choice(
            [
                ("GET", "/clients", None),
                ("GET", "/workspace", None),
                ("GET", "/events", None),
                ("GET", f"/clients/{uuid4()}", None),
                ("POST", "/clients", {"name": f"{mark} {uuid4().hex[:6]}"}),
            ]
        )
        asked = asyncio.create_task(self._request(mark, method, path, body))
        if self.chance.random() < 0.5:
            for _ in range(self.chance.randint(0, 40)):
                await asyncio.sleep(0)
            asked.cancel()
        (ended,) = await asyncio.gather(asked, return_exceptions=True)
        if isinstance(ended, asyncio.CancelledError):
            self.tally.ended["cut off"] += 1
        elif isinstance(ended, BaseException):
            raise ended

    async def _request(self, mark: str, method: str, path: str, body: Any) -> None:
        try:
            answer = await self.client.request(method, path, credentials=self.tokens[mark], json=body)
        except Problem as problem:
            if problem.status != 404:
                raise
            self.tally.ended["unknown"] += 1
            return
        self.tally.ended["answered"] += 1
        self.tally.foreign += set(MARK.findall(answer.content.decode())) - {mark}

    async def look_unbound(self) -> None:
        """Whoever gets a connection next and names no workspace sees no row."""
        async with self.database.engine.connect() as connection:
            rows = await connection.exec_driver_sql("select name from client")
            self.tally.foreign += [name for (name,) in rows]

    async def work(self, share: int) -> None:
        """A share of the requests, one after the other."""
        for _ in range(share):
            await self.ask(self.chance.choice(list(self.tokens)))
            await self.look_unbound()


async def _founded(settings: Settings, database: Database) -> dict[str, Credentials]:
    tokens = {}
    for _ in range(WORKSPACES):
        mark, ident = f"pool-{uuid4().hex[:10]}", new_id()
        row = Workspace(id=ident, slug=mark, name=mark, currency="EUR", timezone="Europe/Berlin", week_starts_on=0)
        async with database.begin(ident) as session:
            await founding.found(session, operator(ident), row, "enterprise")
        tokens[mark] = Credentials(bearer=operators.token(settings, mark))
    return tokens


async def _crowded(settings: Settings, depth: int) -> tuple[Tally, list[str]]:
    app = create(settings)
    await app.state.database.close()
    app.state.database = Database(settings.app_database_url, pool_size=CONNECTIONS, overflow=0)
    async with app.router.lifespan_context(app), Client.in_process(app, raise_faults=True) as client:
        crowd = Crowd(client, app.state.database, await _founded(settings, app.state.database), random.Random(SEED))
        await asyncio.gather(*(crowd.work(depth // AT_ONCE) for _ in range(AT_ONCE)))
        return crowd.tally, list(crowd.tokens)


def _strayed(settings: Settings, marks: list[str]) -> list[tuple[str, UUID]]:
    """Rows that were written into another workspace than the one that asked."""
    with psycopg.connect(settings.owner_database_url) as owner:
        query = (
            "select c.name, c.workspace_id from client c join workspace w on w.id = c.workspace_id"
            " where left(c.name, 15) = any(%s) and left(c.name, 15) <> w.slug"
        )
        return owner.execute(query, (marks,)).fetchall()


def test_nobody_sees_anothers_rows_on_a_small_pool_with_requests_cut_off(settings: Settings) -> None:
    tally, marks = asyncio.run(_crowded(settings, DEPTH))
    print(f"{DEPTH} requests of {WORKSPACES} workspaces on {CONNECTIONS} connections: {dict(tally.ended)}")
    assert tally.foreign == []
    assert _strayed(settings, marks) == []
    assert min(tally.ended["answered"], tally.ended["cut off"]) > DEPTH / 10
    assert tally.ended.total() == DEPTH


def test_a_workspace_that_stays_with_its_connection_is_seen(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The guard off: the workspace is set for the session of the connection, not for the transaction."""
    begin = databases._beginning
    monkeypatch.setattr(databases, "_beginning", lambda *asked: begin(*asked).replace("set local", "set"))
    tally, _ = asyncio.run(_crowded(settings, 5 * AT_ONCE))
    assert tally.foreign
