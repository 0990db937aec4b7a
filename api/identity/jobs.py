"""The job that mails a one-time link. It carries ids; the link's secret is made where it is needed."""

import asyncio
import logging
from uuid import UUID

from api.brand import service as brand_service
from api.identity import letters, repository
from api.jobs import task
from api.kit import mail
from api.kit.clock import Clock, SystemClock
from api.kit.database import Database
from imisofts import settings as settings_module
from imisofts.access import Role
from imisofts.settings import Settings

log = logging.getLogger(__name__)
UNKNOWN = "The process ended while the mail was leaving; whether it arrived is not known."


@task("identity.mail_link")
async def mail_link(workspace_id: str, link_id: str) -> None:
    """Send one link's mail; what the transport refuses for the moment is tried again."""
    settings = settings_module.load()
    database = Database(settings.app_database_url, pool_size=1)
    try:
        await send_link(database, settings, SystemClock(), UUID(workspace_id), UUID(link_id))
    finally:
        await database.close()


async def send_link(database: Database, settings: Settings, clock: Clock, workspace_id: UUID, link_id: UUID) -> None:
    """Send it once. An id of nothing is nothing to do: an unknown address is answered like a known one."""
    async with database.begin(workspace_id) as session:
        link = await repository.link(session, link_id)
        if link is None or link.mailed_at is not None or link.used_at is not None or link.problem is not None:
            return
        person = await repository.person(session, link.user_id)
        workspace = await repository.workspace(session)
        brand = await brand_service.worn(session, workspace)
        member = await repository.membership_of(session, link.user_id)
        assert person is not None
        assert member is not None
        inviter = await repository.person(session, member.invited_by) if member.invited_by else None
        url = letters.address(link, workspace, settings)
        invitation = letters.Invitation(Role(member.role), inviter["name"] if inviter else None, url)
        message = letters.compose(link, person, brand, invitation, settings)
        may_have_left, link.sending_at = link.sending_at is not None, clock.now()
    note = _Note(database, clock, workspace_id, link_id)
    arrived = await _arrived(link_id, settings) if may_have_left else False
    if arrived is not False:
        await note.of(None if arrived else UNKNOWN)
        return
    try:
        await asyncio.to_thread(mail.send, message, settings)
    except mail.Refused as error:
        await note.of(str(error))
    except mail.NotSent:
        await note.not_left()
        raise
    except mail.MaybeSent:
        if not await _arrived(link_id, settings):
            raise
        await note.of(None)
    else:
        await note.of(None)


@task("identity.mail_notice")
async def mail_notice(workspace_id: str, user_id: str, what: str, notice_id: str) -> None:
    """Tell somebody what was changed about their sign-in; what the transport refuses for the moment is tried again."""
    settings = settings_module.load()
    database = Database(settings.app_database_url, pool_size=1)
    try:
        await send_notice(database, settings, SystemClock(), UUID(workspace_id), UUID(user_id), what, UUID(notice_id))
    finally:
        await database.close()


async def send_notice(
    database: Database, settings: Settings, clock: Clock, workspace_id: UUID, user_id: UUID, what: str, notice_id: UUID
) -> None:
    """Send it once: its Message-ID is the notice's own, and a mail that may have left is left alone."""
    async with database.begin(workspace_id, read_only=True) as session:
        person = await repository.person(session, user_id)
        brand = await brand_service.worn(session, await repository.workspace(session))
    if person is None:
        return
    message = letters.notice(what, notice_id, clock.now(), person, brand, settings)
    if await asyncio.to_thread(mail.was_delivered, str(message["Message-ID"]), settings):
        return
    try:
        await asyncio.to_thread(mail.send, message, settings)
    except (mail.Refused, mail.MaybeSent) as error:
        log.warning("notice %s (%s) was not mailed for certain: %s", notice_id, what, error)


async def _arrived(link_id: UUID, settings: Settings) -> bool | None:
    return await asyncio.to_thread(mail.was_delivered, letters.message_id(link_id), settings)


class _Note:
    """Records on the link what came of its mail."""

    def __init__(self, database: Database, clock: Clock, workspace_id: UUID, link_id: UUID) -> None:
        self._database = database
        self._clock = clock
        self._workspace_id = workspace_id
        self._link_id = link_id

    async def not_left(self) -> None:
        """The transport plainly did not take it: trying again needs no asking."""
        async with self._database.begin(self._workspace_id) as session:
            if link := await repository.link(session, self._link_id):
                link.sending_at = None

    async def of(self, problem: str | None) -> None:
        """It was mailed, or why it was not."""
        async with self._database.begin(self._workspace_id) as session:
            if link := await repository.link(session, self._link_id):
                link.problem, link.mailed_at = problem, None if problem else self._clock.now()
        if problem:
            log.warning("link %s was not mailed: %s", self._link_id, problem)
