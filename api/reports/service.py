"""What may be done with a report: ask for one, let it go, and see to all that are due."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from api import jobs as queue
from api.clients.models import Client
from api.events import service as events
from api.events.schemas import EventName
from api.kit.clock import Clock
from api.kit.ids import new_id
from api.paper.language import Language
from api.reports import delivery, hold, jobs, mail, preferences, repository, states
from api.reports.errors import NoRecipient, NotADraft, NotFailed, NotHeld, NotWithdrawable, StillHeld
from api.reports.models import ReportDelivery
from api.reports.office import Figures, Office, in_thread, opened, system
from api.reports.period import Period
from api.reports.repository import findable as findable
from api.reports.schemas import ReportCreate
from imisofts.access import Actor
from imisofts.settings import Settings

Answer = TypeVar("Answer")


async def request(session: AsyncSession, actor: Actor, given: ReportCreate) -> ReportDelivery:
    """Queue one report; the job that makes it is enqueued in this transaction."""
    period = Period.parse(given.period)
    client = await repository.client(session, actor, given.client)
    _check_recipient(client, given.deliver)
    definition = await repository.definition(session, actor)
    report_id = new_id()
    row = ReportDelivery(
        id=report_id,
        workspace_id=actor.workspace_id,
        definition_id=definition.id,
        client_id=client.id,
        period=period.text,
        deliver=given.deliver,
        status="queued",
        message_id=mail.message_id(report_id),
    )
    session.add(row)
    await session.flush()
    await events.record(session, actor, EventName.REPORT_REQUESTED, row, after=delivery.facts(row))
    await _enqueue(session, row)
    return row


async def language(session: AsyncSession, client_id: UUID | None = None) -> Language:
    """The language of what a client gets on paper; without a client, of the workspace's reports."""
    locale = await repository.locale(session)
    return Language(locale if client_id is None else (await preferences.of(session, client_id, locale)).locale)


async def release(session: AsyncSession, actor: Actor, gateway: Figures, report_id: UUID) -> ReportDelivery:
    """Let a held report go where its reason is gone; the figures are those of the present publication."""
    row = await repository.lock(session, actor, report_id)
    if row.status != "held":
        raise NotHeld("Only a report that is held can be released.")
    definition = await repository.definition(session, actor)
    state = await in_thread(gateway.state, system(actor.workspace_id))
    reason = hold.reason(state, Period.parse(row.period), Language(definition.locale))
    if reason is not None:
        raise StillHeld(reason)
    return await _let_go(session, actor, row)


async def _let_go(session: AsyncSession, actor: Actor, row: ReportDelivery) -> ReportDelivery:
    before = delivery.facts(row)
    row.status, row.held_reason = "queued", None
    row.released_at = await session.scalar(func.now())
    row.version += 1
    await events.record(session, actor, EventName.REPORT_RELEASED, row, before=before, after=delivery.facts(row))
    await _enqueue(session, row)
    return row


async def redeliver(session: AsyncSession, actor: Actor, report_id: UUID) -> ReportDelivery:
    """Try a failed report anew, to the client's present address; drawn from the present publication unless approved."""
    row = await repository.lock(session, actor, report_id)
    if row.status != "failed":
        raise NotFailed("Only a report that failed can be tried again.")
    _check_recipient(await repository.client(session, actor, str(row.client_id)), row.deliver)
    before = delivery.facts(row)
    row.status, row.failure = ("queued" if row.approved_at is None else "approved"), None
    row.version += 1
    await events.record(session, actor, EventName.REPORT_REQUESTED, row, before=before, after=delivery.facts(row))
    await _enqueue(session, row)
    return row


async def approve(session: AsyncSession, actor: Actor, clock: Clock, report_id: UUID) -> ReportDelivery:
    """Let a draft leave exactly as it was read; who approved it, and when, is kept."""
    row = await repository.lock(session, actor, report_id)
    if row.status != "draft":
        raise NotADraft("Only a draft can be approved.")
    _check_recipient(await repository.client(session, actor, str(row.client_id)), row.deliver)
    before = delivery.facts(row)
    row.status, row.approved_at, row.approved_by = "approved", clock.now(), actor.user_id
    row.version += 1
    await events.record(session, actor, EventName.REPORT_APPROVED, row, before=before, after=delivery.facts(row))
    await _enqueue(session, row)
    return row


async def withdraw(session: AsyncSession, actor: Actor, report_id: UUID) -> ReportDelivery:
    """Keep a report from ever leaving; the schedule makes no other of its period by itself."""
    row = await repository.lock(session, actor, report_id)
    if not states.can_move(row.status, "withdrawn"):
        raise NotWithdrawable("This report has left already, is on its way, or was withdrawn before.")
    before = delivery.facts(row)
    row.status, row.held_reason = "withdrawn", None
    row.version += 1
    await events.record(session, actor, EventName.REPORT_WITHDRAWN, row, before=before, after=delivery.facts(row))
    return row


def _check_recipient(client: Client, deliver: bool) -> None:
    if deliver and not client.email:
        raise NoRecipient(f"{client.name} has no e-mail address; add one, or make the report without sending it.")


async def _enqueue(session: AsyncSession, row: ReportDelivery) -> None:
    await queue.enqueue(session, jobs.deliver_report, workspace_id=str(row.workspace_id), report_id=str(row.id))


def release_held(settings: Settings) -> int:
    """Let go every held report whose reason is gone, once; answers how many. Called after each publication."""
    return asyncio.run(_with_office(settings, release_all))


async def release_all(office: Office) -> int:
    """One transaction a workspace; the row lock keeps two releases of one report apart."""
    released = 0
    for workspace_id in await office.workspace_ids():
        actor = system(workspace_id)
        held = (
            repository.visible_to(actor)
            .where(ReportDelivery.status == "held")
            .with_for_update(of=ReportDelivery, skip_locked=True)
        )
        async with office.database.begin(workspace_id) as session:
            rows = list(await session.scalars(held))
            if not rows:
                continue
            definition = await repository.definition(session, actor)
            state = await in_thread(office.gateway.state, actor)
            for row in rows:
                if hold.reason(state, Period.parse(row.period), Language(definition.locale)) is None:
                    await _let_go(session, actor, row)
                    released += 1
    return released


def deliver_due(settings: Settings, period: str | None = None) -> int:
    """Queue the report of ``period`` (else of the last whole month or quarter, as each client's cadence says) for every
    client with activity and an address."""

    async def work(office: Office) -> int:
        return await queue_due(office, period)

    return asyncio.run(_with_office(settings, work))


def ended(office: Office, zone: str) -> list[Period]:
    """The periods that ended last: a month and a quarter, in a workspace's zone."""
    today = office.clock.today(zone)
    return [Period.before(today), Period.quarter_before(today)]


async def queue_due(office: Office, period: str | None = None) -> int:
    """Idempotent: a client that has a report of the period, whatever became of it, is passed over; one that failed
    is offered again once the client was changed since."""
    queued = 0
    for workspace_id in await office.workspace_ids():
        actor = system(workspace_id)
        async with office.database.begin(workspace_id) as session:
            zone = (await repository.workspace(session, actor))["timezone"]
            for wanted in [Period.parse(period)] if period else ended(office, zone):
                for client_id in await repository.clients_due(session, wanted, zone):
                    await request(session, actor, ReportCreate(client=str(client_id), period=wanted.text))
                    queued += 1
    return queued


async def _with_office(settings: Settings, work: Callable[[Office], Awaitable[Answer]]) -> Answer:
    async with opened(settings) as office:
        return await work(office)
