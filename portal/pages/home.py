"""The first page: a few numbers and what is open, for staff of the agency and for one client."""

import asyncio
from dataclasses import dataclass

from starlette.responses import Response

from imisofts.access import Action
from portal.door import Answer, Problem
from portal.figures import DataState, Figure, data_state, figures
from portal.language import gettext as _
from portal.language import ngettext
from portal.pages.invoices import OPEN, InvoiceRow, client_names, open_invoices, owed
from portal.pages.projects import Project
from portal.pages.reports import ReportRow
from portal.pages.subscriptions import SubscriptionRow
from portal.pages.tickets import UNRESOLVED, Ticket
from portal.web import Page, Visit


@dataclass(frozen=True, slots=True)
class StaffHome:
    """Published figures, their state, and the newest open invoices as they are this moment."""

    state: DataState
    figures: tuple[Figure, ...]
    due: tuple[InvoiceRow, ...]
    drafts: tuple[InvoiceRow, ...]
    may_write: bool


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that waits for the client: a sentence, its icon, and where to do it."""

    text: str
    icon: str
    href: str


@dataclass(frozen=True, slots=True)
class ClientHome:
    """What the client owes by currency (minor units) and what waits for them; their open invoices, active projects,
    unresolved tickets, subscriptions that run, newest reports."""

    needs: tuple[Need, ...]
    owed: tuple[tuple[str, int], ...]
    overdue: tuple[tuple[str, int], ...]
    open: tuple[InvoiceRow, ...]
    projects: tuple[Project, ...]
    tickets: tuple[Ticket, ...]
    subscriptions: tuple[SubscriptionRow, ...]
    reports: tuple[ReportRow, ...]


async def show_home(visit: Visit) -> Response:
    """One address, two homes."""
    return await (_client_home(visit) if visit.me.is_client else _staff_home(visit))


async def _staff_home(visit: Visit) -> Response:
    today = visit.me.today
    state, numbers, due, drafts = await asyncio.gather(
        data_state(visit.api),
        figures(visit.api, today),
        visit.api.get("/invoices", params={"status": ",".join(OPEN), "sort": "due_on", "limit": "8"}),
        visit.api.get("/invoices", params={"status": "draft", "limit": "5"}),
    )
    names = await client_names(visit, [*due.items, *drafts.items])

    def rows(answer: Answer) -> tuple[InvoiceRow, ...]:
        return tuple(InvoiceRow.of(row, today, names.get(str(row["client_id"]), "")) for row in answer.items)

    page = StaffHome(state, numbers, rows(due), rows(drafts), visit.me.may(Action.invoice_write))
    return visit.page("home/staff.html", page)


async def _client_home(visit: Visit) -> Response:
    read, today = visit.api.get, visit.me.today
    rows, projects, tickets, subscriptions, reports = await asyncio.gather(
        open_invoices(visit),
        read("/projects", params={"status": "active", "archived": "false", "sort": "due_on", "limit": "5"}),
        read("/tickets", params={"status": UNRESOLVED, "sort": "-updated_at", "limit": "50"}),
        read("/subscriptions", params={"status": "active,trial,paused,cancelled", "limit": "5"}),
        _reports(visit),
    )
    late = tuple(row for row in rows if row.status.code == "overdue")
    asked = tuple(Ticket.of(row, to_client=True) for row in tickets.items)
    page = ClientHome(
        needs=_needs(late, asked),
        owed=owed(rows),
        overdue=owed(late),
        open=rows[:10],
        projects=tuple(Project.of(row, today) for row in projects.items),
        tickets=asked[:5],
        subscriptions=tuple(SubscriptionRow.of(row) for row in subscriptions.items),
        reports=reports[:3],
    )
    return visit.page("home/client.html", page)


def _needs(late: tuple[InvoiceRow, ...], tickets: tuple[Ticket, ...]) -> tuple[Need, ...]:
    """Money that is late first, then every ticket in which the agency asks something."""
    waiting = [ticket for ticket in tickets if ticket.status.code == "waiting"]
    answers = (
        Need(_("Your answer is needed: %(subject)s", subject=ticket.subject), "message", f"/tickets/{ticket.id}")
        for ticket in waiting
    )
    if not late:
        return tuple(answers)
    text = ngettext("%(num)s invoice is past its due date", "%(num)s invoices are past their due date", len(late))
    where = f"/invoices/{late[0].id}" if len(late) == 1 else "/invoices?status=overdue"
    return (Need(text, "calendar-due", where), *answers)


async def _reports(visit: Visit) -> tuple[ReportRow, ...]:
    try:
        answer = await visit.api.get("/reports", params={"limit": "3"})
    except Problem:
        return ()
    return tuple(ReportRow.of(row) for row in answer.items)


ROUTES = (Page("/", show_home, action=Action.invoice_read),)
