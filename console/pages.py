"""The console's pages, grouped by job; a page is there for whoever may ask for one of its metrics."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from console import queries
from console.access import Viewer
from console.language import tell as _
from console.views import billing, catalogue, data, health, overview, projects, revenue, support, team
from warehouse.gateway import State


@dataclass(frozen=True, slots=True)
class Page:
    """One page: ``group`` and ``title`` say its words in the viewer's language; ``metrics`` are those of which
    its viewer must know at least one; none means that everybody may."""

    group: Callable[[], str]
    title: Callable[[], str]
    icon: str
    path: str
    draw: Callable[[Viewer, State], None]
    metrics: tuple[str, ...] = ()


PAGES: Final = (
    Page(lambda: _("Agency"), lambda: _("Overview"), "dashboard", "overview", overview.page, ("invoiced",)),
    Page(lambda: _("Money"), lambda: _("Revenue"), "trending_up", "revenue", revenue.page, ("mrr",)),
    Page(lambda: _("Money"), lambda: _("Invoices and payments"), "payments", "billing", billing.page, ("invoiced",)),
    Page(lambda: _("Work"), lambda: _("Team"), "groups", "team", team.page, ("billable_of_available",)),
    Page(lambda: _("Work"), lambda: _("Projects"), "view_kanban", "projects", projects.page, ("project_hours",)),
    Page(lambda: _("Work"), lambda: _("Support"), "support_agent", "support", support.page, ("tickets_opened",)),
    Page(lambda: _("Clients"), lambda: _("Clients and health"), "favorite", "health", health.page, ("health_score",)),
    Page(lambda: _("House"), lambda: _("Data"), "database", "data", data.page, ("client_margin",)),
    Page(lambda: _("House"), lambda: _("Metrics"), "menu_book", "metrics", catalogue.page),
)


def for_viewer(viewer: Viewer, publication: int) -> list[Page]:
    """The pages that the gateway's own rules leave to this viewer."""
    known = queries.catalogue(viewer, publication)
    return [page for page in PAGES if not page.metrics or any(name in known for name in page.metrics)]
