"""What a kind of import is: its fields, where they go, and the rules beyond that."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Final

from api.events.schemas import EventName
from api.imports.fields import Field
from api.imports.plan import Context, Plan
from api.imports.schemas import Kind
from api.kit.models import Base

Row = dict[str, Any]
"""A row of the file: ``line``, its fields, and in ``found`` the columns of what it refers to, by field."""


class RowRefused(ValueError):
    """The row is bad because of ``field``."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field


Complete = Callable[[Context, Row, Any], None]
"""Adds to a row what follows from its fields, from ``found`` and from our row (None: there is none), or refuses it."""
Planner = Callable[[Context, "Subject", list[Row]], Awaitable[Plan]]


@dataclass(frozen=True)
class Subject:
    """One kind of import.

    ``one_of`` fields are required as a group. ``derived`` are columns that ``complete`` fills. ``key`` are the columns
    that find our row. ``dated`` is the field whose day a client made for want of one gets. ``plan`` decides what
    becomes of the rows.
    """

    kind: Kind
    about: str
    noun: str
    fields: tuple[Field, ...]
    model: type[Base]
    event: EventName
    plan: Planner
    complete: Complete | None = None
    derived: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    key: tuple[str, ...] = ("external_id",)
    dated: str = ""

    @cached_property
    def references(self) -> tuple[Field, ...]:
        """The fields that name other rows."""
        return tuple(field for field in self.fields if field.target is not None)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The model's columns that the kind fills, each once."""
        known = self.model.__table__.columns
        names = [field.column for field in self.fields] + list(self.derived)
        return tuple(name for name in dict.fromkeys(names) if name in known)

    def field(self, name: str) -> Field:
        """The field called ``name``."""
        return next(field for field in self.fields if field.name == name)

    @property
    def usage(self) -> str:
        """The fields in a line, required ones before the semicolon."""
        group = " or ".join(self.one_of)
        first: list[str] = []
        for field in self.fields:
            if field.name in self.one_of:
                first += [] if group in first else [group]
            elif field.required:
                first.append(field.name)
        rest = [field.name for field in self.fields if not field.required and field.name not in self.one_of]
        return ", ".join(first) + ("; " + ", ".join(rest) if rest else "")


_IDENTITY: Final = {"id", "workspace_id", "source", "touched_at"}


def blank(model: type[Base]) -> Row:
    """The model's own defaults for a new row, columns that the database fills left out."""
    return dict(_defaults(model))


@cache
def _defaults(model: type[Base]) -> Row:
    values: Row = {}
    for column in model.__table__.columns:
        if column.name not in _IDENTITY and column.server_default is None:
            scalar = column.default is not None and column.default.is_scalar
            values[column.name] = column.default.arg if scalar else None
    return values
