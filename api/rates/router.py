"""Routes of exchange rates."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.kit import lists
from api.kit.access import allowed
from api.kit.clock import AppClock
from api.kit.concurrency import IfMatch, etag
from api.kit.database import ReadSession, WriteSession
from api.kit.errors import Conflict, NotFound, PreconditionFailed, PreconditionRequired, documented
from api.kit.idempotency import IdempotencyKey, IdempotentRoute
from api.rates import repository, service
from api.rates.models import ExchangeRate
from api.rates.schemas import ExchangeRateCreate, ExchangeRateOut
from imisofts.access import Action, Actor

router = APIRouter(prefix="/exchange-rates", tags=["rates"], route_class=IdempotentRoute)

LIST = lists.ListSpec(
    columns={name: getattr(ExchangeRate, name) for name in ExchangeRateOut.model_fields},
    default_sort="-rate_on",
    sortable=("rate_on", "created_at"),
    filterable=("from_currency", "to_currency", "rate_on", "source"),
)

# Who may read what is sold may read the rates by which it is reported.
CanRead = Annotated[Actor, allowed(Action.service_read)]
CanWrite = Annotated[Actor, allowed(Action.exchange_rate_write)]


@router.get("", response_model=lists.Page[ExchangeRateOut])
async def list_exchange_rates(
    actor: CanRead, session: ReadSession, params: Annotated[lists.ListParams, Depends(lists.parameters(LIST))]
) -> Response:
    """Exchange rates, newest first unless sorted otherwise."""
    return await lists.page(session, repository.visible_to(actor), LIST, params)


@router.post("", status_code=201, responses=documented(Conflict))
async def record_exchange_rate(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    given: ExchangeRateCreate,
    response: Response,
    _: IdempotencyKey = None,
) -> ExchangeRateOut:
    """Record a rate; it holds from its day until the pair's next one."""
    rate = await service.record(session, actor, given, clock)
    response.headers["ETag"] = etag(rate.version)
    return ExchangeRateOut.model_validate(rate)


@router.delete(
    "/{exchange_rate_id}",
    status_code=204,
    responses=documented(NotFound, PreconditionFailed, PreconditionRequired),
)
async def delete_exchange_rate(
    actor: CanWrite, session: WriteSession, exchange_rate_id: UUID, if_match: IfMatch = None
) -> None:
    """Take a rate away; figures of its days are then converted at the rate before it. Needs If-Match."""
    await service.delete(session, actor, exchange_rate_id, if_match)
