"""``GET /events``: a stream of server-sent events for a signed-in person.

Events: ``unread`` (``{"unread": 3}``) at the beginning and whenever the count may have changed, ``notification`` (the
same with ``id``, which is also the event's id) and ``changed`` (``{"kind": "invoice"}``). A comment every few seconds
keeps the connection open and asks whether the session still lives; when it does not, the stream ends and the next
attempt is refused. With ``Last-Event-ID`` what was missed comes first.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import UUID

from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from api.identity import service as identity
from api.kit import database
from api.kit.database import Database
from api.kit.errors import Forbidden
from api.live.hub import Hub, Seat, Word
from api.notifications import service as notifications

PATH = "/events"
HEARTBEAT_SECONDS = 15.0
_RETRY_MILLISECONDS = 5_000
_MISSED = 20


def install(app: FastAPI, app_database_url: str) -> None:
    """Give the application its hub and the stream's route; the document of the API does not know it."""
    app.state.live = Hub(app_database_url)
    app.state.heartbeat_seconds = HEARTBEAT_SECONDS
    app.add_route(PATH, stream, methods=["GET"], include_in_schema=False)


async def stream(request: Request) -> StreamingResponse:
    """The stream of whoever is signed in; tokens and the operator have none."""
    actor = await request.app.state.actor_of(request)
    session_id = getattr(request.state, "session_id", None)
    if actor.user_id is None or session_id is None:
        raise Forbidden("Live updates are for people who are signed in.")
    hub: Hub = request.app.state.live
    seat = hub.join(actor, session_id)
    lines = _lines(request, hub, seat, _last(request))
    return StreamingResponse(lines, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


def _last(request: Request) -> UUID | None:
    try:
        return UUID(request.headers.get("last-event-id", ""))
    except ValueError:
        return None


async def _lines(request: Request, hub: Hub, seat: Seat, last: UUID | None) -> AsyncIterator[str]:
    found, seconds = database.of(request), request.app.state.heartbeat_seconds
    try:
        yield f"retry: {_RETRY_MILLISECONDS}\n\n"
        await hub.opened()
        for line in await _beginning(found, seat, last):
            yield line
        while True:
            try:
                word = await asyncio.wait_for(seat.heard.get(), seconds)
            except TimeoutError:
                word = None
            if not await _lives(found, seat):
                yield _event("ended", {})
                return
            yield await _told(found, seat, word) if word else ": still here\n\n"
    finally:
        hub.leave(seat)


async def _lives(found: Database, seat: Seat) -> bool:
    async with found.begin(seat.actor.workspace_id, read_only=True) as session:
        return await identity.session_lives(session, seat.session_id, found.clock.now())


async def _beginning(found: Database, seat: Seat, last: UUID | None) -> list[str]:
    async with found.begin(seat.actor.workspace_id, read_only=True) as session:
        unread = await notifications.unread(session, seat.actor)
        missed = await notifications.since(session, seat.actor, last, _MISSED) if last else []
    return [
        *(_event("notification", {"id": str(one.id), "unread": unread}, str(one.id)) for one in missed),
        _event("unread", {"unread": unread}),
    ]


async def _told(found: Database, seat: Seat, word: Word) -> str:
    if word.changed:
        return _event("changed", {"kind": word.changed})
    async with found.begin(seat.actor.workspace_id, read_only=True) as session:
        unread = await notifications.unread(session, seat.actor)
    if word.notification is None:
        return _event("unread", {"unread": unread})
    return _event("notification", {"id": str(word.notification), "unread": unread}, str(word.notification))


def _event(name: str, data: dict[str, object], ident: str = "") -> str:
    head = f"id: {ident}\n" if ident else ""
    return f"{head}event: {name}\ndata: {json.dumps(data)}\n\n"
