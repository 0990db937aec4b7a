"""What all tables have in common.

Marks read by the migrations and the contract tests:

- table ``info={"lake": True}``: replicated into the lake; ``{"lake_excluded": "reason"}`` otherwise;
- column ``info={"lake": "secret"}``: never leaves Postgres; ``{"lake": "personal"}``: current state only;
- table ``info={"eventless": "reason"}``: a change needs no event;
- table ``info={"ends": "condition"}``: SQL over its columns and ``:now``; a job deletes the rows for which it is true.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKeyConstraint, MetaData, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from api.kit.ids import new_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Parent of every table; relationships are declared ``lazy="raise"``, so a hidden query is an error."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
    }
    __mapper_args__: ClassVar[dict[str, Any]] = {"eager_defaults": True}  # type: ignore[misc]
    """What the database fills in comes back with the write; a later read would be a hidden query."""


class TenantMixin:
    """Columns of a workspace's row. ``version`` counts changes and is what If-Match compares."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    workspace_id: Mapped[UUID] = mapped_column()
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class ImportedMixin:
    """Columns of a row that an import may make.

    ``external_id`` is its key in another system. ``touched_at`` is set when an imported row is changed here; an import
    leaves such a row alone from then on.
    """

    external_id: Mapped[str | None] = mapped_column()
    source: Mapped[str] = mapped_column(default="api")
    touched_at: Mapped[datetime | None] = mapped_column()


def tenant_keys(*more: Any, references: Mapping[str, str] | None = None, imported: bool = False) -> tuple[Any, ...]:
    """Table arguments of a replicated tenant table: keys that carry the workspace, ``references`` (column to table)
    within it, and what :class:`ImportedMixin` needs."""
    keys: list[Any] = [UniqueConstraint("workspace_id", "id"), ForeignKeyConstraint(["workspace_id"], ["workspace.id"])]
    for column, table in (references or {}).items():
        keys.append(ForeignKeyConstraint(["workspace_id", column], [f"{table}.workspace_id", f"{table}.id"]))
    if imported:
        keys.append(UniqueConstraint("workspace_id", "external_id"))
        keys.append(CheckConstraint("source in ('api', 'import')", name="source"))
    return (*keys, *more, {"info": {"lake": True}})
