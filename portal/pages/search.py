"""One search over places, what can be begun, and everything that exists: a page, and the palette's list of options."""

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.responses import Response

from portal.language import gettext as _
from portal.navigation import Entry, navigation
from portal.web import Page, Visit

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found; ``detail`` says which of those with the same name it is."""

    href: str
    label: str
    detail: str
    icon: str


@dataclass(frozen=True, slots=True)
class HitGroup:
    """Hits of one kind."""

    title: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class SearchPage:
    """What was asked, trimmed, and what was found."""

    q: str
    groups: tuple[HitGroup, ...]


def matching(entries: Iterable[Entry], q: str) -> tuple[Hit, ...]:
    """The entries with every word of ``q`` somewhere in their name or keywords; all of them when nothing is asked."""
    words = q.casefold().split()
    found = (each for each in entries if all(word in f"{each.label} {each.keywords}".casefold() for word in words))
    return tuple(Hit(each.href, each.label, "", each.icon) for each in found)


async def show_search(visit: Visit) -> Response:
    """The page; ``as=options`` gives the palette's list alone."""
    q = visit.request.query_params.get("q", "").strip()[:LONGEST]
    nav = navigation(visit.me, "/search", visit.site.console_url(visit.request))
    groups = (HitGroup(_("Begin"), matching(nav.deeds, q)), HitGroup(_("Go to"), matching(nav.places(), q)))
    page = SearchPage(q, tuple(group for group in groups if group.hits))
    options = visit.request.query_params.get("as") == "options"
    return visit.page("search/options.html" if options else "search/page.html", page)


ROUTES = (Page("/search", show_search),)
