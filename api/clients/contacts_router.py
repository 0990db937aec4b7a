"""Routes of a client's contacts, tags and timeline."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from api.clients import contacts, repository, timeline
from api.clients.models import Contact
from api.clients.schemas import ContactCreate, ContactOut, ContactUpdate, Tags
from api.events.listing import EVENTS
from api.events.schemas import EventOut
from api.kit import lists
from api.kit.access import allowed
from api.kit.clock import AppClock
from api.kit.concurrency import IfMatch, etag
from api.kit.database import ReadSession, WriteSession
from api.kit.errors import Conflict, NotFound, PreconditionFailed, PreconditionRequired, documented
from api.kit.idempotency import IdempotencyKey, IdempotentRoute
from imisofts.access import Action, Actor

router = APIRouter(tags=["clients"], route_class=IdempotentRoute)

CanRead = Annotated[Actor, allowed(Action.event_read)]
CanWrite = Annotated[Actor, allowed(Action.client_write)]
EDIT = documented(NotFound, PreconditionFailed, PreconditionRequired)


def _answer(contact: Contact, response: Response) -> ContactOut:
    response.headers["ETag"] = etag(contact.version)
    return ContactOut.model_validate(contact)


@router.get("/clients/{client_id}/contacts", responses=documented(NotFound))
async def list_contacts(actor: CanRead, session: ReadSession, client_id: UUID) -> list[ContactOut]:
    """The people at a client, the primary one first."""
    return [ContactOut.model_validate(row) for row in await contacts.of_client(session, actor, client_id)]


@router.post("/clients/{client_id}/contacts", status_code=201, responses=documented(NotFound))
async def add_contact(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    client_id: UUID,
    given: ContactCreate,
    response: Response,
    _: IdempotencyKey = None,
) -> ContactOut:
    """Add somebody at a client."""
    return _answer(await contacts.add(session, actor, client_id, given, clock), response)


@router.patch("/contacts/{contact_id}", responses=EDIT)
async def update_contact(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    contact_id: UUID,
    given: ContactUpdate,
    response: Response,
    if_match: IfMatch = None,
) -> ContactOut:
    """Change a contact; needs If-Match."""
    return _answer(await contacts.update(session, actor, contact_id, given, if_match, clock), response)


@router.delete("/contacts/{contact_id}", status_code=204, responses=EDIT)
async def remove_contact(actor: CanWrite, session: WriteSession, contact_id: UUID, if_match: IfMatch = None) -> None:
    """Forget a contact; needs If-Match."""
    await contacts.remove(session, actor, contact_id, if_match)


@router.post("/contacts/{contact_id}/restore", responses=documented(NotFound, Conflict))
async def restore_contact(
    actor: CanWrite, session: WriteSession, contact_id: UUID, response: Response, _: IdempotencyKey = None
) -> ContactOut:
    """Bring back a contact removed in the last ten minutes."""
    return _answer(await contacts.restore(session, actor, contact_id), response)


@router.get("/clients/{client_id}/tags", responses=documented(NotFound))
async def read_tags(actor: CanRead, session: ReadSession, client_id: UUID) -> Tags:
    """A client's tags, by name."""
    return Tags(tags=await contacts.tags(session, actor, client_id))


@router.put("/clients/{client_id}/tags", responses=documented(NotFound))
async def set_tags(actor: CanWrite, session: WriteSession, client_id: UUID, given: Tags) -> Tags:
    """Give a client exactly these tags."""
    return Tags(tags=await contacts.set_tags(session, actor, client_id, given.tags))


@router.get("/clients/{client_id}/timeline", response_model=lists.Page[EventOut], responses=documented(NotFound))
async def read_timeline(
    actor: CanRead,
    session: ReadSession,
    client_id: UUID,
    params: Annotated[lists.ListParams, Depends(lists.parameters(EVENTS))],
) -> Response:
    """What happened with the client and with its documents, projects and tickets, newest first."""
    await repository.get(session, actor, client_id)
    return await lists.page(session, timeline.of_client(actor, client_id), EVENTS, params)
