"""Carrying one report out: hold or freeze, draw, wait for a review where there is one, send, record.

Idempotent. A delivery is worked on by one process at a time (an advisory lock that dies with its holder), and the row
says *sending* before the mail server is spoken to. Whoever finds *sending* under the lock knows that a process died in
between: the transport is asked for the Message-ID, and only its plain "no" lets the mail be sent again.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from api.clients.models import Client
from api.events import service as events
from api.events.schemas import EventName
from api.kit import mail as post
from api.paper.language import Language
from api.reports import figures, hold, mail, pdf, preferences, repository, states
from api.reports.document import Document
from api.reports.models import ReportDelivery
from api.reports.office import Office, in_thread, system
from api.reports.period import Period
from api.reports.preferences import Preferences
from api.reports.sections import SECTIONS
from imisofts import hosts
from imisofts.brand import Brand
from warehouse.gateway import ClientReportFigures

log = logging.getLogger(__name__)


class TryAgain(post.MailError):
    """The mail server could not be reached; the job's retry strategy decides when to try again."""


@dataclass(frozen=True, slots=True)
class Task:
    """What was read of a delivery before any slow work began. ``staff`` is the workspace's language, in which reasons
    and failures are kept; the report itself is in the client's."""

    report_id: UUID
    workspace_id: UUID
    client_id: UUID
    status: str
    deliver: bool
    period: Period
    recipient: str | None
    message_id: str
    workspace: dict[str, object]
    preferences: Preferences
    staff: Language
    approved: bool

    @property
    def brand(self) -> Brand:
        return Brand.from_workspace(self.workspace)

    @property
    def language(self) -> Language:
        return Language(self.preferences.locale)

    @property
    def waiting(self) -> str:
        """Where a report goes back to that could not leave: an approved one is not drawn anew."""
        return "approved" if self.approved else "queued"


async def carry_out(office: Office, workspace_id: UUID, report_id: UUID) -> str:
    """Bring one delivery as far as it may go now; answers its status. Raises :class:`TryAgain`."""
    async with _alone(office, report_id) as mine:
        task = await _read(office, workspace_id, report_id)
        if not mine:
            return task.status
        if task.status in ("sending", "unknown"):
            return await _clear_up(office, task)
        if task.status == "approved":
            return await _send_approved(office, task)
        if task.status != "queued":
            return task.status
        document = await _prepare(office, task)
        if isinstance(document, str):
            return document
        return await _send(office, task, document)


async def give_up(office: Office, workspace_id: UUID, report_id: UUID, error: Exception) -> str:
    """Nobody will try again: a delivery that waits is failed and one that was leaving is unknown, with the reason."""
    async with _alone(office, report_id) as mine:
        task = await _read(office, workspace_id, report_id)
        if not mine or task.status not in ("queued", "approved", "sending"):
            return task.status
        status = "unknown" if task.status == "sending" else "failed"
        known = isinstance(error, post.MailError)
        failure = str(error) if known else task.staff.say("The report could not be made; the log says why.")
        return await _move(office, task, status, EventName.REPORT_FAILED, failure=failure)


@asynccontextmanager
async def _alone(office: Office, report_id: UUID) -> AsyncIterator[bool]:
    """A lock outside any transaction; a killed process loses it with its connection."""
    async with office.database.engine.connect() as connection:
        connection = await connection.execution_options(isolation_level="AUTOCOMMIT")
        key = {"key": f"report {report_id}"}
        mine = bool(await connection.scalar(text("select pg_try_advisory_lock(hashtextextended(:key, 0))"), key))
        try:
            yield mine
        finally:
            if mine:
                await connection.execute(text("select pg_advisory_unlock(hashtextextended(:key, 0))"), key)


async def _read(office: Office, workspace_id: UUID, report_id: UUID) -> Task:
    actor = system(workspace_id)
    async with office.database.begin(workspace_id) as session:
        row = await repository.get(session, actor, report_id)
        client = await session.get_one(Client, row.client_id)
        workspace = await repository.workspace(session, actor)
        definition = await repository.definition(session, actor)
        preferred = await preferences.of(session, row.client_id, definition.locale)
        return Task(
            row.id,
            workspace_id,
            row.client_id,
            row.status,
            row.deliver,
            Period.parse(row.period),
            client.email,
            row.message_id,
            workspace,
            preferred,
            Language(definition.locale),
            row.approved_at is not None,
        )


async def _prepare(office: Office, task: Task) -> Document | str:
    """Freeze the report's figures and PDF in the row. It goes no further, and the answer is its status, where it is
    held, is a draft that a person must read, or is not to be sent at all."""
    actor = system(task.workspace_id)
    state = await in_thread(office.gateway.state, actor)
    reason = hold.reason(state, task.period, task.staff) if task.deliver else None
    if reason is None and state.publication is None:
        reason = task.staff.say("No audited figures have been published yet.")
    if reason is not None:
        return await _move(office, task, "held", EventName.REPORT_HELD, held_reason=reason)
    answer = await in_thread(office.gateway.client_report, actor, task.client_id, task.period.first, task.period.last)
    if answer is None:
        unknown = task.staff.say("The published data does not know this client yet.")
        return await _move(office, task, "held", EventName.REPORT_HELD, held_reason=unknown)
    document = await _freeze(office, task, answer)
    if not task.deliver:
        return "built"
    return "draft" if task.preferences.review else document


async def _freeze(office: Office, task: Task, answer: ClientReportFigures) -> Document:
    frozen, sections = figures.freeze(answer), task.preferences.sections
    fonts = office.fonts
    drawn = await in_thread(lambda: pdf.build(frozen, task.brand, task.language, font_folder=fonts, sections=sections))
    await _move(
        office,
        task,
        *_after_drawing(task),
        publication_id=answer.publication.id,
        figures=frozen,
        figures_hash=figures.digest(frozen),
        template_version=pdf.TEMPLATE_VERSION,
        brand=task.workspace["brand"],
        sections=list(sections),
        locale=task.preferences.locale,
        pdf=drawn,
    )
    return Document(frozen, drawn, task.brand, task.language, sections)


def _after_drawing(task: Task) -> tuple[str, EventName | None]:
    if not task.deliver:
        return "built", EventName.REPORT_REQUESTED
    return ("draft", EventName.REPORT_DRAFTED) if task.preferences.review else ("sending", None)


async def _send_approved(office: Office, task: Task) -> str:
    """What was approved leaves as it was read, whatever the data or the settings say today."""
    document = await _frozen(office, task)
    status = await _move(office, task, "sending", None)
    return status if status != "sending" else await _send(office, task, document)


async def _send(office: Office, task: Task, document: Document) -> str:
    """Speak to the mail server, with no transaction open, and record what came of it."""
    if not task.recipient:
        failure = task.staff.say("The client has no e-mail address.")
        return await _move(office, task, "failed", EventName.REPORT_FAILED, failure=failure)
    slug, host = str(task.workspace["slug"]), task.workspace["host"]
    home = hosts.origin(office.settings, slug, str(host) if host else None)
    letter = mail.Letter(task.report_id, task.message_id, task.recipient, task.period.text, home, document)
    message = mail.compose(letter, office.settings)
    try:
        await in_thread(post.send, message, office.settings)
    except post.Refused as error:
        return await _move(office, task, "failed", EventName.REPORT_FAILED, failure=str(error))
    except post.NotSent as error:
        await _move(office, task, task.waiting, None, failure=str(error))
        raise TryAgain(str(error)) from error
    except post.MaybeSent as error:
        log.warning("report %s: %s", task.report_id, error)
        return await _clear_up(office, task)
    return await _move(office, task, "sent", EventName.REPORT_SENT, sent_at=office.clock.now())


async def _clear_up(office: Office, task: Task) -> str:
    """A mail of which it is not known whether it left: ask by its id, else leave it to a person."""
    delivered = await in_thread(post.was_delivered, task.message_id, office.settings)
    if delivered:
        return await _move(office, task, "sent", EventName.REPORT_SENT, sent_at=office.clock.now())
    if delivered is None:
        if task.status == "unknown":
            return "unknown"
        failure = task.staff.say("The process ended while the mail was leaving; whether it arrived is not known.")
        return await _move(office, task, "unknown", EventName.REPORT_FAILED, failure=failure)
    return await _send_again(office, task, await _frozen(office, task))


async def _send_again(office: Office, task: Task, document: Document) -> str:
    """The transport has plainly not got it: the same frozen document goes out, once more asked and not assumed."""
    if task.status == "unknown":
        await _move(office, task, "sending", None, failure=None)
    return await _send(office, task, document)


async def _frozen(office: Office, task: Task) -> Document:
    async with office.database.begin(task.workspace_id, read_only=True) as session:
        row = await repository.get(session, system(task.workspace_id), task.report_id, whole=True)
        assert row.figures is not None and row.pdf is not None  # noqa: PT018 - frozen before it was sending
        brand = Brand.from_workspace({**task.workspace, "brand": row.brand})
        language = Language(row.locale or task.preferences.locale)
        return Document(row.figures, row.pdf, brand, language, tuple(row.sections or SECTIONS))


async def _move(office: Office, task: Task, status: str, event: EventName | None, **values: object) -> str:
    """One transaction: the row under lock, its new status, the event that tells of it.

    The status after it: the present one where somebody has withdrawn the report meanwhile.
    """
    actor = system(task.workspace_id)
    async with office.database.begin(task.workspace_id) as session:
        row = await repository.lock(session, actor, task.report_id)
        if not states.can_move(row.status, status):
            return row.status
        before = facts(row)
        row.status = status
        row.held_reason = row.failure = None
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        if event is not None:
            await events.record(session, actor, event, row, before=before, after=facts(row))
    return status


def facts(row: ReportDelivery) -> dict[str, object]:
    """A delivery as its events tell it."""
    return {
        "status": row.status,
        "period": row.period,
        "held_reason": row.held_reason,
        "failure": row.failure,
        "publication_id": row.publication_id,
        "approved_at": row.approved_at,
        "approved_by": row.approved_by,
    }
