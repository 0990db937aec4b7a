"""The sentence after an action, with the way back where there is one. It travels in a cookie that is read once."""

import json
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "imisofts_notice"
TONES = frozenset({"good", "warning", "bad", "information"})
BACKWARDS = frozenset({"restore", "reopen"})
"""The verbs that an undo may use: a cookie must not be able to name any other act."""
_PATH = re.compile(r"/[a-z-]{1,40}/bulk")
_ROW = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LARGEST = 3500


@dataclass(frozen=True, slots=True)
class Undo:
    """The way back: ``verb`` of the bulk address ``path``, done to the rows with these ids."""

    path: str
    verb: str
    rows: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether this undoes something, and nothing else."""
        rows_are_ids = all(_ROW.fullmatch(row) for row in self.rows)
        return bool(self.rows) and rows_are_ids and self.verb in BACKWARDS and bool(_PATH.fullmatch(self.path))


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence after an action; shown once."""

    text: str
    tone: str = "good"
    undo: Undo | None = None


def leave(response: Response, notice: Notice, *, secure: bool) -> None:
    """Have the next page show ``notice``; an undo of more rows than a cookie holds is left out."""
    undo = [notice.undo.path, notice.undo.verb, ".".join(notice.undo.rows)] if notice.undo else []
    text = quote(json.dumps([notice.tone, notice.text, *undo]))
    if len(text) > _LARGEST:
        text = quote(json.dumps([notice.tone, notice.text[:300]]))
    response.set_cookie(COOKIE, text, max_age=60, httponly=True, samesite="lax", secure=secure)


def read(request: Request) -> Notice | None:
    """The notice that the page before left; what is no notice of ours is none."""
    try:
        tone, text, *rest = json.loads(unquote(request.cookies.get(COOKIE, "")))
    except (ValueError, TypeError):
        return None
    undo = Undo(str(rest[0]), str(rest[1]), tuple(str(rest[2]).split("."))) if len(rest) == 3 else None
    return Notice(str(text)[:300], tone if tone in TONES else "information", undo if undo and undo.sound else None)
