"""Search: each domain says what of it can be found, one place asks, ranks and keeps to its time.

A match is every word somewhere in the row's own texts. Row security lets Postgres use an index only for comparisons
that cannot leak a row (``=``, not ``ilike``), so ids and workspaces are found by index and words by reading the
workspace's own rows; what that costs is bounded by :data:`SECONDS` for all kinds together.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.errors import QueryCanceled
from sqlalchemy import ColumnElement, Select, and_, case, false, func, literal, null, or_, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from api.kit.lists import Column, contains
from imisofts.access import Action, Actor

SECONDS = 2.0
"""For all kinds of one question together."""
MOST_WORDS = 8


@dataclass(frozen=True)
class Findable:
    """One kind of thing that can be found.

    ``rows`` begins at the domain's ``visible_to(actor)``; ``needs`` is the action to read it. ``within`` are the texts
    looked through, ``title`` and ``detail`` what is shown; ``parent`` is the row on whose page it stands, if not on its
    own, and ``archived`` tells what is out of daily use.
    """

    kind: str
    needs: Action
    rows: Select[Any]
    ident: Column
    title: Column
    within: Sequence[Column]
    detail: Column | None = None
    parent: Column | None = None
    archived: ColumnElement[bool] | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found; ``parent_id`` is where it stands when it has no page of its own."""

    kind: str
    id: UUID
    parent_id: UUID | None
    title: str
    detail: str | None
    archived: bool


async def gather(
    session: AsyncSession, actor: Actor, findables: Iterable[Findable], asked: str, limit: int, seconds: float = SECONDS
) -> tuple[list[Hit], list[str]]:
    """Up to ``limit`` hits of each kind that ``actor`` may read, best first, and the kinds that time did not allow."""
    asked = asked.replace("\x00", "").strip()
    words = asked.split()[:MOST_WORDS]
    ends = time.monotonic() + seconds
    hits: list[Hit] = []
    unfinished: list[str] = []
    for findable in findables if words else ():
        if not actor.may(findable.needs):
            continue
        found = await _find(session, _query(findable, asked, words, limit), ends - time.monotonic())
        if found is None:
            unfinished.append(findable.kind)
        else:
            hits += [Hit(findable.kind, *row) for row in found]
    return hits, unfinished


async def _find(session: AsyncSession, query: Select[Any], seconds: float) -> list[Any] | None:
    """The rows, or None when ``seconds`` were not enough; the transaction goes on either way."""
    if seconds <= 0:
        return None
    try:
        async with session.begin_nested():
            milliseconds = str(max(1, int(seconds * 1000)))
            await session.execute(text("select set_config('statement_timeout', :ms, true)"), {"ms": milliseconds})
            return list(await session.execute(query))
    except OperationalError as error:
        if isinstance(error.orig, QueryCanceled):
            return None
        raise


def _query(findable: Findable, asked: str, words: Sequence[str], limit: int) -> Select[Any]:
    archived = (false() if findable.archived is None else findable.archived).label("archived")
    title = func.coalesce(findable.title, "")
    rank = case(
        (func.lower(title) == asked.lower(), 0),
        (title.ilike(contains(asked)[1:], escape="\\"), 1),
        else_=2,
    )
    columns = (
        findable.ident.label("ident"),
        (null() if findable.parent is None else findable.parent).label("parent"),
        title.label("title"),
        (null() if findable.detail is None else findable.detail).label("detail"),
        archived,
    )
    query = findable.rows.with_only_columns(*columns, maintain_column_froms=True).where(_matches(findable, words))
    return query.order_by(None).order_by(archived, rank, func.lower(title), findable.ident).limit(literal(limit))


def _matches(findable: Findable, words: Sequence[str]) -> ColumnElement[bool]:
    """The row with this id, or every word somewhere."""
    if len(words) == 1:
        try:
            return findable.ident == UUID(words[0])
        except ValueError:
            pass
    return and_(*(or_(*(column.ilike(contains(word), escape="\\") for column in findable.within)) for word in words))
