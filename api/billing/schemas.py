"""What goes in and out about invoices, payments and credit notes.

Amounts that go in are decimals in the currency's unit (``"120.00"``); amounts that come out are integers in its
smallest unit, with ``_minor`` in the name.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from api.clients.schemas import Currency, ExternalId
from api.kit.fields import Day


def _without_null_byte(text: str) -> str:
    if "\x00" in text:
        raise ValueError("holds a character that no text has")
    return text


Description = Annotated[
    str, StringConstraints(min_length=1, max_length=1000, strip_whitespace=True), AfterValidator(_without_null_byte)
]
Note = Annotated[str, StringConstraints(max_length=2000, strip_whitespace=True), AfterValidator(_without_null_byte)]
Short = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True), AfterValidator(_without_null_byte)]
Factor = Annotated[Decimal, Field(max_digits=24, decimal_places=8, allow_inf_nan=False)]
Rate = Annotated[Decimal, Field(ge=0, le=10, max_digits=9, decimal_places=6, allow_inf_nan=False)]
Units = Annotated[
    Decimal, Field(max_digits=22, decimal_places=4, allow_inf_nan=False, description="In units of the currency")
]
Moment = Annotated[
    AwareDatetime | Day,
    Field(description="An instant with its offset, or a date: the beginning of that day in the workspace's zone"),
]


class LineIn(BaseModel):
    """A line: ``quantity × unit_price``, and ``tax_rate`` as a fraction (0.19 for 19 %).

    ``service_from`` and ``service_until`` (exclusive) say when it is delivered: its revenue is recognised over that
    time, and on the day of issue without them."""

    model_config = ConfigDict(extra="forbid")

    description: Description
    quantity: Factor = Decimal(1)
    unit_price: Factor
    tax_rate: Rate = Decimal(0)
    service_from: Moment | None = None
    service_until: Moment | None = None


class InvoiceCreate(BaseModel):
    """A draft. Without ``currency`` the client's; the currency is fixed from here on."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "client_id": "01990b3c-7d1e-7c3a-9f52-0f8a3f6e2c11",
                "lines": [{"description": "Retainer", "quantity": "1", "unit_price": "1200.00", "tax_rate": "0.19"}],
            }
        },
    )

    client_id: UUID
    currency: Currency | None = None
    due_on: Day | None = None
    note: Note | None = None
    external_id: ExternalId | None = None
    lines: Annotated[list[LineIn], Field(max_length=500)] = []


class InvoiceUpdate(BaseModel):
    """What is to change in a draft; ``lines`` replace all lines."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"note": "Thank you."}})

    client_id: UUID | None = None
    due_on: Day | None = None
    note: Note | None = None
    lines: Annotated[list[LineIn], Field(max_length=500)] | None = None


class InvoiceIssue(BaseModel):
    """When; without ``issued_on`` today in the workspace's zone, without ``due_on`` the draft's or 30 days later."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"issued_on": "2026-10-01"}})

    issued_on: Day | None = None
    due_on: Day | None = None


class PaymentCreate(BaseModel):
    """Money that came in; a negative amount is a refund. Without ``paid_on`` today in the workspace's zone."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"amount": "120.00", "paid_on": "2026-10-12"}}
    )

    amount: Units
    paid_on: Day | None = None
    method: Short | None = None
    reference: Short | None = None
    external_id: ExternalId | None = None


class CreditNoteCreate(BaseModel):
    """An amount to take off an issued invoice."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"amount": "20.00", "reason": "One hour too many"}}
    )

    amount: Annotated[Units, Field(gt=0)]
    issued_on: Day | None = None
    reason: Note | None = None


class LineOut(BaseModel):
    """A line with its amounts."""

    model_config = ConfigDict(from_attributes=True)

    position: int
    description: str
    quantity: Decimal
    unit_price: Decimal
    tax_rate: Decimal
    net_minor: int
    tax_minor: int
    service_from: datetime | None
    service_until: datetime | None


class InvoiceListed(BaseModel):
    """An invoice in a list; ``open_minor`` is what is still to be paid."""

    id: UUID
    client_id: UUID
    client_name: str
    external_id: str | None
    number: str | None
    status: str
    currency: str
    issued_on: date | None
    due_on: date | None
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    paid_minor: int
    credited_minor: int
    open_minor: int
    settled_on: date | None
    voided_on: date | None
    source: str
    version: int
    created_at: datetime
    updated_at: datetime


class InvoiceOut(InvoiceListed):
    """An invoice with its lines; ``version`` is what the ETag says."""

    note: str | None
    lines: list[LineOut]


class PaymentOut(BaseModel):
    """A payment, or with a negative amount a refund."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    invoice_id: UUID
    client_id: UUID
    external_id: str | None
    paid_on: date
    amount_minor: int
    currency: str
    method: str | None
    reference: str | None
    source: str
    created_at: datetime


class CreditNoteOut(BaseModel):
    """A credit note."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    invoice_id: UUID
    client_id: UUID
    number: str
    external_id: str | None
    issued_on: date
    amount_minor: int
    currency: str
    reason: str | None
    source: str
    created_at: datetime


class Balance(BaseModel):
    """What is owed in one currency, minor units: all open invoices, and of these the ones past their due date.
    ``overdue_id`` is the oldest of them."""

    currency: str
    open_minor: int
    open_count: int
    overdue_minor: int
    overdue_count: int
    overdue_id: UUID | None
