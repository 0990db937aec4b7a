"""Rows of a subscription's lines: how new ones are made, for the API and for imports alike."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.billing.service import amounts
from api.catalog import service as catalog
from api.catalog.service import Service
from api.kit.ids import new_id
from api.subscriptions.errors import BadLine
from api.subscriptions.models import Subscription, SubscriptionItem
from api.subscriptions.schedule import Row
from api.subscriptions.schemas import ItemCreate
from imisofts.access import Actor

_EXACT = Context(prec=80, rounding=ROUND_HALF_EVEN)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a line is charged, in units of the subscription's currency; without ``interval`` once."""

    description: str
    unit_price: Decimal
    quantity: Decimal = Decimal(1)
    discount_rate: Decimal = Decimal(0)
    interval: str | None = "month"
    interval_count: int = 1
    service_id: UUID | None = None


def new_rows(
    subscription: Subscription, terms: Sequence[Terms], today: date, started_on: date | None = None
) -> list[SubscriptionItem]:
    """The first row of each new line, not yet added to a session: from ``started_on`` (the subscription's, if left
    out) until the subscription's end. What began before ``today`` was agreed on its first day."""
    first = started_on or subscription.started_on
    return [
        SubscriptionItem(
            id=new_id(),
            workspace_id=subscription.workspace_id,
            subscription_id=subscription.id,
            client_id=subscription.client_id,
            line_id=new_id(),
            currency=subscription.currency,
            started_on=first,
            ended_on=subscription.ended_on,
            decided_on=min(today, first),
            end_decided_on=subscription.cancelled_on if subscription.ended_on else None,
            **asdict(each),
        )
        for each in terms
    ]


def charged_minor(row: Row | SubscriptionItem | Terms, currency: str) -> int:
    """What one charge of the row comes to, in minor units, after its discount and without tax; rounded once."""
    full = _EXACT.multiply(row.quantity, row.unit_price)
    return amounts.to_minor(_EXACT.multiply(full, 1 - row.discount_rate), currency)


def check_amount(terms: Row | SubscriptionItem | Terms, currency: str, place: str) -> None:
    """Refuse a line whose charge could not be stored."""
    try:
        charged_minor(terms, currency)
    except amounts.AmountTooLargeError as error:
        raise BadLine("A line comes to more than can be stored.", fields=[(place, str(error))]) from error


async def resolve(
    session: AsyncSession, actor: Actor, given: Sequence[ItemCreate], currency: str, place: str
) -> list[Terms]:
    """The terms of new lines, with what was left out taken from their services. ``place`` is where they stand in the
    request, for the refusal's fields."""
    wanted = {f"{place}.{n}.service_id": each.service_id for n, each in enumerate(given) if each.service_id}
    services = await catalog.sold(session, actor, wanted)
    found: list[Terms] = []
    for n, each in enumerate(given):
        service = services[each.service_id] if each.service_id else None
        terms = _terms(each, service, currency, f"{place}.{n}")
        check_amount(terms, currency, f"{place}.{n}.unit_price")
        found.append(terms)
    return found


def _terms(given: ItemCreate, service: Service | None, currency: str, place: str) -> Terms:
    offered: Mapping[str, Any] = {"interval": "month", "interval_count": 1}
    if service is not None:
        price = service.unit_price if service.currency == currency else None
        offered = {
            "description": service.name,
            "unit_price": price,
            "interval": service.interval,
            "interval_count": service.interval_count,
        }
    sent = {name: getattr(given, name) for name in given.model_fields_set}
    if sent.get("interval_count") is None:
        sent.pop("interval_count", None)
    values = {**offered, **{name: value for name, value in sent.items() if value is not None or name == "interval"}}
    for name, words in (("description", "say what is paid for"), ("unit_price", f"enter a price in {currency}")):
        if values.get(name) is None:
            raise BadLine("A line says what is paid for, and its price.", fields=[(f"{place}.{name}", words)])
    return Terms(**values)
