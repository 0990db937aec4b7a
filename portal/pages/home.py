"""The first page: what needs the viewer now and what stands open, for staff of the agency and for one client.

What stands open is as of this moment, from ``GET /v1/home``; the published figures beside it say from when they are.
"""

import asyncio
from dataclasses import dataclass

from starlette.responses import Response

from imisofts.access import Action
from portal.door import Answer, Problem
from portal.figures import DataState, Figure, data_state, figures
from portal.pages.invoices import OPEN, InvoiceRow
from portal.pages.projects import Project
from portal.pages.reports import ReportRow
from portal.pages.subscriptions import SubscriptionRow
from portal.pages.tickets import UNRESOLVED, Ticket
from portal.standing import Need, Standing, needs, with_subjects
from portal.web import Page, Visit


@dataclass(frozen=True, slots=True)
class StaffHome:
    """What waits, what stands open, the published figures with their state, and the invoices next due."""

    needs: tuple[Need, ...]
    standing: Standing
    state: DataState
    figures: tuple[Figure, ...]
    due: tuple[InvoiceRow, ...]
    drafts: tuple[InvoiceRow, ...]
    may_write: bool


@dataclass(frozen=True, slots=True)
class ClientHome:
    """What waits for the client and what stands open; the open invoices next due, active projects with the hours left
    of each, unresolved tickets, subscriptions that run, newest reports. ``None`` is what the person may not see."""

    needs: tuple[Need, ...]
    standing: Standing
    open: tuple[InvoiceRow, ...]
    projects: tuple[Project, ...]
    tickets: tuple[Ticket, ...]
    subscriptions: tuple[SubscriptionRow, ...]
    reports: tuple[ReportRow, ...]


async def show_home(visit: Visit) -> Response:
    """One address, two homes."""
    return await (_client_home(visit) if visit.me.is_client else _staff_home(visit))


async def _list(visit: Visit, action: Action, path: str, **params: str) -> Answer | None:
    """The beginning of a list that the viewer may see."""
    return await visit.api.get(path, params=params) if visit.me.may(action) else None


async def _invoices(visit: Visit, status: str, limit: str, sort: str) -> tuple[InvoiceRow, ...]:
    found = await _list(visit, Action.invoice_read, "/invoices", status=status, sort=sort, limit=limit)
    return tuple(InvoiceRow.of(row, visit.me.today) for row in found.items) if found else ()


async def _staff_home(visit: Visit) -> Response:
    home, state, numbers, due, drafts = await asyncio.gather(
        visit.api.get("/home"),
        data_state(visit.api),
        _figures(visit),
        _invoices(visit, ",".join(OPEN), "8", "due_on"),
        _invoices(visit, "draft", "5", "-created_at"),
    )
    page = StaffHome(
        needs=tuple(needs(home.object)),
        standing=Standing.of(home.object),
        state=state,
        figures=numbers,
        due=due,
        drafts=drafts,
        may_write=visit.me.may(Action.invoice_write),
    )
    return visit.page("home/staff.html", page)


async def _figures(visit: Visit) -> tuple[Figure, ...]:
    return await figures(visit.api, visit.me.today) if visit.me.may(Action.metric_read) else ()


async def _client_home(visit: Visit) -> Response:
    home, rows, projects, tickets, subscriptions, reports = await asyncio.gather(
        visit.api.get("/home"),
        _invoices(visit, ",".join(OPEN), "10", "due_on"),
        _list(visit, Action.project_read, "/projects", status="active", archived="false", sort="due_on", limit="5"),
        _list(visit, Action.ticket_read, "/tickets", status=UNRESOLVED, sort="-updated_at", limit="50"),
        _list(visit, Action.subscription_read, "/subscriptions", status="active,trial,paused,cancelled", limit="5"),
        _reports(visit),
    )
    asked = tuple(Ticket.of(row, to_client=True) for row in tickets.items) if tickets else ()
    waiting = tuple((ticket.id, ticket.subject) for ticket in asked if ticket.status.code == "waiting")
    page = ClientHome(
        needs=tuple(with_subjects(needs(home.object), waiting)),
        standing=Standing.of(home.object),
        open=rows,
        projects=tuple(Project.of(row, visit.me.today) for row in projects.items) if projects else (),
        tickets=asked[:5],
        subscriptions=tuple(SubscriptionRow.of(row) for row in subscriptions.items) if subscriptions else (),
        reports=reports,
    )
    return visit.page("home/client.html", page)


async def _reports(visit: Visit) -> tuple[ReportRow, ...]:
    try:
        answer = await _list(visit, Action.report_read, "/reports", limit="3")
    except Problem:
        return ()
    return tuple(ReportRow.of(row) for row in answer.items) if answer else ()


ROUTES = (Page("/", show_home, action=Action.workspace_read),)
