"""What goes in and out about imports."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_Key = Annotated[str, StringConstraints(min_length=1, max_length=200)]
SHOWN_ROWS = 100


class Kind(StrEnum):
    """What the rows of a file are."""

    clients = "clients"
    invoices = "invoices"
    payments = "payments"
    credit_notes = "credit-notes"


class ImportOptions(BaseModel):
    """How a file is read.

    ``map`` names the column of a field (a field's own name needs none; ``@row`` is ``<file name>:<line>``), ``set``
    gives a field one value in every row. ``create_missing`` makes clients that invoices refer to, with the external
    id as name; it makes no invoices. ``skip_bad`` leaves bad rows out instead of stopping before anything is written.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"map": {"external_id": "InvoiceNo"}, "set": {"currency": "GBP"}}},
    )

    map: Annotated[dict[_Key, _Key], Field(max_length=20)] = {}
    set: Annotated[dict[_Key, Annotated[str, StringConstraints(max_length=1000)]], Field(max_length=20)] = {}
    create_missing: bool = False
    skip_bad: bool = False
    dry_run: bool = False


class RowError(BaseModel):
    """A bad row; ``line`` counts from 1, the header's."""

    line: int
    column: str
    reason: str


class KeptRow(BaseModel):
    """A row that differs from ours and was left as it is here."""

    line: int
    external_id: str
    reason: str


class ImportResult(BaseModel):
    """What came of it (in a dry run: what would). Lists show the first hundred; the counts are whole."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0
    skipped: int = 0
    clients_created: int = 0
    detail: str | None = None
    errors: list[RowError] = []
    kept_rows: list[KeptRow] = []
    preview: list[dict[str, Any]] = []
    notes: list[str] = []


class ImportRunOut(BaseModel):
    """An import: ``running``, ``done``, or ``failed`` (nothing written; ``result.detail`` and ``errors`` say why)."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    file_name: str
    dry_run: bool
    status: str
    total_rows: int
    done_rows: int
    result: ImportResult | None
    created_at: datetime
    finished_at: datetime | None
