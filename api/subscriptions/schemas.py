"""What goes in and out about subscriptions.

Prices that go in are decimals in the currency's unit; amounts that come out are integers in its smallest unit, with
``_minor`` in the name. Every ``…_on`` that ends something is the first day without it.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.billing.schemas import Description, Factor, Note, Short
from api.catalog.schemas import Interval, IntervalCount, Price
from api.clients.schemas import Currency, ExternalId
from api.kit.fields import Day, TrueOrFalse

Quantity = Annotated[Factor, Field(ge=0, examples=["1"])]
Discount = Annotated[
    Decimal,
    Field(ge=0, le=1, max_digits=9, decimal_places=6, allow_inf_nan=False, description="A fraction: 0.1 for 10 %."),
]
Reason = Annotated[Note, Field(min_length=3)]
_ID = "01990b3c-7d1e-7c3a-9f52-0f8a3f6e2c11"
_LINE = "01990b3c-7d1e-7c3a-9f52-0f8a3f6e2c12"


def _example(**example: Any) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"example": example})


class ItemCreate(BaseModel):
    """A new line. What is left out comes from the service: description, price (in the same currency) and interval.

    Without a service the interval is a month; ``"interval": null`` is charged once and is no recurring revenue.
    """

    model_config = ConfigDict(extra="forbid")

    service_id: UUID | None = None
    description: Description | None = None
    quantity: Quantity = Decimal(1)
    unit_price: Price | None = None
    discount_rate: Discount = Decimal(0)
    interval: Interval | None = None
    interval_count: IntervalCount | None = None


class SubscriptionCreate(BaseModel):
    """A standing agreement. Without ``currency`` the client's; it is fixed from here on. ``trial_ends_on`` is the
    first paid day. It may begin in the past: then it was agreed on its first day."""

    model_config = _example(
        client_id=_ID,
        name="Website care",
        started_on="2026-10-01",
        items=[{"description": "Care plan", "quantity": "1", "unit_price": "240.00", "interval": "month"}],
    )

    client_id: UUID
    name: Short | None = None
    currency: Currency | None = None
    started_on: Day
    trial_ends_on: Day | None = None
    external_id: ExternalId | None = None
    items: Annotated[list[ItemCreate], Field(min_length=1, max_length=100)]


class LineChange(BaseModel):
    """What is to change in a line; a field left out stays. ``remove`` ends the line."""

    model_config = ConfigDict(extra="forbid")

    line_id: UUID
    quantity: Quantity | None = None
    unit_price: Price | None = None
    discount_rate: Discount | None = None
    interval: Interval | None = None
    interval_count: IntervalCount | None = None
    remove: TrueOrFalse = False


class SubscriptionChange(BaseModel):
    """Lines that change, end or begin on ``effective_on`` (today in the workspace's zone, if left out)."""

    model_config = _example(effective_on="2026-11-01", items=[{"line_id": _LINE, "quantity": "3"}])

    effective_on: Day | None = None
    items: Annotated[list[LineChange], Field(max_length=100)] = []
    add: Annotated[list[ItemCreate], Field(max_length=100)] = []


class SubscriptionPauseFrom(BaseModel):
    """Days without charges: from ``from`` (today, if left out) until before ``until`` (until resumed, if left out)."""

    model_config = _example(**{"from": "2026-11-01", "until": "2027-01-01"})

    from_: Annotated[Day | None, Field(alias="from")] = None
    until: Day | None = None


class SubscriptionResume(BaseModel):
    """The first day that is charged again (today, if left out)."""

    model_config = _example(on="2026-12-01")

    on: Day | None = None


class SubscriptionCancel(BaseModel):
    """The first day without it: ``on``, or with ``at_period_end`` when the periods that are paid have passed, else
    today."""

    model_config = _example(at_period_end=True, reason="Moves in house")

    on: Day | None = None
    at_period_end: TrueOrFalse = False
    reason: Note | None = None


class PauseCorrection(BaseModel):
    """The right days of a pause; ``"ended_on": null`` takes an end back."""

    model_config = ConfigDict(extra="forbid")

    pause_id: UUID
    started_on: Day | None = None
    ended_on: Day | None = None


class SubscriptionCorrect(BaseModel):
    """What was recorded wrongly about one row of a line (``item_id``) or about a pause; a field left out stays.

    A correction is the only way to change closed months. ``"ended_on": null`` takes an end back.
    """

    model_config = _example(reason="Typed 10 for 1", item_id=_ID, quantity="1")

    reason: Reason
    item_id: UUID | None = None
    description: Description | None = None
    quantity: Quantity | None = None
    unit_price: Price | None = None
    discount_rate: Discount | None = None
    interval: Interval | None = None
    interval_count: IntervalCount | None = None
    started_on: Day | None = None
    ended_on: Day | None = None
    pause: PauseCorrection | None = None


class ItemOut(BaseModel):
    """What is charged from ``started_on`` until before ``ended_on``; rows of one line share ``line_id``.

    ``decided_on`` and ``end_decided_on`` are the days on which the row, and its end, were agreed.
    """

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    line_id: UUID
    service_id: UUID | None
    description: str
    quantity: Decimal
    unit_price: Decimal
    discount_rate: Decimal
    currency: str
    interval: str | None
    interval_count: int
    started_on: date
    ended_on: date | None
    decided_on: date
    end_decided_on: date | None


class PauseOut(BaseModel):
    """Days on which nothing is charged; without an end, until resumed."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    started_on: date
    ended_on: date | None


class SubscriptionListed(BaseModel):
    """A subscription in a list.

    ``status`` is that of today in the workspace's zone: scheduled (begins later), trial, active, paused, cancelled (its
    end is agreed) or ended. ``next_charge_minor`` is what falls due on ``next_charge_on``, without tax.
    """

    id: UUID
    client_id: UUID
    client_name: str
    external_id: str | None
    name: str | None
    status: str
    currency: str
    started_on: date
    trial_ends_on: date | None
    cancelled_on: date | None
    ended_on: date | None
    next_charge_on: date | None
    next_charge_minor: int | None
    source: str
    version: int
    created_at: datetime
    updated_at: datetime


class SubscriptionOut(SubscriptionListed):
    """A subscription with all its rows, those of the past and of agreed changes too; ``version`` is what the ETag says.

    ``period_ends_on`` is the first day without it if it were cancelled at period end today. The reason of a
    cancellation is shown to staff only.
    """

    cancel_reason: str | None
    period_ends_on: date | None
    items: list[ItemOut]
    pauses: list[PauseOut]
