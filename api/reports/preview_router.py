"""A report's first page in a brand that is being tried on."""

import json
from pathlib import Path
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response

from api.brand import service as brands
from api.brand.schemas import BrandDraft
from api.kit.access import allowed
from api.kit.database import ReadSession
from api.kit.errors import Forbidden, Malformed, Unauthenticated, documented
from api.paper.fonts import folder_of
from api.reports import pdf, service
from api.reports.office import in_thread
from imisofts.access import Action, Actor

router = APIRouter(tags=["brand"])
SAMPLE: Final = Path(__file__).with_name("sample.json")
"""Frozen figures of nobody: a month of an invented client."""


@router.get(
    "/workspace/brand/report",
    response_class=Response,
    responses={200: {"content": {"image/png": {}}}, **documented(Unauthenticated, Forbidden, Malformed)},
)
async def preview_report(
    request: Request,
    _: Annotated[Actor, allowed(Action.workspace_manage)],
    session: ReadSession,
    draft: Annotated[BrandDraft, Query()],
) -> Response:
    """The first page of a client report as it would look with these settings; nothing is kept."""
    brand, language = await brands.draft(session, draft), await service.language(session)
    figures, fonts = json.loads(SAMPLE.read_text(encoding="utf-8")), folder_of(request.app.state.settings)
    drawn = await in_thread(lambda: pdf.cover(figures, brand, language, font_folder=fonts))
    return Response(drawn, media_type="image/png")
