"""Invoices on paper: the PDF, and a brand that is being tried on."""

import asyncio
import re
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from api.billing import pdf, service
from api.billing.paper import Telling
from api.brand import service as brands
from api.brand.schemas import BrandDraft
from api.kit.access import allowed
from api.kit.database import ReadSession
from api.kit.errors import Forbidden, Malformed, NotFound, Unauthenticated, documented
from api.paper.fonts import folder_of
from imisofts.access import Action, Actor

router = APIRouter()


@router.get(
    "/invoices/{invoice_id}/pdf",
    tags=["billing"],
    response_class=Response,
    responses={200: {"content": {"application/pdf": {}}}, **documented(NotFound)},
)
async def read_invoice_pdf(
    request: Request,
    actor: Annotated[Actor, allowed(Action.invoice_read)],
    session: ReadSession,
    invoice_id: UUID,
) -> Response:
    """The invoice as PDF in its client's language, with what was paid and credited until now."""
    told = await service.on_paper(session, actor, invoice_id)
    drawn = await asyncio.to_thread(pdf.build, told, folder_of(request.app.state.settings))
    headers = {
        "Content-Disposition": _attached(told),
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
    }
    return Response(drawn, media_type="application/pdf", headers=headers)


@router.get(
    "/workspace/brand/invoice",
    tags=["brand"],
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}, **documented(Unauthenticated, Forbidden, Malformed)},
)
async def preview_invoice(
    request: Request,
    _: Annotated[Actor, allowed(Action.workspace_manage)],
    session: ReadSession,
    draft: Annotated[BrandDraft, Query()],
) -> Response:
    """The first page of an invoice as it would look with these settings; nothing is kept."""
    told = await service.sample_on_paper(session, await brands.draft(session, draft))
    drawn = await asyncio.to_thread(pdf.first_page, told, folder_of(request.app.state.settings))
    return Response(drawn, media_type="image/png")


def _attached(told: Telling) -> str:
    """The file's name with the invoice's number; whatever stands in an imported one, the head stays one line."""
    say, number = told.language.say, told.invoice.number
    name = say("invoice-{number}.pdf", number=number) if number else say("invoice-draft.pdf")
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
