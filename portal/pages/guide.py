"""Help: the keys, what is new, and how to find one's way; and how wide the side bar stands."""

from dataclasses import dataclass

from starlette.responses import Response

from portal import web
from portal.news import News, news
from portal.web import Page, Visit


@dataclass(frozen=True, slots=True)
class HelpPage:
    """What is new; the keys stand in a part that every page has."""

    news: tuple[News, ...]


async def show_help(visit: Visit) -> Response:
    """The page behind the help menu, and what its dialog shows without scripts."""
    return visit.page("help.html", HelpPage(news()))


async def set_side(visit: Visit) -> Response:
    """Remember the side bar as icons, or in full."""
    response = visit.leave(web.safe_next(str(visit.sent.get("back", "/"))))
    if visit.sent.get("side") == "narrow":
        secure = visit.request.url.scheme == "https"
        response.set_cookie(web.SIDE_COOKIE, "narrow", max_age=31_536_000, samesite="lax", secure=secure)
    else:
        response.delete_cookie(web.SIDE_COOKIE)
    return response


ROUTES = (
    Page("/help", show_help),
    Page("/side", set_side, ("POST",)),
)
