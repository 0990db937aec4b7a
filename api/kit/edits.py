"""What every edit of a row does: the next version, and keys of other systems that stay unique."""

from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from api.kit.clock import Clock
from api.kit.errors import Conflict


class Editable(Protocol):
    """A row with the columns of ``TenantMixin`` and ``ImportedMixin``."""

    version: Any
    updated_at: Any
    source: Any
    touched_at: Any


class ExternalIdTaken(Conflict):
    """Two rows of a kind never share an external id."""

    code = "external_id_taken"


async def touch(session: AsyncSession, row: Editable, clock: Clock) -> None:
    """The next version; an imported row is from now on ours, and an import leaves it alone."""
    row.version += 1
    row.updated_at = clock.now()
    if row.source == "import":
        row.touched_at = clock.now()
    await session.flush()


async def refuse_taken(session: AsyncSession, model: type[Any], external_id: str | None, noun: str) -> None:
    """Refuse an external id that another row of this kind has already; ``noun`` names the kind (``a service``)."""
    if external_id is None:
        return
    if await session.scalar(select(model.id).where(model.external_id == external_id)) is not None:
        detail = f"{noun.capitalize()} with the external id {external_id!r} exists already."
        raise ExternalIdTaken(detail, fields=[("external_id", "is taken")])
