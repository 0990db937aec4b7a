"""Transactions. One request or job is one transaction, bound to one workspace and committed in one place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from api.kit.clock import Clock, SystemClock

_BIND = (
    "select set_config('app.workspace_id', %(workspace)s, true),"
    " set_config('transaction_read_only', %(read_only)s, true)"
)


def sqlalchemy_url(url: str) -> str:
    """A plain ``postgresql://`` address as SQLAlchemy wants it for psycopg 3."""
    return "postgresql+psycopg://" + url.split("://", 1)[1]


class EventMissing(RuntimeError):
    """A request changed a table and recorded no event: a fault of the program, never of the caller."""


class TenantSession(Session):
    """A session that tells Postgres its workspace as soon as a transaction begins, and notices what it writes."""


@event.listens_for(TenantSession, "after_begin")
def _bind_workspace(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if transaction.nested:
        return
    workspace = session.info.get("workspace_id")
    values = {
        "workspace": str(workspace) if workspace else "",
        "read_only": "on" if session.info.get("read_only") else "off",
    }
    connection.exec_driver_sql(_BIND, values)


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
    """The product database as the application's role sees it."""

    def __init__(self, app_database_url: str, *, clock: Clock | None = None, pool_size: int = 10) -> None:
        self.clock = clock or SystemClock()
        self.engine = create_async_engine(
            sqlalchemy_url(app_database_url),
            pool_size=pool_size,
            max_overflow=10,
            pool_pre_ping=True,
            connect_args={"options": "-c search_path=public,queue -c TimeZone=UTC -c lock_timeout=10s"},
        )
        self._sessions = async_sessionmaker(self.engine, sync_session_class=TenantSession, expire_on_commit=False)

    @asynccontextmanager
    async def begin(self, workspace_id: UUID | None, *, read_only: bool = False) -> AsyncIterator[AsyncSession]:
        """One transaction, committed when the block ends well. Without a workspace no tenant row is visible."""
        session = self._sessions(info={"workspace_id": workspace_id, "read_only": read_only, "clock": self.clock})
        async with session, session.begin():
            yield session

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
