"""One process's ear and its listeners: a single connection hears what Postgres announces, every seat gets its part.

A seat belongs to one signed-in person. Its queue is short; who reads too slowly misses single words and is told to
count anew. The ear opens with the first seat and, when its connection breaks, opens again and has everybody count.
"""

import asyncio
import contextlib
import json
import logging
from dataclasses import dataclass, field
from uuid import UUID

import psycopg

from api.kit.errors import TooMany
from imisofts.access import Action, Actor

log = logging.getLogger(__name__)
CHANNEL = "imisofts_live"
MOST_SEATS = 500
MOST_OF_ONE = 8
_QUEUED = 32
_PAUSE_SECONDS = 2.0
_PATIENCE_SECONDS = 5.0

ACTION_OF_SUBJECT = {
    "client": Action.client_write,
    "invoice": Action.invoice_read,
    "membership": Action.user_manage,
    "person": Action.person_read,
    "project": Action.project_read,
    "service": Action.service_read,
    "subscription": Action.subscription_read,
    "task": Action.project_read,
    "ticket": Action.ticket_read,
}
"""What is told of as changed, and the right without which it is not."""


class Crowded(TooMany):
    """There is no seat left, for this person or at all."""

    code = "too_many_streams"


@dataclass(frozen=True, slots=True)
class Word:
    """One thing heard: a notification, a kind of thing that changed, or (with neither) that something was missed."""

    notification: UUID | None = None
    changed: str = ""


@dataclass(eq=False, slots=True)
class Seat:
    """One open stream."""

    actor: Actor
    session_id: UUID
    heard: asyncio.Queue[Word] = field(default_factory=lambda: asyncio.Queue(_QUEUED))

    def hear(self, word: Word) -> None:
        """Take a word; a full queue is emptied for the one that says so."""
        if self.heard.full():
            while not self.heard.empty():
                self.heard.get_nowait()
            word = Word()
        self.heard.put_nowait(word)

    def wants(self, changed: str, by: str | None) -> bool:
        """Whether a change is told: never one's own, and only to who sees all clients, since it names none."""
        action = ACTION_OF_SUBJECT.get(changed)
        sees_all = self.actor.client_ids is None
        return sees_all and action is not None and self.actor.may(action) and by != str(self.actor.user_id)


class Hub:
    """The seats of one process."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._seats: set[Seat] = set()
        self._ear: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    async def opened(self) -> None:
        """Wait until nothing committed from now on is missed; not for ever, since a stream without ear still counts."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._listening.wait(), _PATIENCE_SECONDS)

    def join(self, actor: Actor, session_id: UUID) -> Seat:
        """A seat for one stream; :class:`Crowded` when there is none."""
        own = sum(seat.actor.user_id == actor.user_id for seat in self._seats)
        if own >= MOST_OF_ONE or len(self._seats) >= MOST_SEATS:
            raise Crowded("Too many pages are open at once; this one is not updated live.")
        seat = Seat(actor, session_id)
        self._seats.add(seat)
        if self._ear is None or self._ear.done():
            self._ear = asyncio.create_task(self._listen())
        return seat

    def leave(self, seat: Seat) -> None:
        """Give the seat back."""
        self._seats.discard(seat)

    @property
    def seats(self) -> int:
        """How many streams are open."""
        return len(self._seats)

    async def close(self) -> None:
        """Stop listening."""
        if self._ear is not None:
            self._ear.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ear

    async def _listen(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
                    await connection.execute(f"listen {CHANNEL}")
                    self._listening.set()
                    for seat in self._seats:
                        seat.hear(Word())
                    async for notice in connection.notifies():
                        self.deliver(notice.payload)
            except (psycopg.Error, OSError) as error:
                log.warning("live updates lost their connection: %s", error)
            self._listening.clear()
            await asyncio.sleep(_PAUSE_SECONDS)

    def deliver(self, payload: str) -> None:
        """Hand one announcement to whom it concerns; what is no announcement of ours is passed over."""
        try:
            said = json.loads(payload)
        except ValueError:
            return
        workspace, changed = said.get("workspace"), said.get("changed")
        for seat in self._seats:
            if str(seat.actor.workspace_id) != workspace:
                continue
            if changed and seat.wants(changed, said.get("by")):
                seat.hear(Word(changed=changed))
            elif said.get("notification") and said.get("user") == str(seat.actor.user_id):
                seat.hear(Word(notification=UUID(said["notification"])))
