"""One search over places, what can be begun, and everything that exists: a page, and the palette's list of options."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from starlette.responses import Response

from imisofts.access import Action
from portal.door import Json
from portal.language import gettext as _
from portal.navigation import Entry, navigation
from portal.web import Page, Viewer, Visit

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
    """What was asked, trimmed, and what was found; ``unfinished`` when time did not allow all of it."""

    q: str
    groups: tuple[HitGroup, ...]
    unfinished: bool

    @property
    def count(self) -> int:
        """How many things were found."""
        return sum(len(group.hits) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Kind:
    """How hits of one kind are shown, where they lead, who has that page, and the word for one out of daily use."""

    title: str
    icon: str
    href: str
    needs: Action
    archived: str = ""


def kinds() -> dict[str, Kind]:
    """Every kind that the API finds."""
    archived = _("Archived")
    return {
        "client": Kind(_("Clients"), "users", "/clients/{id}", Action.client_write, archived),
        "contact": Kind(_("Contacts"), "address-book", "/clients/{parent_id}", Action.client_write),
        "invoice": Kind(_("Invoices"), "file-invoice", "/invoices/{id}", Action.invoice_read),
        "subscription": Kind(_("Subscriptions"), "repeat", "/subscriptions/{id}", Action.subscription_read, _("Ended")),
        "project": Kind(_("Projects"), "briefcase", "/projects/{id}", Action.project_read, archived),
        "task": Kind(_("Tasks"), "checklist", "/tasks/{id}", Action.project_write, _("Done")),
        "ticket": Kind(_("Tickets"), "lifebuoy", "/tickets/{id}", Action.ticket_read, _("Resolved")),
        "service": Kind(_("Services"), "package", "/services/{id}", Action.service_read, archived),
        "person": Kind(_("People"), "users-group", "/people/{id}", Action.person_read, archived),
        "report": Kind(_("Reports"), "report-analytics", "/reports/{id}/pdf", Action.report_read, _("Withdrawn")),
        "member": Kind(_("Access"), "key", "/access/{id}", Action.user_manage),
    }


def matching(entries: Iterable[Entry], q: str) -> tuple[Hit, ...]:
    """The entries with every word of ``q`` somewhere in their name or keywords; all of them when nothing is asked."""
    words = q.casefold().split()
    found = (each for each in entries if all(word in f"{each.label} {each.keywords}".casefold() for word in words))
    return tuple(Hit(each.href, each.label, "", each.icon) for each in found)


def of_kinds(rows: list[Json], viewer: Viewer) -> Iterator[HitGroup]:
    """What the API found, by kind, as far as the viewer has a page for it."""
    for name, kind in kinds().items():
        hits = tuple(_hit(kind, row) for row in rows if row["kind"] == name)
        if hits and viewer.may(kind.needs):
            yield HitGroup(kind.title, hits)


def _hit(kind: Kind, row: Json) -> Hit:
    told = (row["detail"], kind.archived if row["archived"] else "")
    return Hit(
        kind.href.format(**row), row["title"] or _("Draft"), " · ".join(part for part in told if part), kind.icon
    )


async def show_search(visit: Visit) -> Response:
    """The page; ``as=options`` gives the palette's list alone."""
    q = visit.request.query_params.get("q", "").strip()[:LONGEST]
    options = visit.request.query_params.get("as") == "options"
    nav = navigation(visit.me, "/search", visit.site.console_url(visit.request))
    found = (await visit.api.get("/search", params={"q": q})).object if q else {"items": [], "unfinished": []}
    groups = (
        *of_kinds(found["items"], visit.me),
        HitGroup(_("Begin"), matching(nav.deeds, q)),
        HitGroup(_("Go to"), matching(nav.places(), q)),
        HitGroup(_("On this page"), matching(nav.switches, q) if options else ()),
    )
    page = SearchPage(q, tuple(group for group in groups if group.hits), bool(found["unfinished"]))
    return visit.page("search/options.html" if options else "search/page.html", page)


ROUTES = (Page("/search", show_search),)
