"""The first page: each domain says what of its own stands open; what waits for the viewer follows from that."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from api.billing.service import standing as billing
from api.clients import service as clients
from api.home.schemas import Home, Need, NeedKind
from api.kit.clock import Clock
from api.projects.service import standing as projects
from api.reports import standing as reports
from api.support.service import standing as support
from api.time.service import budgets
from imisofts.access import Action, Actor


async def home(session: AsyncSession, actor: Actor, clock: Clock) -> Home:
    """What stands open now, as far as the actor may see it."""
    today = await clients.today(session, actor, clock)
    parts = {**await _money(session, actor, today), **await _work(session, actor, today)}
    parts["tickets"] = await support.tickets(session, actor) if actor.may(Action.ticket_read) else None
    parts["reports"] = await reports.reports(session, actor) if actor.may(Action.report_read) else None
    found = Home(today=today, **parts, needs=[])
    return found.model_copy(update={"needs": list(needs(found, actor))})


async def _money(session: AsyncSession, actor: Actor, today: date) -> dict[str, Any]:
    writes = actor.may(Action.invoice_write)
    return {
        "balance": await billing.balance(session, actor, today) if actor.may(Action.invoice_read) else None,
        "drafts": await billing.drafts(session, actor) if writes else None,
    }


async def _work(session: AsyncSession, actor: Actor, today: date) -> dict[str, Any]:
    if not actor.may(Action.project_read):
        return dict.fromkeys(("projects", "hours_left", "deliverables", "tasks"))
    return {
        "projects": await projects.projects(session, actor, today),
        "hours_left": await budgets.hours_left(session, projects.under_way(actor)),
        "deliverables": await projects.deliverables(session, actor, today),
        "tasks": await projects.own_tasks(session, actor, today) if actor.may(Action.project_write) else None,
    }


def needs(found: Home, actor: Actor) -> Iterator[Need]:
    """What waits for the actor, the most urgent first. A part that waits for somebody else (a client's late invoice is
    the agency's need and the client's; a ticket that waits for the client is not the agency's) is left out. Pure."""
    if found.reports is not None and actor.may(Action.report_manage):
        yield from _one(NeedKind.report_held, found.reports.held, found.reports.held_id)
        yield from _one(NeedKind.report_failed, found.reports.failed, found.reports.failed_id)
    late = [each for each in found.balance or () if each.overdue_count]
    yield from _one(NeedKind.invoice_overdue, sum(each.overdue_count for each in late), *(e.overdue_id for e in late))
    if found.tickets is not None and actor.may(Action.ticket_write):
        yield from _one(NeedKind.ticket_unanswered, found.tickets.unanswered, found.tickets.unanswered_id)
    elif found.tickets is not None:
        yield from _one(NeedKind.answer_wanted, found.tickets.waiting, found.tickets.waiting_id)
    if found.reports is not None and actor.may(Action.report_manage):
        yield from _one(NeedKind.report_to_read, found.reports.to_read, found.reports.to_read_id)
    if found.tasks is not None:
        yield from _one(NeedKind.task_late, found.tasks.late)
    if actor.may(Action.project_write):
        promised = [each for each in found.deliverables or () if each.is_late]
        yield from _one(NeedKind.deliverable_late, len(promised), *(each.project_id for each in promised))


def _one(kind: NeedKind, count: int, *ids: Any) -> Iterator[Need]:
    if count:
        yield Need(kind=kind, count=count, id=ids[0] if count == 1 and ids else None)
