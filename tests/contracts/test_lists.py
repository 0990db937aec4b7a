"""Every list walks an index: the first page reads no more than its own rows, and so does a page far behind it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Connection

from api.kit.database import Database
from imisofts.access import Role
from tests.api.agency import Agency, Api

LISTS = (
    "/clients",
    "/credit-notes",
    "/events",
    "/invoices",
    "/payments",
    "/people",
    "/projects",
    "/services",
    "/tasks",
    "/tickets",
    "/time-entries",
)
"""What grows with an agency's years; the rest of its lists are short."""
Statement = tuple[str, Any]


@contextmanager
def listened(api: Api) -> Iterator[list[Statement]]:
    """The statements that the service sends meanwhile."""
    engine = api.app.state.database.engine.sync_engine
    heard: list[Statement] = []

    def hear(_: Connection, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        heard.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)


async def plan(database: Database, agency: Agency, asked: Statement) -> str:
    """How Postgres would carry it out on a table that is large."""
    async with database.begin(agency.workspace_id, read_only=True) as session:
        connection = await session.connection()
        for setting in ("enable_sort", "enable_seqscan", "enable_bitmapscan", "enable_hashjoin", "enable_mergejoin"):
            await connection.exec_driver_sql(f"set local {setting} = off")
        rows = await connection.exec_driver_sql(f"explain {asked[0]}", asked[1])
        return "\n".join(line for (line,) in rows)


@pytest.mark.parametrize("path", LISTS)
def test_a_list_reads_only_its_page(agency: Agency, path: str) -> None:
    api, owner = agency.api, agency.as_role[Role.owner]
    with listened(api) as heard:
        api.ask("GET", path, owner, params={"limit": 1})
    (first, *_) = [one for one in heard if " ORDER BY " in one[0] and " LIMIT " in one[0]]
    found = api.portal.call(plan, api.app.state.database, agency, first)
    assert "Sort" not in found, found
