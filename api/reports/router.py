"""Routes of reports."""

from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from api.clients.models import Client
from api.kit import lists
from api.kit.access import allowed
from api.kit.clock import AppClock
from api.kit.concurrency import etag
from api.kit.database import ReadSession, WriteSession
from api.kit.errors import Conflict, NotFound, documented
from api.kit.idempotency import IdempotencyKey, IdempotentRoute
from api.paper.language import Language
from api.reports import repository, service
from api.reports.errors import PdfNotReady
from api.reports.models import ReportDelivery
from api.reports.office import Figures
from api.reports.schemas import ReportCreate, ReportOut
from imisofts.access import Action, Actor

router = APIRouter(prefix="/reports", tags=["reports"], route_class=IdempotentRoute)

_PLAIN = (
    "id",
    "client_id",
    "period",
    "deliver",
    "status",
    "held_reason",
    "failure",
    "publication_id",
    "figures_hash",
    "message_id",
    "created_at",
    "released_at",
    "sent_at",
    "approved_at",
    "approved_by",
    "locale",
    "version",
)
LIST = lists.ListSpec(
    columns={name: getattr(ReportDelivery, name) for name in _PLAIN} | {"client_name": Client.name},
    default_sort="-created_at",
    sortable=("created_at", "period", "sent_at"),
    filterable=("client_id", "period", "status", "created_at"),
    search=(Client.name,),
)

CanRead = Annotated[Actor, allowed(Action.report_read)]
CanManage = Annotated[Actor, allowed(Action.report_manage)]


def _gateway(request: Request) -> Figures:
    return cast(Figures, request.app.state.gateway)


AppGateway = Annotated[Figures, Depends(_gateway)]


async def _answer(session: ReadSession, row: ReportDelivery, response: Response) -> ReportOut:
    response.headers["ETag"] = etag(row.version)
    client = await session.get_one(Client, row.client_id)
    return ReportOut(**{name: getattr(row, name) for name in _PLAIN}, client_name=client.name)


@router.get("", response_model=lists.Page[ReportOut])
async def list_reports(
    actor: CanRead, session: ReadSession, params: Annotated[lists.ListParams, Depends(lists.parameters(LIST))]
) -> Response:
    """Reports, newest first; a client sees its own that were sent."""
    return await lists.page(session, repository.visible_to(actor), LIST, params)


@router.post("", status_code=201, responses=documented(NotFound, Conflict))
async def create_report(
    actor: CanManage,
    session: WriteSession,
    given: ReportCreate,
    response: Response,
    _: IdempotencyKey = None,
) -> ReportOut:
    """Make one client's report of a month, and mail it unless told otherwise; a job does the work."""
    row = await service.request(session, actor, given)
    await session.refresh(row)
    response.headers["Location"] = f"/v1/reports/{row.id}"
    return await _answer(session, row, response)


@router.get("/{report_id}", responses=documented(NotFound))
async def read_report(actor: CanRead, session: ReadSession, report_id: UUID, response: Response) -> ReportOut:
    """One report and what became of it."""
    return await _answer(session, await repository.get(session, actor, report_id), response)


@router.get(
    "/{report_id}/pdf",
    responses={200: {"content": {"application/pdf": {}}}, **documented(NotFound)},
    response_class=Response,
)
async def read_report_pdf(actor: CanRead, session: ReadSession, report_id: UUID) -> Response:
    """The PDF, byte for byte as it was mailed."""
    row = await repository.get(session, actor, report_id, whole=True)
    if row.pdf is None:
        raise PdfNotReady("This report has not been drawn yet.")
    name = Language(row.locale or repository.LOCALE).say("report-{period}.pdf", period=row.period)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-cache",
    }
    return Response(row.pdf, media_type="application/pdf", headers=headers)


@router.post("/{report_id}/release", responses=documented(NotFound, Conflict))
async def release_report(
    actor: CanManage,
    session: WriteSession,
    gateway: AppGateway,
    report_id: UUID,
    response: Response,
    _: IdempotencyKey = None,
) -> ReportOut:
    """Let a held report go; refused while the reason for holding it still stands."""
    row = await service.release(session, actor, gateway, report_id)
    await session.refresh(row)
    return await _answer(session, row, response)


@router.post("/{report_id}/redeliver", responses=documented(NotFound, Conflict))
async def redeliver_report(
    actor: CanManage, session: WriteSession, report_id: UUID, response: Response, _: IdempotencyKey = None
) -> ReportOut:
    """Try a failed report anew: the refused address was mended, or the mail server answers again."""
    row = await service.redeliver(session, actor, report_id)
    await session.refresh(row)
    return await _answer(session, row, response)


@router.post("/{report_id}/approve", responses=documented(NotFound, Conflict))
async def approve_report(
    actor: CanManage,
    session: WriteSession,
    clock: AppClock,
    report_id: UUID,
    response: Response,
    _: IdempotencyKey = None,
) -> ReportOut:
    """Let a draft leave as it was read; who approved it, and when, is recorded."""
    row = await service.approve(session, actor, clock, report_id)
    await session.refresh(row)
    return await _answer(session, row, response)


@router.post("/{report_id}/withdraw", responses=documented(NotFound, Conflict))
async def withdraw_report(
    actor: CanManage, session: WriteSession, report_id: UUID, response: Response, _: IdempotencyKey = None
) -> ReportOut:
    """Keep a report that has not left from ever leaving."""
    row = await service.withdraw(session, actor, report_id)
    await session.refresh(row)
    return await _answer(session, row, response)
