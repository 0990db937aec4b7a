"""The route of search."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.kit import search
from api.kit.access import allowed
from api.kit.database import ReadSession
from api.search import service
from api.search.schemas import SearchOut
from imisofts.access import Action, Actor

router = APIRouter(prefix="/search", tags=["search"])

CanLook = Annotated[Actor, allowed(Action.workspace_read)]
Words = Annotated[
    str, Query(max_length=200, description="Words, a number or an id; each word is found anywhere.", examples=["INV-2"])
]
Limit = Annotated[int, Query(ge=1, le=20, description="Hits of each kind.")]


@router.get("")
async def find(actor: CanLook, session: ReadSession, q: Words = "", limit: Limit = 5) -> SearchOut:
    """Everything of these words that you may read, the best of each kind first; nothing for no words."""
    hits, unfinished = await search.gather(session, actor, service.findables(actor), q, limit)
    return SearchOut.model_validate({"items": hits, "unfinished": unfinished}, from_attributes=True)
