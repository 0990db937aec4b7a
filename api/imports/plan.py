"""What an import would do, decided before anything is written. Pure."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeGuard
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import TextClause
from sqlalchemy.ext.asyncio import AsyncSession

from api.events.schemas import EventName
from api.identity.schemas import UserCreate
from api.imports.schemas import ImportOptions, ImportResult, KeptRow, RowError
from api.kit.models import Base
from imisofts.access import Actor

SHOWN = 100
PREVIEW = 100


@dataclass(frozen=True, slots=True)
class Context:
    """What every kind needs: the transaction, who imports, when, how."""

    session: AsyncSession
    actor: Actor
    now: datetime
    today: date
    currency: str
    timezone: str
    options: ImportOptions
    secret_key: str = ""

    def date_of(self, moment: date | datetime | None) -> date | None:
        """The calendar date of a date or an instant in the workspace's zone."""
        return self.instant(moment).astimezone(ZoneInfo(self.timezone)).date() if _timed(moment) else moment

    def instant(self, moment: datetime) -> datetime:
        """The moment in UTC; without a zone it is one of the workspace's clocks."""
        aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(self.timezone))
        return aware.astimezone(UTC)


def _timed(moment: date | datetime | None) -> TypeGuard[datetime]:
    return isinstance(moment, datetime)


@dataclass(slots=True)
class Change:
    """One row to be written: ``values`` of its columns with ``id``; ``line`` is 0 where no line of the file made it.

    ``before`` and ``after`` go into its event and the dry run; ``shown`` (field: before, after) only into the dry run,
    which is for those who may import, while events are read by every member.
    """

    model: type[Base]
    event: EventName
    line: int
    external_id: str
    values: dict[str, Any]
    before: dict[str, Any] | None
    after: dict[str, Any]
    lines: dict[str, Any] | None = None
    shown: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        """The row's id."""
        found: UUID = self.values["id"]
        return found


@dataclass(frozen=True, slots=True)
class Invitation:
    """Somebody to invite, by the door of identity and not as a row; ``told`` is what the file says of the person."""

    line: int
    asked: UserCreate
    told: dict[str, str]


@dataclass(slots=True)
class Plan:
    """Everything that an import would do.

    ``referred`` rows, which others name, come first; then ``created`` and ``changed``; then ``followed``, rows that
    change because of these and that no line of the file is about; then ``inserts`` and ``updates``, parts of the rows
    before without an event of their own; then ``statements`` with their parameters; ``settled`` invoices, and
    people who are ``invited``, last.
    """

    created: list[Change] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    referred: list[Change] = field(default_factory=list)
    followed: list[Change] = field(default_factory=list)
    inserts: dict[type[Base], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    updates: dict[type[Base], list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    statements: list[tuple[TextClause, dict[str, Any]]] = field(default_factory=list)
    settled: list[dict[str, Any]] = field(default_factory=list)
    invited: list[Invitation] = field(default_factory=list)
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
        referred = Counter(str(change.model.__tablename__) for change in self.referred)
        return ImportResult(
            created=len(self.created) + len(self.invited),
            changed=len(self.changed),
            unchanged=self.unchanged,
            kept=len(self.kept),
            skipped=len({error.line for error in errors}),
            clients_created=referred["client"],
            referred=dict(referred),
            errors=errors[:SHOWN],
            kept_rows=self.kept[:SHOWN],
            preview=self._preview() if dry_run else [],
            notes=self.notes,
        )

    def _preview(self) -> list[dict[str, Any]]:
        changes = [_shown(change) for change in [*self.changed, *self.created][:PREVIEW]]
        return changes + [_asked(invitation) for invitation in self.invited[: PREVIEW - len(changes)]]


def _asked(invitation: Invitation) -> dict[str, Any]:
    first = {"line": invitation.line, "external_id": invitation.asked.email, "action": "create", "before": None}
    return {**first, "after": invitation.told}


def _shown(change: Change) -> dict[str, Any]:
    shown = change.shown.items()
    return {
        "line": change.line,
        "external_id": change.external_id,
        "action": "change" if change.before is not None else "create",
        "before": None if change.before is None else {**change.before, **{k: pair[0] for k, pair in shown}},
        "after": {**change.after, **{k: pair[1] for k, pair in shown}},
    }
