"""The console's pages, grouped by job; a page is there for whoever may ask for one of its metrics."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from console import queries
from console.access import Viewer
from console.views import billing, catalogue, data, health, overview, projects, revenue, support, team
from warehouse.gateway import State


@dataclass(frozen=True, slots=True)
class Page:
    """One page: ``metrics`` are those of which its viewer must know at least one; none means that everybody may."""

    group: str
    title: str
    icon: str
    path: str
    draw: Callable[[Viewer, State], None]
    metrics: tuple[str, ...] = ()


PAGES: Final = (
    Page("Agency", "Overview", "dashboard", "overview", overview.page, ("invoiced",)),
    Page("Money", "Revenue", "trending_up", "revenue", revenue.page, ("mrr",)),
    Page("Money", "Invoices and payments", "payments", "billing", billing.page, ("invoiced",)),
    Page("Work", "Team", "groups", "team", team.page, ("billable_of_available",)),
    Page("Work", "Projects", "view_kanban", "projects", projects.page, ("project_hours",)),
    Page("Work", "Support", "support_agent", "support", support.page, ("tickets_opened",)),
    Page("Clients", "Clients and health", "favorite", "health", health.page, ("health_score",)),
    Page("House", "Data", "database", "data", data.page, ("client_margin",)),
    Page("House", "Metrics", "menu_book", "metrics", catalogue.page),
)


def for_viewer(viewer: Viewer, publication: int) -> list[Page]:
    """The pages that the gateway's own rules leave to this viewer."""
    known = queries.catalogue(viewer, publication)
    return [page for page in PAGES if not page.metrics or any(name in known for name in page.metrics)]
