"""The first page: a few numbers and what is open, for staff of the agency and for one client."""

import asyncio
from dataclasses import dataclass

from starlette.responses import Response

from imisofts.access import Action
from portal.door import Answer, Problem
from portal.figures import DataState, Figure, data_state, figures
from portal.pages.invoices import OPEN, InvoiceRow, client_names
from portal.pages.reports import ReportRow
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
class ClientHome:
    """What the client owes by currency (minor units), their open invoices, newest reports."""

    owed: tuple[tuple[str, int], ...]
    overdue: tuple[tuple[str, int], ...]
    open: tuple[InvoiceRow, ...]
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
    invoices, reports = await asyncio.gather(
        visit.api.get("/invoices", params={"status": ",".join(OPEN), "sort": "due_on", "limit": "200"}),
        _reports(visit),
    )
    rows = tuple(InvoiceRow.of(row, visit.me.today) for row in invoices.items)
    late = tuple(row for row in rows if row.status.code == "overdue")
    return visit.page("home/client.html", ClientHome(_sum(rows), _sum(late), rows[:10], reports[:3]))


async def _reports(visit: Visit) -> tuple[ReportRow, ...]:
    try:
        answer = await visit.api.get("/reports", params={"limit": "3"})
    except Problem:
        return ()
    return tuple(ReportRow.of(row) for row in answer.items)


def _sum(rows: tuple[InvoiceRow, ...]) -> tuple[tuple[str, int], ...]:
    totals: dict[str, int] = {}
    for row in rows:
        totals[row.currency] = totals.get(row.currency, 0) + row.balance_minor
    return tuple(sorted(totals.items()))


ROUTES = (Page("/", show_home, action=Action.invoice_read),)
