"""Transactions. One request or job is one transaction, bound to one workspace and committed in one place."""

import select
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any, cast
from uuid import UUID

import psycopg
from fastapi import Depends, Request
from sqlalchemy import Connection, RowMapping, event
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from api.kit.clock import Clock, SystemClock

CONNECTIONS, LEAST_CONNECTIONS = 30, 10
"""Of all web processes together, and of each. All are kept, and who finds none free waits: opening and closing those
over a smaller number, with a process of Postgres each time, took a tenth of the processor's time under load."""
_QUIET_SECONDS = 30.0
"""A connection that rested longer is asked whether it lives: a firewall between may have forgotten it."""


def sqlalchemy_url(url: str) -> str:
    """A plain ``postgresql://`` address as SQLAlchemy wants it for psycopg 3."""
    return "postgresql+psycopg://" + url.split("://", 1)[1]


class EventMissing(RuntimeError):
    """A request changed a table and recorded no event: a fault of the program, never of the caller."""


def _beginning(workspace_id: UUID | None, read_only: bool) -> str:
    """The transaction's first words, in one message and so one round trip: the workspace is set before anything else.

    Written into the text because several statements take no parameters; a UUID has no character that could do harm.
    """
    workspace = str(UUID(str(workspace_id))) if workspace_id else ""
    return f"begin {'read only' if read_only else 'read write'}; set local app.workspace_id = '{workspace}'"


def _driver(held: Any) -> Any:
    """SQLAlchemy's cloak around psycopg's connection, which can wait for it."""
    return getattr(held, "dbapi_connection", held)


def _note_rest(_: Any, record: Any) -> None:
    record.info["since"] = time.monotonic()


def _require_alive(connection: Any, record: Any, _: Any) -> None:
    """Let the pool make another connection where this one was closed at the other end.

    That can be seen without a round trip: its end is something to read where nothing is expected.
    """
    driver = connection.driver_connection
    if driver.closed:
        raise DisconnectionError
    resting = select.poll()
    resting.register(driver.fileno(), select.POLLIN)
    if not resting.poll(0) and time.monotonic() - record.info.get("since", 0) < _QUIET_SECONDS:
        return
    try:
        connection.run_async(lambda asked: asked.execute("", prepare=False))
    except psycopg.OperationalError as error:
        raise DisconnectionError from error


class TenantSession(Session):
    """A session that tells Postgres its workspace as soon as a transaction begins, and notices what it writes."""


@event.listens_for(TenantSession, "after_begin")
def _bind_workspace(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if transaction.nested:
        return
    begin = _beginning(session.info.get("workspace_id"), session.info.get("read_only", False))
    try:
        _driver(connection.connection).run_async(lambda driver: driver.execute(begin, prepare=False))
    except psycopg.OperationalError as error:
        raise OperationalError(begin, None, error) from error  # as the engine says it of everything after


@event.listens_for(TenantSession, "after_flush")
def _notice_flush(session: Session, _: Any) -> None:
    changed = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
    for row in changed:
        _notice(session, row.__table__)


@event.listens_for(TenantSession, "do_orm_execute")
def _notice_statement(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        _notice(state.session, getattr(state.statement, "table", None))


def _notice(session: Session, table: Any) -> None:
    if table is not None and "eventless" not in table.info:
        session.info.setdefault("wrote", set()).add(table.name)


class Database:
    """The product database as the application's role sees it.

    Its engine begins no transaction by itself: :meth:`begin` does, in the one message that names the workspace.
    """

    def __init__(
        self,
        app_database_url: str,
        *,
        clock: Clock | None = None,
        pool_size: int = CONNECTIONS,
        overflow: int = 10,
    ) -> None:
        self.clock = clock or SystemClock()
        self.engine = create_async_engine(
            sqlalchemy_url(app_database_url),
            isolation_level="AUTOCOMMIT",
            pool_size=pool_size,
            max_overflow=overflow,
            pool_use_lifo=True,
            connect_args={"options": "-c search_path=public,queue -c TimeZone=UTC -c lock_timeout=10s"},
        )
        event.listen(self.engine.sync_engine, "checkin", _note_rest)
        event.listen(self.engine.sync_engine, "checkout", _require_alive)
        self._sessions = async_sessionmaker(self.engine, sync_session_class=TenantSession, expire_on_commit=False)

    @asynccontextmanager
    async def begin(self, workspace_id: UUID | None, *, read_only: bool = False) -> AsyncIterator[AsyncSession]:
        """One transaction, committed when the block ends well. Without a workspace no tenant row is visible."""
        session = self._sessions(info={"workspace_id": workspace_id, "read_only": read_only, "clock": self.clock})
        async with session, session.begin():
            yield session

    async def first(self, statement: str, values: Mapping[str, Any]) -> RowMapping | None:
        """The first row of one statement with ``%(name)s`` for values, a transaction of its own without a workspace.

        One round trip, where :meth:`begin` has three; it is committed when the answer is there.
        """
        async with self.engine.connect() as connection:
            found = await connection.exec_driver_sql(statement, dict(values))
            return found.mappings().first()

    async def close(self) -> None:
        """Return all connections."""
        await self.engine.dispose()


def of(request: Request) -> Database:
    """The database of the running application."""
    return cast(Database, request.app.state.database)


def address_of(request: Request) -> str:
    """Who is at the other end of the connection; headers that anybody can write do not count."""
    return request.client.host if request.client else "unknown"


def require_event(session: AsyncSession) -> None:
    """Refuse to commit a change of which no event tells."""
    wrote = session.info.get("wrote", set())
    if wrote and not session.info.get("recorded"):
        raise EventMissing(f"{', '.join(sorted(wrote))} changed without an event")


async def _read_session(request: Request) -> AsyncIterator[AsyncSession]:
    actor = await request.app.state.actor_of(request)
    async with of(request).begin(actor.workspace_id, read_only=True) as session:
        yield session


async def _write_session(request: Request) -> AsyncIterator[AsyncSession]:
    actor = await request.app.state.actor_of(request)
    async with of(request).begin(actor.workspace_id) as session:
        session.info["address"] = address_of(request)
        await request.app.state.before_write(request, session)
        request.state.write_session = session
        yield session
        await session.flush()
        require_event(session)


ReadSession = Annotated[AsyncSession, Depends(_read_session, scope="function")]
"""A read-only transaction in the actor's workspace."""
WriteSession = Annotated[AsyncSession, Depends(_write_session, scope="function")]
"""The request's one transaction; it commits before the answer leaves, or not at all."""
