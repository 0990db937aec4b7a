"""What an import would do, decided before anything is written. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.events.schemas import EventName
from api.imports.schemas import ImportOptions, ImportResult, KeptRow, RowError
from api.kit.models import Base
from imisofts.access import Actor

SHOWN = 100
PREVIEW = 20


@dataclass(frozen=True, slots=True)
class Context:
    """What every kind needs: the transaction, who imports, when, how."""

    session: AsyncSession
    actor: Actor
    now: datetime
    today: date
    currency: str
    options: ImportOptions


@dataclass(slots=True)
class Change:
    """One row to be written: ``values`` of its columns with ``id``; ``line`` is 0 where no line of the file made it."""

    model: type[Base]
    event: EventName
    line: int
    external_id: str
    values: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any]
    lines: dict[str, Any] | None = None

    @property
    def id(self) -> UUID:
        """The row's id."""
        found: UUID = self.values["id"]
        return found


@dataclass(slots=True)
class Plan:
    """Everything that an import would do. ``clients`` come first, ``settled`` invoices last."""

    created: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    clients: list[Change] = field(default_factory=list)
    settled: list[dict[str, Any]] = field(default_factory=list)
    unchanged: int = 0
    kept: list[KeptRow] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def keep(self, row: dict[str, Any], reason: str) -> None:
        """Leave ours as it is, and say so."""
        self.kept.append(KeptRow(line=row["line"], external_id=row["external_id"], reason=reason))

    def refuse(self, row: dict[str, Any], column: str, reason: str) -> None:
        """The row is bad."""
        self.errors.append(RowError(line=row["line"], column=column, reason=reason))

    def result(self, errors: list[RowError], *, dry_run: bool) -> ImportResult:
        """The plan as it is answered; ``errors`` are those of reading and planning together."""
        return ImportResult(
            created=len(self.created),
            changed=len(self.changed),
            unchanged=self.unchanged,
            kept=len(self.kept),
            skipped=len({error.line for error in errors}),
            clients_created=len(self.clients),
            errors=errors[:SHOWN],
            kept_rows=self.kept[:SHOWN],
            preview=[_shown(change) for change in [*self.changed, *self.created][:PREVIEW]] if dry_run else [],
            notes=self.notes,
        )


def _shown(change: Change) -> dict[str, Any]:
    return {
        "line": change.line,
        "external_id": change.external_id,
        "action": "change" if change.before is not None else "create",
        "before": change.before,
        "after": change.after,
    }
