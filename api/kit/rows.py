"""What editing a row has in common: what changed, the next version, keys from another system."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import UUID, ColumnElement, func, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession

from api.kit.clock import Clock
from api.kit.errors import Conflict, Malformed


class ExternalIdTaken(Conflict):
    """Two rows of a kind never share an external id."""

    code = "external_id_taken"


def changes(row: object, sent: Mapping[str, Any], *, needed: Collection[str] = ()) -> dict[str, Any]:
    """The fields of ``sent`` whose value differs from the row's; one of ``needed`` sent as null is refused (422)."""
    empty = [name for name in needed if name in sent and sent[name] is None]
    if empty:
        raise Malformed("Some fields cannot be empty.", fields=[(name, "cannot be empty") for name in empty])
    return {name: value for name, value in sent.items() if getattr(row, name) != value}


async def touch(session: AsyncSession, row: Any, clock: Clock) -> None:
    """The next version; an imported row is from now on ours."""
    row.version += 1
    row.updated_at = clock.now()
    if getattr(row, "source", "api") == "import":
        row.touched_at = clock.now()
    await session.flush()


async def require_free(session: AsyncSession, model: type[Any], external_id: str | None) -> None:
    """:class:`ExternalIdTaken` when a row of this kind has the external id already."""
    if external_id is None:
        return
    if await session.scalar(select(model.id).where(model.external_id == external_id)) is not None:
        detail = f"Something with the external id {external_id!r} exists already."
        raise ExternalIdTaken(detail, fields=[("external_id", "is taken")])


def facts_of(row: object, *names: str) -> dict[str, Any]:
    """These columns of a row: what an event tells of it, or an answer begins with."""
    return {name: getattr(row, name) for name in names}


def first_id(ident: Any, order: Any, where: ColumnElement[bool]) -> ColumnElement[Any]:
    """In a query that counts: the id of the first row for which ``where`` holds, NULL when there is none."""
    gathered = func.array_agg(aggregate_order_by(ident, order, ident), type_=ARRAY(UUID))
    return gathered.filter(where)[1]
