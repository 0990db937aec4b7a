"""A workspace as it shows itself to who is not in yet."""

from api.brand import service as brand
from api.identity.models import Workspace
from api.identity.schemas import WorkspaceFace


def face_of(workspace: Workspace) -> WorkspaceFace:
    """Its name, its slug and what it wears."""
    return WorkspaceFace(name=workspace.name, slug=workspace.slug, brand=brand.shown(workspace.name, workspace.brand))
