"""What goes in and out about exchange rates."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.clients.schemas import Currency
from api.kit.fields import Day

Rate = Annotated[
    Decimal,
    Field(
        gt=0,
        max_digits=24,
        decimal_places=12,
        allow_inf_nan=False,
        description="Units of `to_currency` for one of `from_currency`.",
        examples=["1.0842"],
    ),
]


class ExchangeRateCreate(BaseModel):
    """A rate from ``rate_on`` (today in the workspace's zone, if left out) until the pair's next one."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"from_currency": "EUR", "to_currency": "USD", "rate_on": "2026-10-01", "rate": "1.0842"}
        },
    )

    from_currency: Currency
    to_currency: Currency
    rate_on: Day | None = None
    rate: Rate


class ExchangeRateOut(BaseModel):
    """One unit of ``from_currency`` is ``rate`` units of ``to_currency``; ``version`` is what the ETag says."""

    model_config = ConfigDict(
        from_attributes=True,
        json_schema_extra={
            "examples": [
                {
                    "id": "01990b3c-7d1e-7c3a-9f52-0f8a3f6e2c11",
                    "from_currency": "EUR",
                    "to_currency": "USD",
                    "rate_on": "2026-10-01",
                    "rate": "1.084200000000",
                    "source": "api",
                    "version": 1,
                    "created_at": "2026-10-01T09:30:00Z",
                }
            ]
        },
    )

    id: UUID
    from_currency: str
    to_currency: str
    rate_on: date
    rate: Decimal
    source: str
    version: int
    created_at: datetime
