"""Routes of billing."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from api.billing import repository, service
from api.billing.listing import CREDIT_NOTES, INVOICES, PAYMENTS
from api.billing.models import Invoice
from api.billing.schemas import (
    CreditNoteCreate,
    CreditNoteOut,
    InvoiceCreate,
    InvoiceIssue,
    InvoiceListed,
    InvoiceOut,
    InvoiceUpdate,
    PaymentCreate,
    PaymentOut,
)
from api.kit import idempotency, lists
from api.kit.access import allowed
from api.kit.clock import AppClock
from api.kit.concurrency import IfMatch, etag
from api.kit.database import ReadSession, WriteSession
from api.kit.errors import Conflict, NotFound, PreconditionFailed, PreconditionRequired, documented
from api.kit.idempotency import IdempotencyKey, IdempotentRoute
from imisofts.access import Action, Actor

router = APIRouter(tags=["billing"], route_class=IdempotentRoute)

CanRead = Annotated[Actor, allowed(Action.invoice_read)]
CanWrite = Annotated[Actor, allowed(Action.invoice_write)]
CanCollect = Annotated[Actor, allowed(Action.payment_write)]
EDIT = documented(NotFound, Conflict, PreconditionFailed, PreconditionRequired)
VERB = documented(NotFound, Conflict)


async def _answer(session: AsyncSession, invoice: Invoice, response: Response) -> InvoiceOut:
    response.headers["ETag"] = etag(invoice.version)
    return await service.told(session, invoice)


@router.get("/invoices", response_model=lists.Page[InvoiceListed])
async def list_invoices(
    actor: CanRead, session: ReadSession, params: Annotated[lists.ListParams, Depends(lists.parameters(INVOICES))]
) -> Response:
    """Invoices, newest first unless sorted otherwise; ``q`` looks through number, client and external id."""
    return await lists.page(session, repository.visible_with_client(actor), INVOICES, params)


@router.post("/invoices", status_code=201, responses=VERB)
async def create_invoice(
    actor: CanWrite, session: WriteSession, given: InvoiceCreate, response: Response, _: IdempotencyKey = None
) -> InvoiceOut:
    """Write a draft; nobody but staff sees it until it is issued."""
    invoice = await service.create(session, actor, given)
    response.headers["Location"] = f"/v1/invoices/{invoice.id}"
    return await _answer(session, invoice, response)


@router.get("/invoices/{invoice_id}", responses=documented(NotFound))
async def read_invoice(actor: CanRead, session: ReadSession, invoice_id: UUID, response: Response) -> InvoiceOut:
    """One invoice with its lines and its ETag."""
    return await _answer(session, await repository.get(session, actor, invoice_id), response)


@router.patch("/invoices/{invoice_id}", responses=EDIT)
async def update_invoice(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    invoice_id: UUID,
    given: InvoiceUpdate,
    response: Response,
    if_match: IfMatch = None,
) -> InvoiceOut:
    """Change a draft; needs If-Match."""
    invoice = await service.update(session, actor, invoice_id, given, if_match, clock)
    return await _answer(session, invoice, response)


@router.delete("/invoices/{invoice_id}", status_code=204, responses=EDIT)
async def delete_invoice(actor: CanWrite, session: WriteSession, invoice_id: UUID, if_match: IfMatch = None) -> None:
    """Throw a draft away; needs If-Match. An issued invoice is voided or credited instead."""
    await service.delete_draft(session, actor, invoice_id, if_match)


@router.post("/invoices/{invoice_id}/restore", responses=VERB)
async def restore_invoice(
    actor: CanWrite, session: WriteSession, invoice_id: UUID, response: Response, _: IdempotencyKey = None
) -> InvoiceOut:
    """Bring back a draft that was thrown away in the last ten minutes."""
    return await _answer(session, await service.restore_draft(session, actor, invoice_id), response)


@router.post("/invoices/{invoice_id}/issue", responses=VERB)
async def issue_invoice(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    invoice_id: UUID,
    response: Response,
    given: InvoiceIssue | None = None,
    _: IdempotencyKey = None,
) -> InvoiceOut:
    """Number the draft and show it to the client. The body may be left out."""
    invoice = await service.issue(session, actor, invoice_id, given or InvoiceIssue(), clock)
    return await _answer(session, invoice, response)


@router.post("/invoices/{invoice_id}/void", responses=VERB)
async def void_invoice(
    actor: CanWrite,
    session: WriteSession,
    clock: AppClock,
    invoice_id: UUID,
    response: Response,
    _: IdempotencyKey = None,
) -> InvoiceOut:
    """Take back an issued invoice that has neither payments nor credits."""
    return await _answer(session, await service.void(session, actor, invoice_id, clock), response)


@router.post("/invoices/{invoice_id}/payments", status_code=201, responses=VERB, dependencies=[idempotency.required()])
async def record_payment(
    actor: CanCollect,
    session: WriteSession,
    clock: AppClock,
    invoice_id: UUID,
    given: PaymentCreate,
    _: IdempotencyKey = None,
) -> PaymentOut:
    """Note money that came in, or with a negative amount went back. Needs an Idempotency-Key; never overpays."""
    return PaymentOut.model_validate(await service.record_payment(session, actor, invoice_id, given, clock))


@router.post(
    "/invoices/{invoice_id}/credit-notes", status_code=201, responses=VERB, dependencies=[idempotency.required()]
)
async def credit_invoice(
    actor: CanCollect,
    session: WriteSession,
    clock: AppClock,
    invoice_id: UUID,
    given: CreditNoteCreate,
    _: IdempotencyKey = None,
) -> CreditNoteOut:
    """Take an amount off an issued invoice, by a numbered credit note. Needs an Idempotency-Key."""
    return CreditNoteOut.model_validate(await service.credit(session, actor, invoice_id, given, clock))


@router.get("/payments", response_model=lists.Page[PaymentOut])
async def list_payments(
    actor: CanRead, session: ReadSession, params: Annotated[lists.ListParams, Depends(lists.parameters(PAYMENTS))]
) -> Response:
    """Payments and refunds, newest first unless sorted otherwise."""
    return await lists.page(session, repository.visible_payments(actor), PAYMENTS, params)


@router.get("/credit-notes", response_model=lists.Page[CreditNoteOut])
async def list_credit_notes(
    actor: CanRead, session: ReadSession, params: Annotated[lists.ListParams, Depends(lists.parameters(CREDIT_NOTES))]
) -> Response:
    """Credit notes, newest first unless sorted otherwise."""
    return await lists.page(session, repository.visible_credit_notes(actor), CREDIT_NOTES, params)
