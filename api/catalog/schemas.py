"""What goes in and out about services."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.billing.schemas import Factor, Note
from api.clients.schemas import Currency, ExternalId, Name
from api.kit.fields import WholeNumber

Interval = Literal["day", "week", "month", "quarter", "year"]
IntervalCount = Annotated[WholeNumber, Field(ge=1, le=1000, description="Charged every this many intervals.")]
Price = Annotated[Factor, Field(ge=0, description="In units of the currency, without tax.", examples=["1200.00"])]


class ServiceCreate(BaseModel):
    """A new service. Without ``currency`` the workspace's; without ``interval`` it is sold once."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"name": "Care plan", "unit_price": "240.00", "interval": "month"}},
    )

    name: Name
    description: Note | None = None
    unit_price: Price | None = None
    currency: Currency | None = None
    interval: Interval | None = None
    interval_count: IntervalCount = 1
    external_id: ExternalId | None = None


class ServiceUpdate(BaseModel):
    """What is to change; a field left out stays. What was sold before keeps its own price and interval."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"unit_price": "260.00"}})

    name: Name | None = None
    description: Note | None = None
    unit_price: Price | None = None
    currency: Currency | None = None
    interval: Interval | None = None
    interval_count: IntervalCount | None = None


class ServiceOut(BaseModel):
    """A service; ``version`` is what the ETag says."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "01990b3c-7d1e-7c3a-9f52-0f8a3f6e2c11",
                    "external_id": "S-7",
                    "name": "Care plan",
                    "description": "Updates, backups and two hours of help",
                    "unit_price": "240.00000000",
                    "currency": "EUR",
                    "interval": "month",
                    "interval_count": 1,
                    "archived": False,
                    "archived_at": None,
                    "source": "api",
                    "version": 1,
                    "created_at": "2026-10-01T09:30:00Z",
                    "updated_at": "2026-10-01T09:30:00Z",
                }
            ]
        }
    )

    id: UUID
    external_id: str | None
    name: str
    description: str | None
    unit_price: Decimal | None
    currency: str
    interval: str | None
    interval_count: int
    archived: bool
    archived_at: datetime | None
    source: str
    version: int
    created_at: datetime
    updated_at: datetime
