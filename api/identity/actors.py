"""Everybody in a workspace as an actor, and whether a session still lives: for work that no request asks for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Table, inspect, text
from sqlalchemy.ext.asyncio import AsyncSession

from api.identity import repository
from api.identity.authentication import actor_from
from api.identity.models import LoginSession
from imisofts.access import Actor


async def members_here(session: AsyncSession) -> list[Actor]:
    """Everybody who has joined the session's workspace, each with what they may do."""
    return [actor_from(row) for row in await repository.standings(session)]


async def session_lives(session: AsyncSession, session_id: UUID, now: datetime) -> bool:
    """Whether a session has not ended. Asking does not count as being there: an idle session stays idle."""
    table = inspect(LoginSession).local_table
    assert isinstance(table, Table)
    query = text(f"select ({table.info['ends']}) is not true from session where id = :id")
    return bool(await session.scalar(query, {"id": session_id, "now": now}))
