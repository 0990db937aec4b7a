"""What goes in and out about imports."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from imisofts.access import Action, Actor

_Key = Annotated[str, StringConstraints(min_length=1, max_length=200)]
SHOWN_ROWS = 100


class Kind(StrEnum):
    """What the rows of a file are."""

    clients = "clients"
    invoices = "invoices"
    payments = "payments"
    credit_notes = "credit-notes"
    services = "services"
    subscriptions = "subscriptions"
    people = "people"
    working_hours = "working-hours"
    holidays = "holidays"
    time_off = "time-off"
    projects = "projects"
    milestones = "milestones"
    tasks = "tasks"
    time_entries = "time-entries"
    tickets = "tickets"
    exchange_rates = "exchange-rates"
    users = "users"


NEEDS = {Kind.users: Action.user_manage}
"""What a kind takes beyond the right to import."""


def closed_to(actor: Actor) -> list[Kind]:
    """The kinds that an actor who may import does not."""
    return [kind for kind, action in NEEDS.items() if not actor.may(action)]


class Locale(StrEnum):
    """How a file writes numbers and dates."""

    de = "de"
    de_CH = "de_CH"  # noqa: N815 - a locale's name
    en_GB = "en_GB"  # noqa: N815
    en_US = "en_US"  # noqa: N815
    es = "es"
    fr = "fr"
    it = "it"
    ja = "ja"
    nl = "nl"
    pl = "pl"
    pt = "pt"
    sv = "sv"


class ImportOptions(BaseModel):
    """How a file is read.

    ``map`` names the column of a field (a field's own name needs none; ``@row`` is ``<file name>:<line>``), ``set``
    gives a field one value in every row. ``create_missing`` makes clients, people, services, projects and tasks that
    rows refer to, with the external id as name; it makes no invoices. ``skip_bad`` leaves bad rows out instead of
    stopping before anything is written. ``locale`` says how numbers and dates are written (de: 1.234,50 and
    31.10.2026); without it they have a decimal point and are ISO dates. ``sheet`` names the sheet of an Excel file;
    without it the first one counts. ``guess`` finds the columns of fields that ``map`` and ``set`` do not name: as this
    kind was read the last time, else by their headers.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"map": {"external_id": "InvoiceNo"}, "set": {"currency": "GBP"}}},
    )

    map: Annotated[dict[_Key, _Key], Field(max_length=20)] = {}
    set: Annotated[dict[_Key, Annotated[str, StringConstraints(max_length=1000)]], Field(max_length=20)] = {}
    locale: Locale | None = None
    sheet: _Key | None = None
    create_missing: bool = False
    skip_bad: bool = False
    dry_run: bool = False
    guess: bool = False


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
    """What came of it (in a dry run: what would). Lists show the first hundred; the counts are whole.

    ``referred`` counts the rows that ``create_missing`` made, by table; ``clients_created`` is its part of clients.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0
    skipped: int = 0
    clients_created: int = 0
    referred: dict[str, int] = {}
    detail: str | None = None
    errors: list[RowError] = []
    kept_rows: list[KeptRow] = []
    preview: list[dict[str, Any]] = []
    notes: list[str] = []


class ImportColumn(BaseModel):
    """A column of the file with its first values."""

    name: str
    sample: list[str]


class ImportShape(BaseModel):
    """What a file looks like: csv, xlsx or parquet, its sheets if it has any, its columns."""

    format: str
    sheets: list[str]
    columns: list[ImportColumn]


class ImportFieldOut(BaseModel):
    """A field of a kind."""

    name: str
    required: bool
    help: str


class ImportKindOut(BaseModel):
    """A kind of import. Of the fields named in ``one_of`` one is required."""

    name: Kind
    about: str
    one_of: list[str]
    fields: list[ImportFieldOut]


class ImportKinds(BaseModel):
    """Every kind."""

    items: list[ImportKindOut]


class ImportRow(BaseModel):
    """An import in the list; the counts are null until it is done."""

    id: UUID
    kind: str
    file_name: str
    dry_run: bool
    status: str
    total_rows: int
    created: int | None
    changed: int | None
    unchanged: int | None
    kept: int | None
    skipped: int | None
    created_at: datetime
    finished_at: datetime | None


class ImportRunOut(BaseModel):
    """An import: ``running``, ``done``, or ``failed`` (nothing written; ``result.detail`` and ``errors`` say why).

    ``options`` are those with which the file was read, guesses included. ``can_repeat``: the file is still kept, so
    that another import may name this one as ``again`` in place of a file.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    file_name: str
    dry_run: bool
    status: str
    total_rows: int
    done_rows: int
    options: ImportOptions | None
    shape: ImportShape | None
    can_repeat: bool = False
    result: ImportResult | None
    created_at: datetime
    finished_at: datetime | None
