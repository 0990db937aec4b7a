"""Routes of clients."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.clients import repository, service
from api.clients.models import Client
from api.clients.schemas import ClientCreate, ClientOut, ClientUpdate
from api.kit import lists
from api.kit.access import allowed
from api.kit.clock import AppClock
from api.kit.concurrency import IfMatch, etag
from api.kit.database import ReadSession, WriteSession
from api.kit.errors import Conflict, NotFound, PreconditionFailed, PreconditionRequired, documented
from api.kit.idempotency import IdempotencyKey, IdempotentRoute
from imisofts.access import Action, Actor

router = APIRouter(prefix="/clients", tags=["clients"], route_class=IdempotentRoute)

ARCHIVED = Client.archived_at.is_not(None)
LIST = lists.ListSpec(
    columns={
        "id": Client.id,
        "external_id": Client.external_id,
        "name": Client.name,
        "email": Client.email,
        "currency": Client.currency,
        "created_on": Client.created_on,
        "archived": ARCHIVED,
        "archived_at": Client.archived_at,
        "source": Client.source,
        "version": Client.version,
        "created_at": Client.created_at,
        "updated_at": Client.updated_at,
    },
    default_sort="name",
    sortable=("name", "created_on", "created_at", "external_id"),
    filterable=("external_id", "currency", "created_on", "archived", "source"),
    search=(Client.name, Client.email, Client.external_id),
)

CanRead = Annotated[Actor, allowed(Action.client_read)]
CanWrite = Annotated[Actor, allowed(Action.client_write)]
EDIT = documented(NotFound, PreconditionFailed, PreconditionRequired)


def _answer(client: Client, response: Response) -> ClientOut:
    response.headers["ETag"] = etag(client.version)
    named = {name: getattr(client, name) for name in ClientOut.model_fields if name != "archived"}
    return ClientOut(**named, archived=client.archived_at is not None)


@router.get("", response_model=lists.Page[ClientOut])
async def list_clients(
    actor: CanRead, session: ReadSession, params: Annotated[lists.ListParams, Depends(lists.parameters(LIST))]
) -> Response:
    """Clients, by name unless sorted otherwise; ``q`` looks through name, e-mail and external id."""
    return await lists.page(session, repository.visible_to(actor), LIST, params)


@router.post("", status_code=201, responses=documented(Conflict))
async def create_client(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    given: ClientCreate,
    response: Response,
    _: IdempotencyKey = None,
) -> ClientOut:
    """Add a client."""
    client = await service.create(session, actor, given, clock)
    response.headers["Location"] = f"/v1/clients/{client.id}"
    return _answer(client, response)


@router.get("/{client_id}", responses=documented(NotFound))
async def read_client(actor: CanRead, session: ReadSession, client_id: UUID, response: Response) -> ClientOut:
    """One client, with its ETag."""
    return _answer(await repository.get(session, actor, client_id), response)


@router.patch("/{client_id}", responses=EDIT)
async def update_client(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    client_id: UUID,
    given: ClientUpdate,
    response: Response,
    if_match: IfMatch = None,
) -> ClientOut:
    """Change a client; needs If-Match."""
    return _answer(await service.update(session, actor, client_id, given, if_match, clock), response)


@router.delete("/{client_id}", responses=EDIT)
async def archive_client(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    client_id: UUID,
    response: Response,
    if_match: IfMatch = None,
) -> ClientOut:
    """Archive a client; its documents and figures stay. Needs If-Match."""
    return _answer(await service.archive(session, actor, client_id, if_match, clock), response)


@router.post("/{client_id}/restore", responses=documented(NotFound))
async def restore_client(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    client_id: UUID,
    response: Response,
    _: IdempotencyKey = None,
) -> ClientOut:
    """Bring an archived client back."""
    return _answer(await service.restore(session, actor, client_id, clock), response)
