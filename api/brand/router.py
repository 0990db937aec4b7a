"""Routes of the brand."""

from typing import Annotated

from fastapi import APIRouter, File, Path, Query, Request, Response, UploadFile
from sqlalchemy.ext.asyncio import AsyncSession

from api.brand import pictures, sample, schemas, service
from api.brand.errors import PictureRefused, PictureTooLarge, StyleRefused
from api.kit import mail
from api.kit.access import allowed, public
from api.kit.concurrency import IfMatch, etag
from api.kit.database import ReadSession, WriteSession, of
from api.kit.errors import (
    Forbidden,
    Malformed,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Unauthenticated,
    documented,
)
from api.kit.idempotency import IdempotentRoute
from imisofts.access import Action, Actor

router = APIRouter(tags=["brand"], route_class=IdempotentRoute)

CanManage = Annotated[Actor, allowed(Action.workspace_manage)]
Upload = Annotated[UploadFile, File(description="PNG, JPEG, WebP, GIF or SVG, at most 2 MB.")]
CHANGING = documented(Unauthenticated, Forbidden, Malformed, PreconditionRequired, PreconditionFailed)
UPLOADING = {**CHANGING, **documented(PictureRefused, PictureTooLarge)}
EXAMPLE = {"requestBody": {"content": {"multipart/form-data": {"example": {"file": "the bytes of a PNG file"}}}}}
SEALED = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox"
FOREVER = "public, max-age=31536000, immutable"


@router.get("/workspace/brand", responses=documented(Unauthenticated, Forbidden))
async def get_brand(response: Response, _: CanManage, session: ReadSession) -> schemas.BrandOut:
    """The workspace's brand, with a warning for each colour that is hard to read."""
    return _answered(response, await service.told(session))


@router.patch("/workspace/brand", responses={**CHANGING, **documented(StyleRefused)})
async def update_brand(
    response: Response, change: schemas.BrandUpdate, actor: CanManage, session: WriteSession, if_match: IfMatch = None
) -> schemas.BrandOut:
    """Change colours, font, sender, lines or own styles."""
    return _answered(response, await service.update(session, actor, if_match, change))


@router.get("/workspace/brand/logo", responses=documented(Unauthenticated, Forbidden, NotFound))
async def get_logo(response: Response, _: CanManage, session: ReadSession) -> schemas.PictureOut:
    """The logo that is worn."""
    return await _picture(response, session, "logo")


@router.put("/workspace/brand/logo", responses=UPLOADING, openapi_extra=EXAMPLE)
async def put_logo(
    response: Response, actor: CanManage, session: WriteSession, file: Upload, if_match: IfMatch = None
) -> schemas.BrandOut:
    """Wear another logo. The picture is drawn anew; what was uploaded is not kept."""
    upload = await file.read(pictures.MAX_BYTES + 1)
    return _answered(response, await service.put_picture(session, actor, if_match, "logo", upload))


@router.delete("/workspace/brand/logo", responses={**CHANGING, **documented(NotFound)})
async def remove_logo(
    response: Response, actor: CanManage, session: WriteSession, if_match: IfMatch = None
) -> schemas.BrandOut:
    """Go back to the name's letters."""
    return _answered(response, await service.remove_picture(session, actor, if_match, "logo"))


@router.get("/workspace/brand/favicon", responses=documented(Unauthenticated, Forbidden, NotFound))
async def get_favicon(response: Response, _: CanManage, session: ReadSession) -> schemas.PictureOut:
    """The mark in the browser's tab."""
    return await _picture(response, session, "favicon")


@router.put("/workspace/brand/favicon", responses=UPLOADING, openapi_extra=EXAMPLE)
async def put_favicon(
    response: Response, actor: CanManage, session: WriteSession, file: Upload, if_match: IfMatch = None
) -> schemas.BrandOut:
    """Wear another mark in the browser's tab; it becomes a square."""
    upload = await file.read(pictures.MAX_BYTES + 1)
    return _answered(response, await service.put_picture(session, actor, if_match, "favicon", upload))


@router.delete("/workspace/brand/favicon", responses={**CHANGING, **documented(NotFound)})
async def remove_favicon(
    response: Response, actor: CanManage, session: WriteSession, if_match: IfMatch = None
) -> schemas.BrandOut:
    """Go back to the mark of letters."""
    return _answered(response, await service.remove_picture(session, actor, if_match, "favicon"))


@router.get(
    "/workspace/brand/mail",
    response_class=Response,
    responses={200: {"content": {"text/html": {}}}, **documented(Unauthenticated, Forbidden, Malformed)},
)
async def preview_mail(_: CanManage, session: ReadSession, draft: Annotated[schemas.MailDraft, Query()]) -> Response:
    """A mail as it would look with these settings to somebody who reads ``locale``; nothing is kept or sent."""
    brand = await service.draft(session, draft)
    html = mail.page(brand, sample.letter(brand), f"/brand/{brand.logo}.png" if brand.logo else None, draft.locale)
    return Response(html, media_type="text/html", headers={"Content-Security-Policy": SEALED})


@router.get("/brand", dependencies=[public()], responses=documented(Malformed))
async def get_look(
    request: Request, host: Annotated[str, Query(max_length=255, examples=["portal.studio.example"])] = ""
) -> schemas.Look:
    """How the pages at ``host`` look, before anybody is signed in."""
    return await service.at_door(of(request), host)


@router.get(
    "/brand/files/{sha256}",
    dependencies=[public()],
    response_class=Response,
    responses={200: {"content": {"image/png": {}, "text/css": {}}}, **documented(NotFound, Malformed)},
)
async def get_file(request: Request, sha256: Annotated[str, Path(pattern="^[0-9a-f]{64}$")]) -> Response:
    """A logo, favicon or style sheet by its hash; it never changes, so it may be kept for good."""
    found = await service.file_by_hash(of(request), sha256)
    return Response(found.content, media_type=found.media_type, headers={"Cache-Control": FOREVER})


async def _picture(response: Response, session: AsyncSession, kind: service.Kind) -> schemas.PictureOut:
    found, version = await service.picture(session, kind)
    response.headers["ETag"] = etag(version)
    return found


def _answered(response: Response, brand: schemas.BrandOut) -> schemas.BrandOut:
    response.headers["ETag"] = etag(brand.version)
    return brand
