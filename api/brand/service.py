"""What may be done with a brand, and the brand that each surface wears."""

import asyncio
import base64
import hashlib
from collections.abc import Mapping
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from api.brand import pictures, repository, schemas, stylesheet
from api.brand.models import BrandFile
from api.brand.repository import File
from api.events import service as events
from api.events.schemas import EventName
from api.identity.models import Workspace
from api.kit.concurrency import require_match
from api.kit.database import Database
from api.kit.errors import NotFound
from api.plans import service as plans
from imisofts import brand as look
from imisofts.access import Actor
from imisofts.brand import Brand

Kind = Literal["logo", "favicon"]
WHITE_LABEL = frozenset({"favicon", "powered_by", "style"})
"""Settings that a plan with white label shows."""
PUBLIC = tuple(schemas.Look.model_fields)
_DEFAULTS = {"powered_by": True}
"""What is not kept, because it is so without being said; of every other setting the empty text."""
_SHAPE = {"logo": (pictures.LOGO, False), "favicon": (pictures.FAVICON, True)}


def allowed(settings: Mapping[str, Any], *, white_label: bool) -> dict[str, Any]:
    """What of ``settings`` is worn: without white label they stay kept, and own styles, icon and silence about us
    are not shown."""
    return {name: value for name, value in settings.items() if white_label or name not in WHITE_LABEL}


async def worn_settings(session: AsyncSession, settings: Mapping[str, Any], timezone: str) -> dict[str, Any]:
    """The settings that the session's workspace, whose days are those of ``timezone``, wears today."""
    included = await plans.entitlements(session, plans.day_in(session, timezone))
    return allowed(settings, white_label=included.white_label)


def shown(name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """A workspace's public look as plain values, gaps filled; ``settings`` are those of ``workspace.brand``."""
    brand = Brand.from_workspace({"name": name, "brand": settings})
    values = {field: getattr(brand, field) for field in PUBLIC}
    second = "" if brand.second == brand.accent else brand.second
    return {**values, "second": second, "legal": "\n".join(brand.legal)}


async def with_logo(session: AsyncSession, settings: Mapping[str, Any], timezone: str) -> dict[str, Any]:
    """What is worn of ``settings``, the logo's bytes with it (``logo_png``, base64): for what travels by itself."""
    settings = await worn_settings(session, settings, timezone)
    file = await repository.stored(session, "logo", settings.get("logo"))
    return {**settings, "logo_png": base64.b64encode(file.content).decode()} if file else settings


async def worn(session: AsyncSession, workspace: Workspace) -> Brand:
    """The brand of a mail or document that is made now, its logo inside."""
    return Brand.from_workspace(
        {"name": workspace.name, "brand": await with_logo(session, workspace.brand, workspace.timezone)}
    )


async def worn_now(session: AsyncSession) -> Brand:
    """The same for the session's own workspace."""
    return await worn(session, await repository.of_session(session))


async def draft(session: AsyncSession, change: schemas.BrandDraft) -> Brand:
    """The brand as it would be after ``change``; nothing is kept."""
    row = await repository.of_session(session)
    sent = {name: value for name, value in change.model_dump(exclude_unset=True).items() if value is not None}
    return Brand.from_workspace(
        {"name": row.name, "brand": await with_logo(session, {**row.brand, **sent}, row.timezone)}
    )


async def told(session: AsyncSession) -> schemas.BrandOut:
    """The session's workspace's brand, for those who set it."""
    row = await repository.of_session(session)
    return await _told(session, row)


async def _told(session: AsyncSession, row: Workspace) -> schemas.BrandOut:
    values = shown(row.name, row.brand)
    style = await repository.stored(session, "style", row.brand.get("style"))
    found = ((field, look.faint(values[field])) for field in ("accent", "second") if values[field])
    return schemas.BrandOut(
        **values,
        sender_name=str(row.brand.get("sender_name") or ""),
        reply_to=str(row.brand.get("reply_to") or ""),
        css=(style.source or "") if style else "",
        warnings=[
            schemas.FaintColour(field=field, contrast=bad.contrast, nearest=bad.nearest)  # type: ignore[arg-type]
            for field, bad in found
            if bad
        ],
        white_label=(await plans.entitlements(session, await plans.today(session))).white_label,
        version=row.version,
    )


async def update(
    session: AsyncSession, actor: Actor, if_match: str | None, change: schemas.BrandUpdate
) -> schemas.BrandOut:
    """Change what was sent; sending what is already there changes nothing and records nothing."""
    row = await repository.of_session(session, lock=True)
    require_match(if_match, row.version)
    wanted = {name: value for name, value in change.model_dump(exclude_unset=True).items() if value is not None}
    if wanted.get("name") == row.name:
        wanted["name"] = ""  # the workspace's own name, also when that changes
    if "css" in wanted:
        wanted["style"] = await _keep_style(session, actor, wanted.pop("css"))
    await _set(session, actor, row, wanted)
    return await _told(session, row)


async def _keep_style(session: AsyncSession, actor: Actor, source: str) -> str | None:
    """The hash of the cleaned sheet; none for an empty one."""
    text = stylesheet.cleaned(source)
    if not text:
        return None
    return await _keep(session, actor, "style", text.encode(), "text/css", source=source)


async def put_picture(
    session: AsyncSession, actor: Actor, if_match: str | None, kind: Kind, upload: bytes
) -> schemas.BrandOut:
    """Wear another logo or favicon, drawn anew from ``upload``."""
    row = await repository.of_session(session, lock=True)
    require_match(if_match, row.version)
    largest, square = _SHAPE[kind]
    made = await asyncio.to_thread(pictures.redrawn, upload, largest, square=square)
    size = {"width": made.width, "height": made.height}
    await _set(session, actor, row, {kind: await _keep(session, actor, kind, made.content, "image/png", **size)})
    return await _told(session, row)


async def picture(session: AsyncSession, kind: Kind) -> tuple[schemas.PictureOut, int]:
    """The picture that is worn, and the version of the brand that says so."""
    row = await repository.of_session(session)
    found = await repository.stored(session, kind, row.brand.get(kind))
    if found is None:
        raise NotFound
    return schemas.PictureOut(sha256=found.sha256, width=found.width, height=found.height), row.version


async def remove_picture(session: AsyncSession, actor: Actor, if_match: str | None, kind: Kind) -> schemas.BrandOut:
    """Go back to the letters on the accent."""
    row = await repository.of_session(session, lock=True)
    require_match(if_match, row.version)
    if row.brand.get(kind) is None:
        raise NotFound
    await _set(session, actor, row, {kind: None})
    return await _told(session, row)


async def _keep(session: AsyncSession, actor: Actor, kind: str, content: bytes, media_type: str, **more: Any) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    known = await repository.stored(session, kind, sha256)
    if known is None:
        file = BrandFile(
            workspace_id=actor.workspace_id, kind=kind, sha256=sha256, media_type=media_type, content=content, **more
        )
        session.add(file)
        await session.flush()
        await repository.prune(session, kind)
    elif "source" in more:
        known.source = more["source"]
    return sha256


async def _set(session: AsyncSession, actor: Actor, row: Workspace, wanted: Mapping[str, Any]) -> None:
    """The event says which settings changed, not to what: lines of an imprint may name people."""
    plain = {name: None if value == _DEFAULTS.get(name, "") else value for name, value in wanted.items()}
    changed = {name: value for name, value in plain.items() if row.brand.get(name) != value}
    if not changed:
        return
    row.brand = {name: value for name, value in {**row.brand, **changed}.items() if value is not None}
    row.version += 1
    await events.record(session, actor, EventName.BRAND_UPDATED, row, after={"settings": sorted(changed)})


async def file_by_hash(database: Database, sha256: str) -> File:
    """A picture or sheet by its hash, for everybody."""
    async with database.begin(None, read_only=True) as session:
        found = await repository.by_hash(session, sha256)
    if found is None:
        raise NotFound
    return found


async def at_door(database: Database, host: str) -> schemas.Look:
    """The look of whoever answers at ``host``, before anybody is signed in."""
    async with database.begin(None, read_only=True) as session:
        workspace_id = await repository.workspace_at_door(session, host)
    if workspace_id is None:
        return schemas.Look(**shown("imisofts", {}))
    async with database.begin(workspace_id, read_only=True) as session:
        row = await repository.of_session(session)
        return schemas.Look(**shown(row.name, await worn_settings(session, row.brand, row.timezone)))
