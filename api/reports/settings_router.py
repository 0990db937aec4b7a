"""Routes of a client's report settings."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from api.kit.access import allowed
from api.kit.concurrency import IfMatch, etag
from api.kit.database import ReadSession, WriteSession
from api.kit.errors import NotFound, PreconditionFailed, PreconditionRequired, documented
from api.reports import preferences
from api.reports.schemas import ReportSettingsOut, ReportSettingsSet
from imisofts.access import Action, Actor

router = APIRouter(prefix="/clients/{client_id}/report-settings", tags=["reports"])

CanManage = Annotated[Actor, allowed(Action.report_manage)]


@router.get("", responses=documented(NotFound))
async def read_report_settings(
    actor: CanManage, session: ReadSession, client_id: UUID, response: Response
) -> ReportSettingsOut:
    """How the client's reports are made; the defaults until somebody sets them."""
    found = await preferences.read(session, actor, client_id)
    response.headers["ETag"] = etag(found.version)
    return found


@router.put("", responses=documented(NotFound, PreconditionFailed, PreconditionRequired))
async def set_report_settings(
    actor: CanManage,
    session: WriteSession,
    client_id: UUID,
    given: ReportSettingsSet,
    response: Response,
    if_match: IfMatch = None,
) -> ReportSettingsOut:
    """Set how the client's reports are made from now on; needs If-Match."""
    found = await preferences.change(session, actor, client_id, given, if_match)
    response.headers["ETag"] = etag(found.version)
    return found
