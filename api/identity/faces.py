"""A workspace as it shows itself to who is not in yet."""

from sqlalchemy.ext.asyncio import AsyncSession

from api.brand import service as brand
from api.identity.models import Workspace
from api.identity.schemas import WorkspaceFace


async def face_of(session: AsyncSession, workspace: Workspace) -> WorkspaceFace:
    """Its name, its slug and what it wears; ``session`` is bound to it."""
    look = brand.shown(workspace.name, await brand.worn_settings(session, workspace.brand, workspace.timezone))
    return WorkspaceFace(name=workspace.name, slug=workspace.slug, brand=look)
