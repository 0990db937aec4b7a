"""Routes of services."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.catalog import repository, service
from api.catalog.models import Service
from api.catalog.schemas import ServiceCreate, ServiceOut, ServiceUpdate
from api.kit import lists
from api.kit.access import allowed
from api.kit.clock import AppClock
from api.kit.concurrency import IfMatch, etag
from api.kit.database import ReadSession, WriteSession
from api.kit.errors import Conflict, NotFound, PreconditionFailed, PreconditionRequired, documented
from api.kit.idempotency import IdempotencyKey, IdempotentRoute
from imisofts.access import Action, Actor

router = APIRouter(prefix="/services", tags=["catalog"], route_class=IdempotentRoute)

_COLUMNS = {name: getattr(Service, name) for name in ServiceOut.model_fields if name != "archived"}
LIST = lists.ListSpec(
    columns={**_COLUMNS, "archived": Service.archived_at.is_not(None)},
    default_sort="name",
    sortable=("name", "unit_price", "created_at"),
    filterable=("external_id", "currency", "interval", "archived", "source"),
    search=(Service.name, Service.description, Service.external_id),
)

CanRead = Annotated[Actor, allowed(Action.service_read)]
CanWrite = Annotated[Actor, allowed(Action.service_write)]
EDIT = documented(NotFound, PreconditionFailed, PreconditionRequired)


def _answer(found: Service, response: Response) -> ServiceOut:
    response.headers["ETag"] = etag(found.version)
    named = {name: getattr(found, name) for name in _COLUMNS}
    return ServiceOut(**named, archived=found.archived_at is not None)


@router.get("", response_model=lists.Page[ServiceOut])
async def list_services(
    actor: CanRead, session: ReadSession, params: Annotated[lists.ListParams, Depends(lists.parameters(LIST))]
) -> Response:
    """Services, by name unless sorted otherwise; ``q`` looks through name, description and external id."""
    return await lists.page(session, repository.visible_to(actor), LIST, params)


@router.post("", status_code=201, responses=documented(Conflict))
async def create_service(
    actor: CanWrite, session: WriteSession, given: ServiceCreate, response: Response, _: IdempotencyKey = None
) -> ServiceOut:
    """Add a service."""
    made = await service.create(session, actor, given)
    response.headers["Location"] = f"/v1/services/{made.id}"
    return _answer(made, response)


@router.get("/{service_id}", responses=documented(NotFound))
async def read_service(actor: CanRead, session: ReadSession, service_id: UUID, response: Response) -> ServiceOut:
    """One service, with its ETag."""
    return _answer(await repository.get(session, actor, service_id), response)


@router.patch("/{service_id}", responses=EDIT)
async def update_service(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    service_id: UUID,
    given: ServiceUpdate,
    response: Response,
    if_match: IfMatch = None,
) -> ServiceOut:
    """Change a service; subscriptions that have it keep their own terms. Needs If-Match."""
    return _answer(await service.update(session, actor, service_id, given, if_match, clock), response)


@router.delete("/{service_id}", responses=EDIT)
async def archive_service(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    service_id: UUID,
    response: Response,
    if_match: IfMatch = None,
) -> ServiceOut:
    """Archive a service; what was sold stays and goes on. Needs If-Match."""
    return _answer(await service.archive(session, actor, service_id, if_match, clock), response)


@router.post("/{service_id}/restore", responses=documented(NotFound))
async def restore_service(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    service_id: UUID,
    response: Response,
    _: IdempotencyKey = None,
) -> ServiceOut:
    """Sell an archived service again."""
    return _answer(await service.restore(session, actor, service_id, clock), response)
